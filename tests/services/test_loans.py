"""Loans in the books: what adding, paying, changing and removing them post."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Direction, State
from app.domain.errors import NotInBook, Refused
from app.domain.loan_plans import Keep, LoanStart, Method, Terms
from app.domain.moratoriums import MoratoriumInterest
from app.domain.periods import fiscal_year
from app.domain.schedules import OccurrenceState, ScheduleState
from app.models.account import Account
from app.models.schedule import Occurrence, Schedule
from app.models.transaction import Posting, Transaction
from app.queries.loans import books_of, loan_of, loans_of, monthly_income, owed_on, standings
from app.queries.verification import verify_book
from app.services.accounts import archive_account, merge_category
from app.services.deps import Deps
from app.services.loan_events import ExtraPayment, change_rate, follow_books, pay_extra, redo_event, undo_event
from app.services.loans import LoanCommand, add_loan, change_loan, remove_loan, restore_loan
from app.services.recurring import confirm, run_due, skip
from app.services.transactions import TransactionCommand, record_transaction, void_transactions
from tests.conftest import Clock

TODAY = date(2026, 11, 22)
Find = Callable[[int, str], int]
CAR = Terms(60_000_000, Decimal("0.09"), 60, date(2026, 9, 30), 30)


@pytest.fixture
def book(make_book: Callable[..., int]) -> int:
    return make_book()


@pytest.fixture
def loan(deps: Deps, book: int, account: Find) -> Callable[..., int]:
    """A loan: a car loan of 6,00,000 at 9 % that came on 31 August 2026, unless said."""

    def add(**changes: Any) -> int:
        bank = account(book, "Bank account")
        values: dict[str, Any] = {
            "book_id": book, "user_id": None, "name": "Car loan", "lender": "SBI", "terms": CAR, "start": LoanStart.NEW,
            "pay_account_id": bank, "started_on": date(2026, 8, 31), "into_account_id": bank,
        }  # fmt: skip
        return add_loan(LoanCommand(**(values | changes)), deps=deps)

    return add


def balance(session: Session, book: int, name: str) -> int:
    """What the legs on an account add up to."""
    session.rollback()
    return int(
        session.scalar(
            select(func.coalesce(func.sum(Posting.amount_minor), 0))
            .join(Account, Account.id == Posting.account_id)
            .where(Account.book_id == book, Account.name == name)
        )
        or 0
    )


def state_of(session: Session, book: int, loan_id: int) -> Schedule:
    session.rollback()
    return session.scalars(select(Schedule).where(Schedule.id == loan_of(session, book, loan_id).schedule_id)).one()


def sound(session: Session, book: int) -> bool:
    session.rollback()
    return verify_book(session, book).differences == ()


def test_a_new_loan_brings_its_money_and_each_instalment_its_principal_and_interest(
    loan: Callable[..., int], deps: Deps, session: Session, book: int
) -> None:
    loan_id = loan(fee_minor=600_000)
    came = (balance(session, book, "Bank account"), balance(session, book, "Car loan"), balance(session, book, "Loan charges"))  # fmt: skip
    posted = run_due(book_id=book, deps=deps).posted
    again = run_due(book_id=book, deps=deps).posted

    view = loan_of(session, book, loan_id)
    rows = view.plan.due[:2]
    assert came == (59_400_000, -60_000_000, 600_000)
    assert (posted, again) == (2, 0)
    assert [row.on for row in rows] == [date(2026, 9, 30), date(2026, 10, 30)]
    assert balance(session, book, "Car loan") == -rows[1].balance_minor
    assert balance(session, book, "Loan interest") == sum(row.interest_minor for row in rows)
    assert balance(session, book, "Bank account") == 59_400_000 - 2 * view.plan.emi_minor
    books = books_of(session, book, view, TODAY, fiscal_year(TODAY, 4))
    assert (books.owed_minor, books.year_interest_minor, books.year_principal_minor) == (
        rows[1].balance_minor,
        sum(row.interest_minor for row in rows),
        sum(row.principal_minor for row in rows),
    )
    assert view.planned_minor(TODAY) == books.owed_minor
    assert state_of(session, book, loan_id).expected_minor == -view.plan.emi_minor
    assert sound(session, book)


def test_a_loan_without_interest_is_paid_to_its_end_to_the_paisa_on_clamped_days(
    loan: Callable[..., int], deps: Deps, session: Session, book: int, clock: Clock
) -> None:
    terms = Terms(1_000_000, Decimal(0), 3, date(2026, 12, 31), 31, Method.NONE)
    loan_id = loan(terms=terms, started_on=TODAY)
    clock.at = datetime(2027, 6, 1, tzinfo=UTC)

    assert run_due(book_id=book, deps=deps).posted == 3
    days = session.scalars(select(Occurrence.due_on).order_by(Occurrence.due_on)).all()
    amounts = [-each for each in session.scalars(select(Posting.amount_minor).join(Occurrence, Occurrence.transaction_id == Posting.transaction_id).where(Posting.amount_minor < 0).order_by(Posting.occurred_on))]  # fmt: skip
    assert list(days) == [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)]
    assert amounts == [333_333, 333_333, 333_334]
    assert balance(session, book, "Car loan") == 0
    assert state_of(session, book, loan_id).state == ScheduleState.ENDED
    assert not standings(session, book, loans_of(session, book), date(2027, 6, 1))[0].is_open
    assert sound(session, book)


def test_a_loan_that_runs_begins_with_what_is_owed_and_posts_nothing_of_its_past(
    loan: Callable[..., int], deps: Deps, session: Session, book: int
) -> None:
    owed = loan(name="Home", start=LoanStart.OWED, started_on=date(2026, 11, 5), terms=Terms(250_000_000, Decimal("0.085"), 170, date(2026, 12, 5), 5, emi_minor=2_535_000))  # fmt: skip
    paid = loan(name="Old", start=LoanStart.PAID, started_on=None, paid_count=25, terms=Terms(60_000_000, Decimal("0.09"), 60, date(2024, 11, 5), 5))  # fmt: skip

    run_due(book_id=book, deps=deps)
    home, old = loan_of(session, book, owed), loan_of(session, book, paid)
    assert balance(session, book, "Home") == -250_000_000
    assert balance(session, book, "Old") == -old.plan.due[24].balance_minor
    assert old.started_on == date(2026, 11, 5)
    assert session.scalar(select(func.count()).select_from(Occurrence)) == 0
    assert state_of(session, book, paid).next_on == date(2026, 12, 5)
    assert (home.plan.emi_minor, old.planned_minor(TODAY)) == (2_535_000, old.plan.due[24].balance_minor)
    assert balance(session, book, "Bank account") == 0
    assert sound(session, book)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("interest", list(MoratoriumInterest))
def test_months_of_waiting_pay_their_interest_or_add_it_to_the_loan(
    *, loan: Callable[..., int], deps: Deps, session: Session, book: int, interest: MoratoriumInterest
) -> None:
    terms = Terms(10_000_000, Decimal("0.12"), 12, date(2026, 9, 5), 5, waiting_months=2, waiting_interest=interest)
    loan(terms=terms)
    run_due(book_id=book, deps=deps)  # 5 September and 5 October wait, 5 November repays

    [view] = loans_of(session, book)
    rows = view.plan.due[:3]
    added = sum(row.added_minor for row in rows)
    assert {MoratoriumInterest.PAY: 0, MoratoriumInterest.SIMPLE: 200_000, MoratoriumInterest.CAPITALISE: 201_000}[interest] == added  # fmt: skip
    assert balance(session, book, "Car loan") == -rows[2].balance_minor
    assert balance(session, book, "Loan interest") == sum(row.interest_minor for row in rows)
    assert balance(session, book, "Bank account") == 10_000_000 - sum(row.paid_minor for row in rows)
    assert sound(session, book)


def test_an_extra_payment_is_posted_shortens_the_schedule_and_can_be_undone_and_redone(
    loan: Callable[..., int], deps: Deps, session: Session, book: int, account: Find
) -> None:
    loan_id = loan()
    run_due(book_id=book, deps=deps)
    before = loan_of(session, book, loan_id)
    who: dict[str, Any] = {"book_id": book, "user_id": None, "deps": deps}
    event = pay_extra(ExtraPayment(book, None, loan_id, TODAY, 10_000_000, account(book, "Cash"), charge_minor=200_000), deps=deps)  # fmt: skip

    after = loan_of(session, book, loan_id)
    assert balance(session, book, "Car loan") == -before.planned_minor(TODAY) + 10_000_000 == -after.planned_minor(TODAY)  # fmt: skip
    assert (balance(session, book, "Cash"), balance(session, book, "Loan charges")) == (-10_200_000, 200_000)
    assert len(after.plan.due) < len(before.plan.due)
    assert f"COUNT={len(after.plan.due)}" in state_of(session, book, loan_id).rule
    undo_event(loan_id, event, **who)
    assert loan_of(session, book, loan_id).plan == before.plan
    assert (balance(session, book, "Cash"), f"COUNT={len(before.plan.due)}" in state_of(session, book, loan_id).rule) == (0, True)  # fmt: skip
    redo_event(loan_id, event, **who)
    assert loan_of(session, book, loan_id).plan == after.plan
    assert balance(session, book, "Cash") == -10_200_000
    assert sound(session, book)


def test_paying_everything_back_ends_the_schedule_and_undoing_it_goes_on(
    *, loan: Callable[..., int], deps: Deps, session: Session, book: int, account: Find, clock: Clock
) -> None:
    loan_id = loan()
    run_due(book_id=book, deps=deps)
    owed = loan_of(session, book, loan_id).planned_minor(TODAY)
    event = pay_extra(ExtraPayment(book, None, loan_id, TODAY, owed, account(book, "Cash")), deps=deps)
    ended = state_of(session, book, loan_id).state
    clock.at = datetime(2026, 12, 1, tzinfo=UTC)
    none = run_due(book_id=book, deps=deps).posted
    undo_event(loan_id, event, book_id=book, user_id=None, deps=deps)

    assert (ended, none) == (ScheduleState.ENDED, 0)
    assert (state_of(session, book, loan_id).state, run_due(book_id=book, deps=deps).posted) == (ScheduleState.ACTIVE, 1)  # fmt: skip
    assert sound(session, book)


def test_another_rate_posts_nothing_and_what_is_in_the_books_stays(
    loan: Callable[..., int], deps: Deps, session: Session, book: int
) -> None:
    loan_id = loan()
    run_due(book_id=book, deps=deps)
    who: dict[str, Any] = {"book_id": book, "user_id": None, "deps": deps}
    was = loan_of(session, book, loan_id).plan
    for day, rate, keep, field in (
        (date(2026, 10, 29), "0.1", Keep.EMI, "on"),
        (TODAY, "11", Keep.EMI, "annual_rate"),
        (TODAY, "2", Keep.EMI, "keep"),
    ):
        with pytest.raises(Refused) as error:
            change_rate(loan_id, day, Decimal(rate), keep, **who)
        assert error.value.field == field
    event = change_rate(loan_id, TODAY, Decimal("0.105"), Keep.TENURE, **who)

    view = loan_of(session, book, loan_id)
    assert view.plan.due[:2] == was.due[:2]
    assert len(view.plan.due) == len(was.due)
    assert -state_of(session, book, loan_id).expected_minor == view.emi_on(TODAY) > was.emi_minor
    assert session.scalar(select(func.count()).select_from(Transaction)) == 3
    undo_event(loan_id, event, **who)
    assert loan_of(session, book, loan_id).plan == was


@pytest.mark.sqlite_only
def test_an_event_stays_once_an_instalment_followed_it(
    loan: Callable[..., int], deps: Deps, session: Session, book: int, clock: Clock
) -> None:
    loan_id = loan()
    run_due(book_id=book, deps=deps)
    who: dict[str, Any] = {"book_id": book, "user_id": None, "deps": deps}
    event = change_rate(loan_id, TODAY, Decimal("0.1"), Keep.EMI, **who)
    clock.at = datetime(2026, 12, 5, tzinfo=UTC)
    run_due(book_id=book, deps=deps)

    with pytest.raises(Refused):
        undo_event(loan_id, event, **who)
    with pytest.raises(NotInBook):
        redo_event(loan_id, event, **who)
    assert len(loan_of(session, book, loan_id).events) == 1


def test_a_deleted_instalment_shows_as_a_difference_and_the_plan_can_follow_the_books(
    loan: Callable[..., int], deps: Deps, session: Session, book: int
) -> None:
    loan_id = loan()
    run_due(book_id=book, deps=deps)
    view = loan_of(session, book, loan_id)
    books = books_of(session, book, view, TODAY, fiscal_year(TODAY, 4))
    [first, second] = books.instalments.values()
    assert second.transaction_id is not None
    void_transactions(book, [second.transaction_id], user_id=None, deps=deps)

    books = books_of(session, book, view, TODAY, fiscal_year(TODAY, 4))
    [first, second] = books.instalments.values()
    row = view.plan.due[1]
    assert (first.is_void, second.is_void) == (False, True)
    assert books.owed_minor - view.planned_minor(TODAY) == row.principal_minor
    assert books.year_interest_minor == view.plan.due[0].interest_minor
    follow_books(loan_id, Keep.EMI, book_id=book, user_id=None, deps=deps)
    after = loan_of(session, book, loan_id)
    assert after.planned_minor(TODAY) == books.owed_minor
    assert after.plan.rows[-1].balance_minor == 0
    assert sound(session, book)


def test_an_instalment_that_asks_first_can_be_paid_in_another_amount_or_left_out(
    loan: Callable[..., int], deps: Deps, session: Session, book: int
) -> None:
    loan_id = loan(is_automatic=False)
    who: dict[str, Any] = {"user_id": None, "deps": deps}
    run_due(book_id=book, deps=deps)
    view = loan_of(session, book, loan_id)
    first, second = view.plan.due[:2]

    for amount in (first.interest_minor - 1, 70_000_000):
        with pytest.raises(Refused):
            confirm(book, view.schedule_id, first.on, amount_minor=amount, **who)
    confirm(book, view.schedule_id, first.on, amount_minor=first.paid_minor + 50_000, **who)
    skip(book, view.schedule_id, second.on, **who)

    books = books_of(session, book, view, TODAY, fiscal_year(TODAY, 4))
    assert [each.state for each in books.instalments.values()] == [OccurrenceState.POSTED, OccurrenceState.SKIPPED]
    assert books.owed_minor == first.balance_minor - 50_000
    assert sound(session, book)


def test_terms_can_change_until_something_is_posted_and_names_always(
    *, loan: Callable[..., int], deps: Deps, session: Session, book: int, account: Find, clock: Clock
) -> None:
    loan_id = loan(terms=Terms(60_000_000, Decimal("0.09"), 60, date(2026, 12, 5), 5))
    bank, cash = account(book, "Bank account"), account(book, "Cash")
    command = LoanCommand(book, None, "Car", "HDFC", Terms(50_000_000, Decimal(0), 50, date(2026, 12, 7), 7), LoanStart.NEW, bank, date(2026, 9, 1), cash)  # fmt: skip
    change_loan(loan_id, command, deps=deps)

    assert (balance(session, book, "Car"), balance(session, book, "Cash"), balance(session, book, "Bank account")) == (-50_000_000, 50_000_000, 0)  # fmt: skip
    assert state_of(session, book, loan_id).next_on == date(2026, 12, 7)
    clock.at = datetime(2026, 12, 8, tzinfo=UTC)
    assert run_due(book_id=book, deps=deps).posted == 1
    free = LoanCommand(book, None, "Red car", "ICICI", command.terms, LoanStart.NEW, cash, date(2026, 9, 1), cash, is_automatic=False)  # fmt: skip
    change_loan(loan_id, free, deps=deps)
    with pytest.raises(Refused):
        change_loan(loan_id, LoanCommand(book, None, "Red car", "ICICI", CAR, LoanStart.NEW, cash, date(2026, 9, 1), cash), deps=deps)  # fmt: skip
    clock.at = datetime(2027, 1, 8, tzinfo=UTC)
    assert (run_due(book_id=book, deps=deps).waiting, session.scalar(select(func.count()).select_from(Occurrence))) == (1, 2)  # fmt: skip
    assert balance(session, book, "Red car") == -49_000_000
    assert session.scalar(select(func.count()).select_from(Transaction).where(Transaction.state == State.VOID)) == 1
    assert sound(session, book)


def test_a_removed_loan_takes_everything_it_posted_with_it_and_comes_back(
    loan: Callable[..., int], deps: Deps, session: Session, book: int, account: Find
) -> None:
    loan_id = loan()
    run_due(book_id=book, deps=deps)
    pay_extra(ExtraPayment(book, None, loan_id, TODAY, 10_000_000, account(book, "Bank account")), deps=deps)
    was = [balance(session, book, name) for name in ("Bank account", "Loan interest", "Car loan")]
    who: dict[str, Any] = {"book_id": book, "user_id": None, "deps": deps}

    assert remove_loan(loan_id, **who) == "Car loan"
    assert [balance(session, book, name) for name in ("Bank account", "Loan interest")] == [0, 0]
    assert (loans_of(session, book), run_due(book_id=book, deps=deps).posted) == ([], 0)
    second = loan()  # the name is free
    with pytest.raises(Refused):
        restore_loan(loan_id, **who)
    remove_loan(second, **who)
    assert restore_loan(loan_id, **who) == "Car loan"
    assert [balance(session, book, name) for name in ("Bank account", "Loan interest", "Car loan")] == was
    with pytest.raises(NotInBook):
        restore_loan(loan_id, **who)
    assert sound(session, book)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("started_on", {"started_on": None}),
        ("started_on", {"started_on": date(2026, 11, 23), "terms": Terms(100, Decimal(0), 1, date(2026, 12, 5), 5)}),
        ("started_on", {"started_on": date(1900, 1, 1)}),
        ("first_on", {"started_on": date(2026, 9, 30)}),
        ("first_on", {"terms": Terms(100, Decimal(0), 1, date(2150, 12, 5), 5)}),
        ("fee", {"fee_minor": 60_000_000}),
        ("fee", {"fee_minor": -1}),
        ("into_account_id", {"into_account_id": None}),
        ("paid_count", {"start": LoanStart.PAID, "paid_count": 0}),
        ("paid_count", {"start": LoanStart.PAID, "paid_count": 60}),
        ("paid_count", {"start": LoanStart.PAID, "paid_count": 3}),
        ("paid_count", {"start": LoanStart.PAID, "terms": Terms(100, Decimal(0), 1, date(2026, 9, 5), 5)}),
    ],
)
def test_what_no_loan_can_be_is_refused_and_nothing_is_saved(
    *, loan: Callable[..., int], session: Session, book: int, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as error:
        loan(**changes)

    assert error.value.field == field
    assert session.scalar(select(func.count()).select_from(Transaction).where(Transaction.book_id == book)) == 0
    assert loans_of(session, book) == []


@pytest.mark.sqlite_only
def test_only_accounts_of_the_book_in_its_currency_pay(
    *, loan: Callable[..., int], deps: Deps, session: Session, book: int, make_book: Callable[..., int], make_user: Callable[..., int], account: Find
) -> None:  # fmt: skip
    other = account(make_book(make_user("bob@example.com"), kind=BookKind.BUSINESS), "Cash")
    loan_id = loan()
    own = loan_of(session, book, loan_id).account_id
    run_due(book_id=book, deps=deps)

    for changes in ({"pay_account_id": other}, {"into_account_id": other}):
        with pytest.raises(NotInBook):
            loan(name="Another", **changes)
    with pytest.raises(Refused):
        loan(name="Another", pay_account_id=account(book, "Groceries"))
    with pytest.raises(Refused):
        loan(name="car LOAN")
    with pytest.raises(Refused):
        pay_extra(ExtraPayment(book, None, loan_id, TODAY, 100, own), deps=deps)
    with pytest.raises(Refused):
        pay_extra(ExtraPayment(book, None, loan_id, TODAY, 100, account(book, "Cash"), charge_minor=-1), deps=deps)
    with pytest.raises(Refused):
        pay_extra(ExtraPayment(book, None, loan_id, date(2026, 11, 23), 100, account(book, "Cash")), deps=deps)
    with pytest.raises(NotInBook):
        pay_extra(ExtraPayment(book, None, 999_999, TODAY, 100, account(book, "Cash")), deps=deps)
    assert owed_on(session, book, [own], TODAY)[own] == loan_of(session, book, loan_id).planned_minor(TODAY)
    assert monthly_income(session, book, TODAY) is None


@pytest.mark.sqlite_only
def test_what_cannot_be_posted_waits_with_its_reason(
    loan: Callable[..., int], deps: Deps, session: Session, book: int, account: Find
) -> None:
    cash = account(book, "Cash")
    terms = Terms(10_000_000, Decimal("0.12"), 12, date(2026, 9, 5), 5, waiting_months=2, waiting_interest=MoratoriumInterest.CAPITALISE)  # fmt: skip
    view = loan_of(session, book, loan(terms=terms, pay_account_id=cash, is_automatic=False))
    archive_account(cash, is_archived=True, book_id=book, user_id=None, deps=deps)
    run_due(book_id=book, deps=deps)
    who: dict[str, Any] = {"user_id": None, "deps": deps}

    with pytest.raises(Refused, match="added to the loan"):
        confirm(book, view.schedule_id, date(2026, 9, 5), amount_minor=100, **who)
    assert confirm(book, view.schedule_id, date(2026, 9, 5), **who) is not None  # nothing leaves the account
    with pytest.raises(Refused, match="archived"):
        confirm(book, view.schedule_id, date(2026, 11, 5), **who)
    assert sound(session, book)


@pytest.mark.sqlite_only
def test_a_month_of_waiting_without_interest_posts_nothing(
    loan: Callable[..., int], deps: Deps, session: Session, book: int
) -> None:
    loan(terms=Terms(100_000, Decimal(0), 2, date(2026, 10, 5), 5, waiting_months=1))

    assert run_due(book_id=book, deps=deps).posted == 2
    assert session.scalars(select(Occurrence.transaction_id).order_by(Occurrence.due_on)).first() is None
    assert balance(session, book, "Car loan") == -50_000


@pytest.mark.sqlite_only
def test_the_plan_does_not_follow_books_in_which_the_lender_owes(
    loan: Callable[..., int], deps: Deps, session: Session, book: int, account: Find
) -> None:
    loan_id = loan()
    own = loan_of(session, book, loan_id).account_id
    too_much = TransactionCommand(book, None, Direction.TRANSFER, TODAY, account(book, "Cash"), 70_000_000, to_account_id=own)  # fmt: skip
    record_transaction(too_much, deps=deps)

    with pytest.raises(Refused, match="more was repaid"):
        follow_books(loan_id, Keep.EMI, book_id=book, user_id=None, deps=deps)
    with pytest.raises(Refused, match="cannot pay itself"):
        change_loan(loan_id, LoanCommand(book, None, "Car loan", "SBI", CAR, LoanStart.NEW, own, date(2026, 8, 31), account(book, "Bank account")), deps=deps)  # fmt: skip


def test_interest_goes_on_into_the_category_that_its_own_was_merged_into(
    *, loan: Callable[..., int], deps: Deps, session: Session, book: int, account: Find, clock: Clock
) -> None:
    loan()
    run_due(book_id=book, deps=deps)
    paid = balance(session, book, "Loan interest")
    merge_category(
        account(book, "Loan interest"), account(book, "Fees and charges"), book_id=book, user_id=None, deps=deps
    )
    clock.at = datetime(2026, 12, 1, tzinfo=UTC)

    run_due(book_id=book, deps=deps)

    assert balance(session, book, "Loan interest") == 0
    assert balance(session, book, "Fees and charges") > paid > 0
    assert sound(session, book)
