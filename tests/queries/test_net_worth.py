import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import MONEY_KINDS, Direction, Subtype
from app.domain.investments import EventKind
from app.domain.periods import Month
from app.domain.scheme_kinds import SchemeKind
from app.domain.scheme_plans import Compounding
from app.domain.worth import Change, Group, Growth, Moved, PropertyKind, monthly_need, months_left
from app.models.account import Account
from app.models.holding import Holding, HoldingEvent
from app.models.transaction import Posting
from app.queries.net_worth import Basis, Worth, net_worth
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.prices import save_price, save_rate
from app.services.scheme_terms import SchemeCommand
from app.services.schemes import add_scheme
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction
from app.services.uow import book_work
from app.services.valuations import PropertyCommand, ValuationCommand, add_property, add_valuation, sell_property
from tests.prices.holdings import a_holding

TODAY = date(2026, 11, 22)
Accounts = Callable[[int, str], int]


def worth_of(session: Session, book: int) -> Worth:
    session.rollback()
    return net_worth(session, book, "INR", TODAY)


def move(  # noqa: PLR0917 - as a person says it
    deps: Deps, book: int, direction: Direction, on: date, account_id: int, minor: int, **more: object
) -> Recorded:
    command = TransactionCommand(book, None, direction, on, account_id, minor, **more)  # type: ignore[arg-type]
    return record_transaction(command, deps=deps)


def open_one(deps: Deps, book: int, name: str, subtype: Subtype, minor: int = 0, *, currency: str = "INR", on: date = date(2026, 1, 1), base: int | None = None) -> int:  # fmt: skip
    command = AccountCommand(book, None, name, subtype, currency)
    return add_account(command, opening_minor=minor, opening_on=on, opening_base_minor=base, deps=deps)


def buy(deps: Deps, book: int, holding_id: int, from_id: int, on: date, minor: int) -> None:  # noqa: PLR0917 - the same
    """Money that goes into a holding's account. What it holds is worth one price each."""
    account_id = deps.session.get_one(Holding, holding_id).account_id
    done = move(deps, book, Direction.TRANSFER, on, from_id, minor, to_account_id=account_id)
    with book_work(deps, book) as work:
        work.session.add(
            HoldingEvent(
                book_id=book, holding_id=holding_id, kind=EventKind.BUY, on=on, number=done.transaction_id, quantity=Decimal(minor) / 100,
                price=Decimal(1), fee_minor=0, old=None, new=None, amount_minor=None, rate=None, account_id=from_id,
                transaction_id=done.transaction_id, note="", created_at=work.now, removed_at=None,
            )
        )  # fmt: skip


def test_each_account_counts_at_what_it_is_worth_and_says_how(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Accounts
) -> None:
    book = make_book()
    bank = account(book, "Bank account")
    salary = account(book, "Salary")
    move(deps, book, Direction.IN, date(2026, 1, 5), bank, 50_000_000, lines=(Line(salary, 50_000_000),))
    share, gold = a_holding(deps, book, "Share"), a_holding(deps, book, "Unpriced")
    buy(deps, book, share, bank, date(2026, 2, 1), 1_000_000)
    buy(deps, book, gold, bank, date(2026, 2, 1), 300_000)
    save_price(book, share, date(2026, 6, 1), Decimal("1.5"), user_id=None, deps=deps)
    house = add_property(PropertyCommand(book, None, "Flat", PropertyKind.HOUSE, 20_000_000, date(2026, 3, 1), bank), deps=deps)  # fmt: skip
    add_valuation(house, ValuationCommand(book, None, date(2026, 9, 1), 26_000_000, "Bank"), deps=deps)
    open_one(deps, book, "Dollars", Subtype.BANK, 100_00, currency="USD", base=8_000_00)
    open_one(deps, book, "Euros", Subtype.BANK, 100_00, currency="EUR", base=9_000_00)
    save_rate(book, "USD", date(2026, 10, 1), Decimal("88.5"), user_id=None, deps=deps)
    open_one(deps, book, "Home loan", Subtype.LOAN, 5_000_000)
    worth = worth_of(session, book)
    found = {line.account.name: (line.group, line.value_minor, line.basis) for line in worth.lines}

    assert found["Share"] == (Group.INVESTMENTS, 1_500_000, Basis.PRICE)
    assert found["Unpriced"] == (Group.INVESTMENTS, 300_000, Basis.COST)  # never zero
    assert found["Flat"] == (Group.PROPERTY, 26_000_000, Basis.VALUATION)
    assert found["Dollars"] == (Group.CASH, 8_850_00, Basis.RATE)
    assert found["Euros"] == (Group.CASH, 9_000_00, Basis.BOOKS)
    assert found["Home loan"] == (Group.LOANS, -5_000_000, Basis.BOOKS)
    assert worth.now
    assert (worth.now.own_minor, worth.now.owe_minor) == (28_700_000 + 1_800_000 + 26_000_000 + 8_850_00 + 9_000_00, 5_000_000)  # fmt: skip
    by_month = {str(point.month): point for point in worth.points}
    assert next(iter(by_month)) == "2026-01"
    assert by_month["2026-05"].growth == Growth()  # nothing was known to be worth more then
    assert by_month["2026-06"].growth.market_minor == 500_000
    assert by_month["2026-09"].growth.valuation_minor == 6_000_000


