"""A job's pay in the books: posted once a month, by the revision of its month, with every deduction as a leg."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, Leg
from app.domain.errors import NotInBook, Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.salaries import Part, PayItem, PayTerms, ProvidentMode, TaxMode
from app.domain.salary_years import Before, PayState
from app.domain.schedules import ScheduleState
from app.models.account import Account
from app.models.schedule import Schedule
from app.models.transaction import Posting
from app.queries.salaries import Job, job_of, jobs_of
from app.queries.verification import verify_book
from app.services.accounts import CategoryCommand, archive_account, change_category
from app.services.deps import Deps
from app.services.posting import repost, unpost
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
from app.services.uow import book_work
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
    expected = session.scalars(select(Schedule.expected_minor).where(Schedule.id == job.schedule_id)).one()
    assert expected == job.plan(FY).months[7].pay.net_minor  # November's, which comes next
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


def test_another_net_amount_is_booked_as_it_came_and_counts_in_the_plan(
    deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int]
) -> None:
    book = make_book()
    salary = add(book, is_automatic=False)
    run_due(book_id=book, deps=deps)
    job = read(session, book, salary)
    expected = job.plan(FY).months[0].pay.net_minor
    with pytest.raises(Refused, match="above zero"):
        confirm(book, job.schedule_id, date(2026, 4, 30), amount_minor=0, user_id=None, deps=deps)
    for month, more in ((4, 500_000), (5, -300_000)):
        day = Month(2026, month).last
        net = expected + more if month == 4 else read(session, book, salary).plan(FY).months[1].pay.net_minor + more
        posted = confirm(book, job.schedule_id, day, amount_minor=net, user_id=None, deps=deps)
        assert posted
        assert legs(session, book, posted)["Bank account"] == net
    april, may = (read(session, book, salary).payments[Month(2026, month)].posted for month in (4, 5))

    assert (april.gross_minor, may.gross_minor) == (13_800_000, 13_300_000)
    assert may.of(Part.DEDUCTION) == 120_000 + 300_000
    assert read(session, book, salary).plan(FY).held_minor == read(session, book, salary).plan(FY).tax_minor
    assert verify_book(session, book).differences == ()


def test_the_revision_of_the_month_counts_and_what_is_posted_stays(
    *, deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int], clock: Clock
) -> None:
    book = make_book()
    salary = add(book)
    run_due(book_id=book, deps=deps)
    raised = PayTerms(8_000_000, state="MH", tax=TaxMode.PLAN)
    revision = add_revision(salary, RevisionCommand(book, None, Month(2026, 12), raised, "Raise"), deps=deps)
    with pytest.raises(Refused, match="December 2026 already"):
        add_revision(salary, RevisionCommand(book, None, Month(2026, 12), raised), deps=deps)
    first = read(session, book, salary).revisions[0]
    change_revision(first.id, RevisionCommand(book, None, first.from_month, PayTerms(1_000_000)), deps=deps)
    clock.at = datetime(2027, 1, 1, tzinfo=UTC)
    run_due(book_id=book, deps=deps)
    gross = {month: each.posted.gross_minor for month, each in read(session, book, salary).payments.items()}
    remove_revision(book, revision, user_id=None, deps=deps)
    removed = read(session, book, salary).revision_in(Month(2027, 1)).terms.basic_minor
    restore_revision(book, revision, user_id=None, deps=deps)

    assert {gross[Month(2026, month)] for month in range(4, 11)} == {13_300_000}
    assert (gross[Month(2026, 11)], gross[Month(2026, 12)]) == (1_000_000, 8_000_000)
    assert (removed, read(session, book, salary).revision_in(Month(2027, 1)).terms.basic_minor) == (
        1_000_000,
        8_000_000,
    )
    remove_revision(book, revision, user_id=None, deps=deps)
    with pytest.raises(Refused, match="needs what it pays"):
        remove_revision(book, first.id, user_id=None, deps=deps)


def test_deleted_and_skipped_pay_counts_nowhere_and_a_changed_one_as_the_books_say(
    deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int]
) -> None:
    book = make_book()
    salary = add(book)
    run_due(book_id=book, deps=deps)
    job = read(session, book, salary)
    skip(book, job.schedule_id, date(2026, 11, 30), user_id=None, deps=deps)
    void_transactions(book, [job.payments[Month(2026, 4)].transaction_id], user_id=None, deps=deps)
    may = job.payments[Month(2026, 5)].transaction_id
    with book_work(deps, book) as work:  # as somebody who writes 500 more of tax into the transaction
        ids = {name: work.session.scalars(select(Account.id).where(Account.book_id == book, Account.name == name)).one() for name in ("Bank account", "Income tax")}  # fmt: skip
        [found] = unpost(work, [may]).values()
        more = {ids["Bank account"]: -50_000, ids["Income tax"]: 50_000}
        changed = tuple(Leg(leg.account_id, leg.amount_minor + more.get(leg.account_id, 0), leg.base_minor + more.get(leg.account_id, 0)) for leg in found)  # fmt: skip
        repost(work, [(may, date(2026, 5, 31), changed)])
    job = read(session, book, salary)
    plan, payment = job.plan(FY), job.payments[Month(2026, 5)]

    assert [job.state_in(Month(2026, month)) for month in (4, 11)] == [PayState.DELETED, PayState.SKIPPED]
    assert payment.is_changed
    assert payment.booked is not None
    assert payment.booked.of(Part.TAX) == payment.posted.of(Part.TAX) + 50_000
    assert payment.booked.net_minor == payment.posted.net_minor - 50_000
    assert plan.to_date(Month(2027, 3)).gross_minor == 10 * 13_300_000
    assert plan.held_minor > (plan.tax_minor or 0)  # too much was held, so nothing more is taken
    assert {each.pay.of(Part.TAX) for each in plan.months if each.state == PayState.EXPECTED} == {0}
    assert verify_book(session, book).differences == ()


def test_a_renamed_category_stays_the_jobs_own_and_an_archived_one_makes_the_pay_wait(
    *,
    deps: Deps,
    session: Session,
    make_book: Callable[..., int],
    add: Callable[..., int],
    account: AccountOf,
    clock: Clock,
) -> None:
    book = make_book()
    salary, category = add(book, posts_past=False), account(book, "Salary")
    change_category(category, CategoryCommand(book, None, "My pay", AccountKind.INCOME), deps=deps)
    clock.at = datetime(2026, 12, 1, tzinfo=UTC)
    run_due(book_id=book, deps=deps)
    november = read(session, book, salary).payments[Month(2026, 11)]
    archive_account(category, is_archived=True, book_id=book, user_id=None, deps=deps)
    clock.at = datetime(2027, 1, 1, tzinfo=UTC)
    run_due(book_id=book, deps=deps)
    job = read(session, book, salary)

    assert legs(session, book, november.transaction_id)["My pay"] == -13_300_000
    assert job.state_in(Month(2026, 12)) == PayState.WAITING
    assert "“My pay” is archived" in (job.decisions[Month(2026, 12)].reason or "")
    assert job.state_in(Month(2026, 10)) == PayState.EARLIER
    assert session.scalar(select(func.count()).select_from(Account).where(Account.book_id == book, Account.name == "Salary")) == 0  # fmt: skip


def test_a_removed_job_stops_and_comes_back_with_or_without_what_it_posted(
    *, deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int], clock: Clock
) -> None:
    book = make_book()
    salary = add(book)
    run_due(book_id=book, deps=deps)
    kept = verify_book(session, book).result_minor
    clock.at = datetime(2026, 12, 1, tzinfo=UTC)

    remove_salary(book, salary, with_posted=False, user_id=None, deps=deps)
    run_due(book_id=book, deps=deps)
    assert (jobs_of(session, book), verify_book(session, book).result_minor) == ([], kept)
    with pytest.raises(NotInBook):
        remove_salary(book, salary, with_posted=True, user_id=None, deps=deps)
    restore_salary(book, salary, user_id=None, deps=deps)
    remove_salary(book, salary, with_posted=True, user_id=None, deps=deps)
    assert verify_book(session, book).result_minor == 0
    restore_salary(book, salary, user_id=None, deps=deps)
    assert verify_book(session, book).result_minor == kept
    assert verify_book(session, book).differences == ()


def test_a_job_that_ends_posts_no_more_and_goes_on_when_its_end_is_taken_back(
    *, deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int], clock: Clock
) -> None:
    book = make_book()
    salary = add(book)
    run_due(book_id=book, deps=deps)
    job = read(session, book, salary)
    said = SalaryCommand(book, None, "Acme", job.account_id, job.first_on, is_month_end=True, born_on=job.born_on)
    for last_on in (date(2026, 10, 31), date(2026, 10, 31)):  # ended, then changed once more
        change_salary(salary, replace(said, last_on=last_on), deps=deps)
    clock.at = datetime(2027, 1, 1, tzinfo=UTC)
    run_due(book_id=book, deps=deps)
    ended = read(session, book, salary)
    change_salary(salary, said, deps=deps)
    run_due(book_id=book, deps=deps)

    assert (ended.schedule_state, len(ended.plan(FY).months), len(ended.payments)) == (ScheduleState.ENDED, 7, 7)
    assert len(read(session, book, salary).payments) == 9
    assert verify_book(session, book).differences == ()


def test_a_year_without_facts_makes_the_pay_wait_and_says_so(
    *, deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int], clock: Clock
) -> None:
    book = make_book()
    salary = add(book, posts_past=False, first_on=date(2027, 3, 31))
    clock.at = datetime(2027, 5, 1, tzinfo=UTC)
    run_due(book_id=book, deps=deps)
    job = read(session, book, salary)

    assert list(job.payments) == [Month(2027, 3)]
    assert "not known" in (job.decisions[Month(2027, 4)].reason or "")


def test_a_book_in_another_currency_has_pay_and_deductions_with_names(
    deps: Deps, session: Session, make_book: Callable[..., int], add: Callable[..., int], account: AccountOf
) -> None:
    book = make_book(currency="EUR", timezone="Europe/Berlin")
    taxes = account(book, "Donations")
    terms = PayTerms(400_000, items=(PayItem(Part.TAXED, "Bonus", 50_000), PayItem(Part.DEDUCTION, "Wage tax", 90_000, taxes), PayItem(Part.DEDUCTION, "Pension", 40_000), PayItem(Part.DEDUCTION, "Canteen", 5_000)))  # fmt: skip
    with pytest.raises(Refused, match="book in INR"):
        add(book, INDIAN)
    salary = add(book, terms, first_on=date(2026, 10, 28), is_month_end=False)
    run_due(book_id=book, deps=deps)
    [payment] = read(session, book, salary).payments.values()

    assert legs(session, book, payment.transaction_id) == {
        "Salary": -450_000, "Donations": 90_000, "Salary deductions": 45_000, "Bank account": 315_000,
    }  # fmt: skip
    assert verify_book(session, book).differences == ()


def test_nothing_of_another_book_can_be_named(
    *,
    deps: Deps,
    session: Session,
    make_user: Callable[..., int],
    make_book: Callable[..., int],
    add: Callable[..., int],
    account: AccountOf,
) -> None:
    mine = make_book()
    other = make_book(make_user("bob@example.com"))
    salary = add(other)
    theirs = PayTerms(1_000_000, items=(PayItem(Part.DEDUCTION, "Canteen", 100, account(other, "Dining")),))
    first = read(session, other, salary).revisions[0]
    attempts: list[Callable[[], object]] = [
        lambda: add(mine, account_id=account(other, "Bank account")),
        lambda: add(mine, provident_account_id=account(other, "Cash")),
        lambda: add(mine, theirs),
        lambda: add_revision(salary, RevisionCommand(mine, None, Month(2026, 12), INDIAN), deps=deps),
        lambda: change_revision(first.id, RevisionCommand(mine, None, Month(2026, 12), INDIAN), deps=deps),
        lambda: remove_revision(mine, first.id, user_id=None, deps=deps),
        lambda: remove_salary(mine, salary, with_posted=True, user_id=None, deps=deps),
    ]

    for attempt in attempts:
        with pytest.raises(NotInBook):
            attempt()
    assert jobs_of(session, mine) == []


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"employer": "  "}, "employer"),
    ({"first_on": date(1900, 1, 31)}, "first_on"),
    ({"first_on": date(2015, 12, 31)}, "first_on"),
    ({"last_on": date(2026, 4, 1)}, "last_on"),
    ({"posts_past": False, "last_on": date(2026, 6, 30)}, "last_on"),
    ({"born_on": date(2030, 1, 1)}, "born_on"),
    ({"born_on": None}, "born_on"),
    ({"before": Before(-1)}, "before_gross"),
    ({"before": Before(0, 0, -1)}, "before_gross"),
    ({"terms": PayTerms(1_000_000, items=(PayItem(Part.DEDUCTION, "Advance", 1_000_001),))}, "deductions"),
    ({"terms": PayTerms(10**15, tax=TaxMode.OWN, own_tax_minor=10**15, state="MH")}, "tax"),
)


@pytest.mark.sqlite_only
def test_a_job_that_cannot_be_is_refused_beside_its_field_and_leaves_nothing(
    session: Session, make_book: Callable[..., int], add: Callable[..., int]
) -> None:
    book = make_book()
    for changes, field in BAD:
        with pytest.raises(Refused) as told:
            add(book, **changes)
        assert told.value.field == field, changes

    assert jobs_of(session, book) == []
    assert session.scalar(select(func.count()).select_from(Schedule)) == 0
