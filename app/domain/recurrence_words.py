"""A repetition in words: every month on the 31st (or the last day), 12 times."""

from collections.abc import Iterable, Sequence
from datetime import date

from app.domain.recurrence import WEEK, ByDay, Frequency, Rule

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNITS = {Frequency.DAILY: "day", Frequency.WEEKLY: "week", Frequency.MONTHLY: "month", Frequency.YEARLY: "year"}
_PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_TEENS = range(11, 14)
LEAP_DAY = (2, 29)
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_SHORTEST = 28
_WORKING = frozenset(range(WEEK - 2))


def in_words(rule: Rule, first: date) -> str:
    """A rule that begins on `first`, as a person would say it.

    >>> in_words(Rule(Frequency.MONTHLY, is_clamped=True), date(2026, 1, 31))
    'every month on the 31st (or the last day)'
    >>> in_words(Rule(Frequency.WEEKLY, interval=2, times=6), date(2026, 11, 20))
    'every 2 weeks on Friday, 6 times'
    """
    unit = _UNITS[rule.frequency]
    every = f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"
    return f"{every}{_on(rule, first)}{_within(rule)}{_end(rule)}"


def ordinal(number: int) -> str:
    """A number as a place: 1st, 2nd, 11th."""
    last = 0 if number % 100 in _TEENS else number % 10
    return f"{number}{_ENDINGS.get(last, 'th')}"


def joined(words: Iterable[str], last: str = "and") -> str:
    """One, two and three."""
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end


def _on(rule: Rule, first: date) -> str:
    if rule.by_position:
        return f" on the {joined(map(_place, rule.by_position))} {_choices(rule, first)}"
    if rule.by_day:
        falls = f" that is the {joined(map(_month_day, rule.by_month_day), 'or')}" if rule.by_month_day else ""
        return f" on {joined(_week_day(day, rule) for day in rule.by_day)}{falls}"
    if rule.by_month_day:
        days = f" on the {joined(map(_month_day, rule.by_month_day))}{_or_last(rule, rule.by_month_day)}"
        return f"{days} of every month" if rule.frequency is Frequency.YEARLY and not rule.by_month else days
    return _as_first(rule, first)


def _as_first(rule: Rule, first: date) -> str:
    """Where the rule names no day: that of its first date."""
    match rule.frequency:
        case Frequency.DAILY:
            return ""
        case Frequency.WEEKLY:
            return f" on {DAY_NAMES[first.weekday()]}"
        case Frequency.YEARLY if not rule.by_month:
            leap = " (or the last day)" if rule.is_clamped and (first.month, first.day) == LEAP_DAY else ""
            return f" on {first.day} {MONTH_NAMES[first.month - 1]}{leap}"
        case _:
            return f" on the {ordinal(first.day)}{_or_last(rule, (first.day,))}"


def _choices(rule: Rule, first: date) -> str:
    """What a position counts."""
    if rule.by_month_day and not rule.by_day:
        return f"of the {joined(map(_month_day, rule.by_month_day))}"
    days = {day.weekday for day in rule.by_day}
    if not days:
        return f"of the {ordinal(first.day)}"
    if days == _WORKING and not rule.by_month_day:
        return "working day (Monday to Friday)"
    falls = f" that is the {joined(map(_month_day, rule.by_month_day), 'or')}" if rule.by_month_day else ""
    return f"{joined((DAY_NAMES[day] for day in sorted(days)), 'or')}{falls}"


def _week_day(day: ByDay, rule: Rule) -> str:
    name = DAY_NAMES[day.weekday]
    if day.nth:
        whole = " of the year" if rule.frequency is Frequency.YEARLY and not rule.by_month else ""
        return f"the {_place(day.nth)} {name}{whole}"
    return name if rule.frequency is Frequency.WEEKLY else f"every {name}"


def _place(number: int) -> str:
    if number in _PLACES:
        return _PLACES[number]
    return ordinal(number) if number > 0 else f"{ordinal(-number)} to last"


def _month_day(number: int) -> str:
    if number > 0:
        return ordinal(number)
    return "last day" if number == -1 else f"{ordinal(-number)} to last day"


def _or_last(rule: Rule, days: Sequence[int]) -> str:
    return " (or the last day)" if rule.is_clamped and max(days) > _SHORTEST else ""


def _within(rule: Rule) -> str:
    return f" in {joined(MONTH_NAMES[number - 1] for number in rule.by_month)}" if rule.by_month else ""


def _end(rule: Rule) -> str:
    if rule.until:
        return f", until {rule.until.day} {MONTH_NAMES[rule.until.month - 1]} {rule.until.year}"
    if rule.times:
        return ", once" if rule.times == 1 else f", {rule.times} times"
    return ""
