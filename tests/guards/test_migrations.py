from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.extensions import db
from app.models.base import Base
from app.settings import ROOT

FOLDER = str(ROOT / "migrations")


def test_the_models_are_what_the_migrations_make(session: Session) -> None:
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})

    assert compare_metadata(context, Base.metadata) == []


def test_every_revision_goes_up_down_and_up_again(app: Flask, session: Session) -> None:
    session.rollback()
    revisions = [script.revision for script in ScriptDirectory(FOLDER).walk_revisions()]
    assert len(ScriptDirectory(FOLDER).get_heads()) == 1

    for _ in revisions:
        downgrade(FOLDER, revision="-1")
    with app.app_context():
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    for _ in revisions:
        upgrade(FOLDER, revision="+1")

    assert set(Base.metadata.tables) < set(inspect(db.engine).get_table_names())
