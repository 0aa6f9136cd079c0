"""When something comes again: the part of RFC 5545 that money needs, and month ends that keep their day.

A rule is written as calendars write it, `FREQ=MONTHLY;BYMONTHDAY=-1`, and always read from its first date, so it cannot
drift. Dates that do not exist are skipped, as the RFC says: monthly from the 31st misses short months. With
`SKIP=BACKWARD` (RFC 7529) they fall on the last day of the month instead and come back to the 31st: what people mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import count, islice

from app.domain.errors import Refused
from app.domain.periods import Month

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEK = 7
MONTHS = 12
LONGEST_GAP = 100  # years without an occurrence after which a rule is taken to have no more


class Frequency(StrEnum):
    """The period a rule is repeated in."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class BadRule(Refused):
    """A text that is no rule, or one that asks for more than this reader knows."""

    default_field = "rule"


@dataclass(frozen=True, slots=True)
class ByDay:
    """A weekday, Monday 0, with the how-manieth it is: 0 every, 2 the second, -1 the last."""

    weekday: int
    nth: int = 0

    def __str__(self) -> str:
        return f"{self.nth or ''}{WEEKDAYS[self.weekday]}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A repetition. Empty tuples mean that the first date decides.

    Raises: BadRule when the parts contradict each other.

    >>> str(Rule(Frequency.MONTHLY, interval=3, is_clamped=True))
    'RSCALE=GREGORIAN;FREQ=MONTHLY;INTERVAL=3;SKIP=BACKWARD'
    """

    frequency: Frequency
    interval: int = 1
    times: int | None = None
    until: date | None = None
    by_day: tuple[ByDay, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_position: tuple[int, ...] = ()
    week_start: int = 0
    is_clamped: bool = False

    def __post_init__(self) -> None:
        if self.interval < 1:
            raise BadRule("It must come again after at least one period.", field="interval")
        if self.times is not None and self.times < 1:
            raise BadRule("It must happen at least once.", field="count")
        if self.times is not None and self.until is not None:
            raise BadRule("Give either an end date or a number of times, not both.", field="until")
        if any(day.nth for day in self.by_day) and self.frequency not in {Frequency.MONTHLY, Frequency.YEARLY}:
            raise BadRule("“The second Monday” needs a month or a year to be counted in.")
        if self.by_month_day and self.frequency is Frequency.WEEKLY:
            raise BadRule("A weekly repetition has weekdays, not days of the month.")
        if self.by_position and not (self.by_day or self.by_month_day or self.by_month):
            raise BadRule("A position needs days to choose from.")
        if self.by_position and self.frequency is Frequency.DAILY:
            raise BadRule("A single day has no second one to choose.")
        if self.is_clamped and self.frequency not in {Frequency.MONTHLY, Frequency.YEARLY}:
            raise BadRule("Only months and years have an end to fall back to.")

    def __str__(self) -> str:
        parts = {
            "RSCALE": "GREGORIAN" if self.is_clamped else "",
            "FREQ": self.frequency.value,
            "INTERVAL": str(self.interval) if self.interval > 1 else "",
            "COUNT": str(self.times or ""),
            "UNTIL": f"{self.until:%Y%m%d}" if self.until else "",
            "BYMONTH": _joined(self.by_month),
            "BYMONTHDAY": _joined(self.by_month_day),
            "BYDAY": _joined(self.by_day),
            "BYSETPOS": _joined(self.by_position),
            "WKST": WEEKDAYS[self.week_start] if self.week_start else "",
            "SKIP": "BACKWARD" if self.is_clamped else "",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def occurrences(rule: Rule, first: date) -> Iterator[date]:
    """The dates of a rule from `first` on, in order, each computed from `first` itself.

    Ends with COUNT or UNTIL, with the year 9999, or after 100 years without one. `first` is one of them only if it fits the rule.

    Source: RFC 5545, 3.3.10; RFC 7529 for SKIP=BACKWARD.

    >>> rule = Rule(Frequency.MONTHLY, is_clamped=True)
    >>> [f"{day:%d.%m.}" for day in islice(occurrences(rule, date(2025, 1, 31)), 3)]
    ['31.01.', '28.02.', '31.03.']
    """
    found = 0
    last = first
    for days in _periods(rule, first):
        if days is None or days[0].year > last.year + LONGEST_GAP:
            return
        for day in _chosen(rule, first, days[0], days[1]):
            if day < first:
                continue
            if (rule.until and day > rule.until) or found == rule.times:
                return
            found, last = found + 1, day
            yield day
        if rule.until and days[0] > rule.until:
            return


def occurrences_between(rule: Rule, first: date, start: date, end: date) -> list[date]:
    """The dates of a rule from `start` to `end`, both included.

    >>> occurrences_between(Rule(Frequency.WEEKLY), date(2026, 11, 2), date(2026, 11, 10), date(2026, 11, 20))
    [datetime.date(2026, 11, 16)]
    """
    found = []
    for day in occurrences(rule, first):
        if day > end:
            break
        if day >= start:
            found.append(day)
    return found


def billing_dates(first: date, months: int, times: int) -> list[date]:
    """Every so many months on the day of `first`, or on the last of a shorter month; it always comes back to that day.

    Raises: Refused when the months or the times are not positive.
    Source: the way banks and subscriptions date their instalments.

    >>> [f"{day:%d.%m.}" for day in billing_dates(date(2024, 11, 30), 3, 3)]
    ['30.11.', '28.02.', '30.05.']
    """
    if times < 1:
        raise BadRule("It must happen at least once.", field="count")
    return list(islice(occurrences(Rule(Frequency.MONTHLY, interval=months, is_clamped=True), first), times))


Days = tuple[date, date]


def _periods(rule: Rule, first: date) -> Iterator[Days | None]:
    """First and last day of each period the rule looks at; None when the calendar ends."""
    for number in count():
        try:
            yield _period(rule, first, number * rule.interval)
        except (ValueError, OverflowError):  # beyond the year 9999
            yield None


def _period(rule: Rule, first: date, at: int) -> Days:
    match rule.frequency:
        case Frequency.DAILY:
            day = first + timedelta(days=at)
            return day, day
        case Frequency.WEEKLY:
            start = first - timedelta(days=(first.weekday() - rule.week_start) % WEEK) + timedelta(days=at * WEEK)
            return start, start + timedelta(days=min(WEEK - 1, (date.max - start).days))
        case Frequency.MONTHLY:
            month = Month.of(first).shift(at)
            return month.first, month.last
        case Frequency.YEARLY:
            return date(first.year + at, 1, 1), date(first.year + at, MONTHS, 31)


def _chosen(rule: Rule, first: date, start: date, end: date) -> list[date]:
    """The days of one period that the rule picks, in order."""
    days = sorted(set(_candidates(rule, first, start, end)))
    if not rule.by_position:
        return days
    size = len(days)
    wanted = {at - 1 if at > 0 else size + at for at in rule.by_position}
    return [day for at, day in enumerate(days) if at in wanted]


def _candidates(rule: Rule, first: date, start: date, end: date) -> Iterator[date]:
    if rule.frequency in {Frequency.DAILY, Frequency.WEEKLY}:
        weekdays = {day.weekday for day in rule.by_day} or (
            {first.weekday()} if rule.frequency is Frequency.WEEKLY else set(range(WEEK))
        )
        for back in range((end - start).days + 1):
            day = start + timedelta(days=back)
            if day.weekday() in weekdays and _in_month(rule, day) and _is_month_day(rule, day):
                yield day
        return
    months = [Month.of(start).shift(at) for at in range(end.month - start.month + 1)]
    if rule.by_month:
        months = [month for month in months if month.number in rule.by_month]
    elif rule.frequency is Frequency.YEARLY and not rule.by_day and not rule.by_month_day:
        months = [Month(start.year, first.month)]
    if any(day.nth for day in rule.by_day) and rule.frequency is Frequency.YEARLY and not rule.by_month:
        yield from (day for day in _weekdays(rule, start, end) if _is_month_day(rule, day))
        return
    for month in months:
        if rule.by_day:
            yield from (day for day in _weekdays(rule, month.first, month.last) if _is_month_day(rule, day))
        else:
            yield from _month_days(rule, month, rule.by_month_day or (first.day,))


def _weekdays(rule: Rule, start: date, end: date) -> Iterator[date]:
    """The weekdays of the rule from `start` to `end`, counted from either side when it says so."""
    for wanted in rule.by_day:
        day = start + timedelta(days=(wanted.weekday - start.weekday()) % WEEK)
        every = [day + timedelta(days=WEEK * at) for at in range((end - day).days // WEEK + 1)]
        if not wanted.nth:
            yield from every
        elif abs(wanted.nth) <= len(every):
            yield every[wanted.nth - 1 if wanted.nth > 0 else wanted.nth]


def _month_days(rule: Rule, month: Month, wanted: tuple[int, ...]) -> Iterator[date]:
    for number in wanted:
        day = number if number > 0 else month.length + 1 + number
        if rule.is_clamped:
            yield month.up_to(max(day, 1))
        elif 1 <= day <= month.length:
            yield date(month.year, month.number, day)


def _in_month(rule: Rule, day: date) -> bool:
    return not rule.by_month or day.month in rule.by_month


def _is_month_day(rule: Rule, day: date) -> bool:
    return not rule.by_month_day or bool({day.day, day.day - Month.of(day).length - 1}.intersection(rule.by_month_day))


def _joined(values: tuple[object, ...]) -> str:
    return ",".join(map(str, values))
