"""A month's payslip, and what to do with a pay day that waits."""

from dataclasses import dataclass

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.salary.forms import PostForm
from app.blueprints.salary.views import LATEST_YEAR, bp, shown_job
from app.blueprints.salary.words import PAY_STATES, line_name
from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.domain.periods import Month
from app.domain.salaries import EARNED, TAKEN, Part, Pay
from app.domain.salary_years import PayState
from app.queries.salaries import Job, Year, year_of
from app.services.payslips import SLOT_OF
from app.services.recurring import confirm, skip, unskip
from app.web import refusals
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A line of a payslip: this month, and the year up to it, in minor units. `url` leads to its entries."""

    name: str
    month_minor: int | None
    year_minor: int
    url: str | None = None


@bp.get("/salary_manager/<int:salary_id>/payslips/<pay_month>")
@allow(Role.VIEWER)
def payslip(salary_id: int, pay_month: str) -> ResponseReturnValue:
    """A month from gross to net, with the year up to it."""
    job = shown_job(salary_id)
    month = _month(job, pay_month)
    return _drawn(job, month, PostForm(occurred_on=job.due_on(month)))


@bp.post("/salary_manager/<int:salary_id>/payslips/<pay_month>/post")
@allow(Role.EDITOR)
def post_pay(salary_id: int, pay_month: str) -> ResponseReturnValue:
    """Put a pay day into the books, with the net amount that really arrived."""
    job = shown_job(salary_id)
    month, form = _month(job, pay_month), PostForm()
    if not form.validate():
        return _drawn(job, month, form), 422
    try:
        confirm(
            g.book.id, job.schedule_id, job.due_on(month), amount_minor=form.amount.data, occurred_on=form.occurred_on.data,
            user_id=current_user.id, deps=current_deps(),
        )  # fmt: skip
    except Refused as error:
        if error.field in form:
            refusals.show(form, error)
            return _drawn(job, month, form), 422
        say("bad", error.user_message)  # the page may have nothing to post any more
        return redirect(url_for(".payslip", salary_id=salary_id, pay_month=pay_month), code=303)
    say("ok", f"Posted the pay of {month.first:%B %Y}.")
    return redirect(url_for(".payslip", salary_id=salary_id, pay_month=pay_month), code=303)


@bp.post("/salary_manager/<int:salary_id>/payslips/<pay_month>/skip")
@allow(Role.EDITOR)
def skip_pay(salary_id: int, pay_month: str) -> ResponseReturnValue:
    """Leave a pay day out."""
    job = shown_job(salary_id)
    month = _month(job, pay_month)
    try:
        skip(g.book.id, job.schedule_id, job.due_on(month), user_id=current_user.id, deps=current_deps())
        undo = url_for(".unskip_pay", salary_id=salary_id, pay_month=pay_month)
        say("ok", f"Left out {month.first:%B %Y}.", action=Action("Undo", undo))
    except Refused as error:
        say("bad", error.user_message)
    return redirect(url_for(".payslip", salary_id=salary_id, pay_month=pay_month), code=303)


@bp.post("/salary_manager/<int:salary_id>/payslips/<pay_month>/unskip")
@allow(Role.EDITOR)
def unskip_pay(salary_id: int, pay_month: str) -> ResponseReturnValue:
    """Take a pay day back in that was left out."""
    job = shown_job(salary_id)
    month = _month(job, pay_month)
    unskip(g.book.id, job.schedule_id, job.due_on(month), user_id=current_user.id, deps=current_deps())
    say("ok", f"{month.first:%B %Y} is back.")
    return redirect(url_for(".payslip", salary_id=salary_id, pay_month=pay_month), code=303)


def _month(job: Job, text: str) -> Month:
    """The month that an address names.

    Raises: NotInBook when the job has no pay day in it.
    """
    try:
        month = Month.parse(text)
    except ValueError as error:
        raise NotInBook("payslip", text[:20], g.book.id) from error
    if month.year > LATEST_YEAR or not job.pays_in(month) or str(month) != text:
        raise NotInBook("payslip", text[:20], g.book.id)
    return month


def _drawn(job: Job, month: Month, form: PostForm) -> str:
    year = year_of(job, job.fy(job.due_on(month)))
    planned = year.plan.month(month) if year.plan else None
    state, payment = job.state_in(month), job.payments.get(month)
    pay = payment.posted if payment and not payment.booked else planned.pay if planned else None
    decision = job.decisions.get(month)
    return render_template(
        "salary/payslip.html",
        job=job,
        month=month,
        form=form,
        year=year,
        state=state,
        state_words=PAY_STATES[state],
        payment=payment,
        reason=decision.reason if decision and state == PayState.WAITING else None,
        can_post=state == PayState.WAITING or (state == PayState.EXPECTED and job.next_on == job.due_on(month)),
        is_ahead=job.due_on(month) > today(),
        pay=pay,
        to_date=year.plan.to_date(month) if year.plan else Pay(()),
        earnings=_rows(job, pay, year, month, is_earned=True),
        deductions=_rows(job, pay, year, month, is_earned=False),
        beside=[line for line in pay.lines if line.part in {Part.EMPLOYER_FUND, Part.EMPLOYER_PENSION}] if pay else [],
        line_name=line_name,
        symbol=field_symbol(),
        terms=job.revision_in(month).terms,
        steps=_steps(job, month),
        changed=_changed(payment.posted, payment.booked) if payment and payment.booked and payment.is_changed else [],
    )


def _rows(job: Job, pay: Pay | None, year: Year, month: Month, *, is_earned: bool) -> list[SlipRow]:
    """The lines of a month, and those that only the months before it had."""
    if pay is None:
        return []
    parts = EARNED if is_earned else TAKEN
    sums = year.plan.to_date(month) if year.plan else pay
    now = {(line.part, line.name): line.amount_minor for line in pay.lines}
    rows = []
    for line in sums.lines or pay.lines:
        if line.part in parts:
            name = line_name(line, is_indian=job.is_indian)
            rows.append(SlipRow(name, now.get((line.part, line.name)), line.amount_minor, _entries(job, line.part)))
    return rows


def _entries(job: Job, part: Part) -> str | None:
    """Where the entries of a deduction are listed."""
    if part is Part.PROVIDENT and job.provident_account_id:
        return url_for("ledger.transactions", account=job.provident_account_id)
    account_id = job.slots.get(SLOT_OF[part]) if part in SLOT_OF else None
    return url_for("ledger.transactions", category=account_id) if account_id else None


def _changed(posted: Pay, booked: Pay) -> list[tuple[str, int, int]]:
    """What the books say otherwise than the payslip did: its name, then and now."""
    pairs = [
        ("Gross", posted.gross_minor, booked.gross_minor),
        ("Deductions", posted.taken_minor, booked.taken_minor),
        ("Net", posted.net_minor, booked.net_minor),
    ]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _steps(job: Job, month: Month) -> dict[str, dict[str, str | None]]:
    """The payslips before and after one."""
    found: dict[str, dict[str, str | None]] = {}
    for name, other in (("previous", month.previous()), ("next", month.next())):
        url = url_for(".payslip", salary_id=job.id, pay_month=str(other)) if job.pays_in(other) else None
        found[name] = {"label": f"{other.first:%B %Y}", "url": url}
    return found
