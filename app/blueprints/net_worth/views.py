"""What a book is worth, how that came, and what it should become."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.books import Role
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.queries.goals import goals_of, standing
from app.queries.net_worth import Point, Worth, net_worth
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.tables import Cell, Money, table_file
from app.web.worth import counted, ledger, opens, parts_of, sections, worth_chart

bp = Blueprint("net_worth", __name__)
SHOWN_MONTHS = 120
PERIODS = {"month": "This month", "quarter": "3 months", "year": "12 months", "fy": "This FY", "all": "Since the start"}
USUAL = "year"


@bp.get("/net_worth")
@allow(Role.VIEWER)
def overview() -> ResponseReturnValue:
    """Today's statement, the path of the months, why it changed, and the goals."""
    worth = book_worth()
    session = current_deps().session
    if worth.now is None:
        return render_template("net_worth/overview.html", worth=worth, now=None)
    first, last, period = _asked_period(worth)
    change = worth.change(first, last)
    end = worth.point_before(last.next()) or worth.now
    points = worth.points if "all" in request.args else worth.points[-SHOWN_MONTHS:]
    return render_template(
        "net_worth/overview.html",
        worth=worth,
        now=worth.now,
        year_ago=worth.point_before(worth.now.month.shift(-11)),
        chart=worth_chart(points),
        points=points,
        own=sections(worth.lines, owed=False),
        owe=sections(worth.lines, owed=True),
        change=change,
        parts=parts_of(change, _point_of(worth.points, first), end),
        start=worth.point_before(first),
        end=end,
        first=first,
        last=last,
        period=period,
        periods=PERIODS,
        months=[point.month for point in reversed(worth.points)],
        goals=[standing(goal, worth) for goal in goals_of(session, g.book.id)[:3]],
        counted=counted,
        opens=opens,
        ledger=ledger(),
    )


@bp.get("/net_worth/export")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue:
    """Today's statement as a file: each account with what it counts for, and what was entered."""
    worth, currency = book_worth(), g.book.currency

    def rows() -> Iterator[tuple[Cell, ...]]:
        for owed in (False, True):
            for section in sections(worth.lines, owed=owed):
                for line in section.lines:
                    name = "Owed" if owed else "Owned"
                    value, books = Money(line.value_minor, currency), Money(line.books_minor, currency)
                    yield (name, section.name, line.account.name, value, currency, counted(line), books)
        if worth.now:
            yield ("Net worth", "", "", Money(worth.now.worth_minor, currency), currency, "", None)

    headings = ("Side", "Group", "Account", "Value", "Currency", "Counted", "As entered")
    return table_file(f"net-worth-{worth.today.isoformat()}", headings, rows(), request.args.get("format"))


@bp.get("/net_worth/history/export")
@allow(Role.VIEWER)
def export_history() -> ResponseReturnValue:
    """Every month as a file: what was owned and owed at its end, and what it moved."""
    worth, currency = book_worth(), g.book.currency

    def rows() -> Iterator[tuple[Cell, ...]]:
        for point in worth.points:
            change = worth.change(point.month, point.month)
            figures = (point.worth_minor, point.own_minor, point.owe_minor, change.total_minor, *change.parts_minor)
            yield (point.on, *(Money(minor, currency) for minor in figures), currency)

    headings = (
        "Day", "Net worth", "Owned", "Owed", "Change", "Saved", "Opening balances", "Market", "Interest accrued",
        "Valuations", "Exchange rates", "Currency",
    )  # fmt: skip
    return table_file("net-worth-history", headings, rows(), request.args.get("format"))


def book_worth() -> Worth:
    """The worth of the book, today."""
    return net_worth(current_deps().session, g.book.id, g.book.currency, today())


def _asked_period(worth: Worth) -> tuple[Month, Month, str]:
    """The months that the address asks for: a named period, or two months. What is no month is the usual period."""
    start, current = worth.points[0].month, Month.of(worth.today)
    first, last = _asked_month("since"), _asked_month("until")
    if first or last:
        last = min(last or current, current)
        first = max(first or start, start)
        return min(first, last), last, ""
    period = request.args.get("period", USUAL)
    fiscal = Month.of(FiscalYear.of(worth.today, g.book.fiscal_year_start).span.first)
    firsts = {"month": current, "quarter": current.shift(-2), "fy": fiscal, "all": start}
    period = period if period in PERIODS else USUAL
    return max(firsts.get(period, current.shift(-11)), start), current, period


def _asked_month(name: str) -> Month | None:
    try:
        return Month.parse(request.args.get(name, ""))
    except ValueError:
        return None


def _point_of(points: Sequence[Point], month: Month) -> Point | None:
    return next((each for each in points if each.month == month), None)
