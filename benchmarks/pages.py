"""How long pages take and how many statements they need, at several sizes of one book, beside a bare Flask page in the same run.

    python -m benchmarks.pages --rows 1000,10000,100000,1000000
    python -m benchmarks.pages --rows 1000,1000000 --database-url postgresql+psycopg://postgres@127.0.0.1/scratch

The database must be empty and is filled; without --database-url it is a SQLite file in a folder that is removed afterwards.
Both applications are served alike: gunicorn, one worker with one thread, over a connection that stays open. Each page is
asked in turn with the bare one, so a slow moment of the machine slows both.
"""

import argparse
import http.client
import math
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from flask_migrate import upgrade

from app.domain.books import BookKind, Direction
from app.domain.periods import Month
from app.extensions import db
from app.factory import create_app
from app.models.account import Account
from app.services.transactions import Line, TransactionCommand, record_transaction
from app.settings import ROOT, Settings
from app.web.deps import current_deps
from benchmarks import bare
from benchmarks.ledgers import LAST_DAY, make_ledger, make_person
from benchmarks.report import today, write_section
from benchmarks.serving import Visitor, served

PAGES = {
    "dashboard": "/dashboard?book={book}",
    "list, first page": "/transactions?book={book}",
    "list, one month": "/transactions?book={book}&month={month}",
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

    def __str__(self) -> str:
        return f"{self.p50:.2f} / {self.p95:.2f} ms"


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
    settings = bench_settings(folder, url)
    app = create_app(settings)
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
    environment = {
        f"FINTRAK_{name.upper()}": str(getattr(settings, name))
        for name in ("data_dir", "database_url", "model_store", "jobs")
    }
    yield say("| page | rows | p50 / p95 | statements | × bare page with sign-in |")
    yield say("|---|---|---|---|---|")
    for rows in sizes:
        client, token, book_id, category_id = sign_in(app, rows)
        with served("wsgi:app", cookie(app, token), **environment) as page, bare_visitor(folder) as floor_page:
            for name, pattern in PAGES.items():
                address = pattern.format(book=book_id, category=category_id, month=Month.of(LAST_DAY).previous())
                took, floor = in_turn(page, address, floor_page, repeat)
                count = statements_of(app, client, address)
                yield say(
                    f"| {name} | {rows:,} | {took} | {count} | {took.p50 / floor.p50:.1f} of {floor.p50:.2f} ms |"
                )
        saved, count = saves(app, book_id, repeat)
        yield say(f"| one save, durable | {rows:,} | {saved} | {count} | |")


def bare_visitor(folder: Path) -> AbstractContextManager[Visitor]:
    """The bare page, with somebody signed in."""
    environment = {"BARE_DATABASE": str(folder / "bare.db")}
    os.environ |= environment
    return served("benchmarks.bare:create_app()", cookie(bare.create_app(), "1", name="session"), **environment)


def cookie(app: Flask, user: str, *, name: str = "fintrak") -> str:
    """The cookie of somebody who is signed in."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    return f"{name}={signer.dumps({'_user_id': user, '_fresh': True})}"


def in_turn(page: Visitor, address: str, bare: Visitor, repeat: int) -> tuple[Timing, Timing]:
    """Ask a page and the bare one so many times each, after five times that do not count."""
    times = [(page.ask(address), bare.ask("/")) for _ in range(repeat + 5)][5:]
    return timing([mine for mine, _ in times]), timing([its for _, its in times])


def statements_of(app: Flask, client: FlaskClient, address: str) -> int:
    """How many statements a page needs."""
    with counted(app) as statements:
        assert client.get(address).status_code == http.client.OK
    return len(statements)


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


def sign_in(app: Flask, rows: int) -> tuple[FlaskClient, str, int, int]:
    """A client of a person whose book has so many rows, with the token of the sign-in, the book and one of its categories."""
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
    return client, token, book_id, category_id


def saves(app: Flask, book_id: int, repeat: int) -> tuple[Timing, int]:
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
                    LAST_DAY,
                    account,
                    12_345 + number,
                    (Line(category, 12_345 + number),),
                    payee="Payee 37",
                )
                started = time.perf_counter()
                record_transaction(command, deps=current_deps())
                times.append(1000 * (time.perf_counter() - started))
    return timing(times[3:]), math.ceil(len(statements) / len(times))


def timing(times: list[float]) -> Timing:
    """The median and the 95th percentile."""
    return Timing(statistics.median(times), sorted(times)[math.ceil(0.95 * len(times)) - 1])


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the application's engine runs meanwhile, without BEGIN and the like."""
    statements: list[str] = []
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


if __name__ == "__main__":
    main()
