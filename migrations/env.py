"""Alembic's way into the application's database and models."""

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection

from app.extensions import db
from app.models.base import Base, Scaled, UtcDateTime, load_tables

load_tables()


def render(kind: str, value: object, autogen: AutogenContext) -> str | bool:
    """Our own column types, by their names in the application."""
    if kind == "type" and isinstance(value, UtcDateTime):
        autogen.imports.add("from app.models.base import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(value, Scaled):
        autogen.imports.add("from app.models.base import Scaled")
        return "Scaled()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_item=render,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


with current_app.app_context(), db.engine.connect().execution_options(fintrak_write=True) as connection:
    run(connection)
