"""Which days of another month a month may be compared with, so that like meets like."""

from dataclasses import dataclass
from datetime import date

from app.domain.periods import Month, Span


@dataclass(frozen=True, slots=True)
class Compared:
    """Days of a month beside as many of an earlier one. `is_whole`: both are whole months."""

    now: Span
    then: Span
    is_whole: bool


def same_days(month: Month, other: Month, today: date) -> Compared:
    """The days of `month` that have passed, beside the same days of `other`; whole months once `month` is over.

    A shorter month lends all its days: 1–31 March stands beside 1–28 February.

    >>> same_days(Month(2026, 11), Month(2026, 10), date(2026, 11, 22)).then.last
    datetime.date(2026, 10, 22)
    """
    if not month.first <= today <= month.last:
        return Compared(Span(month.first, month.last), Span(other.first, other.last), is_whole=True)
    return Compared(Span(month.first, today), Span(other.first, other.up_to(today.day)), is_whole=False)
