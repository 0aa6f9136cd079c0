"""Many writers of one book at once, in threads and in processes: nothing is lost, nothing happens twice."""

import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier
from time import sleep
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, Direction
from app.domain.errors import NotInBook, Refused
from app.domain.imports import ImportState
from app.extensions import db
from app.factory import Replaced, create_app
from app.jobs.port import JobName
from app.ml.replay import RETRAIN_EVERY
from app.models.account import Account
from app.models.base import Base
from app.models.book import Book
from app.models.numbers import whole
from app.models.statement_import import Import
from app.models.transaction import AccountMonth, Posting, Transaction
from app.queries.verification import verify_book
from app.services import imports
from app.services.accounts import CategoryCommand, add_category, merge_category
from app.services.departures import delete_account
from app.services.deps import Deps
from app.services.import_jobs import apply_import
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction, void_transactions
from app.settings import Settings
from app.web.deps import current_deps
from tests.blueprints.browser import Browser, shown
from tests.jobs.kept import KeptJobs

T = TypeVar("T")
DAY = date(2026, 11, 20)
WAIT = 120  # seconds until a race that does not end is a failure


@pytest.fixture
def jobs() -> KeptJobs:
    return KeptJobs()


@pytest.fixture
def replaced(replaced: Replaced, jobs: KeptJobs) -> Replaced:
    return Replaced(now=replaced.now, mailer=replaced.mailer, jobs=jobs)


@pytest.fixture
def together(app: Flask) -> Callable[[Sequence[Callable[[Deps], T]]], list[T]]:
    """Run each in a thread with a session of its own, all from the same moment on. Their results in order; the first failure is raised."""

    def run(acts: Sequence[Callable[[Deps], T]]) -> list[T]:
        db.session.rollback()  # the test's own session holds no lock meanwhile
        barrier = Barrier(len(acts))

        def one(act: Callable[[Deps], T]) -> T:
            with app.app_context():
                barrier.wait(WAIT)
                return act(current_deps())

        with ThreadPoolExecutor(len(acts)) as pool:
            return [each.result(WAIT) for each in [pool.submit(one, act) for act in acts]]

    return run


@pytest.fixture
def command(account: Callable[[int, str], int]) -> Callable[..., TransactionCommand]:
    """An expense of a book: `command(book, 25_000)`."""

    def make(
        book_id: int, amount_minor: int = 100, *, category: str = "Groceries", key: str | None = None
    ) -> TransactionCommand:
        return TransactionCommand(
            book_id, None, Direction.OUT, DAY, account(book_id, "Cash"), amount_minor,
            (Line(account(book_id, category), amount_minor),), payee="Big Bazaar", submission_key=key,
        )  # fmt: skip

    return make


def spent(session: Session, account_id: int) -> int:
    """What the kept totals of a category say."""
    session.rollback()
    total = func.sum(AccountMonth.base_debit_minor - AccountMonth.base_credit_minor)
    return whole(session.scalar(select(total).where(AccountMonth.account_id == account_id)))


def test_threads_that_save_into_one_book_lose_nothing(
    session: Session,
    make_book: Callable[..., int],
    account: Callable[[int, str], int],
    command: Callable[..., TransactionCommand],
    together: Callable[[Sequence[Callable[[Deps], list[int]]]], list[list[int]]],
) -> None:
    book = make_book()
    wanted = command(book)

    def save_some(deps: Deps) -> list[int]:
        return [record_transaction(wanted, deps=deps).transaction_id for _ in range(6)]

    ids = [each for some in together([save_some] * 6) for each in some]

    session.rollback()
    proof = verify_book(session, book)
    assert len(set(ids)) == proof.transactions == 36
    assert proof.differences == ()
    assert proof.events == 37  # one is the opening of the book
    assert spent(session, account(book, "Groceries")) == 3600


def test_the_same_form_sent_by_four_threads_at_once_posts_once(
    session: Session,
    make_book: Callable[..., int],
    command: Callable[..., TransactionCommand],
    together: Callable[[Sequence[Callable[[Deps], Recorded]]], list[Recorded]],
) -> None:
    book = make_book()
    wanted = command(book, key="9d6a1f6e-7f0a-4c36-9f53-0d6f3f0e2a11")

    saved = together([lambda deps: record_transaction(wanted, deps=deps)] * 4)

    session.rollback()
    assert len({each.transaction_id for each in saved}) == 1
    assert sorted(each.is_repeat for each in saved) == [False, True, True, True]
    assert verify_book(session, book).transactions == 1


