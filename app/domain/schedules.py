"""The words of what comes again: what a schedule posts, how it stands, and what became of each of its dates."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import islice

from app.domain.recurrence import Rule, occurrences


class ScheduleKind(StrEnum):
    """Which part of FinTrak knows what to post when a date of the schedule comes."""

    TRANSACTION = "transaction"
    SALARY = "salary"
    LOAN = "loan"
    SCHEME = "scheme"
    INVESTMENT = "investment"


class ScheduleState(StrEnum):
    """A paused schedule lets its dates pass; an ended one has no more."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class OccurrenceState(StrEnum):
    """What became of one date: it waits for a person, it is in the books, or it was left out."""

    WAITING = "waiting"
    POSTED = "posted"
    SKIPPED = "skipped"


def dates_from(rule: Rule, first: date, start: date) -> Iterator[date]:
    """The dates of a rule that begins on `first`, from `start` on.

    >>> from app.domain.recurrence import Frequency
    >>> next(dates_from(Rule(Frequency.MONTHLY, is_clamped=True), date(2026, 1, 31), date(2026, 2, 1)))
    datetime.date(2026, 2, 28)
    """
    return (day for day in occurrences(rule, first) if day >= start)


def next_date(rule: Rule, first: date, after: date) -> date | None:
    """The first date of a rule after a day; none when there is no more."""
    return next(islice((day for day in occurrences(rule, first) if day > after), 1), None)
