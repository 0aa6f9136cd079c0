"""The way out of debt: which order costs least, and what an extra payment a month would change. Everything is in the address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints.loans.changes import bp
from app.blueprints.loans.charts import debts_chart
from app.blueprints.loans.forms import AffordForm, planner_form
from app.blueprints.loans.words import months_in_words
from app.domain.books import Role
from app.domain.borrowing import Affordable, affordable_loan
from app.domain.debt_ways import WayOut, ways_out
from app.domain.debts import Debt
from app.domain.errors import Refused
from app.domain.loan_plans import Method, loan_plan, yearly_cost
from app.domain.money import from_minor, to_minor
from app.domain.periods import Month
from app.queries.loans import Card, LoanView, Standing, cards_of, loans_of, monthly_income, standings
from app.web import refusals
from app.web.access import allow
from app.web.charts import Chart
from app.web.deps import current_deps, today
from app.web.formats import field_symbol

__all__ = ["bp"]

PAINTS = (8, 1, 2, 3)
STEPS = 50


@dataclass(frozen=True, slots=True)
class Owed:
    """A debt of the book as the planner asks about it. `debt` is none while its rate or least payment is not known."""

    key: str
    name: str
    owed_minor: int
    loan_id: int | None
    account_id: int
    note: str
    debt: Debt | None


@dataclass(frozen=True, slots=True)
class Slider:
    """The bounds of the slider, in whole units of the currency."""

    most: int
    step: int
    value: int


@bp.get("/loans/planner")
@allow(Role.VIEWER)
def planner() -> ResponseReturnValue:
    """All debts with four ways out of them."""
    session, book, day = current_deps().session, g.book, today()
    loans = loans_of(session, book.id)
    found = [each for each in standings(session, book.id, loans, day) if each.owed_minor > 0]
    cards = cards_of(session, book.id, day, currency=book.currency, known=[loan.account_id for loan in loans])
    of_cards = {f"c{card.account_id}": card.name for card in cards}
    form = planner_form({f"l{each.loan.id}": each.loan.name for each in found} | of_cards, of_cards, request.args)
    is_right = form.validate()
    owed = [*_loans(found), *_cards(cards, form)]
    debts = [each.debt for each in owed if each.debt]
    extra = _extra(form) if is_right else 0
    try:
        ways = ways_out(debts, extra, _ordered(debts, form)) if debts else ()
    except Refused as error:
        refusals.show(form, error)
        ways = ()
    return render_template(
        "loans/planner.html",
        form=form,
        owed=owed,
        names={each.key: each.name for each in owed},
        ways=ways,
        least=ways[0] if ways else None,
        best=(best := _best(ways)),
        free_on=Month.of(day).shift(len(best.months)) if best and best.months else None,
        chart_of=_chart(ways, sum(debt.balance_minor for debt in debts)),
        extra_minor=extra,
        minimum_minor=sum(debt.minimum_minor for debt in debts),
        slider=_slider(sum(debt.minimum_minor for debt in debts), extra),
        cards=[each for each in owed if each.loan_id is None],
        symbol=field_symbol(),
        lines=[
            {"paint": paint, "label": way.name}
            for way, paint in zip(ways, PAINTS, strict=False)
            if way.months is not None
        ],
        months=months_in_words,
    )


@bp.get("/loans/afford")
@allow(Role.VIEWER)
def afford() -> ResponseReturnValue:
    """How large a loan an income carries."""
    session, book, day = current_deps().session, g.book, today()
    found = standings(session, book.id, loans_of(session, book.id), day)
    known = {
        "income": monthly_income(session, book.id, day), "existing": sum(each.emi_minor for each in found) or None, "part": Decimal("0.4"),
        "annual_rate": Decimal("0.09"), "months": Decimal(240),
    }  # fmt: skip
    asked = {"formdata": request.args} if "income" in request.args else {}
    form = AffordForm(data=known, meta={"csrf": False}, **asked)
    answer: Affordable | None = None
    if asked and form.validate():
        try:
            answer = affordable_loan(
                form.income.data, form.part.data, form.existing.data or 0, form.annual_rate.data, int(form.months.data)
            )
        except Refused as error:
            refusals.show(form, error)
    return render_template("loans/afford.html", form=form, symbol=field_symbol(), answer=answer, months=months_in_words)


def _loans(found: Sequence[Standing]) -> Iterator[Owed]:
    for each in found:
        loan, key = each.loan, f"l{each.loan.id}"
        rate = _equivalent(loan) if loan.terms.method is Method.FLAT else each.annual_rate
        debt = Debt(key, each.owed_minor, rate, each.emi_minor or loan.plan.emi_minor)
        note = "flat, counted at what it amounts to" if loan.terms.method is Method.FLAT else ""
        yield Owed(key, loan.name, each.owed_minor, loan.id, loan.account_id, note, debt)


def _equivalent(loan: LoanView) -> Decimal:
    """The rate on what is owed that a flat one amounts to."""
    agreed = loan_plan(loan.terms)
    return min(yearly_cost(loan.terms.principal_minor, [row.paid_minor for row in agreed.rows]), Decimal(10))


def _cards(cards: Sequence[Card], form: Any) -> Iterator[Owed]:
    for card in cards:
        key = f"c{card.account_id}"
        rate, least = form[f"rate_{key}"].data, form[f"least_{key}"].data
        is_known = rate is not None and least is not None and least >= 0
        debt = Debt(key, card.owed_minor, rate, least) if is_known else None
        note = "" if debt else "Left out until its rate and least payment are known"
        yield Owed(key, card.name, card.owed_minor, None, card.account_id, note, debt)


def _extra(form: Any) -> int:
    """What is paid on top each month: as it was written, or as the slider says when only that was moved."""
    slide, was = request.args.get("slide", ""), request.args.get("was", "")
    written, before = request.args.get("extra", ""), request.args.get("before", "")
    if slide != was and written == before and slide.isascii() and slide.isdecimal() and len(slide) < 12:  # noqa: PLR2004 - no slider goes beyond a hundred billion
        minor = to_minor(Decimal(slide), g.book.currency)
        form.extra.typed, form.extra.data = None, minor
        return minor
    return form.extra.data or 0


def _slider(minimum_minor: int, extra_minor: int) -> Slider:
    """From nothing to about all minimums once more, in round steps."""
    most = max(int(from_minor(max(minimum_minor, extra_minor), g.book.currency)), STEPS)
    step = _round(most // STEPS)
    most = -(-most // step) * step
    value = int(from_minor(extra_minor, g.book.currency)) // step * step
    return Slider(most, step, min(max(value, 0), most))


def _round(number: int) -> int:
    """A step like 1, 2, 5 or 10 that is not below the number."""
    power: int = 10 ** (len(str(max(number, 1))) - 1)
    return next(each * power for each in (1, 2, 5, 10) if each * power >= number)


def _ordered(debts: Sequence[Debt], form: Any) -> list[Debt]:
    """The person's own order: by the numbers given, those without one last, as they stand."""
    numbers = {debt.name: form[f"order_{debt.name}"].data for debt in debts}
    return sorted(debts, key=lambda debt: (numbers[debt.name] is None, numbers[debt.name] or 0))


def _best(ways: Sequence[WayOut]) -> WayOut | None:
    """The way that costs least; the first of equals."""
    ending = [way for way in ways[1:] if way.interest_minor is not None]
    return min(ending, key=lambda way: way.interest_minor or 0, default=None)


def _chart(ways: Sequence[WayOut], owed_minor: int) -> Chart | None:
    paths = [
        (way.name, way.months, paint, not at)
        for at, (way, paint) in enumerate(zip(ways, PAINTS, strict=False))
        if way.months is not None
    ]
    return debts_chart(paths, owed_minor, today()) if paths else None
