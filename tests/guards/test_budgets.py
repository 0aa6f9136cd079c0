"""A page asks the database the same few things whatever the size of the book."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.domain.books import AccountKind, BookKind, Leg, Source, TransactionKind
from app.extensions import db
from app.models.account import Account
from app.services.deps import Deps
from app.services.payees import payee_ids
from app.services.posting import Draft, account_kinds, post
from app.services.uow import book_work
from tests.blueprints.browser import Browser

MOST = 12
SMALL, LARGE = 10, 5_000
LAST_DAY = date(2026, 11, 20)

PAGES = {
    BookKind.PERSONAL: (
        "/dashboard",
        "/dashboard?month=2026-10",
        "/transactions",
        "/transactions?month=2026-11",
        "/transactions?category={category}",
        "/transactions?account={account}",
        "/transactions?q=shop",
        "/transactions?before=2026-11-20.7",
        "/accounts",
        "/categories",
        "/net_worth",
        "/net_worth/goals",
        "/investments/prices",
    ),
    BookKind.BUSINESS: (
        "/business_dashboard",
        "/business/transactions",
        "/business/transactions?category={category}",
        "/net_worth",
    ),
}


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """What the application asks the database meanwhile, with parameters, without the begin of a transaction."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def fill(deps: Deps, book_id: int, count: int) -> tuple[int, int]:
    """So many entries in some months, from three accounts to all categories. Returns a category and an account."""
    with book_work(deps, book_id) as work:
        kinds = account_kinds(work, work.session.scalars(sa.select(Account.id)))
        categories = sorted(each for each, kind in kinds.items() if kind == AccountKind.EXPENSE)
        money = sorted(each for each, kind in kinds.items() if kind == AccountKind.ASSET)
        payees = payee_ids(work, [f"Shop {number}" for number in range(20)])
        post(
            work,
            [
                Draft(
                    LAST_DAY - timedelta(days=7 * number % 90),
                    TransactionKind.EXPENSE,
                    (
                        Leg(categories[number % len(categories)], 100 + number, 100 + number),
                        Leg(money[number % len(money)], -100 - number, -100 - number),
                    ),
                    Source.DEMO,
                    payee_id=payees[f"Shop {number % 20}"],
                    payee=f"Shop {number % 20}",
                )
                for number in range(count)
            ],
            kinds,
        )
    return categories[0], money[0]


@pytest.mark.parametrize("kind", list(BookKind))
def test_a_page_asks_as_little_of_a_large_book_as_of_a_small_one(
    app: Flask, deps: Deps, make_user: Callable[..., int], make_book: Callable[..., int], kind: BookKind
) -> None:
    user_id = make_user()
    browser = Browser(app).sign_in_as(user_id, deps)
    counts: dict[int, dict[str, int]] = {}
    for size in (SMALL, LARGE):
        book_id = make_book(user_id, kind=kind, name=f"{size} rows")
        category, account = fill(deps, book_id, size)
        counts[size] = {}
        for page in PAGES[kind]:
            address = page.format(category=category, account=account)
            with statements() as asked:
                answer = browser.get(f"{address}{'&' if '?' in address else '?'}book={book_id}")
            assert answer.status_code == 200, address
            counts[size][page] = len(asked)

    assert counts[SMALL] == counts[LARGE]
    assert max(counts[LARGE].values()) <= MOST
    assert min(counts[LARGE].values()) > 1, "the counter counts"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("kind", list(BookKind))
def test_no_page_reads_all_legs_or_entries_of_a_book(
    app: Flask, deps: Deps, make_user: Callable[..., int], make_book: Callable[..., int], kind: BookKind
) -> None:
    """SQLite decides without figures about its tables, so its plan for a small book is its plan for a large one."""
    user_id = make_user()
    browser = Browser(app).sign_in_as(user_id, deps)
    book_id = make_book(user_id, kind=kind)
    category, account = fill(deps, book_id, SMALL)
    steps: list[str] = []
    for page in PAGES[kind]:
        if "q=" in page:
            continue  # a search for a part of a word reads what it searches
        address = page.format(category=category, account=account)
        with statements() as asked:
            browser.get(f"{address}{'&' if '?' in address else '?'}book={book_id}")
        with db.engine.connect() as connection:
            for statement, parameters in asked:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps += [f"{step.detail} for {page}: {statement}" for step in plan]

    whole = re.compile(
        r"SCAN (transactions|postings|transaction_tags)|SEARCH (postings|transaction_tags) .*\(book_id=\?\) "
    )
    assert [step for step in steps if whole.match(step)] == []
    assert any(step.startswith("SEARCH postings") for step in steps), "the plans were read"
