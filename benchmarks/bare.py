"""The least that a signed-in page can be: Flask, Flask-Login, one query for the person, one small template.

Served beside the application when its pages are measured; the database is the file that BARE_DATABASE names.
"""

import os

import sqlalchemy as sa
from flask import Flask
from flask_login import LoginManager, UserMixin, login_required

SECRET = "bare" * 8


class Person(UserMixin):  # type: ignore[misc]  # Flask-Login is untyped
    """Somebody who is signed in."""

    def __init__(self, person_id: int, name: str) -> None:
        self.id, self.name = str(person_id), name


def create_app() -> Flask:
    """The page at /."""
    app = Flask("bare")
    app.secret_key = SECRET
    engine = sa.create_engine(f"sqlite:///{os.environ['BARE_DATABASE']}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, name TEXT)"))
        connection.execute(sa.text("INSERT OR IGNORE INTO people VALUES (1, 'Asha')"))
    template = app.jinja_env.from_string("<!doctype html><title>Hello</title><h1>Hello {{ name }}</h1>")
    manager = LoginManager(app)

    @manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login is untyped
    def load(user_id: str) -> Person:
        with engine.connect() as connection:
            row = connection.execute(sa.text("SELECT id, name FROM people WHERE id = :id"), {"id": int(user_id)}).one()
        return Person(row.id, row.name)

    @app.get("/")
    @login_required  # type: ignore[untyped-decorator]  # the same
    def page() -> str:
        return template.render(name="Asha")

    assert load
    assert page
    return app