def test_threads_that_delete_the_same_transactions_count_each_once(
    session: Session,
    make_book: Callable[..., int],
    command: Callable[..., TransactionCommand],
    deps: Deps,
    together: Callable[[Sequence[Callable[[Deps], int]]], list[int]],
) -> None:
    book = make_book()
    wanted = command(book)
    ids = [record_transaction(wanted, deps=deps).transaction_id for _ in range(5)]

    gone = together([lambda own: void_transactions(book, ids, user_id=None, deps=own)] * 3)

    session.rollback()
    assert sorted(gone) == [0, 0, 5]
    assert verify_book(session, book).differences == ()


def test_of_two_workers_with_the_same_import_one_writes_it(
    *,
    session: Session,
    deps: Deps,
    make_book: Callable[..., int],
    account: Callable[[int, str], int],
    jobs: KeptJobs,
    together: Callable[[Sequence[Callable[[Deps], None]]], list[None]],
) -> None:
    book = make_book()
    lines = [f"{(DAY - timedelta(days=at % 28)):%d/%m/%Y},SHOP {at},{at + 1}.00," for at in range(60)]
    statement = "\n".join(["Date,Description,Debit,Credit", *lines]).encode()
    import_id = imports.upload(book, account(book, "Bank account"), "may.csv", statement, deps=deps)
    imports.plan(book, import_id, deps=deps)
    imports.apply(book, import_id, user_id=None, deps=deps)
    assert [name for name, _ in jobs.jobs] == [JobName.APPLY_IMPORT]

    together([lambda own: apply_import(book, import_id, None, deps=own)] * 2)

    session.rollback()
    found = session.get_one(Import, import_id)
    proof = verify_book(session, book)
    assert (found.state, found.done_count) == (ImportState.APPLIED, 60)
    assert (proof.transactions, proof.result_minor, proof.differences) == (60, -100 * sum(range(1, 61)), ())


@pytest.mark.slow
def test_a_training_is_claimed_once_for_every_twenty_saves_of_four_threads(
    *,
    request: pytest.FixtureRequest,
    session: Session,
    make_book: Callable[..., int],
    command: Callable[..., TransactionCommand],
    jobs: KeptJobs,
    together: Callable[[Sequence[Callable[[Deps], None]]], list[None]],
) -> None:
    book = make_book()
    wanted, each = command(book), request.config.getoption("--saves")

    def save_some(deps: Deps) -> None:
        for _ in range(each):
            record_transaction(wanted, deps=deps)

    together([save_some] * 4)

    session.rollback()
    claims = [arguments for name, arguments in jobs.jobs if name == JobName.RETRAIN_DETECTOR]
    assert claims == [{"book_id": book}] * (4 * each // RETRAIN_EVERY)
    assert verify_book(session, book).differences == ()


def test_a_category_that_is_merged_while_others_save_into_it_ends_empty(
    session: Session,
    make_book: Callable[..., int],
    account: Callable[[int, str], int],
    command: Callable[..., TransactionCommand],
    together: Callable[[Sequence[Callable[[Deps], int]]], list[int]],
) -> None:
    book = make_book()
    source, target, wanted = account(book, "Groceries"), account(book, "Dining"), command(book)

    def save_some(deps: Deps) -> int:
        saved = 0
        for _ in range(8):
            try:
                record_transaction(wanted, deps=deps)
            except Refused:  # the category is archived now
                continue
            saved += 1
        return saved

    def merge(deps: Deps) -> int:
        merge_category(source, target, book_id=book, user_id=None, deps=deps)
        return 0

    saved = sum(together([save_some, save_some, merge, save_some]))

    assert (spent(session, source), spent(session, target)) == (0, 100 * saved)
    assert verify_book(session, book).differences == ()
    assert not session.scalar(select(func.count()).select_from(Posting).where(Posting.account_id == source))


def test_a_book_that_is_deleted_while_others_save_leaves_nothing_behind(
    session: Session,
    make_user: Callable[..., int],
    make_book: Callable[..., int],
    command: Callable[..., TransactionCommand],
    together: Callable[[Sequence[Callable[[Deps], int]]], list[int]],
) -> None:
    owner = make_user(is_demo=True)
    book = make_book(owner)
    wanted = command(book)

    def save_until_it_is_gone(deps: Deps) -> int:
        saved = 0
        while True:
            try:
                record_transaction(wanted, deps=deps)
            except NotInBook:
                return saved
            saved += 1

    def leave(deps: Deps) -> int:
        record_transaction(wanted, deps=deps)
        delete_account(owner, password="", delete_file=lambda *_: None, deps=deps)
        return 1

    together([save_until_it_is_gone, leave, save_until_it_is_gone])

    session.rollback()
    left = {
        table.name: session.scalar(select(func.count()).select_from(table).where(table.c.book_id == book))
        for table in Base.metadata.sorted_tables
        if "book_id" in table.c
    }
    assert not any(left.values()), left
    assert session.get(Book, book) is None


def test_two_people_who_open_the_same_category_at_once_get_one_and_a_refusal(
    session: Session,
    make_book: Callable[..., int],
    together: Callable[[Sequence[Callable[[Deps], bool]]], list[bool]],
) -> None:
    book = make_book()

    def add(deps: Deps) -> bool:
        try:
            add_category(CategoryCommand(book, None, "Chai", AccountKind.EXPENSE), deps=deps)
        except Refused:
            return False
        return True

    assert sorted(together([add] * 3)) == [False, False, True]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Account).where(Account.name == "Chai")) == 1


