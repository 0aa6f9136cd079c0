"""Series of a real book: named, placed, left out when a schedule covers them or a person said so."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, Direction, Leg, Source, TransactionKind
from app.domain.loan_plans import LoanStart, Terms
from app.domain.periods import Month
from app.domain.recurrence import Frequency, Rule
from app.domain.schedules import ScheduleKind
from app.domain.series_beats import Beat
from app.domain.series_changes import ChangeKind
from app.queries.recurring_series import SeriesView, series_of
from app.services.deps import Deps
from app.services.loans import LoanCommand, add_loan
from app.services.payees import payee_ids
from app.services.posting import Draft, account_kinds, post
from app.services.recurring import run_due
from app.services.recurring_series import dismiss_series, offer_again
from app.services.schedules import SchedulePlan, add_schedule
from app.services.transactions import Line, TransactionCommand
from app.services.uow import book_work
from tests.guards.test_budgets import statements

TODAY = date(2026, 11, 22)
Account = Callable[[int, str], int]
Fill = Callable[..., None]


@pytest.fixture
def fill(deps: Deps, account: Account) -> Fill:
    """Rows of a payee from Cash: `fill(book, "Netflix", [(day, minor), …])`."""

    def posted(
        book: int,
        payee: str,
        paid: list[tuple[date, int]],
        *,
        category: str = "Groceries",
        source: Source = Source.IMPORT,
    ) -> None:
        cash, spent = account(book, "Cash"), account(book, category)
        with book_work(deps, book) as work:
            ids = payee_ids(work, [payee] if payee else [])
            drafts = [
                Draft(
                    on, TransactionKind.EXPENSE, (Leg(spent, minor, minor), Leg(cash, -minor, -minor)), source,
                    payee_id=ids[payee] if payee else None, payee=payee, description="" if payee else "ACH D- TATA PLAY",
                )
                for on, minor in paid
            ]  # fmt: skip
            post(work, drafts, {cash: AccountKind.ASSET, spent: AccountKind.EXPENSE})

    return posted


def monthly(day: int, minor: int, count: int = 20) -> list[tuple[date, int]]:
    return [(Month(2026, 11).shift(n - count + 1).up_to(day), minor) for n in range(count)]


def found(session: Session, book: int) -> tuple[SeriesView, ...]:
    session.rollback()
    return series_of(session, book, TODAY).series


def test_a_subscription_is_found_with_its_name_category_account_and_new_price(
    session: Session, make_user: Callable[..., int], make_book: Callable[..., int], account: Account, fill: Fill
) -> None:
    book, other = make_book(), make_book(make_user("bob@example.com"))
    paid = monthly(3, 44_900)
    fill(book, "Netflix", [(on, 49_900 if n >= 15 else minor) for n, (on, minor) in enumerate(paid)])
    fill(book, "", monthly(12, 30_000))
    fill(book, "Shop", [(TODAY - timedelta(days=n * n % 500), 10_000 + 900 * (n * 7 % 50)) for n in range(1, 60)])
    fill(other, "Gym", monthly(9, 150_000))

    with statements() as asked:
        tv, netflix = sorted(series_of(session, book, TODAY).series, key=lambda each: each.name.casefold())

    assert (tv.name, tv.typical_minor) == ("ach d- tata play", 30_000)
    assert (netflix.name, netflix.place, netflix.beat) == ("Netflix", "Groceries", Beat.MONTHLY)
    assert (netflix.typical_minor, netflix.next_on, netflix.count) == (49_900, date(2026, 12, 3), 20)
    assert (netflix.category_id, netflix.account_id) == (account(book, "Groceries"), account(book, "Cash"))
    assert [(each.kind, each.on, each.from_minor) for each in netflix.changes] == [
        (ChangeKind.ROSE, paid[15][0], 44_900)
    ]
    assert not netflix.is_covered
    assert len(asked) <= 7


def test_what_a_schedule_names_or_posted_is_covered(
    session: Session, deps: Deps, make_book: Callable[..., int], account: Account, fill: Fill
) -> None:
    book = make_book()
    fill(book, "Netflix", monthly(3, 49_900))
    fill(book, "Gym", monthly(9, 150_000))
    fill(book, "Rent", monthly(5, 2_000_000), source=Source.RECURRING)
    cash, groceries = account(book, "Cash"), account(book, "Groceries")

    def schedule(name: str, minor: int) -> None:
        command = TransactionCommand(
            book, None, Direction.OUT, TODAY, cash, minor, (Line(groceries, minor),), payee=name
        )
        with book_work(deps, book) as work:
            rule = Rule(Frequency.MONTHLY, is_clamped=True)
            add_schedule(
                work, SchedulePlan(ScheduleKind.TRANSACTION, name, rule, date(2026, 12, 3), TODAY, command=command)
            )

    schedule("NETFLIX", 49_900)
    schedule("Gym", 900_000)  # quite another amount

    assert {each.name: each.is_covered for each in found(session, book)} == {
        "Netflix": True,
        "Gym": False,
        "Rent": True,
    }


def test_a_dismissed_series_stays_away_until_it_is_offered_again(
    session: Session, deps: Deps, make_book: Callable[..., int], fill: Fill
) -> None:
    book = make_book()
    fill(book, "Netflix", monthly(3, 49_900))
    (netflix,) = found(session, book)
    for _ in range(2):
        dismiss_series(book, netflix.key, netflix.typical_minor, netflix.name, user_id=None, deps=deps)

    assert found(session, book) == ()
    assert [each.name for each in series_of(session, book, TODAY).dismissed] == ["Netflix"]
    assert offer_again(book, netflix.key, 1, user_id=None, deps=deps) is None
    assert offer_again(book, netflix.key, netflix.typical_minor, user_id=None, deps=deps) == "Netflix"
    assert [each.name for each in found(session, book)] == ["Netflix"]


def test_transfers_without_a_payee_are_found_by_their_accounts_and_voided_rows_are_not(
    session: Session, deps: Deps, make_book: Callable[..., int], account: Account, fill: Fill
) -> None:
    book = make_book()
    bank, cash = account(book, "Bank account"), account(book, "Cash")
    with book_work(deps, book) as work:
        kinds = account_kinds(work, [bank, cash])
        drafts = [
            Draft(on, TransactionKind.TRANSFER, (Leg(cash, minor, minor), Leg(bank, -minor, -minor)), Source.FORM)
            for on, minor in monthly(1, 500_000)
        ]
        post(work, drafts, kinds)
    fill(book, "Old", [(date(2023, 1, 5) + timedelta(days=30 * n), 9_900) for n in range(12)])

    (moved,) = found(session, book)
    assert (moved.direction, moved.account_id, moved.to_account_id) == (Direction.TRANSFER, bank, cash)
    assert moved.name == "Bank account to Cash"


def test_a_premium_of_two_years_is_found_where_its_category_holds_contracts(
    session: Session, make_book: Callable[..., int], fill: Fill
) -> None:
    book = make_book()
    twice = [(date(2025, 2, 11), 2_500_000), (date(2026, 2, 14), 2_600_000)]
    fill(book, "LIC", twice, category="Insurance")
    fill(book, "Sari shop", twice)
    assert [(each.name, each.beat) for each in found(session, book)] == [("LIC", Beat.YEARLY)]


def test_the_instalments_of_a_loan_are_not_offered_because_they_have_a_page(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Account
) -> None:
    book = make_book()
    terms = Terms(9_000_000, Decimal("0.0895"), 36, date(2025, 1, 5), 5)
    add_loan(
        LoanCommand(book, None, "Car loan", "Kotak", terms, LoanStart.PAID, account(book, "Bank account"), paid_count=1), deps=deps
    )  # fmt: skip
    assert run_due(book_id=book, deps=deps).posted == 22

    assert series_of(session, book, TODAY).series == ()
