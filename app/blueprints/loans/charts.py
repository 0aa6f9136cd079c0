"""The charts of loans: what is owed over time."""

from collections.abc import Sequence
from datetime import date

from app.domain.debts import DebtMonth
from app.domain.loan_plans import Plan
from app.domain.periods import Month
from app.web.charts import Chart
from app.web.formats import book_currency, money, month_name, short_month

MOST_POINTS = 120
TICKS = 5
TABLE_ROWS = 24


def balance_chart(plan: Plan, without: Plan | None, day: date) -> Chart:
    """What is owed month by month, beside what would be owed without the extra payments."""
    start = Month.of(plan.rows[0].on).previous()
    last = Month.of(max(plan.ends_on, without.ends_on if without else plan.ends_on))
    count = _between(start, last) + 1
    step = -(-count // MOST_POINTS)
    months = [start.shift(at) for at in range(0, count + step - 1, step)]
    owed = [plan.balance_on(month.last) for month in months]
    series = [{"name": "Owed", "values": owed, "paint": 1}]
    headings, columns = ["End of", "Owed"], [owed]
    if without:
        columns.append([without.balance_on(month.last) for month in months])
        series.append({"name": "Without extra payments", "values": columns[1], "paint": "past", "dash": True})
        headings.append("Without extra payments")
    data = {
        "labels": [short_month(month) for month in months],
        "series": series,
        "ticks": _ticks(len(months)),
        "currency": book_currency(),
    }
    now = _between(start, Month.of(day)) // step
    if 0 < now < len(months) - 1:
        data["today"] = now
    label = f"What is owed falls from {_whole(owed[0])} to nothing in {month_name(plan.ends_on)}."
    return Chart("lines", label, data, tuple(headings), _rows([month_name(each) for each in months], columns))


def debts_chart(paths: Sequence[tuple[str, Sequence[DebtMonth], int, bool]], owed_minor: int, day: date) -> Chart:
    """All debts together, month by month, on each way out of them: name, months, paint, and whether it is dashed."""
    longest = max(len(months) for _, months, _, _ in paths)
    step = -(-(longest + 1) // MOST_POINTS)
    at_months = list(range(0, longest + step, step))
    columns = [
        [owed_minor if not at else sum(months[at - 1].balances_minor) if at <= len(months) else 0 for at in at_months]
        for _, months, _, _ in paths
    ]
    dates = [Month.of(day).shift(at) for at in at_months]
    data = {
        "labels": [short_month(month) for month in dates],
        "series": [
            {"name": name, "values": values, "paint": paint, "dash": is_dashed}
            for (name, _, paint, is_dashed), values in zip(paths, columns, strict=True)
        ],
        "ticks": _ticks(len(dates)),
        "currency": book_currency(),
    }
    label = f"{paths[0][0]} is free of debt after {len(paths[0][1])} months."
    headings = ("End of", *(name for name, _, _, _ in paths))
    return Chart("lines", label, data, headings, _rows([month_name(each) for each in dates], columns))


def _rows(names: Sequence[str], columns: Sequence[Sequence[int]]) -> tuple[tuple[str, ...], ...]:
    step = -(-len(names) // TABLE_ROWS)
    shown = sorted({*range(0, len(names), step), len(names) - 1})
    return tuple((names[at], *(_whole(column[at]) for column in columns)) for at in shown)


def _ticks(count: int) -> list[int]:
    return sorted({at * (count - 1) // (TICKS - 1) for at in range(TICKS)})


def _between(first: Month, last: Month) -> int:
    return (last.year - first.year) * 12 + last.number - first.number


def _whole(minor: int) -> str:
    return money(minor, decimals=False)
