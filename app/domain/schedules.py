"""The words of what comes again: what a schedule posts, how it stands, and what became of each of its dates."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import takewhile

from app.domain.recurrence import WEEK, Frequency, Rule, occurrences


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
    return (day for day in occurrences(rule, _nearer(rule, first, start)) if day >= start)


def is_date_of(rule: Rule, first: date, day: date) -> bool:
    """Whether the rule has this date.

    >>> from app.domain.recurrence import Frequency
    >>> is_date_of(Rule(Frequency.WEEKLY), date(2026, 11, 2), date(2026, 11, 17))
    False
    """
    return next(dates_from(rule, first, day), None) == day


def yearly_times(rule: Rule, first: date, today: date) -> int:
    """How often a rule comes in the year that begins today, as if it had no end: what it comes to in the long run.

    >>> from app.domain.recurrence import Frequency
    >>> yearly_times(Rule(Frequency.MONTHLY, interval=3, times=2, is_clamped=True), date(2026, 1, 31), date(2026, 11, 22))
    4
    """
    endless = replace(rule, times=None, until=None)
    start = max(first, today)
    end = start + timedelta(days=365)
    return sum(1 for _ in takewhile(lambda day: day < end, dates_from(endless, first, start)))


def _nearer(rule: Rule, first: date, start: date) -> date:
    """A later first date that leads to the same dates from `start` on, so that a daily rule of twenty years is not walked through.

    Only days and weeks are many, and only COUNT needs the ones before.
    """
    step = {Frequency.DAILY: 1, Frequency.WEEKLY: WEEK}.get(rule.frequency)
    if step is None or rule.times is not None or start <= first:
        return first
    step *= rule.interval
    return first + timedelta(days=(start - first).days // step * step)
