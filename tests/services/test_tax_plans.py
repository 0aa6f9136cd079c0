from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, BookKind, Leg, Source, Subtype, TransactionKind
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.investments import AssetClass, EventKind, TaxedAs
from app.domain.salaries import Declared as Told
from app.domain.salaries import PayTerms, ProvidentMode, TaxMode
from app.domain.tax.answers import Answers, declared
from app.domain.tax.deductions import Employer
from app.domain.tax.estimate import estimate
from app.domain.tax.income_tax import Taxpayer
from app.models.account import Account
from app.queries.tax_books import BookFigure, book_year
from app.queries.tax_plans import plan_and_owner
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, category_for, open_account
from app.services.deps import Deps
from app.services.holdings import EventCommand, HoldingCommand, add_event, add_holding
from app.services.posting import Draft, account_kinds, post
from app.services.recurring import run_due
from app.services.salaries import SalaryCommand, add_salary
from app.services.tax_plans import TaxYear, clear_answers, follow_books, restore_answers, save_answers
from app.services.transactions import void_transactions
from app.services.uow import book_work

FY = FiscalYear(2026)
TODAY = date(2026, 11, 22)
Legs = list[tuple[str, int]]


@pytest.fixture
def book(make_user: Callable[..., int], make_book: Callable[..., int]) -> int:
    return make_book(make_user(born_on=date(1990, 5, 1)))


@pytest.fixture
def enter(deps: Deps, book: int) -> Callable[..., list[int]]:
    """Post entries of a day and legs by the names of accounts: `enter((day, [("Salary", -100), ("Cash", 100)]))`."""

    def record(*entries: tuple[date, Legs]) -> list[int]:
        with book_work(deps, book) as work:
            for name in ("Professional tax", "Income tax"):
                category_for(work, AccountKind.EXPENSE, name)
            ids = dict(work.session.query(Account.name, Account.id).filter_by(book_id=book).all())
            drafts = [
                Draft(
                    day,
                    TransactionKind.EXPENSE,
                    tuple(Leg(ids[name], minor, minor) for name, minor in legs),
                    Source.FORM,
                )
                for day, legs in entries
            ]
            return post(work, drafts, account_kinds(work, ids.values()))

    return record


def figures(session: Session, book: int, fy: FiscalYear = FY, today: date = TODAY) -> dict[str, BookFigure]:
    session.rollback()
    return dict(book_year(session, book, fy, today).figures)