def test_a_change_is_explained_by_parts_that_a_person_can_follow(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Accounts
) -> None:
    book = make_book()
    bank, food, salary = account(book, "Bank account"), account(book, "Groceries"), account(book, "Salary")
    loan = open_one(deps, book, "Car loan", Subtype.LOAN, 300_000, on=date(2026, 9, 3))
    card = open_one(deps, book, "Card", Subtype.CARD)
    move(deps, book, Direction.IN, date(2026, 10, 1), bank, 1_000_000, lines=(Line(salary, 1_000_000),))
    move(deps, book, Direction.OUT, date(2026, 10, 9), card, 200_000, lines=(Line(food, 200_000),))
    move(deps, book, Direction.TRANSFER, date(2026, 10, 10), bank, 90_000, to_account_id=loan)
    move(deps, book, Direction.TRANSFER, date(2026, 10, 20), loan, 40_000, to_account_id=bank)
    move(deps, book, Direction.TRANSFER, date(2026, 10, 25), bank, 150_000, to_account_id=card)
    worth = worth_of(session, book)
    change = worth.change(Month(2026, 10), Month(2026, 10))

    assert change.moved == Moved(1_000_000, 200_000, 0, repaid_minor=90_000, borrowed_minor=40_000, cleared_minor=-50_000)  # fmt: skip
    assert change.moved.kept_minor == 1_000_000 - 90_000 + 40_000 - 150_000
    assert (change.first_minor, change.last_minor) == (-300_000, 500_000)
    assert worth.change(Month(2026, 9), Month(2026, 9)).moved == Moved(opening_minor=-300_000)
    assert worth.change(Month(2026, 9), Month(2026, 9)).first_minor == 0


@given(st.lists(st.integers(-(10**15), 10**15), min_size=10, max_size=10))
def test_the_saved_part_is_cut_exactly(minor: list[int]) -> None:
    moved = Moved(*minor[:6])
    change = Change(0, 0, moved, Growth(*minor[6:]))

    assert moved.kept_minor + moved.repaid_minor - moved.borrowed_minor + moved.cleared_minor == moved.saved_minor
    assert sum(change.parts_minor) == moved.saved_minor + moved.opening_minor + change.growth.total_minor


