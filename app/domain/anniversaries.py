"""The same day of a later month: terms, holding periods and due dates are counted from their first day, never from the one before."""

from datetime import date

from app.domain.periods import Month


def months_later(day: date, months: int) -> date:
    """The date so many calendar months later, or the last of that month when it has no such day.

    Count from the first date each time: 31 January + 1 is 28 February, + 2 is 31 March again.

    >>> months_later(date(2025, 1, 31), 1), months_later(date(2025, 1, 31), 2)
    (datetime.date(2025, 2, 28), datetime.date(2025, 3, 31))
    """
    return Month.of(day).shift(months).up_to(day.day)


def whole_months_between(start: date, end: date, step: int = 1) -> int:
    """How many steps of `step` months fit from `start` to `end`, both dates counted as in `months_later`.

    Raises: ValueError when `end` lies before `start`.

    >>> whole_months_between(date(2024, 11, 30), date(2025, 5, 30), 3)
    2
    """
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    steps = ((end.year - start.year) * 12 + end.month - start.month) // step
    return steps - 1 if months_later(start, steps * step) > end else steps