def test_answers_come_back_as_they_were_given_and_each_change_is_on_record(
    deps: Deps, session: Session, book: int
) -> None:
    answers = Answers(
        born_on=date(1960, 2, 29), is_resident=False, employer=Employer.GOVERNMENT, city="Pune", salary=10**15, gain_slab=-5,
        has_senior_parents=True,
    )  # fmt: skip
    year = TaxYear(book, None, FY)
    save_answers(year, answers, deps=deps)
    save_answers(year, answers, deps=deps)  # nothing changed: nothing is recorded
    found, owner = plan_and_owner(session, book, FY)

    assert found.answers == answers
    assert owner.born_on == date(1990, 5, 1)
    assert plan_and_owner(session, book, FiscalYear(2025))[0].saved_at is None
    events = verify_book(session, book)
    assert events.differences == ()

    follow_books(year, ["salary"], deps=deps)
    assert plan_and_owner(session, book, FY)[0].answers.salary is None
    assert clear_answers(year, deps=deps)
    assert not clear_answers(year, deps=deps)
    assert plan_and_owner(session, book, FY)[0].answers == Answers()
    assert restore_answers(year, deps=deps)
    assert not restore_answers(year, deps=deps)
    assert plan_and_owner(session, book, FY)[0].answers.gain_slab == -5
    assert verify_book(session, book).events == events.events + 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"basic": -1}, "basic"),
        ({"salary": 10**15 + 1}, "salary"),
        ({"gain_virtual": -(10**15) - 1}, "gain_virtual"),
        ({"born_on": date(1899, 12, 31)}, "born_on"),
        ({"born_on": date(2026, 11, 23)}, "born_on"),
    ],
)
@pytest.mark.sqlite_only
def test_what_cannot_be_is_refused_beside_its_field(
    deps: Deps, session: Session, book: int, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        save_answers(TaxYear(book, None, FY), Answers(**changes), deps=deps)

    assert refused.value.field == field
    assert plan_and_owner(session, book, FY)[0].saved_at is None


@pytest.mark.sqlite_only
def test_only_known_years_of_personal_books_in_rupees_have_answers(
    deps: Deps, make_user: Callable[..., int], make_book: Callable[..., int], book: int
) -> None:
    owner = make_user("bob@example.com")
    with pytest.raises(NotKnown):
        save_answers(TaxYear(book, None, FiscalYear(2027)), Answers(), deps=deps)
    with pytest.raises(Refused):
        follow_books(TaxYear(book, None, FY), ["let_interest"], deps=deps)
    for changes in ({"currency": "USD"}, {"kind": BookKind.BUSINESS}):
        with pytest.raises(Refused):
            save_answers(TaxYear(make_book(owner, **changes), None, FY), Answers(), deps=deps)


def test_only_the_days_of_the_year_count_and_a_running_one_expects_its_other_months(
    deps: Deps, session: Session, book: int, enter: Callable[..., list[int]]
) -> None:
    pay: list[tuple[date, Legs]] = [
        (date(2026, month, 28), [("Salary", -9_000), ("Bank account", 9_000)]) for month in range(4, 11)
    ]
    enter(
        *pay,
        (date(2026, 3, 31), [("Interest", -500), ("Cash", 500)]),
        (date(2026, 4, 1), [("Interest", -70), ("Cash", 70)]),
    )
    bonus = enter((date(2026, 9, 1), [("Salary", -50_000), ("Bank account", 50_000)]))
    found = figures(session, book)

    assert (found["salary"].posted_minor, found["salary"].months) == (113_000, 7)
    assert (found["salary"].expected_months, found["salary"].expected_minor) == (5, 45_000)
    assert found["salary"].amount_minor == 158_000
    assert (found["savings_interest"].amount_minor, found["savings_interest"].expected_months) == (70, 0)
    assert figures(session, book, FiscalYear(2025))["savings_interest"].amount_minor == 500
    assert figures(session, book, today=date(2027, 4, 1))["salary"].amount_minor == 113_000

    void_transactions(book, bonus, user_id=None, deps=deps)
    assert figures(session, book)["salary"].posted_minor == 63_000
    assert "dividends" not in found


def test_tax_held_back_and_interest_of_deposits_are_told_apart_from_the_rest(
    deps: Deps, session: Session, book: int, enter: Callable[..., list[int]]
) -> None:
    with book_work(deps, book) as work:
        open_account(work, AccountCommand(book, 0, "Fixed deposit", Subtype.DEPOSIT, "INR", "safe", 2))
    enter(
        (
            date(2026, 5, 1),
            [("Salary", -10_000), ("Income tax", 1_000), ("Professional tax", 200), ("Bank account", 8_800)],
        ),
        (date(2026, 9, 14), [("Taxes", 2_500), ("Bank account", -2_500)]),
        (date(2026, 6, 30), [("Interest", -300), ("Taxes", 30), ("Fixed deposit", 270)]),
        (date(2026, 6, 30), [("Interest", -40), ("Bank account", 40)]),
    )
    found = {name: figure.posted_minor for name, figure in figures(session, book).items()}

    assert found == {
        "salary": 10_000, "professional_tax": 200, "tax_deducted": 1_030, "advance_paid": 2_500, "deposit_interest": 300,
        "savings_interest": 40,
    }  # fmt: skip


@pytest.mark.sqlite_only
def test_more_given_back_than_paid_counts_as_nothing(
    session: Session, book: int, enter: Callable[..., list[int]]
) -> None:
    enter((date(2026, 6, 1), [("Taxes", -900), ("Bank account", 900)]))

    assert book_year(session, book, FY, TODAY).amounts == {"advance_paid": 0}


def test_the_sales_of_the_year_are_told_by_kind_and_those_of_other_years_are_not(
    deps: Deps, session: Session, book: int, account: Callable[[int, str], int]
) -> None:
    cash = account(book, "Cash")

    def trade(name: str, taxed_as: TaxedAs, *steps: tuple[EventKind, date, int]) -> None:
        events = [EventCommand(kind, on, Decimal(1), Decimal(price), account_id=cash) for kind, on, price in steps]
        about = HoldingCommand(book, None, name, "", AssetClass.OTHER, taxed_as, "INR")
        number = add_holding(about, events[0], deps=deps)
        for event in events[1:]:
            add_event(number, event, book_id=book, user_id=None, deps=deps)

    buy, sell = EventKind.BUY, EventKind.SELL
    trade("Old shares", TaxedAs.LISTED_EQUITY, (buy, date(2024, 1, 1), 100), (sell, date(2026, 3, 31), 900))
    trade("Shares", TaxedAs.LISTED_EQUITY, (buy, date(2024, 1, 1), 100), (sell, date(2026, 4, 1), 150))
    trade("Fund", TaxedAs.EQUITY_FUND, (buy, date(2026, 1, 1), 100), (sell, date(2026, 5, 1), 70))
    trade("Debt", TaxedAs.SPECIFIED_FUND, (buy, date(2024, 1, 1), 100), (sell, date(2026, 5, 1), 140))
    trade("Coin", TaxedAs.VIRTUAL, (buy, date(2026, 1, 1), 100), (sell, date(2026, 5, 1), 160))
    trade("Other coin", TaxedAs.VIRTUAL, (buy, date(2026, 1, 1), 500), (sell, date(2026, 5, 1), 200))
    session.rollback()
    year = book_year(session, book, FY, TODAY)

    assert year.amounts == {
        "gain_equity_long": 5_000, "gain_equity_short": -3_000, "gain_slab": 4_000, "gain_virtual": 6_000,
    }  # fmt: skip
    assert (year.virtual_lost_minor, year.unknown_sales) == (30_000, 0)
    assert book_year(session, book, FiscalYear(2025), TODAY).amounts == {"gain_equity_long": 80_000}


def test_a_job_tells_its_year_with_the_pay_days_to_come_and_a_bonus_beside_it(
    deps: Deps, session: Session, book: int, account: Callable[[int, str], int], enter: Callable[..., list[int]]
) -> None:
    terms = PayTerms(
        5_000_000,
        rent_allowance_minor=2_000_000,
        special_minor=8_000_000,
        provident=ProvidentMode.CAPPED,
        state="KA",
        tax=TaxMode.PLAN,
        rent_paid_minor=2_500_000,
        is_in_metro=True,
        declared=Told(savings_minor=1_000_000, home_interest_minor=300),
    )
    job = SalaryCommand(
        book, None, "Lumen", account(book, "Bank account"), date(2026, 4, 30), is_month_end=True, posts_past=True,
        born_on=date(1990, 5, 1),
    )  # fmt: skip
    add_salary(job, terms, deps=deps)
    run_due(book_id=book, deps=deps)
    before = book_year(session, book, FY, TODAY)
    enter((date(2026, 9, 1), [("Salary", -700_000), ("Bank account", 700_000)]))
    session.rollback()
    found = book_year(session, book, FY, TODAY)

    assert before.amounts["salary"] == 12 * 15_000_000
    assert (before.figures["salary"].months, before.figures["salary"].expected_months) == (7, 5)
    assert found.amounts["salary"] == 12 * 15_000_000 + 700_000
    assert (found.amounts["basic"], found.amounts["rent_allowance"]) == (60_000_000, 24_000_000)
    assert (found.amounts["rent_paid"], found.is_in_metro) == (30_000_000, True)
    assert found.amounts["savings"] == 12 * 180_000 + 1_000_000
    assert found.amounts["own_house_interest"] == 300
    assert found.amounts["professional_tax"] == 250_000
    planned = estimate(FY, Taxpayer(36), declared(FY, Answers(), before.amounts)).new.payable_minor
    assert before.amounts["tax_deducted"] == planned > 0
    assert found.born_on == date(1990, 5, 1)
