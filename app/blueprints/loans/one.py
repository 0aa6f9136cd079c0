"""One loan: where it stands, its whole schedule, what it really costs, and what paying it off would save."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints.loans.charts import balance_chart
from app.blueprints.loans.forms import PayOffForm
from app.blueprints.loans.lists import bp
from app.blueprints.loans.words import (
    difference_in_words,
    event_in_words,
    months_in_words,
    terms_in_words,
    waiting_in_words,
)
from app.domain.books import Role
from app.domain.errors import Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.interest import MONTHS, effective_annual_rate
from app.domain.loan_plans import EventKind, Method, PayOff, Plan, PlanRow, RowKind, loan_plan, pay_off, yearly_cost
from app.domain.periods import fiscal_year
from app.domain.schedules import OccurrenceState
from app.queries.accounts import accounts_of
from app.queries.loans import Books, LoanView, books_of, loan_of
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.fields import written as typed
from app.web.formats import day as written_day
from app.web.formats import exact_pct
from app.web.numbers import as_id
from app.web.tables import Money, table_file

__all__ = ["bp"]


@dataclass(frozen=True, slots=True)
class RowView:
    """A row with what became of it, in words, and the transaction it posted."""

    row: PlanRow
    state: str
    tone: str
    transaction_id: int | None

    @property
    def parts(self) -> tuple[dict[str, int], ...]:
        """Principal and interest, as the segment bar draws them."""
        return ({"value": self.row.principal_minor, "paint": 1}, {"value": self.row.interest_minor, "paint": 2})


@dataclass(frozen=True, slots=True)
class YearRows:
    """A financial year of a schedule; its rows when it is open."""

    label: str
    starts_in: int
    paid_minor: int
    interest_minor: int
    principal_minor: int
    balance_minor: int
    rows: tuple[RowView, ...]

    @property
    def parts(self) -> tuple[dict[str, int], ...]:
        """Principal and interest, as the segment bar draws them."""
        return ({"value": self.principal_minor, "paint": 1}, {"value": self.interest_minor, "paint": 2})


@dataclass(frozen=True, slots=True)
class Cost:
    """What a loan really costs a year. `with_fee` counts the fee and unequal instalments, `compounded` the months as well."""

    with_fee: Decimal
    compounded: Decimal


@dataclass(frozen=True, slots=True)
class Cause:
    """Why books and plan do not agree, with the transaction to look at."""

    text: str
    transaction_id: int | None = None


@bp.get("/loans/<int:loan_id>")
@allow(Role.VIEWER)
def loan(loan_id: int) -> ResponseReturnValue:
    """Everything about one loan."""
    session, book, day = current_deps().session, g.book, today()
    found = loan_of(session, book.id, loan_id)
    year = fiscal_year(day, book.fiscal_year_start)
    known = books_of(session, book.id, found, day, year)
    asked = PayOffForm(formdata=request.args, meta={"csrf": False})
    charge_rate = asked.charge.data if asked.validate() and asked.charge.data else Decimal(0)
    accounts = accounts_of(session, book.id)
    return render_template(
        "loans/loan.html",
        loan=found,
        known=known,
        day=day,
        coming=next((row for row in found.plan.after(day) if row.is_due), None),
        full_from=next((row.on for row in found.plan.after(day) if row.kind is RowKind.INSTALMENT), day),
        left=sum(1 for row in found.plan.after(day) if row.is_due),
        chart_of=balance_chart(found.plan, _without(found), day),
        years=_years(found, known, _open_year(day)),
        year_name=str(FiscalYear.of(day, book.fiscal_year_start)),
        causes=_causes(found, known, day) if known.owed_minor != found.planned_minor(day) else [],
        can_follow=bool(found.plan.after(day)) and not _is_behind(found, known, day),
        differs=difference_in_words(known.owed_minor, found.planned_minor(day)),
        agreed=terms_in_words(found.terms),
        waits=waiting_in_words(found.terms),
        events=[(each, event_in_words(each.event)) for each in reversed(found.events)],
        cost=_cost(found),
        off=(off := _pay_off(found, day, known.owed_minor, charge_rate)),
        everything=typed(off.owed_minor, book.currency) if off else "",
        charged=typed(off.charge_minor, book.currency) if off and off.charge_minor else "",
        asked=asked,
        pays=accounts[found.pay_account_id],
        rate=exact_pct,
        months=months_in_words,
    )


@bp.get("/loans/<int:loan_id>/export")
@allow(Role.VIEWER)
def export_schedule(loan_id: int) -> ResponseReturnValue:
    """The whole schedule of a loan as a file."""
    session, book = current_deps().session, g.book
    found = loan_of(session, book.id, loan_id)
    known = books_of(session, book.id, found, today(), fiscal_year(today(), book.fiscal_year_start))
    headings = ("Date", "Number", "Row", "Rate in %", "Opening balance", "Paid", "Interest", "Principal", "Extra payment", "Added", "Balance", "State")  # fmt: skip

    def cells(seen: RowView) -> tuple[str | int | Decimal | date | Money, ...]:
        row = seen.row
        amounts = (row.opening_minor, row.paid_minor, row.interest_minor, row.principal_minor, row.prepaid_minor, row.added_minor, row.balance_minor)  # fmt: skip
        return (
            row.on if row.on.year > 1900 else row.on.isoformat(),  # noqa: PLR2004 - the first year of a spreadsheet
            row.number, row.kind.value.capitalize(), row.annual_rate * 100,
            *(Money(minor, book.currency) for minor in amounts), seen.state,
        )  # fmt: skip

    return table_file(
        "loan-schedule", headings, [cells(each) for each in _seen(found, known)], request.args.get("format")
    )


_BECAME = {
    OccurrenceState.WAITING: ("Waits for you", "warn"),
    OccurrenceState.POSTED: ("In the books", "ok"),
    OccurrenceState.SKIPPED: ("Left out", "warn"),
}


def _seen(loan: LoanView, known: Books) -> Iterator[RowView]:
    """The rows of a plan with what became of them. Its events stand there in the order of the loan's."""
    events = iter(loan.events)
    for row in loan.plan.rows:
        if row.is_due:
            yield _became(loan, known, row)
            continue
        event = next(events)
        if event.is_void:
            yield RowView(row, "Deleted", "bad", event.transaction_id)
        else:
            yield RowView(row, "In the books" if event.transaction_id else "In the plan", "ok", event.transaction_id)


