"""How long pages take and how many statements they need, at several sizes of one book, beside a bare Flask page in the same run.

    python -m benchmarks.pages --rows 1000,10000,100000,1000000
    python -m benchmarks.pages --rows 1000,1000000 --database-url postgresql+psycopg://postgres@127.0.0.1/scratch

The database must be empty and is filled; without --database-url it is a SQLite file in a folder that is removed afterwards.
The whole application answers in this process (WSGI), the bare page as well, so ratios compare like with like.
"""

import argparse
import math
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_login import LoginManager, UserMixin, login_required
from flask_migrate import upgrade

from app.domain.books import BookKind, Direction
from app.extensions import db
from app.factory import Replaced, create_app
from app.models.account import Account
from app.services.transactions import Line, TransactionCommand, record_transaction
from app.settings import ROOT, Settings
from app.web.deps import current_deps
from benchmarks.ledgers import NOW, make_ledger, make_person
from benchmarks.report import today, write_section

PAGES = {
    "dashboard": "/dashboard?book={book}",
    "list, first page": "/transactions?book={book}",
    "list, one month": "/transactions?book={book}&month=2026-10",
    "list, one category": "/transactions?book={book}&category={category}",
    "list, search": "/transactions?book={book}&q=payee+37",
    "accounts": "/accounts?book={book}",
    "categories": "/categories?book={book}",
}


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one page."""

    p50: float
    p95: float
    statements: int

    def __str__(self) -> str:
        return f"{self.p50:.2f} / {self.p95:.2f} ms, {self.statements} statements"


def main() -> None:
    """Fill, measure, print, write docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1000,10000,100000,1000000")
    parser.add_argument("--repeat", type=int, default=60)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--no-report", action="store_true", help="print only")
    options = parser.parse_args()
    sizes = [int(size) for size in options.rows.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        lines = list(measure(Path(folder), options.database_url, sizes, options.repeat))
    if not options.no_report:
        engine = options.database_url.partition(":")[0].partition("+")[0] or "sqlite"
        write_section(
            f"Pages on {engine}",
            [
                f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {today()}",
                *lines,
            ],
        )


def measure(folder: Path, url: str, sizes: list[int], repeat: int) -> Iterator[str]:
    """Print each line of the report, and give it back."""
    app = create_app(bench_settings(folder, url), Replaced(now=lambda: NOW))
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
    bare = bare_page(folder)
    floor = clock(bare, "/", repeat)
    yield say(f"| page | rows | p50 / p95 | × bare page with sign-in ({floor.p50:.2f} ms) |")
    yield say("|---|---|---|---|")
    for rows in sizes:
        client, book_id, category_id = sign_in(app, rows)
        for name, address in PAGES.items():
            timing = clock(client, address.format(book=book_id, category=category_id), repeat, app)
            floor = clock(bare, "/", repeat)
            yield say(f"| {name} | {rows:,} | {timing} | {timing.p50 / floor.p50:.1f} |")
        saved = saves(app, book_id, repeat)
        yield say(f"| one save, durable | {rows:,} | {saved} | |")


def bench_settings(folder: Path, url: str) -> Settings:
    """Settings of a measured application: nothing from .env."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
        data_dir=folder,
        database_url=url,
        jobs="inline",
        model_store=str(folder / "models"),
    )


def say(line: str) -> str:
    """Print a line as soon as it is known."""
    print(line, flush=True)
    return line


def sign_in(app: Flask, rows: int) -> tuple[FlaskClient, int, int]:
    """A client of a person whose book has so many rows, with the book and one of its categories."""
    with app.app_context():
        user_id, token = make_person(current_deps(), f"bench{rows}@example.com")
        started = time.perf_counter()
        book_id = make_ledger(current_deps(), user_id, rows, kind=BookKind.PERSONAL)
        print(f"filled {rows:,} rows in {time.perf_counter() - started:.1f} s", flush=True)
        category_id = (
            current_deps()
            .session.scalars(sa.select(Account.id).where(Account.book_id == book_id, Account.name == "Spending 3"))
            .one()
        )
        if db.engine.dialect.name != "sqlite":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(
                    sa.text(
                        "ANALYZE" if db.engine.dialect.name == "postgresql" else "ANALYZE TABLE transactions, postings"
                    )
                )
        db.session.remove()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return client, book_id, category_id


def clock(client: FlaskClient, address: str, repeat: int, app: Flask | None = None) -> Timing:
    """Ask a page so many times, after three times that do not count."""
    for _ in range(3):
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
    times = []
    with counted(app) as statements:
        for _ in range(repeat):
            started = time.perf_counter()
            client.get(address)
            times.append(1000 * (time.perf_counter() - started))
    return Timing(statistics.median(times), p95(times), math.ceil(len(statements) / repeat))


def saves(app: Flask, book_id: int, repeat: int) -> Timing:
    """Record so many transactions through the service, each with its own commit."""
    times = []
    with app.app_context():
        deps = current_deps()
        account = deps.session.scalars(
            sa.select(Account.id).where(Account.book_id == book_id, Account.name == "Cash")
        ).one()
        category = deps.session.scalars(
            sa.select(Account.id).where(Account.book_id == book_id, Account.name == "Spending 3")
        ).one()
    with counted(app) as statements:
        for number in range(repeat + 3):
            with app.app_context():
                command = TransactionCommand(
                    book_id,
                    None,
                    Direction.OUT,
                    date(2026, 11, 21),
                    account,
                    12_345 + number,
                    (Line(category, 12_345 + number),),
                    payee="Payee 37",
                )
                started = time.perf_counter()
                record_transaction(command, deps=current_deps())
                times.append(1000 * (time.perf_counter() - started))
    return Timing(statistics.median(times[3:]), p95(times[3:]), math.ceil(len(statements) / len(times)))


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return sorted(times)[math.ceil(0.95 * len(times)) - 1]


@contextmanager
def counted(app: Flask | None) -> Iterator[list[str]]:
    """The statements that the application's engine runs meanwhile, without BEGIN and the like."""
    statements: list[str] = []
    if app is None:
        yield statements
        return
    with app.app_context():
        engine = db.engine

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def bare_page(folder: Path) -> FlaskClient:
    """The least that a signed-in page can be: Flask, Flask-Login, one query for the person, one small template."""
    app = Flask("bare")
    app.secret_key = "bare" * 8
    engine = sa.create_engine(f"sqlite:///{folder}/bare.db")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)"))
        connection.execute(sa.text("INSERT INTO people VALUES (1, 'Asha')"))
    manager = LoginManager(app)
    template = app.jinja_env.from_string("<!doctype html><title>Hello</title><h1>Hello {{ name }}</h1>")

    class Person(UserMixin):  # type: ignore[misc]  # Flask-Login is untyped
        def __init__(self, id_: str, name: str) -> None:
            self.id, self.name = id_, name

    def load(user_id: str) -> Person | None:
        with engine.connect() as connection:
            row = connection.execute(sa.text("SELECT id, name FROM people WHERE id = :id"), {"id": int(user_id)}).one()
        return Person(str(row.id), row.name)

    manager.user_loader(load)

    def page() -> str:
        return template.render(name="Asha")

    view: Callable[[], str] = login_required(page)
    app.add_url_rule("/", "page", view)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1"
        session["_fresh"] = True
    return client


if __name__ == "__main__":
    main()