def _save_in_a_process(settings: Settings, wanted: TransactionCommand, count: int) -> list[int]:
    """What another web process does: an application, a pool and a detector of its own."""
    with create_app(settings).app_context():
        return [record_transaction(wanted, deps=current_deps()).transaction_id for _ in range(count)]


@pytest.mark.slow
def test_processes_that_save_into_one_book_lose_nothing(
    session: Session,
    settings: Settings,
    make_book: Callable[..., int],
    command: Callable[..., TransactionCommand],
) -> None:
    book = make_book()
    wanted = command(book)
    session.rollback()

    with multiprocessing.get_context("spawn").Pool(2) as pool:
        ids = [
            each
            for some in pool.starmap(_save_in_a_process, [(settings, wanted, 12)] * 2, chunksize=1)
            for each in some
        ]

    session.rollback()
    proof = verify_book(session, book)
    assert len(set(ids)) == proof.transactions == 24
    assert proof.differences == ()


@pytest.mark.sqlite_only
def test_a_writer_of_sqlite_waits_for_one_who_is_quick(
    settings: Settings,
    session: Session,
    make_book: Callable[..., int],
    command: Callable[..., TransactionCommand],
    deps: Deps,
) -> None:
    wanted = command(make_book())
    session.rollback()

    with ThreadPoolExecutor(1) as pool, locked(settings) as release:
        ends = pool.submit(_after_a_moment, release)
        saved = record_transaction(wanted, deps=deps)
        assert ends.done()

    assert session.get_one(Transaction, saved.transaction_id).expense_minor == 100


@pytest.mark.sqlite_only
def test_sqlite_that_stays_locked_answers_503_and_the_same_form_saves_later(
    *,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    replaced: Replaced,
    make_user: Callable[..., int],
    make_book: Callable[..., int],
    account: Callable[[int, str], int],
    session: Session,
    deps: Deps,
) -> None:
    person = make_user()
    book = make_book(person)
    entry = {
        "direction": "out", "amount": "250", "occurred_on": "2026-11-21", "account_id": str(account(book, "Cash")),
        "category_id": str(account(book, "Groceries")), "submission_key": "9d6a1f6e-7f0a-4c36-9f53-0d6f3f0e2a11",
    }  # fmt: skip
    monkeypatch.setattr("app.models.engine.BUSY_MS", 50)
    impatient = create_app(settings, replaced)
    browser = Browser(impatient).sign_in_as(person, deps)
    session.rollback()

    with locked(settings):
        refused = browser.send("/transactions/new", entry)
    saved = browser.send("/transactions/new", entry)

    with impatient.app_context():
        db.engine.dispose()
    assert (refused.status_code, saved.status_code) == (503, 303)
    assert "Nothing was saved" in shown(refused)
    assert verify_book(session, book).transactions == 1


def _after_a_moment(act: Callable[[], None]) -> None:
    sleep(0.3)
    act()


@contextmanager
def locked(settings: Settings) -> Iterator[Callable[[], None]]:
    """Somebody else writes into the file: nobody can, until this ends or what it yields is called."""
    other = sqlite3.connect(
        settings.sqlalchemy_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other.rollback
    finally:
        other.close()
