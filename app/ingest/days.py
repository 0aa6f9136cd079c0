"""The day of each row: one order of day and month for the whole file."""

import re
from collections.abc import Sequence
from datetime import date

from app.ingest import dates, vocabulary
from app.ingest.context import Context
from app.ingest.rows import Candidate, Sorted, cell
from app.ingest.statement import Choice, Question
from app.ingest.sums import stated_currency

_DATE_IN_TEXT = re.compile(r"(?<!\d)\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)")


def settle_days(context: Context, sorted_: Sorted, currency: str) -> tuple[dict[int, date], str | None]:
    """The day of every candidate by its identity, and the order it was read in; asks or says where no row proves the order."""
    written = [candidate.written for candidate in sorted_.candidates]
    chosen = context.wish.answers.get("date_order")
    decision = dates.decide_order(
        written,
        beside=_beside(context, sorted_.candidates),
        around=[
            day
            for found in _DATE_IN_TEXT.finditer(context.above)
            if isinstance(day := dates.written_date(found[0]), dates.Numbers)
        ],
        hint=context.wish.date_order_hint,
        speaks_day_first=_speaks_day_first(context, sorted_.candidates, currency),
    )
    order = chosen if chosen in dates.ORDERS else decision.order
    if chosen is None and decision.is_open and decision.order:
        context.questions.append(_order_question(written, decision.order))
    elif chosen is None and decision.why:
        context.warnings.append(f"Dates were read as {dates.ORDERS[decision.order or 'dmy']}: {decision.why}.")
    days: dict[int, date] = {}
    cache: dict[dates.Written, date | None] = {}
    for candidate in sorted_.candidates:
        stated = candidate.written
        if isinstance(stated, dates.Numbers):
            if stated not in cache:
                cache[stated] = dates.in_order(stated, order or "dmy")
            day = cache[stated]
        else:
            day = stated
        if day is None:
            text = cell(candidate.record.cells, context.places.date)
            context.skip(
                candidate, f"“{text}” is not a day of the calendar in the order {dates.ORDERS[order or 'dmy']}"
            )
            sorted_.unreadable += 1
        else:
            days[id(candidate)] = day
    return days, order


def _beside(context: Context, candidates: Sequence[Candidate]) -> list[tuple[dates.Numbers, date]]:
    """Open dates with a sure date in another date column of their row, from both ends of the file."""
    pairs: list[tuple[dates.Numbers, date]] = []
    for candidate in [*candidates[:200], *candidates[-200:]]:
        if isinstance(candidate.written, dates.Numbers):
            others = [dates.written_date(cell(candidate.record.cells, c)) for c in context.places.value_dates]
            pairs += [(candidate.written, other) for other in others if isinstance(other, date)]
    return pairs


def _speaks_day_first(context: Context, candidates: Sequence[Candidate], currency: str) -> bool:
    """Headings of another language, payment words or a currency of countries that never write the month first."""
    if any(name and vocabulary.is_foreign(name) for name in context.headings):
        return True
    if any(vocabulary.names_day_first_country(" ".join(candidate.record.cells)) for candidate in candidates[:200]):
        return True
    return (
        bool(candidates)
        and stated_currency(context, candidates) in dates.NEVER_MONTH_FIRST
        and currency in dates.NEVER_MONTH_FIRST
    )


def _order_question(written: Sequence[dates.Written], assumed: str) -> Question:
    example = next(entry for entry in written if isinstance(entry, dates.Numbers) and entry.first != entry.second)
    text = f"Does {example.first:02d}{example.mark}{example.second:02d}{example.mark}{example.third} begin with the day or with the month?"
    orders = [assumed, "mdy" if assumed == "dmy" else "dmy"]
    choices = [
        Choice(order, f"{dates.ORDERS[order].capitalize()}: {day:%d %B %Y}")
        for order in orders
        if (day := dates.in_order(example, order))
    ]
    return Question("date_order", text, choices)
