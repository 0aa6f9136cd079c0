"""The month that an address asks for, and the addresses of the months beside it."""

from dataclasses import dataclass
from datetime import date

from flask import abort, request, url_for

from app.domain.periods import Month
from app.web.formats import month_name

FIRST_YEAR = 1950
YEARS_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A link to a month beside the shown one; without an address when there is nothing there."""

    label: str
    url: str | None


def asked_month(today: date) -> Month:
    """The month of `?month=2026-11`, or the current one. What is no month, or too far away, is not found."""
    text = request.args.get("month", "")
    if not text:
        return Month.of(today)
    try:
        month = Month.parse(text)
    except ValueError:
        abort(404)
    if not FIRST_YEAR <= month.year <= today.year + YEARS_AHEAD:
        abort(404)
    return month


def previous_step(month: Month) -> Step:
    """The month before."""
    earlier = month.previous()
    url = None if earlier.year < FIRST_YEAR else url_for(request.endpoint or "", month=str(earlier))
    return Step(month_name(earlier), url)


def next_step(month: Month, today: date) -> Step:
    """The month after, unless it has not begun."""
    later = month.next()
    if later.first > today:
        return Step(f"{month_name(later)}, not started", None)
    return Step(month_name(later), url_for(request.endpoint or "", month=str(later)))
