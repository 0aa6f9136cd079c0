"""What tests share: real databases, an application on them, people and books.

A test that uses `app` (or anything made from it) runs once for each database of --databases. SQLite is always there;
PostgreSQL and MariaDB are found by URL, left out with a reason when they do not answer, and required when CI is set.
"""

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain.books import BookKind, Direction
from app.extensions import db
from app.factory import Replaced, create_app
from app.models.account import Account
from app.models.base import Base
from app.models.user import User
from app.services.books import open_book
from app.services.deps import Deps
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction
from app.settings import Settings
from app.web.deps import current_deps

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # noon in India
URLS = {
    "postgresql": os.environ.get(
        "FINTRAK_TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    ),
    "mariadb": os.environ.get("FINTRAK_TEST_MARIADB_URL", "mysql+pymysql://root@127.0.0.1:3306/mysql"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--operations", default=200, type=int, help="how many random operations the machine of the books does"
    )
    parser.addoption("--saves", default=16, type=int, help="how many saves each of four threads makes at once")
    parser.addoption("--kills", default=3, type=int, help="how often the server is killed under load")
    parser.addoption("--databases", default="sqlite,postgresql,mariadb", help="which databases to run on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--databases").split(",")
        only = metafunc.definition.get_closest_marker("sqlite_only") or metafunc.definition.get_closest_marker(
            "browser"
        )
        metafunc.parametrize("database", ["sqlite"] if only else chosen, indirect=True, scope="session")


def pytest_configure() -> None:
    """Nothing but loopback: pytest-socket refuses to connect elsewhere, and here no name of elsewhere is looked up."""
    known = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in {None, "", "localhost", socket.gethostname()} and not _is_loopback(name):
            raise OutsideError(f"a test looked {name} up; only loopback is there")
        return known(host, *args, **kwargs)

    socket.getaddrinfo = look_up


class OutsideError(RuntimeError):
    """A test, or what it tests, wanted to leave this machine. Not an OSError: nobody takes it for a network that is down."""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback or ipaddress.ip_address(address).is_unspecified
    except ValueError:
        return False


class FakeMailer:
    """A port filled with a list."""

    is_configured = True

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    def send(self, to: str, subject: str, text: str) -> None:
        self.sent.append((to, subject, text))


class Clock:
    """A clock that a test can set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


class Visitor(FlaskClient):
    """A test client whose requests share nothing with the test: no `g`, no session of the database, no signed-in person."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.rollback()  # what the test reads afterwards is what the request left
        return Context().run(super().open, *args, **{"buffered": True} | kwargs)


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    name: str = getattr(request.config, "workerinput", {}).get("workerid", "main")
    return f"{name}_{os.getpid()}"


def _file_database(folder: Path) -> tuple[str, Callable[[], None]]:
    """A new SQLite file; pytest removes its folder."""
    return f"sqlite:///{folder}/migrated.db", lambda: None


def _server_database(name: str, worker: str) -> tuple[str, Callable[[], None]]:
    """A new database on a server, and how to drop it."""
    server = sa.create_engine(URLS[name], isolation_level="AUTOCOMMIT")
    fresh = f"fintrak_test_{worker}"
    try:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {fresh}"))
            connection.execute(sa.text(f"CREATE DATABASE {fresh}"))
            if name == "postgresql":  # a test's rows need not outlive a power cut
                connection.execute(sa.text(f"ALTER DATABASE {fresh} SET synchronous_commit = off"))
    except sa.exc.OperationalError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{name} does not answer: {error.orig}")

    def drop() -> None:
        with server.connect() as connection:
            connection.execute(
                sa.text(f"DROP DATABASE IF EXISTS {fresh}{' WITH (FORCE)' if name == 'postgresql' else ''}")
            )
        server.dispose()

    return server.url.set(database=fresh).render_as_string(hide_password=False), drop


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker: str) -> Iterator[str]:
    """The URL of a migrated, empty database."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    url, drop = _file_database(folder) if name == "sqlite" else _server_database(name, worker)
    app = create_app(make_settings(folder, url))
    with app.app_context():
        upgrade(str(Path(__file__).parent.parent / "migrations"))
        db.engine.dispose()
    yield url
    drop()


def make_settings(folder: Path, url: str, **changes: Any) -> Settings:
    """Settings of a test: nothing from the environment or from .env."""
    values: dict[str, Any] = {
        "data_dir": folder,
        "database_url": url,
        "model_store": str(folder / "models"),
        "jobs": "inline",
        "secret_key": "x" * 32,
    }
    return Settings(_env_file=None, **(values | changes))  # type: ignore[call-arg]  # pydantic-settings takes it


def _emptied(url: str, folder: Path) -> str:
    """A database without rows: a copy of the migrated file, or the server's tables emptied."""
    if url.startswith("sqlite"):
        shutil.copy(url.removeprefix("sqlite:///"), folder / "fintrak.db")
        return f"sqlite:///{folder}/fintrak.db"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name != "postgresql":  # MariaDB checks a reference of a table to itself row by row
            connection.execute(sa.text("SET FOREIGN_KEY_CHECKS = 0"))
        for table in reversed(
            Base.metadata.sorted_tables
        ):  # most are empty, and emptying one costs a round to the disk
            if connection.scalar(sa.select(sa.literal(1)).select_from(table).limit(1)):
                connection.execute(sa.delete(table))
    engine.dispose()
    return url


@pytest.fixture(name="make_settings")
def make_settings_fixture() -> Callable[..., Settings]:
    return make_settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return make_settings(tmp_path, _emptied(database, tmp_path))


@pytest.fixture
def replaced(clock: Clock, mailer: FakeMailer) -> Replaced:
    """The ports that every test fills; a module fills more of them with a fixture of the same name."""
    return Replaced(now=clock, mailer=mailer)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Each template is compiled once, not once for each test's application."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, replaced: Replaced, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application on an empty database, inside an application context."""
    app = create_app(settings, replaced)
    app.jinja_env.bytecode_cache = compiled_templates
    app.testing = True
    app.test_client_class = Visitor
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def deps(app: Flask) -> Deps:
    with app.app_context():
        return current_deps()


@pytest.fixture
def session(deps: Deps) -> Session:
    return deps.session


@pytest.fixture
def make_user(session: Session) -> Callable[..., int]:
    """A person: `make_user("bob@example.com")`. Returns the id."""

    def make(email: str = "asha@example.com", **changes: Any) -> int:
        values: dict[str, Any] = {
            "name": "Asha Rao",
            "password_hash": "",
            "born_on": None,
            "locale": "en-IN",
            "timezone": "Asia/Kolkata",
            "theme": "auto",
            "is_demo": False,
        }
        user = User(email=email, created_at=NOW, **(values | changes))
        session.add(user)
        session.commit()
        return user.id

    return make


@pytest.fixture
def make_book(deps: Deps, make_user: Callable[..., int]) -> Callable[..., int]:
    """A book with its starting accounts: `make_book(kind=BookKind.BUSINESS)`. Returns the id."""

    def make(user_id: int | None = None, **changes: Any) -> int:
        values: dict[str, Any] = {
            "kind": BookKind.PERSONAL,
            "name": "Personal",
            "currency": "INR",
            "timezone": "Asia/Kolkata",
        }
        return open_book(user_id or make_user(), deps=deps, **(values | changes))

    return make


@pytest.fixture
def account(session: Session) -> Callable[[int, str], int]:
    """The id of a book's account by name: `account(book, "Groceries")`."""

    def find(book_id: int, name: str) -> int:
        return session.scalars(sa.select(Account.id).where(Account.book_id == book_id, Account.name == name)).one()

    return find


@pytest.fixture
def spend(deps: Deps, account: Callable[[int, str], int]) -> Callable[..., Recorded]:
    """A saved, unremarkable expense: `spend(book, 25_000, payee="Big Bazaar")`."""

    def record(book_id: int, amount_minor: int = 25_000, *, category: str = "Groceries", **changes: Any) -> Recorded:
        values: dict[str, Any] = {
            "occurred_on": date(2026, 11, 20),
            "direction": Direction.OUT,
            "user_id": None,
        } | changes
        command = TransactionCommand(
            book_id=book_id,
            account_id=account(book_id, "Cash"),
            amount_minor=amount_minor,
            lines=(Line(account(book_id, category), amount_minor),),
            **values,
        )
        return record_transaction(command, deps=deps)

    return record
