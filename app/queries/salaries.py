"""Jobs as their pages show them: revisions, pay days, what the books say of each, and the year they make."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import MONEY_KINDS, AccountKind, State
from app.domain.errors import NotInBook, Refused
from app.domain.fiscal_years import INDIAN_FIRST_MONTH, FiscalYear
from app.domain.periods import Month, Span
from app.domain.salaries import Declared, Part, Pay, PayItem, PayLine, PayTerms, Slot
from app.domain.salary_years import Before, PayMonth, PayState, YearPlan, plan_year
from app.domain.schedules import OccurrenceState, ScheduleState
from app.models.account import Account
from app.models.book import Book
from app.models.salary import Salary, SalaryAccount, SalaryItem, SalaryPayment, SalaryRevision
from app.models.schedule import Occurrence, Schedule
from app.models.transaction import Posting, Transaction

INDIAN_CURRENCY = "INR"
CHANGED = "Changed in the books"
_STATES = {OccurrenceState.WAITING: PayState.WAITING, OccurrenceState.SKIPPED: PayState.SKIPPED}


@dataclass(frozen=True, slots=True)
class Revision:
    """What a job pays from a month on."""

    id: int
    from_month: Month
    note: str
    terms: PayTerms


@dataclass(frozen=True, slots=True)
class Payment:
    """A month in the books: the payslip as it was posted, and as its transaction says now (none once that is deleted)."""

    due_on: date
    transaction_id: int
    posted: Pay
    booked: Pay | None

    @property
    def is_changed(self) -> bool:
        """Whether somebody changed the transaction after it was posted."""
        return self.booked is not None and self.booked != self.posted


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a pay day, or why it waits for a decision."""

    due_on: date
    state: OccurrenceState
    reason: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job with everything that its pay follows from."""

    id: int
    employer: str
    account_id: int
    provident_account_id: int | None
    pay_day: int
    first_on: date
    posts_from: date
    last_on: date | None
    born_on: date | None
    before: Before
    is_indian: bool
    first_month: int
    schedule_id: int = 0
    is_automatic: bool = True
    schedule_state: ScheduleState = ScheduleState.ACTIVE
    next_on: date | None = None
    removed_at: datetime | None = None
    revisions: tuple[Revision, ...] = ()
    payments: Mapping[Month, Payment] = field(default_factory=dict)
    decisions: Mapping[Month, Decision] = field(default_factory=dict)
    slots: Mapping[Slot, int] = field(default_factory=dict)

    def fy(self, day: date) -> FiscalYear:
        """The year that a day's pay counts for: the tax year in India, the book's elsewhere."""
        return pay_year(day, self.first_month, is_indian=self.is_indian)

    def revision_in(self, month: Month) -> Revision:
        """The revision that applies in a month; before the first one, the first."""
        known = [each for each in self.revisions if each.from_month <= month]
        return known[-1] if known else self.revisions[0]

    def revised(self, revision: Revision) -> "Job":
        """The same job with a revision added, or put in place of the one with its id."""
        others = [each for each in self.revisions if each.id != revision.id]
        return replace(self, revisions=tuple(sorted((*others, revision), key=lambda each: each.from_month)))

    def due_on(self, month: Month) -> date:
        """Its pay day in a month; the one that was decided about, when it has been changed since."""
        decided = self.payments.get(month) or self.decisions.get(month)
        return decided.due_on if decided else month.up_to(self.pay_day)

    def pays_in(self, month: Month) -> bool:
        """Whether there is a pay day in a month."""
        day = month.up_to(self.pay_day)
        return (
            month in self.payments
            or month in self.decisions
            or (self.first_on <= day and (self.last_on is None or day <= self.last_on))
        )

    def state_in(self, month: Month) -> PayState:
        """How the pay day of a month stands."""
        payment, day = self.payments.get(month), self.due_on(month)
        if payment:
            return PayState.POSTED if payment.booked else PayState.DELETED
        decision = self.decisions.get(month)
        if decision and decision.state in _STATES:
            return _STATES[decision.state]
        if day < self.posts_from:
            return PayState.EARLIER
        is_open = self.next_on is not None and day >= self.next_on
        return PayState.EXPECTED if is_open and self.schedule_state != ScheduleState.ENDED else PayState.MISSED

    def pay_months(self, fy: FiscalYear) -> list[PayMonth]:
        """The pay days of a year."""
        months = [Month.of(fy.first).shift(number) for number in range(12)]
        return [
            PayMonth(
                month,
                self.due_on(month),
                self.revision_in(month).terms,
                self.state_in(month),
                self.payments[month].booked if month in self.payments else None,
            )
            for month in months
            if self.pays_in(month)
        ]

    def plan(self, fy: FiscalYear) -> YearPlan:
        """A year of this job.

        Raises: as `plan_year`.
        """
        before = self.before if self.first_on in fy else Before()
        return plan_year(fy, self.pay_months(fy), before=before, born_on=self.born_on, has_tax=self.is_indian)


def pay_year(day: date, first_month: int, *, is_indian: bool) -> FiscalYear:
    """The year that a day's pay counts for: the tax year in India, the book's elsewhere."""
    return FiscalYear.of(day, INDIAN_FIRST_MONTH if is_indian else first_month)


@dataclass(frozen=True, slots=True)
class Year:
    """A year of a job, or the words why it cannot be worked out."""

    fy: FiscalYear
    plan: YearPlan | None
    problem: str = ""


def year_of(job: Job, fy: FiscalYear) -> Year:
    """A year as a page shows it: facts that are missing are said, and break nothing."""
    try:
        return Year(fy, job.plan(fy))
    except Refused as error:
        return Year(fy, None, error.user_message)


def jobs_of(session: Session, book_id: int) -> list[Job]:
    """The jobs of a book that were not removed, the newest last. Five statements."""
    return [job for job in _jobs(session, book_id, None, Span(date.min, date.max)) if job.removed_at is None]


def job_of(session: Session, book_id: int, salary_id: int, *, only: Span | None = None) -> Job:
    """One job, removed or not. `only` leaves out what was decided and posted outside these days.

    Raises: NotInBook.
    """
    for job in _jobs(session, book_id, salary_id, only or Span(date.min, date.max)):
        return job
    raise NotInBook("salary", salary_id, book_id)


def salary_of_schedule(session: Session, book_id: int, schedule_id: int) -> int:
    """Which job a schedule belongs to.

    Raises: NotInBook.
    """
    found = session.scalar(select(Salary.id).where(Salary.book_id == book_id, Salary.schedule_id == schedule_id))
    if found is None:
        raise NotInBook("salary of schedule", schedule_id, book_id)
    return found


def lines_to_text(pay: Pay) -> str:
    """A payslip as it is kept."""
    return json.dumps([[line.part, line.name, line.amount_minor] for line in pay.lines], ensure_ascii=False)


def lines_of_text(text: str) -> Pay:
    """A payslip as it was kept."""
    return Pay(tuple(PayLine(Part(part), amount, name) for part, name, amount in json.loads(text)))


def _jobs(session: Session, book_id: int, salary_id: int | None, only: Span) -> Iterator[Job]:
    query = (
        select(
            Salary.id, Salary.employer, Salary.account_id, Salary.provident_account_id, Salary.pay_day, Salary.first_on, Salary.posts_from,
            Salary.last_on, Salary.born_on, Salary.before_gross_minor, Salary.before_provident_minor, Salary.before_tax_minor,
            Salary.removed_at, Schedule.id.label("schedule_id"), Schedule.is_automatic, Schedule.state, Schedule.next_on,
            Book.currency, Book.fiscal_year_start,
        )
        .join(Schedule, (Schedule.id == Salary.schedule_id) & (Schedule.book_id == Salary.book_id))
        .join(Book, Book.id == Salary.book_id)
        .where(Salary.book_id == book_id)
        .order_by(Salary.id)
    )  # fmt: skip
    rows = session.execute(query if salary_id is None else query.where(Salary.id == salary_id)).all()
    if not rows:
        return
    ids = [row.id for row in rows]
    slots = _slots(session, book_id, ids)
    revisions = _revisions(session, book_id, ids)
    payments = _payments(session, book_id, ids, slots, only)
    decisions = _decisions(session, book_id, [row.schedule_id for row in rows], only)
    for row in rows:
        yield Job(
            id=row.id, employer=row.employer, account_id=row.account_id, provident_account_id=row.provident_account_id,
            pay_day=row.pay_day, first_on=row.first_on, posts_from=row.posts_from, last_on=row.last_on, born_on=row.born_on,
            before=Before(row.before_gross_minor, row.before_provident_minor, row.before_tax_minor),
            is_indian=row.currency == INDIAN_CURRENCY, first_month=row.fiscal_year_start, schedule_id=row.schedule_id,
            is_automatic=row.is_automatic, schedule_state=row.state, next_on=row.next_on, removed_at=row.removed_at,
            revisions=tuple(revisions[row.id]), payments=payments[row.id], decisions=decisions[row.schedule_id], slots=slots[row.id],
        )  # fmt: skip


def _slots(session: Session, book_id: int, ids: Sequence[int]) -> dict[int, dict[Slot, int]]:
    found: dict[int, dict[Slot, int]] = defaultdict(dict)
    rows = session.execute(
        select(SalaryAccount.salary_id, SalaryAccount.slot, SalaryAccount.account_id).where(
            SalaryAccount.book_id == book_id, SalaryAccount.salary_id.in_(ids)
        )
    )
    for salary_id, slot, account_id in rows:
        found[salary_id][Slot(slot)] = account_id
    return found


def _revisions(session: Session, book_id: int, ids: Sequence[int]) -> dict[int, list[Revision]]:
    """Oldest first, those removed left out."""
    rows = session.execute(
        select(SalaryRevision, SalaryItem.part, SalaryItem.name, SalaryItem.amount_minor, SalaryItem.category_id)
        .outerjoin(
            SalaryItem, (SalaryItem.revision_id == SalaryRevision.id) & (SalaryItem.book_id == SalaryRevision.book_id)
        )
        .where(
            SalaryRevision.book_id == book_id,
            SalaryRevision.salary_id.in_(ids),
            SalaryRevision.removed_at.is_(None),
        )
        .order_by(SalaryRevision.salary_id, SalaryRevision.from_on, SalaryRevision.id, SalaryItem.number)
        .execution_options(populate_existing=True)
    )
    items: dict[int, list[PayItem]] = defaultdict(list)
    said: dict[int, SalaryRevision] = {}
    for revision, part, name, amount, category_id in rows:
        said[revision.id] = revision
        if part is not None:
            items[revision.id].append(PayItem(Part(part), name, amount, category_id))
    found: dict[int, list[Revision]] = defaultdict(list)
    for row in said.values():
        terms = _terms(row, tuple(items[row.id]))
        found[row.salary_id].append(Revision(row.id, Month.of(row.from_on), row.note, terms))
    return found


def _terms(row: SalaryRevision, items: tuple[PayItem, ...]) -> PayTerms:
    return PayTerms(
        row.basic_minor, row.dearness_minor, row.rent_allowance_minor, row.special_minor, items,
        provident=row.provident, own_provident_minor=row.own_provident_minor, own_employer_minor=row.own_employer_minor,
        keeps_employer=row.keeps_employer, is_insured=row.is_insured, state=row.state,
        own_professional_tax_minor=row.own_professional_tax_minor, gender=row.gender, tax=row.tax, own_tax_minor=row.own_tax_minor,
        regime=row.regime, rent_paid_minor=row.rent_paid_minor, is_in_metro=row.is_in_metro,
        declared=Declared(row.savings_minor, row.health_minor, row.pension_minor, row.home_interest_minor),
    )  # fmt: skip


def _decisions(
    session: Session, book_id: int, schedule_ids: Sequence[int], only: Span
) -> dict[int, dict[Month, Decision]]:
    found: dict[int, dict[Month, Decision]] = defaultdict(dict)
    rows = session.execute(
        select(Occurrence.schedule_id, Occurrence.due_on, Occurrence.state, Occurrence.reason).where(
            Occurrence.book_id == book_id,
            Occurrence.schedule_id.in_(schedule_ids),
            Occurrence.due_on.between(only.first, only.last),
        )
    )
    for schedule_id, due_on, state, reason in rows:
        found[schedule_id][Month.of(due_on)] = Decision(due_on, OccurrenceState(state), reason)
    return found


@dataclass(frozen=True, slots=True)
class _BookedLeg:
    account_id: int
    kind: AccountKind
    base_minor: int


def _payments(
    session: Session, book_id: int, ids: Sequence[int], slots: Mapping[int, Mapping[Slot, int]], only: Span
) -> dict[int, dict[Month, Payment]]:
    """What was posted, with the legs that stand in the books now."""
    rows = session.execute(
        select(
            SalaryPayment.salary_id, SalaryPayment.month, SalaryPayment.due_on, SalaryPayment.transaction_id,
            SalaryPayment.provident_account_id, SalaryPayment.lines, Transaction.state, Posting.account_id, Posting.base_minor, Account.kind,
        )
        .join(
            Transaction,
            (Transaction.id == SalaryPayment.transaction_id) & (Transaction.book_id == SalaryPayment.book_id),
        )
        .outerjoin(
            Posting,
            (Posting.transaction_id == SalaryPayment.transaction_id) & (Posting.book_id == SalaryPayment.book_id),
        )
        .outerjoin(Account, (Account.id == Posting.account_id) & (Account.book_id == Posting.book_id))
        .where(
            SalaryPayment.book_id == book_id, SalaryPayment.salary_id.in_(ids), SalaryPayment.month.between(only.first, only.last)
        )
        .order_by(SalaryPayment.salary_id, SalaryPayment.month)
    ).all()  # fmt: skip
    legs: dict[tuple[int, date], list[_BookedLeg]] = defaultdict(list)
    heads = {}
    for row in rows:
        heads[row.salary_id, row.month] = row
        if row.account_id is not None:
            legs[row.salary_id, row.month].append(_BookedLeg(row.account_id, row.kind, row.base_minor))
    found: dict[int, dict[Month, Payment]] = defaultdict(dict)
    for at, row in heads.items():
        posted = lines_of_text(row.lines)
        is_posted = row.state == State.POSTED
        booked = _booked(posted, legs[at], slots[row.salary_id], row.provident_account_id) if is_posted else None
        found[row.salary_id][Month.of(row.month)] = Payment(row.due_on, row.transaction_id, posted, booked)
    return found


def _booked(
    posted: Pay, legs: Sequence[_BookedLeg], slots: Mapping[Slot, int], provident_account_id: int | None
) -> Pay:
    """The payslip as its transaction says now. One whose parts only moved to other categories stays as it was posted."""
    employer = -_sum(legs, slots.get(Slot.EMPLOYER))
    gross = -sum(leg.base_minor for leg in legs if leg.kind == AccountKind.INCOME) - employer
    net = sum(leg.base_minor for leg in legs if leg.kind in MONEY_KINDS and leg.account_id != provident_account_id)
    parts = {
        Part.PROVIDENT: _sum(legs, provident_account_id) - employer,
        Part.INSURANCE: _sum(legs, slots.get(Slot.INSURANCE)),
        Part.PROFESSIONAL_TAX: _sum(legs, slots.get(Slot.PROFESSIONAL_TAX)),
        Part.TAX: _sum(legs, slots.get(Slot.TAX)),
    }
    was = {part: posted.of(part) for part in parts}
    has_same_sums = (gross, net) == (posted.gross_minor, posted.net_minor)
    if has_same_sums and (parts == was or any(was[part] and not parts[part] for part in parts)):
        return posted
    others = gross - net - sum(parts.values()) - posted.of(Part.DEDUCTION)
    kept = [line for line in posted.lines if line.part not in parts]
    changed = [
        PayLine(Part.TAXED, gross - posted.gross_minor, CHANGED),
        *(PayLine(part, amount) for part, amount in parts.items()),
        PayLine(Part.DEDUCTION, others, CHANGED),
    ]
    return Pay.of_lines([*kept, *changed])


def _sum(legs: Sequence[_BookedLeg], account_id: int | None) -> int:
    return sum(leg.base_minor for leg in legs if leg.account_id == account_id)