def random_life(deps: Deps, book: int, account: Accounts, seed: int) -> None:
    """Two years of everything that moves net worth."""
    dice = random.Random(seed)
    bank, food, salary = account(book, "Bank account"), account(book, "Groceries"), account(book, "Salary")
    pockets = [bank, account(book, "Cash"), open_one(deps, book, "Card", Subtype.CARD, dice.randrange(1, 10**6), on=date(2025, 3, 9))]  # fmt: skip
    pockets.append(open_one(deps, book, "Loan", Subtype.LOAN, dice.randrange(1, 10**7), on=date(2025, 5, 1)))
    pockets.append(open_one(deps, book, "Deposit", Subtype.DEPOSIT, dice.randrange(1, 10**7), on=date(2025, 6, 30)))
    dollars = open_one(deps, book, "Dollars", Subtype.BANK, 10_000, currency="USD", base=800_000, on=date(2025, 2, 1))
    holdings = [a_holding(deps, book, f"Share {number}") for number in range(2)]
    things = [
        add_property(
            PropertyCommand(
                book,
                None,
                f"Thing {number}",
                PropertyKind.OTHER,
                dice.randrange(1, 10**7),
                date(2025, 4, 10),
                dice.choice([None, *pockets]),
            ),
            deps=deps,
        )
        for number in range(2)
    ]
    start = date(2025, 1, 15)
    for step in range(45):
        on = start + timedelta(days=step * 16)  # the last ones lie after today
        minor = dice.randrange(1, 10**6)
        past = min(on, TODAY)
        match dice.randrange(8):
            case 0:
                move(deps, book, Direction.IN, on, dice.choice(pockets), minor, lines=(Line(salary, minor),))
            case 1:
                move(deps, book, Direction.OUT, on, dice.choice(pockets), minor, lines=(Line(food, minor),))
            case 2:
                one, other = dice.sample(pockets, 2)
                move(deps, book, Direction.TRANSFER, on, one, minor, to_account_id=other)
            case 3:
                buy(deps, book, dice.choice(holdings), bank, past, minor)
            case 4:
                save_price(book, dice.choice(holdings), past, Decimal(dice.randrange(1, 400)) / 100, user_id=None, deps=deps)  # fmt: skip
            case 5 if on >= date(2025, 4, 10) and on <= TODAY:
                add_valuation(dice.choice(things), ValuationCommand(book, None, on, minor * 20), deps=deps)
            case 6:
                save_rate(book, "USD", past, Decimal(dice.randrange(7000, 9500)) / 100, user_id=None, deps=deps)
            case _:
                move(deps, book, Direction.OUT, on, dollars, minor // 500 + 1, lines=(Line(food, minor // 500 + 1),), base_minor=minor)  # fmt: skip
    sell_property(things[0], date(2026, 11, 1), 5_000_000, bank, book_id=book, user_id=None, deps=deps)


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_of_any_change_add_up_to_it_and_the_end_is_what_the_legs_say(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Accounts, seed: int
) -> None:
    book = make_book()
    random_life(deps, book, account, seed)
    worth = worth_of(session, book)
    months = [point.month for point in worth.points]

    assert len(months) == 23
    for first in months[::3]:
        for last in months[::2]:
            if first <= last:
                change = worth.change(first, last)
                assert sum(change.parts_minor) == change.total_minor
    for point in worth.points:
        books = sum(
            session.scalars(
                select(Posting.base_minor)
                .join(Account, (Account.id == Posting.account_id) & (Account.book_id == Posting.book_id))
                .where(Posting.book_id == book, Account.kind.in_(MONEY_KINDS), Posting.occurred_on <= point.on)
            )
        )
        assert point.worth_minor == books + point.growth.total_minor
    assert worth.now
    assert worth.now.worth_minor == sum(line.value_minor for line in worth.lines)
    assert verify_book(session, book).differences == ()


def test_what_is_dated_after_today_does_not_count_yet(
    session: Session, make_book: Callable[..., int], spend: Callable[..., Recorded]
) -> None:
    book = make_book()
    spend(book, 10_000, occurred_on=date(2026, 11, 20))
    spend(book, 7_000, occurred_on=date(2026, 11, 23))
    spend(book, 3_000, occurred_on=date(2026, 12, 1))
    worth = worth_of(session, book)

    assert [(point.on, point.worth_minor) for point in worth.points] == [(TODAY, -10_000)]
    assert worth.uncounted == 2
    assert worth.moved[0].expense_minor == 10_000


def test_a_deposit_grows_until_its_end_and_a_loan_changes_only_by_entries(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Accounts
) -> None:
    """The seed let 1,000 at 7% for a year become 1,594 over the years, and paid loans off by the calendar."""
    book = make_book()
    bank = account(book, "Bank account")
    deposit = SchemeCommand(
        book_id=book, user_id=None, kind=SchemeKind.FD, name="Deposit", opened_on=date(2020, 1, 1), institution="Bank", tenor_months=12,
        principal_minor=100_000, rate=Decimal("0.07"), from_account_id=bank, payout_account_id=bank, is_taken_over=True,
        compounding=Compounding.YEARLY,
    )  # fmt: skip
    add_scheme(deposit, deps=deps)
    open_one(deps, book, "Loan", Subtype.LOAN, 400_000, on=date(2020, 1, 1))
    worth = worth_of(session, book)
    by_month = {str(point.month): (point.own_minor, point.owe_minor) for point in worth.points}

    assert by_month["2020-01"] > (100_000, 400_000)
    assert by_month["2021-01"] == by_month["2026-11"] == (107_000, 400_000)


def test_an_empty_book_is_worth_nothing_that_could_be_said(session: Session, make_book: Callable[..., int]) -> None:
    worth = worth_of(session, make_book())

    assert (worth.now, worth.points, worth.lines) == (None, (), ())


@given(st.integers(1, 10**15), st.integers(-(10**15), 10**15), st.integers(1, 600))
def test_what_each_month_must_bring_is_enough_and_a_unit_less_is_not(target: int, reached: int, months: int) -> None:
    need = monthly_need(target, reached, months)
    assert need is not None

    assert reached + need * months >= target
    assert need == 0 or reached + (need - 1) * months < target


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_months_left_is_none_once_a_day_has_passed(today: date, by_on: date) -> None:
    assert (months_left(today, by_on) == 0) == (by_on < today)
