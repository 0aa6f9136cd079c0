"""A job's pay in the books: posted once a month, by the revision of its month, with every deduction as a leg."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind
from app.domain.errors import NotInBook, Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.salaries import Part, PayItem, PayTerms, ProvidentMode, TaxMode
from app.domain.salary_years import PayState
from app.models.account import Account
from app.models.schedule import Schedule
from app.models.transaction import Posting
from app.queries.salaries import Job, job_of, jobs_of
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.recurring import confirm, run_due, skip
from app.services.salaries import (
    RevisionCommand,
    SalaryCommand,
    add_revision,
    add_salary,
    change_revision,
    change_salary,
    remove_revision,
    remove_salary,
    restore_revision,
    restore_salary,
)
from app.services.transactions import void_transactions
from tests.conftest import Clock

AccountOf = Callable[[int, str], int]
FY = FiscalYear(2026)
INDIAN = PayTerms(
    6_000_000, 500_000, 2_400_000, 4_000_000,
    (PayItem(Part.TAXED, "Shift allowance", 300_000), PayItem(Part.UNTAXED, "Internet", 100_000), PayItem(Part.DEDUCTION, "Canteen", 120_000)),
    provident=ProvidentMode.CAPPED, keeps_employer=True, state="MH", tax=TaxMode.PLAN,
)  # fmt: skip


@pytest.fixture
def add(deps: Deps, account: AccountOf) -> Callable[..., int]:
    """A job that pays into “Bank account” on the last day of each month from April 2026."""

    def make(book: int, terms: PayTerms = INDIAN, **changes: Any) -> int:
        said: dict[str, Any] = {
            "employer": "Acme Tools", "account_id": account(book, "Bank account"), "first_on": date(2026, 4, 30), "is_month_end": True,
            "posts_past": True, "born_on": date(1990, 5, 1), "user_id": None,
        } | changes  # fmt: skip
        return add_salary(SalaryCommand(book_id=book, **said), terms, deps=deps)

    return make


def legs(session: Session, book: int, transaction_id: int) -> dict[str, int]:
    rows = session.execute(
        select(Account.name, Posting.base_minor)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.book_id == book, Posting.transaction_id == transaction_id)
    )
    return dict(rows.all())


def read(session: Session, book: int, salary_id: int) -> Job:
    session.rollback()
    return job_of(session, book, salary_id)


def test_a_pay_day_posts_gross_deductions_and_net_as_legs(
    deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int]
) -> None:
    book = make_book()
    salary = add(book)
    run_due(book_id=book, deps=deps)
    job = read(session, book, salary)
    april = job.payments[Month(2026, 4)]
    found = legs(session, book, april.transaction_id)

    assert set(job.payments) == {Month(2026, month) for month in range(4, 11)}
    assert found["Salary"] == -13_300_000
    assert found["Provident fund (EPF)"] == 180_000 + 55_000  # the pension's 1,250 is not in the fund
    assert found["Employer provident fund"] == -55_000
    assert found["Professional tax"] == 20_000
    assert found["Salary deductions"] == 120_000
    assert found["Bank account"] == 13_300_000 - 180_000 - 20_000 - 120_000 - found["Income tax"]
    assert sum(found.values()) == 0
    assert april.booked == april.posted
    assert verify_book(session, book).differences == ()


def test_a_month_is_posted_once_whoever_asks(
    *, deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int], clock: Clock
) -> None:
    book = make_book()
    salary = add(book, is_automatic=False)
    run_due(book_id=book, deps=deps)
    schedule = read(session, book, salary).schedule_id
    confirm(book, schedule, date(2026, 4, 30), user_id=None, deps=deps)
    with pytest.raises(Refused, match="already"):
        confirm(book, schedule, date(2026, 4, 30), user_id=None, deps=deps)
    change_salary(salary, SalaryCommand(book, None, "Acme", read(session, book, salary).account_id, date(2026, 5, 3), born_on=date(1990, 5, 1)), deps=deps)  # fmt: skip
    clock.at = datetime(2027, 1, 10, tzinfo=UTC)
    for _ in range(3):
        run_due(book_id=book, deps=deps)
    job = read(session, book, salary)

    assert list(job.payments) == [Month(2026, 4), Month(2026, 11), Month(2026, 12), Month(2027, 1)]
    assert {job.state_in(Month(2026, month)) for month in range(5, 11)} == {PayState.WAITING}
    assert job.due_on(Month(2026, 5)) == date(2026, 5, 31)
    assert verify_book(session, book).differences == ()
