"""Charts as templates draw them: what the script needs, and the table behind it in words. Amounts in minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.periods import Month
from app.queries.dashboard import Dashboard, MonthFigures
from app.web.formats import MONTHS, book_currency, day, long_day, money, month_name, pct

WEEK = 7
AXIS = 56
"""Width of the y axis in pixels, so that plots that stand under each other line up."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: macro `chart` of components/data.html draws it."""

    kind: str
    label: str
    data: dict[str, Any]
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def pace_chart(page: Dashboard) -> Chart:
    """Spending day by day beside the month before."""
    month, before = page.month, page.month.previous()
    length = max(month.length, before.length if page.spent_before_by_day else 0)
    spent, earlier = page.spent_by_day, page.spent_before_by_day
    last = len(spent) - 1
    data: dict[str, Any] = {
        "labels": [str(number) for number in range(1, length + 1)],
        "now": _padded(spent, length),
        "names": {"now": _name(month), "before": _name(before)},
        "ticks": [0, 7, 14, 21, length - 1],
        "currency": book_currency(),
    }
    if earlier:
        data["before"] = _padded(earlier, length)
    if page.is_running:
        data["today"] = last
    shown = sorted({*range(0, length, WEEK), last, length - 1})
    return Chart(
        "pace",
        f"Spending reached {_whole(spent[last])} on {long_day(month.up_to(last + 1))}."
        if spent
        else "Nothing spent yet.",
        data,
        ("Day", _name(month), _name(before)),
        tuple((str(at + 1), _at(spent, at), _at(earlier, at)) for at in shown),
    )


def flow_chart(page: Dashboard, money_in: str, money_out: str, kept: str, rate: str) -> Chart:
    """Twelve months of money in and out; its table also says what was kept."""
    figures = page.trend
    largest = max(figures, key=lambda each: each.flow.expense_minor) if figures else None
    return Chart(
        "flow",
        f"{money_out} was highest in {month_name(largest.month)}, at {_whole(largest.flow.expense_minor)}."
        if largest
        else "No entries yet.",
        {
            "labels": _labels(figures),
            "in": [each.flow.income_minor for each in figures],
            "out": [each.flow.expense_minor for each in figures],
            "names": [money_in, money_out],
            "axis": AXIS,
            "currency": book_currency(),
        },
        ("Month", money_in, money_out, kept, rate),
        tuple(
            (
                month_name(each.month),
                _whole(each.flow.income_minor),
                _whole(each.flow.expense_minor),
                _whole(each.flow.kept_minor),
                "no income" if (share := each.flow.kept_rate) is None else pct(share),
            )
            for each in figures
        ),
    )


def rate_chart(page: Dashboard, name: str) -> Chart:
    """What was kept of the income, under the bars that it belongs to; their table holds its figures.

    A month that lost more than its whole income is left out: it would flatten all others.
    """
    shares = [each.flow.kept_rate for each in page.trend]
    return Chart(
        "percent",
        f"{name} in {_name(page.month)}: {pct(shares[-1]) if shares and shares[-1] is not None else 'no income yet'}.",
        {
            "labels": _labels(page.trend),
            "values": [None if share is None or share < -1 else _percent(share) for share in shares],
            "name": name,
            "axis": AXIS,
        },
    )


def path_chart(figures: Sequence[MonthFigures], values: Sequence[int], name: str) -> Chart:
    """One amount at the end of each month: net worth, cash."""
    return Chart(
        "area",
        f"{name} went from {_whole(values[0])} to {_whole(values[-1])} in {len(values)} months."
        if values
        else "No entries yet.",
        {"labels": _labels(figures), "values": list(values), "name": name, "currency": book_currency()},
        ("End of", name),
        tuple((month_name(each.month), _whole(value)) for each, value in zip(figures, values, strict=True)),
    )


def days_in_words(page: Dashboard) -> str:
    """Which days the figures are about: 1–22 November, 8 days left."""
    month = page.month
    if not page.is_running:
        return f"{1}–{month.length} {MONTHS[month.number - 1]}" if month.last < page.today else "Not started yet"
    left = month.length - page.today.day
    until = f"1–{page.today.day}" if page.today.day > 1 else "1"
    ending = {0: "the last day", 1: "1 day left"}.get(left, f"{left} days left")
    later = ", with entries dated ahead" if page.has_later else ""
    return f"{until} {MONTHS[month.number - 1]}, {ending}{later}"


def then_in_words(page: Dashboard, *, year_ago: bool = False) -> str:
    """The days that the month is compared with: 1–22 Oct; Oct; Nov 2025."""
    compared = (page.year_ago if year_ago else page.before).days
    year = f" {compared.then.first.year}" if year_ago else ""
    if compared.is_whole:
        return f"{_name(Month.of(compared.then.first))}{year}"
    days = f"1–{day(compared.then.last)}" if compared.then.last.day > 1 else day(compared.then.last)
    return f"{days}{year}"


def _labels(figures: Sequence[MonthFigures]) -> list[str]:
    return [_name(each.month) for each in figures]


def _name(month: Month) -> str:
    return MONTHS[month.number - 1][:3]


def _whole(minor: int) -> str:
    return money(minor, decimals=False)


def _at(values: Sequence[int], at: int) -> str:
    return _whole(values[at]) if at < len(values) else ""


def _padded(values: Sequence[int], length: int) -> list[int | None]:
    return [*values, *[None] * (length - len(values))]


def _percent(share: Decimal) -> float:
    return round(float(share) * 100, 1)
