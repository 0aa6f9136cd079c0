"""The salary manager: jobs at a glance, one job, its years, and all of it as a file."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints.salary.words import PAY_STATES, REGIMES
from app.domain.books import Role
from app.domain.errors import NotInBook
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.salaries import Part, Pay
from app.domain.salary_years import PayState, PlannedMonth, added
from app.queries.accounts import accounts_of
from app.queries.salaries import Job, Revision, Year, job_of, jobs_of, year_of
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.numbers import as_id
from app.web.tables import Cell, Money, table_file

bp = Blueprint("salary", __name__)

EARLIEST_YEAR, LATEST_YEAR = 1950, 2100
MOST_SLIPS = 12
FILE_PARTS = (
    ("Gross", None),
    ("Provident fund", Part.PROVIDENT),
    ("State insurance", Part.INSURANCE),
    ("Professional tax", Part.PROFESSIONAL_TAX),
    ("Income tax", Part.TAX),
    ("Other deductions", Part.DEDUCTION),
)


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job on the overview: this month's pay and this year's tax, as far as they can be worked out."""

    job: Job
    month: Month
    year: Year
    now: PlannedMonth | None
    waiting: tuple[PlannedMonth, ...]

    @property
    def held_minor(self) -> int:
        """The tax of this year that has been held back up to this month."""
        return self.now.held_minor if self.now else 0

    @property
    def net_minor(self) -> int | None:
        """What has reached the bank this year up to this month."""
        return self.year.plan.to_date(self.month).net_minor if self.year.plan else None


@dataclass(frozen=True, slots=True)
class Slip:
    """A pay day in a list of several jobs."""

    job: Job
    pay_day: PlannedMonth


@dataclass(frozen=True, slots=True)
class Step:
    """A revision in the history, and by how much it changed the gross pay."""

    revision: Revision
    change: float | None
    is_current: bool


@bp.get("/salary_manager")
@allow(Role.VIEWER)
def overview() -> ResponseReturnValue:
    """Every job: what this month brings, and what was held back this year."""
    session, day = current_deps().session, today()
    lines = [_line(job) for job in jobs_of(session, g.book.id)]
    paid = [line.now.pay for line in lines if line.now and line.now.is_paid]
    return render_template(
        "salary/overview.html",
        lines=lines,
        month=Month.of(day),
        total=added(paid) if paid else None,
        held_minor=sum(line.held_minor for line in lines),
        fy=lines[0].job.fy(day) if lines else None,
        net_minor=sum(line.net_minor or 0 for line in lines),
        is_indian=any(line.job.is_indian for line in lines),
        shares=shares(added(paid)) if paid else [],
        recent=_recent(lines),
        states=PAY_STATES,
    )


@bp.get("/salary_manager/<int:salary_id>")
@allow(Role.VIEWER)
def job(salary_id: int) -> ResponseReturnValue:
    """One job: this month from gross to net, its pay days of a year, and every revision."""
    found = shown_job(salary_id)
    line, year = _line(found), year_of(found, asked_year(found))
    return render_template(
        "salary/job.html",
        job=found,
        line=line,
        year=year,
        years=year_steps(found, year.fy, ".job"),
        month=Month.of(today()),
        history=_history(found),
        shares=shares(line.now.pay) if line.now else [],
        accounts=accounts_of(current_deps().session, g.book.id),
        states=PAY_STATES,
    )


@bp.get("/salary_manager/<int:salary_id>/plan")
@allow(Role.VIEWER)
def plan(salary_id: int) -> ResponseReturnValue:
    """A year's tax: both regimes line by line, and what is held back month by month."""
    found = shown_job(salary_id)
    year = year_of(found, asked_year(found))
    return render_template(
        "salary/plan.html",
        job=found,
        year=year,
        years=year_steps(found, year.fy, ".plan"),
        regimes=REGIMES,
        states=PAY_STATES,
        part=Part,
    )


@bp.get("/salary_manager/export")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue:
    """Every payslip up to the end of this year, as a file."""
    headings = ["Employer", "Month", "Pay day", "State", *(name for name, _ in FILE_PARTS), "Net"]
    rows = [row for each in jobs_of(current_deps().session, g.book.id) for row in _file_rows(each)]
    return table_file("payslips", headings, rows, request.args.get("format"))