def _became(loan: LoanView, known: Books, row: PlanRow) -> RowView:
    if row.number <= loan.paid_count:
        return RowView(row, "Paid before", "", None)
    instalment = known.instalments.get(row.on)
    if instalment is None:
        return RowView(row, "", "", None)
    if instalment.is_void:
        return RowView(row, "Deleted", "bad", instalment.transaction_id)
    return RowView(row, *_BECAME[instalment.state], instalment.transaction_id)


def _years(loan: LoanView, known: Books, opened: int) -> list[YearRows]:
    first_month = g.book.fiscal_year_start
    grouped: dict[FiscalYear, list[RowView]] = {}
    for seen in _seen(loan, known):
        grouped.setdefault(FiscalYear.of(seen.row.on, first_month), []).append(seen)
    nearest = min((each.starts_in for each in grouped), key=lambda year: abs(year - opened))
    return [
        YearRows(
            label=str(year),
            starts_in=year.starts_in,
            paid_minor=sum(each.row.paid_minor for each in rows),
            interest_minor=sum(each.row.interest_minor for each in rows),
            principal_minor=sum(each.row.principal_minor + each.row.prepaid_minor for each in rows),
            balance_minor=rows[-1].row.balance_minor,
            rows=tuple(rows) if year.starts_in == nearest else (),
        )
        for year, rows in grouped.items()
    ]


def _open_year(day: date) -> int:
    return as_id(request.args.get("year")) or FiscalYear.of(day, g.book.fiscal_year_start).starts_in


def _without(loan: LoanView) -> Plan | None:
    """The plan without extra payments; none when there are none, or when the rates of today could not be paid then."""
    events = [each.event for each in loan.events]
    if not any(event.kind is EventKind.PREPAYMENT for event in events):
        return None
    try:
        return loan_plan(loan.terms, [event for event in events if event.kind is EventKind.RATE])
    except Refused:
        return None


def _cost(loan: LoanView) -> Cost | None:
    """The cost of what was agreed; none for a loan that cost nothing."""
    terms = loan.terms
    agreed = loan_plan(terms)
    rate = yearly_cost(terms.principal_minor - loan.fee_minor, [row.paid_minor for row in agreed.rows])
    if not rate or rate > 10:  # noqa: PLR2004 - 1000 % a year
        return None
    plain = terms.method is Method.REDUCING and not loan.fee_minor and terms.emi_minor is None
    return Cost(
        terms.annual_rate if plain else rate, effective_annual_rate(terms.annual_rate if plain else rate, MONTHS)
    )


def _pay_off(loan: LoanView, day: date, owed_minor: int, charge_rate: Decimal) -> PayOff | None:
    return pay_off(loan.plan, day, owed_minor, charge_rate) if loan.plan.after(day) else None


def _is_behind(loan: LoanView, known: Books, day: date) -> bool:
    """Whether an instalment that came is still to be posted: then the books catch up, and the plan must not follow them."""
    came = [row.on for row in loan.plan.due[loan.paid_count :] if row.on <= day]
    return any(on not in known.instalments for on in came) or bool(known.waiting)


def _causes(loan: LoanView, known: Books, day: date) -> list[Cause]:
    """What explains that books and plan differ, as far as it is known."""
    causes = []
    for row in loan.plan.due[loan.paid_count :]:
        if row.on > day:
            break
        instalment, on = known.instalments.get(row.on), f"{written_day(row.on)} {row.on.year}"
        if instalment is None:
            causes.append(Cause(f"The instalment of {on} is not in the books yet."))
        elif instalment.is_void:
            causes.append(Cause(f"The instalment of {on} was deleted.", instalment.transaction_id))
        elif instalment.state is OccurrenceState.WAITING:
            why = f" {instalment.reason}" if instalment.reason else ""
            causes.append(Cause(f"The instalment of {on} waits for you.{why}"))
        elif instalment.state is OccurrenceState.SKIPPED:
            causes.append(Cause(f"The instalment of {on} was left out."))
    causes += [
        Cause(
            f"The extra payment of {written_day(each.event.on)} was deleted, but is in the plan.", each.transaction_id
        )
        for each in loan.events
        if each.is_void
    ]
    return causes
