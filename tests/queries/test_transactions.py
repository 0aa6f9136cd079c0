import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.books import Direction, Subtype
from app.models.anomaly import Alert
from app.models.transaction import Transaction
from app.queries.accounts import accounts_of, with_parts
from app.queries.transaction_filters import Cursor, Filters
from app.queries.transaction_sums import Sums, day_sums, sums_of
from app.queries.transactions import TransactionRow, all_of, last_used_account, one_of, page_of, unusual_count
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction, void_transactions
from tests.conftest import NOW

DAY = date(2026, 11, 20)


class Books(NamedTuple):
    """A book with 70 transactions of every kind on 15 days, so that days run over pages; two of them deleted."""

    id: int
    cash: int
    bank: int
    transport: tuple[int, ...]  # with Fuel and Taxi under it
    groceries: int


@pytest.fixture
def books(deps: Deps, make_book: Callable[..., int], account: Callable[[int, str], int]) -> Books:
    book = make_book()
    cash, bank = account(book, "Cash"), account(book, "Bank account")
    spending = [account(book, name) for name in ("Groceries", "Fuel", "Taxi and auto", "Transport")]
    salary = account(book, "Salary")
    rng = random.Random(7)

    def command(number: int) -> TransactionCommand:
        amount = rng.randrange(1, 100_000)
        half = amount // 2
        given = TransactionCommand(
            book, None, Direction.OUT, DAY - timedelta(days=rng.randrange(15)), rng.choice((cash, bank)), amount,
            payee=f"Shop {number % 7}", note="50% off_season" if number % 10 == 0 else "", tags=("trip",) if number % 6 == 0 else (),
        )  # fmt: skip
        if number % 11 == 0:
            return replace(given, direction=Direction.TRANSFER, account_id=cash, to_account_id=bank)
        if number % 9 == 0:
            return replace(given, direction=Direction.IN, lines=(Line(salary, amount),))
        if number % 7 == 0 and half:
            return replace(given, lines=(Line(spending[0], half), Line(spending[1], amount - half)))
        if number % 13 == 0:
            return replace(given, direction=Direction.IN, lines=(Line(spending[0], amount),))
        return replace(given, lines=(Line(rng.choice(spending), amount),))

    ids = [record_transaction(command(number), deps=deps).transaction_id for number in range(70)]
    void_transactions(book, ids[5:7], user_id=None, deps=deps)
    return Books(book, cash, bank, tuple(with_parts(accounts_of(deps.session, book), spending[3])), spending[0])


def views(books: Books) -> Iterator[Filters]:
    """Every kind of filter, alone and together."""
    yield Filters()
    yield Filters(first_on=DAY - timedelta(days=9), last_on=DAY - timedelta(days=3))
    yield Filters(account_ids=(books.cash,))
    yield Filters(account_ids=books.transport, of_category=True)
    yield Filters(account_ids=(books.groceries,), of_category=True, low_minor=20_000)
    yield Filters(account_ids=(books.groceries,), of_category=True, within_account_id=books.bank)
    yield Filters(text="shop 3")
    yield Filters(text="50% off_")
    yield Filters(tag="trip", high_minor=70_000)
    yield Filters(account_ids=books.transport, of_category=True, tag="trip", last_on=DAY)
    yield Filters(is_void=True)
    yield Filters(is_void=True, account_ids=(books.cash, books.bank))


def fits(row: TransactionRow, filters: Filters) -> bool:
    """The same filters, said plainly."""
    size = abs(row.income_minor - row.expense_minor) + row.moved_minor
    on = {leg.account_id for leg in row.legs}
    said = " ".join((row.payee, row.description, row.note, *row.tags)).casefold()
    return (
        (row.state == "void") == filters.is_void
        and (filters.first_on is None or row.occurred_on >= filters.first_on)
        and (filters.last_on is None or row.occurred_on <= filters.last_on)
        and (not filters.account_ids or bool(on & set(filters.account_ids)))
        and (filters.within_account_id is None or filters.within_account_id in on)
        and all(word in said for word in filters.text.split())
        and (filters.low_minor is None or size >= filters.low_minor)
        and (filters.high_minor is None or size <= filters.high_minor)
        and (not filters.tag or filters.tag in row.tags)
    )


def everything(session: Session, book: int) -> list[TransactionRow]:
    """All rows, found one by one."""
    rows = (one_of(session, book, number) for number in session.scalars(select(Transaction.id)).all())
    return sorted((row for row in rows if row), key=lambda row: (row.occurred_on, row.id), reverse=True)


def test_pages_joined_together_are_the_whole_list_with_no_row_twice(session: Session, books: Books) -> None:
    all_rows = everything(session, books.id)
    assert len(all_rows) == 70
    for filters in views(books):
        wanted = [row.id for row in all_rows if fits(row, filters)]
        assert wanted, filters
        for size in (1, 7, 50):
            assert [row.id for row in all_of(session, books.id, filters, size=size)] == wanted


