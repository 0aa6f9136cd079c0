"""Deposits and government savings schemes: the list, its calendar of ends, and taking it along."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.schemes.words import rate_words
from app.domain.books import Role
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.scheme_kinds import KINDS, KindFacts, SchemeKind
from app.queries.scheme_taxes import tax_notes
from app.queries.schemes import SchemeFigures, figures_of, schemes_of
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.tables import Cell, Money, table_file

bp = Blueprint("schemes", __name__)

RUPEES = "INR"
HEADINGS = (
    "Name", "Kind", "Bank or post office", "Opened", "Matures", "Closed", "Rate", "Invested", "Worth today", "Worth at maturity",
    "Interest this year", "Interest in all", "Nominee", "Note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """What the open deposits of a book add up to, in minor units, and the one that ends next."""

    invested_minor: int
    worth_minor: int
    year_interest_minor: int
    coming: SchemeFigures | None


@bp.get("/schemes")
@allow(Role.VIEWER)
def schemes() -> ResponseReturnValue:
    """Every deposit, what it is worth today, and when it ends."""
    book, day = g.book, today()
    found = schemes_of(current_deps().session, book.id)
    rows = [figures_of(each, day, book.fiscal_year_start) for each in found]
    running = [each for each in rows if each.is_open]
    return render_template(
        "schemes/schemes.html",
        running=running,
        closed=[each for each in rows if not each.is_open],
        matured=[each for each in running if each.has_matured],
        soon=[each for each in running if each.is_soon],
        totals=_totals(rows, running),
        months=_by_month(each for each in running if not each.has_matured),
        taxes=tax_notes(found, day, current_user.born_on) if book.currency == RUPEES else None,
        year=FiscalYear.of(day, book.fiscal_year_start),
        rate_words=lambda scheme: rate_words(scheme, day),
        day=day,
        kinds=kinds_for(book.currency),
    )


@bp.get("/schemes/new")
@allow(Role.EDITOR)
def choose_kind() -> ResponseReturnValue:
    """Which kind of deposit to add."""
    offered = kinds_for(g.book.currency)
    return render_template("schemes/kinds.html", kinds=offered, is_short=len(offered) < len(KINDS))


@bp.get("/schemes/export")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue:
    """The list as a file."""
    book, day = g.book, today()
    rows = [figures_of(each, day, book.fiscal_year_start) for each in schemes_of(current_deps().session, book.id)]
    cells = (_cells(each, book.currency, day) for each in rows)
    return table_file(f"schemes-{day.isoformat()}", HEADINGS, cells, request.args.get("format"))


def kinds_for(currency: str) -> list[tuple[SchemeKind, KindFacts]]:
    """The kinds a book can have: those of the Indian state are in rupees."""
    return [(kind, facts) for kind, facts in KINDS.items() if currency == RUPEES or not facts.is_indian]


def _totals(rows: Sequence[SchemeFigures], running: Sequence[SchemeFigures]) -> Totals:
    return Totals(
        sum(each.invested_minor for each in running),
        sum(each.worth_minor for each in running),
        sum(each.year_interest_minor for each in rows),
        next((each for each in running if each.days_left >= 0), None),
    )


def _by_month(rows: Iterable[SchemeFigures]) -> list[tuple[Month, list[SchemeFigures], int]]:
    """Ends month by month, with what each month pays."""
    months = []
    for month, inside in groupby(rows, key=lambda each: Month.of(each.scheme.plan.matures_on)):
        ends = list(inside)
        months.append((month, ends, sum(each.maturity_minor for each in ends)))
    return months


def _cells(row: SchemeFigures, currency: str, day: date) -> tuple[Cell, ...]:
    scheme, plan = row.scheme, row.scheme.plan
    return (
        scheme.name, scheme.facts.name, scheme.institution, plan.opened_on, plan.matures_on, scheme.closed_on,
        rate_words(scheme, day), Money(row.invested_minor, currency), Money(row.worth_minor, currency),
        Money(row.maturity_minor, currency), Money(row.year_interest_minor, currency), Money(row.earned_minor, currency),
        scheme.nominee, scheme.note,
    )  # fmt: skip


from app.blueprints.schemes import closing, editing, pages  # noqa: E402, F401 - they add their pages to `bp`
