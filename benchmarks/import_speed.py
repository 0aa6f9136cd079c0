"""Measures a whole import: `python -m benchmarks.import_speed --rows 100000 [--database-url …] [--again]`.

Writes a bank's CSV of its own, then reads it, plans it (with the duplicate check), applies it, and imports the same file again, each timed.
Without a URL it uses a new SQLite file. Checks that every row arrived, that the second import added nothing, and that the books are clean.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, State
from app.domain.imports import RowStatus
from app.extensions import db
from app.factory import Replaced, create_app
from app.jobs.port import JobArgument, JobName
from app.models.account import Account
from app.models.transaction import Transaction
from app.models.user import User
from app.queries.imports import status_counts
from app.queries.verification import verify_book
from app.services import imports
from app.services.books import open_book
from app.services.deps import Deps
from app.services.import_jobs import apply_import
from app.settings import Settings
from app.web.deps import current_deps
from benchmarks.report import today, write_section

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
FIRST_DAY = date(2015, 4, 1)
ROWS_A_DAY = 28
SHOPS = 4000


def statement(rows: int) -> bytes:
    """A current account's CSV with UPI, card and salary rows, and a running balance that adds up."""
    chance, balance = random.Random(2026), 50_000_000
    lines = ["Date,Narration,Ref No,Withdrawal Amt,Deposit Amt,Closing Balance"]
    for number in range(rows):
        day = FIRST_DAY + timedelta(days=number // ROWS_A_DAY)
        amount = chance.randint(1_000, 900_000)
        is_out = balance > amount and chance.random() < 0.9
        balance += -amount if is_out else amount
        shop, reference = chance.randint(1, SHOPS), 400_000_000_000 + number
        narration = (
            f"UPI-SHOP {shop}-shop{shop}@okaxis-UTIB0000{shop % 900 + 100}-{reference}-PAYMENT"
            if number % 3
            else f"POS 412912XXXXXX1234 STORE {shop} MUMBAI"
        )
        written = f"{amount // 100}.{amount % 100:02d}"
        lines.append(
            f"{day:%d/%m/%Y},{narration},{reference},{written if is_out else ''},{'' if is_out else written},"
            f"{balance // 100}.{balance % 100:02d}"
        )
    return ("\n".join(lines) + "\n").encode()


class ImportsOnly:
    """A queue that writes imports at once and leaves trainings to a worker, which has one of its own in real life."""

    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        """Run the job when it is an import."""
        if name == JobName.APPLY_IMPORT:
            apply_import(**arguments, deps=current_deps())  # type: ignore[arg-type]  # ids, as the service gives them


class Stages:
    """Seconds by stage, those of them on the processor, and the memory that was needed at most."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Measure one stage."""
        start, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds[name], self.cpu[name] = time.perf_counter() - start, time.process_time() - cpu

    @property
    def peak_mb(self) -> int:
        """The most memory that this process has had, in megabytes."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def somebody(session: Session) -> int:
    """A person to own the book. Returns the id."""
    user = User(
        email=f"import-{time.time_ns()}@example.com", name="Import", password_hash="", born_on=None, locale="en-IN",
        timezone="Asia/Kolkata", theme="auto", is_demo=False, created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(user)
    session.commit()
    return user.id


def run(rows: int, deps: Deps) -> Stages:
    """Import a new file into a new book, and the same file again."""
    session, stages = deps.session, Stages()
    book_id = open_book(
        somebody(session), kind=BookKind.PERSONAL, name="Import", currency="INR", timezone="Asia/Kolkata", deps=deps
    )
    account_id = session.scalars(
        select(Account.id).where(Account.book_id == book_id, Account.name == "Bank account")
    ).one()
    data = statement(rows)
    print(f"file: {len(data) / 2**20:.1f} MB, {rows:,} rows; memory before: {stages.peak_mb} MB")
    with stages.timed("upload and read"):
        import_id = imports.upload(book_id, account_id, "bench.csv", data, deps=deps)
    with stages.timed("read again and plan"):
        imports.plan(book_id, import_id, deps=deps)
    with stages.timed("apply"):
        imports.apply(book_id, import_id, user_id=None, deps=deps)
    with stages.timed("same file again, to its plan"):
        again = imports.upload(book_id, account_id, "bench.csv", data, deps=deps)
        imports.plan(book_id, again, deps=deps)
    _check(session, book_id, again, rows)
    return stages


def _check(session: Session, book_id: int, again: int, rows: int) -> None:
    posted = session.scalar(
        select(func.count())
        .select_from(Transaction)
        .where(Transaction.book_id == book_id, Transaction.state == State.POSTED)
    )
    assert posted == rows, f"{posted} of {rows} rows are in the books"
    assert status_counts(session, book_id, again) == {RowStatus.HERE: rows}, "the second import found something new"
    differences = verify_book(session, book_id).differences
    assert not differences, differences


def main() -> None:
    """Run, print, and write the section of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--no-report", action="store_true", help="only print")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
            data_dir=Path(folder),
            database_url=asked.database_url,
            model_store=f"{folder}/models",
            jobs="inline",
            secret_key="x" * 32,  # type: ignore[arg-type]  # pydantic wraps it
        )
        app = create_app(settings, Replaced(jobs=ImportsOnly()))
        with app.app_context():
            upgrade(str(MIGRATIONS))
            kind = db.engine.dialect.name
            stages = run(asked.rows, current_deps())
            db.session.remove()
            db.engine.dispose()
    total = sum(list(stages.seconds.values())[:3])
    lines = [
        "| Stage | Seconds | of them on the processor | Rows a second |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {seconds:.2f} | {stages.cpu[name]:.2f} | {asked.rows / seconds:,.0f} |"
            for name, seconds in stages.seconds.items()
        ),
        f"| first three together | {total:.2f} | {sum(list(stages.cpu.values())[:3]):.2f} | {asked.rows / total:,.0f} |",
    ]
    print("\n".join(lines))
    print(f"memory: at most {stages.peak_mb} MB")
    if not asked.no_report:
        head = (
            f"`python -m benchmarks.import_speed --rows {asked.rows}` on {kind}, {today()}, Python {sys.version.split()[0]}; "
            f"at most {stages.peak_mb} MB of memory."
        )
        write_section(f"Import of {asked.rows:,} rows ({kind})", [head, *lines])


if __name__ == "__main__":
    main()