def test_going_back_shows_the_pages_that_were_seen(session: Session, books: Books) -> None:
    for filters in views(books):
        first = page_of(session, books.id, filters, size=5)
        assert first.newer is None
        if first.older is None:
            continue
        second = page_of(session, books.id, filters, before=first.older, size=5)
        again = page_of(session, books.id, filters, after=second.newer, size=5)
        assert [row.id for row in again.rows] == [row.id for row in first.rows]
        assert again.newer is None
        assert again.older == first.older


def test_totals_are_those_of_every_row_that_fits(session: Session, books: Books) -> None:
    all_rows = everything(session, books.id)
    for filters in views(books):
        rows = list(all_of(session, books.id, filters))
        sums = sums_of(session, books.id, filters)
        days = day_sums(session, books.id, filters, (row.occurred_on for row in rows))
        assert sums.count == len([row for row in all_rows if fits(row, filters)])
        if filters.is_void:
            assert (sums.in_minor, sums.out_minor, days) == (0, 0, {})
            continue
        shown = [row.shown_minor if filters.account_ids or row.is_flow else 0 for row in rows]
        assert sums.net_minor == sum(shown)
        assert sum(days.values()) == sum(shown)
        for day, total in days.items():
            assert total == sum(s for row, s in zip(rows, shown, strict=True) if row.occurred_on == day)


def test_kept_totals_and_counted_totals_agree(session: Session, books: Books) -> None:
    whole = Filters(first_on=date(2026, 11, 1), last_on=date(2026, 11, 30))
    for filters in (
        whole,
        replace(whole, account_ids=(books.cash,)),
        replace(whole, account_ids=(books.groceries,), of_category=True),
    ):
        counted = sums_of(session, books.id, replace(filters, low_minor=0))

        assert sums_of(session, books.id, filters) == counted != Sums()


def test_a_split_shows_the_part_that_its_category_saw(deps: Deps, session: Session, books: Books) -> None:
    lines = (Line(books.groceries, 700), Line(books.transport[0], 300))
    saved = record_transaction(
        TransactionCommand(books.id, None, Direction.OUT, DAY, books.cash, 1000, lines=lines), deps=deps
    )

    in_category = page_of(session, books.id, Filters(account_ids=(books.groceries,), of_category=True)).rows[0]
    in_account = page_of(session, books.id, Filters(account_ids=(books.cash,))).rows[0]

    assert (in_category.id, in_category.shown_minor, in_category.whole_minor) == (saved.transaction_id, -700, -1000)
    assert (in_account.shown_minor, in_account.whole_minor) == (-1000, None)


def test_an_account_in_another_currency_is_told_in_its_own(deps: Deps, session: Session, books: Books) -> None:
    dollars = add_account(AccountCommand(books.id, None, "Wise", Subtype.BANK, "USD"), deps=deps)
    record_transaction(
        TransactionCommand(books.id, None, Direction.TRANSFER, DAY, books.bank, 83_000, to_account_id=dollars, to_amount_minor=1_000),
        deps=deps,
    )  # fmt: skip

    row = page_of(session, books.id, Filters(account_ids=(dollars,))).rows[0]

    assert (row.shown_minor, row.currency, row.base_minor) == (1_000, "USD", 83_000)
    assert sums_of(session, books.id, Filters(account_ids=(dollars,))) == Sums(1, 1_000, 0)


def test_only_open_warnings_are_unusual(session: Session, books: Books) -> None:
    before = unusual_count(session, books.id)
    ids = [row.id for row in page_of(session, books.id, Filters()).rows if row.alert_id is None][:2]
    for number, answer in zip(ids, ("open", "normal"), strict=True):
        session.execute(insert(Alert).values(book_id=books.id, transaction_id=number, kinds="amount,timing", reason="Large.", score=0.9, answer=answer, created_at=NOW))  # fmt: skip
    session.commit()

    said = {
        row.id: (row.alert_reason, row.alert_kinds) for row in page_of(session, books.id, Filters(is_unusual=True)).rows
    }

    assert said[ids[0]] == ("Large.", ("amount", "timing"))
    assert ids[1] not in said
    assert len(said) == unusual_count(session, books.id) == before + 1


def test_a_search_for_an_amount_finds_amounts(session: Session, books: Books, spend: Callable[..., Recorded]) -> None:
    saved = spend(books.id, 123_457).transaction_id

    rows = page_of(session, books.id, Filters(text="1,234.57", text_minor=123_457)).rows

    assert [row.id for row in rows] == [saved]
    assert last_used_account(session, books.id) == rows[0].accounts[0].account_id


def test_another_book_sees_nothing(
    session: Session, books: Books, make_user: Callable[..., int], make_book: Callable[..., int]
) -> None:
    other = make_book(make_user("bob@example.com"))

    for filters in views(books):
        assert page_of(session, other, filters).rows == []
        assert sums_of(session, other, filters) == Sums()
    assert one_of(session, other, 1) is None


@given(st.dates(), st.integers(0, 10**18 - 1))
def test_a_place_in_a_list_survives_its_address(day: date, number: int) -> None:
    assert Cursor.parse(str(Cursor(day, number))) == Cursor(day, number)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=40))
def test_a_mangled_place_is_no_place(text: str) -> None:
    cursor = Cursor.parse(text)

    assert cursor is None or Cursor.parse(str(cursor)) == cursor
