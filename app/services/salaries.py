"""What people do with jobs: add, change, revise, remove. What a pay day posts is in `services.payslips`."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select

from app.domain.books import AccountKind
from app.domain.errors import NotInBook, Refused
from app.domain.facts.reading import NotKnown
from app.domain.periods import Month
from app.domain.salaries import LAST_DAY, Part, PayTerms, ProvidentMode, Slot, TaxMode, check_net, pay_rule
from app.domain.salary_years import Before
from app.domain.schedules import ScheduleKind
from app.domain.texts import clean
from app.models.account import Account
from app.models.salary import Salary, SalaryItem, SalaryPayment, SalaryRevision
from app.queries.salaries import INDIAN_CURRENCY, job_of
from app.services.deps import Deps
from app.services.payslips import keep_slot
from app.services.posting import account_kinds, check_day
from app.services.removals import bring_back, take_out
from app.services.schedules import SchedulePlan, add_schedule, change_schedule, move_to, schedule_of, today_of
from app.services.uow import BookWork, book_work

EMPLOYER_LENGTH = 120
ITEM_LENGTH = 60
NOTE_LENGTH = 200
MOST_PAST_YEARS = 10
EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class SalaryCommand:
    """A job as a person states it. Amounts are in minor units of the book's currency.

    `is_month_end`: pay comes on the last day of each month, whichever that is. `posts_past` puts pay days that have passed
    into the books as well; otherwise they only count for the year. It is looked at when the job is added.
    """

    book_id: int
    user_id: int | None
    employer: str
    account_id: int
    first_on: date
    is_month_end: bool = False
    last_on: date | None = None
    is_automatic: bool = True
    posts_past: bool = False
    provident_account_id: int | None = None
    born_on: date | None = None
    before: Before = field(default_factory=Before)


@dataclass(frozen=True, slots=True)
class RevisionCommand:
    """What a job pays from a month on."""

    book_id: int
    user_id: int | None
    from_month: Month
    terms: PayTerms
    note: str = ""


def add_salary(command: SalaryCommand, terms: PayTerms, *, deps: Deps) -> int:
    """Begin to keep a job, with what it pays from its first month on. Returns its id.

    Nothing is posted here: pay days are dates of a schedule.
    Raises: Refused with the field to correct, NotInBook for an account of another book.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        columns = _columns(work, command)
        first_on, today = columns["first_on"], today_of(work)
        if command.posts_past and first_on.year < today.year - MOST_PAST_YEARS:
            raise Refused(f"Pay days of more than {MOST_PAST_YEARS} years ago are not posted.", field="first_on")
        posts_from = first_on if command.posts_past else max(first_on, today)
        plan = _plan(columns, is_automatic=command.is_automatic, start_on=posts_from)
        row = Salary(
            book_id=work.book.id, schedule_id=add_schedule(work, plan), posts_from=posts_from, created_at=work.now,
            removed_at=None, removed_with=None, **columns,
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        keep_slot(work, row.id, Slot.INCOME)
        said = RevisionCommand(command.book_id, command.user_id, Month.of(first_on), terms)
        _write_revision(work, _new_revision(work, row.id, said), said)
        work.audit("salary.added", f"salary:{row.id}", after=_described(row))
        _settle(work, row.id)
    return row.id


def change_salary(salary_id: int, command: SalaryCommand, *, deps: Deps) -> None:
    """Change a job from now on. Pay that is posted stays as it is, and no month is paid twice.

    Raises: as `add_salary`.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        row = _salary(work, salary_id)
        job = job_of(work.session, work.book.id, salary_id)
        before = _described(row)
        columns = _columns(work, command)
        if command.provident_account_id is None:
            columns["provident_account_id"] = row.provident_account_id
        for name, value in columns.items():
            setattr(row, name, value)
        row.posts_from = max(row.posts_from, row.first_on) if not job.payments else row.posts_from
        start_on = max(
            [row.first_on, row.posts_from, *(month.next().first for month in (*job.payments, *job.decisions))]
        )
        if row.last_on is not None and row.last_on < start_on:  # its last pay day is settled already
            schedule = schedule_of(work, row.schedule_id)
            schedule.name, schedule.is_automatic = _schedule_name(row.employer), command.is_automatic
            move_to(schedule, None)
        else:
            change_schedule(work, row.schedule_id, _plan(columns, is_automatic=command.is_automatic, start_on=start_on))
        work.session.flush()
        work.audit("salary.changed", f"salary:{salary_id}", before=before, after=_described(row))
        _settle(work, salary_id)


def add_revision(salary_id: int, command: RevisionCommand, *, deps: Deps) -> int:
    """Let a job pay something else from a month on. Returns the revision's id. What is posted stays as it is.

    Raises: Refused when the job has a revision from that month, or beside the amount to correct; NotInBook.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        _salary(work, salary_id)
        row = _new_revision(work, salary_id, command)
        _write_revision(work, row, command)
        work.audit("salary.revised", f"salary:{salary_id}", after=_said(command))
        _settle(work, salary_id, command.from_month)
        return row.id


def change_revision(revision_id: int, command: RevisionCommand, *, deps: Deps) -> int:
    """Correct a revision. Months that are posted stay as they are. Returns the job's id.

    Raises: as `add_revision`.
    """
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        row = _revision(work, revision_id)
        _check_month(work, row.salary_id, command.from_month, but=revision_id)
        before = {"from": row.from_on.isoformat(), "basic_minor": row.basic_minor}
        _write_revision(work, row, command)
        work.audit("salary.revision_changed", f"salary:{row.salary_id}", before=before, after=_said(command))
        _settle(work, row.salary_id, command.from_month)
        return row.salary_id


def remove_revision(book_id: int, revision_id: int, *, user_id: int | None, deps: Deps) -> int:
    """Take a revision away; the one before it applies again. Months that are posted stay. Returns the job's id.

    Raises: NotInBook; Refused for the only one.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _revision(work, revision_id)
        others = work.session.scalars(
            select(SalaryRevision.id).where(
                SalaryRevision.book_id == book_id,
                SalaryRevision.salary_id == row.salary_id,
                SalaryRevision.removed_at.is_(None),
                SalaryRevision.id != revision_id,
            )
        ).all()
        if not others:
            raise Refused("A job needs what it pays. Change this revision, or remove the job.")
        row.removed_at = work.now
        work.session.flush()
        work.audit("salary.revision_removed", f"salary:{row.salary_id}", before={"from": row.from_on.isoformat()})
        _settle(work, row.salary_id)
        return row.salary_id


def restore_revision(book_id: int, revision_id: int, *, user_id: int | None, deps: Deps) -> int:
    """Undo `remove_revision`. Returns the job's id.

    Raises: NotInBook; Refused when another one applies from that month by now.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _revision(work, revision_id, is_removed=True)
        _check_month(work, row.salary_id, Month.of(row.from_on), but=revision_id)
        row.removed_at = None
        work.session.flush()
        work.audit("salary.revision_restored", f"salary:{row.salary_id}", after={"from": row.from_on.isoformat()})
        _settle(work, row.salary_id)
        return row.salary_id


def remove_salary(book_id: int, salary_id: int, *, with_posted: bool, user_id: int | None, deps: Deps) -> None:
    """Take a job away and stop its pay days. `with_posted` also deletes what it posted.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _salary(work, salary_id)
        posted = work.session.scalars(
            select(SalaryPayment.transaction_id).where(
                SalaryPayment.book_id == book_id, SalaryPayment.salary_id == salary_id
            )
        ).all()
        row.removed_with = take_out(work, posted if with_posted else (), schedule_ids=[row.schedule_id])
        row.removed_at = work.now
        work.audit("salary.removed", f"salary:{salary_id}", before=_described(row))


def restore_salary(book_id: int, salary_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Undo `remove_salary`.

    Raises: NotInBook when it is not removed.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _salary(work, salary_id, is_removed=True)
        bring_back(work, row.removed_with or "[]", schedule_ids=[row.schedule_id])
        row.removed_at = row.removed_with = None
        work.audit("salary.restored", f"salary:{salary_id}", after=_described(row))


def _columns(work: BookWork, command: SalaryCommand) -> dict[str, Any]:
    """Check what is said of a job against the book."""
    employer = clean(command.employer, EMPLOYER_LENGTH)
    if not employer:
        raise Refused("Write who pays you.", field="employer")
    check_day(work, command.first_on, field="first_on")
    first_on = Month.of(command.first_on).last if command.is_month_end else command.first_on
    if command.last_on is not None:
        check_day(work, command.last_on, field="last_on")
        if command.last_on < first_on:
            raise Refused("The last pay day cannot come before the first one.", field="last_on")
    if command.born_on is not None and not EARLIEST_BIRTH <= command.born_on <= today_of(work):
        raise Refused("Check the date of birth.", field="born_on")
    if min(asdict(command.before).values()) < 0:
        raise Refused("Write an amount of zero or more.", field="before_gross")
    _check_pocket(work, command.account_id, "account_id")
    if command.provident_account_id is not None:
        _check_pocket(work, command.provident_account_id, "provident_account_id")
        if command.provident_account_id == command.account_id:
            raise Refused("Choose another account than the one the pay arrives in.", field="provident_account_id")
    return {
        "employer": employer, "account_id": command.account_id, "provident_account_id": command.provident_account_id,
        "pay_day": LAST_DAY if command.is_month_end else first_on.day, "first_on": first_on, "last_on": command.last_on,
        "born_on": command.born_on, "before_gross_minor": command.before.gross_minor,
        "before_provident_minor": command.before.provident_minor, "before_tax_minor": command.before.tax_minor,
    }  # fmt: skip


def _check_pocket(work: BookWork, account_id: int, field: str) -> None:
    found = work.session.execute(
        select(Account.kind, Account.currency, Account.is_archived).where(
            Account.book_id == work.book.id, Account.id == account_id
        )
    ).one_or_none()
    if found is None:
        raise NotInBook("account", account_id, work.book.id)
    if found.kind != AccountKind.ASSET or found.currency != work.book.currency:
        raise Refused(f"Choose an account in {work.book.currency} that you own.", field=field)
    if found.is_archived:
        raise Refused("That account is archived. Choose another one.", field=field)


def _plan(columns: dict[str, Any], *, is_automatic: bool, start_on: date) -> SchedulePlan:
    last_on: date | None = columns["last_on"]
    if last_on is not None and last_on < start_on:
        raise Refused("No pay day is left until then. Leave it empty, or post the past ones too.", field="last_on")
    rule = pay_rule(columns["pay_day"], last_on)
    name = _schedule_name(columns["employer"])
    return SchedulePlan(ScheduleKind.SALARY, name, rule, columns["first_on"], start_on, is_automatic)


def _schedule_name(employer: str) -> str:
    return f"Salary, {employer}"[:EMPLOYER_LENGTH]


def _settle(work: BookWork, salary_id: int, month: Month | None = None) -> None:
    """Look at the next pay that follows from what was just written, and tell the schedule what to expect.

    Raises: Refused when more is taken than paid. Facts of the law that are missing wait for the pay day: another year may know them.
    """
    job = job_of(work.session, work.book.id, salary_id)
    schedule = schedule_of(work, job.schedule_id)
    starts = {schedule.next_on and Month.of(schedule.next_on), month and max(month, Month.of(job.first_on))}
    for at in sorted(each for each in starts if each):
        try:
            planned = job.plan(job.fy(job.due_on(at))).month(at)
        except NotKnown:
            continue
        if planned is None or planned.month in job.payments:
            continue
        if planned.is_paid:
            check_net(planned.pay)
        if schedule.next_on and at == Month.of(schedule.next_on):
            schedule.expected_minor = planned.pay.net_minor
    work.session.flush()


def _new_revision(work: BookWork, salary_id: int, command: RevisionCommand) -> SalaryRevision:
    _check_month(work, salary_id, command.from_month)
    return SalaryRevision(book_id=work.book.id, salary_id=salary_id, created_at=work.now, removed_at=None)


def _check_month(work: BookWork, salary_id: int, month: Month, *, but: int = 0) -> None:
    check_day(work, month.first, field="from_month")
    taken = work.session.scalar(
        select(SalaryRevision.id).where(
            SalaryRevision.book_id == work.book.id, SalaryRevision.salary_id == salary_id, SalaryRevision.from_on == month.first,
            SalaryRevision.removed_at.is_(None), SalaryRevision.id != but,
        )
    )  # fmt: skip
    if taken is not None:
        raise Refused(f"There is a revision from {month.first:%B %Y} already. Change that one.", field="from_month")


def _write_revision(work: BookWork, row: SalaryRevision, command: RevisionCommand) -> None:
    terms = command.terms
    _check_terms(work, terms)
    row.from_on, row.note = command.from_month.first, clean(command.note, NOTE_LENGTH)
    row.basic_minor, row.dearness_minor = terms.basic_minor, terms.dearness_minor
    row.rent_allowance_minor, row.special_minor = terms.rent_allowance_minor, terms.special_minor
    row.provident, row.own_provident_minor = terms.provident, terms.own_provident_minor
    row.own_employer_minor, row.keeps_employer = terms.own_employer_minor, terms.keeps_employer
    row.is_insured, row.state, row.gender = terms.is_insured, terms.state, terms.gender
    row.own_professional_tax_minor = terms.own_professional_tax_minor
    row.tax, row.own_tax_minor, row.regime = terms.tax, terms.own_tax_minor, terms.regime
    row.rent_paid_minor, row.is_in_metro = terms.rent_paid_minor, terms.is_in_metro
    row.savings_minor, row.health_minor = terms.declared.savings_minor, terms.declared.health_minor
    row.pension_minor, row.home_interest_minor = terms.declared.pension_minor, terms.declared.home_interest_minor
    work.session.add(row)
    work.session.flush()
    work.session.execute(delete(SalaryItem).where(SalaryItem.book_id == work.book.id, SalaryItem.revision_id == row.id))
    items = [
        {
            "revision_id": row.id, "number": number, "book_id": work.book.id, "part": item.part,
            "name": clean(item.name, ITEM_LENGTH), "amount_minor": item.amount_minor, "category_id": item.category_id,
        }
        for number, item in enumerate(terms.items)
    ]  # fmt: skip
    if items:
        work.session.execute(insert(SalaryItem), items)


def _check_terms(work: BookWork, terms: PayTerms) -> None:
    is_plain = (
        terms.provident is ProvidentMode.NONE and terms.tax is TaxMode.NONE and not (terms.state or terms.is_insured)
    )
    if work.book.currency != INDIAN_CURRENCY and not is_plain:
        raise Refused("Indian deductions need a book in INR. Write them under other deductions.", field="deductions")
    for item in terms.items:
        if not clean(item.name, ITEM_LENGTH):
            raise Refused(
                "Write a name for each amount.", field="deductions" if item.part is Part.DEDUCTION else "allowances"
            )
    chosen = {item.category_id for item in terms.items if item.category_id is not None}
    kinds = account_kinds(work, chosen)
    for category_id in chosen:
        if category_id not in kinds:
            raise NotInBook("category", category_id, work.book.id)
        if kinds[category_id] != AccountKind.EXPENSE:
            raise Refused("Choose a category of spending.", field="deductions")


def _salary(work: BookWork, salary_id: int, *, is_removed: bool = False) -> Salary:
    row = work.session.scalars(
        select(Salary).where(Salary.book_id == work.book.id, Salary.id == salary_id)
    ).one_or_none()
    if row is None or (row.removed_at is not None) != is_removed:
        raise NotInBook("salary", salary_id, work.book.id)
    return row


def _revision(work: BookWork, revision_id: int, *, is_removed: bool = False) -> SalaryRevision:
    row = work.session.scalars(
        select(SalaryRevision).where(SalaryRevision.book_id == work.book.id, SalaryRevision.id == revision_id)
    ).one_or_none()
    if row is None or (row.removed_at is not None) != is_removed:
        raise NotInBook("salary revision", revision_id, work.book.id)
    _salary(work, row.salary_id)
    return row


def _described(row: Salary) -> dict[str, Any]:
    shown = ("employer", "account_id", "provident_account_id", "pay_day", "first_on", "posts_from", "last_on")
    return {name: str(getattr(row, name)) for name in shown}


def _said(command: RevisionCommand) -> dict[str, Any]:
    return {"from": str(command.from_month), "gross_minor": command.terms.gross_minor, "note": command.note}