def shown_job(salary_id: int) -> Job:
    """A job of the book that is not removed.

    Raises: NotInBook.
    """
    found = job_of(current_deps().session, g.book.id, salary_id)
    if found.removed_at is not None:
        raise NotInBook("salary", salary_id, g.book.id)
    return found


def asked_year(job: Job) -> FiscalYear:
    """The year that the address asks for, or the one that holds today."""
    asked, now = as_id(request.args.get("year", "")), job.fy(today())
    return FiscalYear(asked, now.first_month) if asked and EARLIEST_YEAR <= asked <= LATEST_YEAR else now


def year_steps(job: Job, fy: FiscalYear, endpoint: str) -> dict[str, dict[str, str | None]]:
    """The years before and after one, as far as the job has pay in them and one year ahead."""
    before, after = FiscalYear(fy.starts_in - 1, fy.first_month), FiscalYear(fy.starts_in + 1, fy.first_month)
    first = min([Month.of(job.first_on), *job.payments])
    has_before = before.last >= first.first
    has_after = after.first.year <= today().year + 1 and (job.last_on is None or job.last_on >= after.first)
    return {
        "previous": {"label": str(before), "url": url_for(endpoint, salary_id=job.id, year=before.starts_in) if has_before else None},
        "next": {"label": str(after), "url": url_for(endpoint, salary_id=job.id, year=after.starts_in) if has_after else None},
    }  # fmt: skip


def shares(pay: Pay) -> list[dict[str, object]]:
    """Where a month's gross pay goes, largest idea first: what arrives, what is saved, what is taken."""
    parts = [
        ("Net pay", pay.net_minor, 1),
        ("Provident fund", pay.of(Part.PROVIDENT), 3),
        ("Income tax", pay.of(Part.TAX), 2),
        ("Professional tax", pay.of(Part.PROFESSIONAL_TAX), 4),
        ("State insurance", pay.of(Part.INSURANCE), 5),
        ("Other deductions", pay.of(Part.DEDUCTION), 8),
    ]
    whole = pay.gross_minor
    return [
        {"label": label, "value": value, "paint": paint, "share": value / whole}
        for label, value, paint in parts
        if value > 0
    ]


def _line(job: Job) -> JobLine:
    day = today()
    year = year_of(job, job.fy(day))
    months = year.plan.months if year.plan else ()
    return JobLine(
        job,
        Month.of(day),
        year,
        next((each for each in months if each.month == Month.of(day)), None),
        tuple(each for each in months if each.state == PayState.WAITING),
    )


def _recent(lines: list[JobLine]) -> list[Slip]:
    """This year's pay days up to this month, of all jobs, the latest first."""
    slips = [
        Slip(line.job, each)
        for line in lines
        if line.year.plan
        for each in line.year.plan.months
        if each.month <= line.month
    ]
    return sorted(slips, key=lambda slip: slip.pay_day.due_on, reverse=True)[:MOST_SLIPS]


def _history(job: Job) -> list[Step]:
    """Newest first."""
    current = job.revision_in(Month.of(today()))
    steps = []
    for before, revision in zip((None, *job.revisions), job.revisions, strict=False):
        was = before.terms.gross_minor if before else 0
        change = (revision.terms.gross_minor - was) / was if was else None
        steps.append(Step(revision, change, is_current=revision.id == current.id))
    return steps[::-1]


def _file_rows(job: Job) -> list[list[Cell]]:
    """A job's payslips, oldest first: those in the books, and the others of this year."""
    now, currency = job.fy(today()), g.book.currency
    first = min([job.fy(job.first_on), *(job.fy(month.first) for month in job.payments)])
    rows: list[list[Cell]] = []
    for number in range(max(first.starts_in, now.starts_in - 50), now.starts_in + 1):
        year = year_of(job, FiscalYear(number, now.first_month))
        for each in year.plan.months if year.plan else ():
            if not each.is_paid:
                continue
            pay = each.pay
            amounts = [pay.gross_minor if part is None else pay.of(part) for _, part in FILE_PARTS]
            state = PAY_STATES[each.state][0]
            rows.append(
                [job.employer, str(each.month), each.due_on, state, *(Money(minor, currency) for minor in (*amounts, pay.net_minor))]
            )  # fmt: skip
    return rows


from app.blueprints.salary import jobs, payslips, revisions  # noqa: E402, F401 - they add their pages to the blueprint above
