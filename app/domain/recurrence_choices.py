"""The repetitions that a form offers without a rule to write, and the rule that each stands for."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.domain.recurrence import WEEK, ByDay, Frequency, Rule

_LAST_WEEK = 28
_WORKING_DAYS = tuple(ByDay(weekday) for weekday in range(WEEK - 2))


class MonthDay(StrEnum):
    """Which day of a month, as its first date shows it."""

    SAME = "same"
    LAST = "last"
    NTH_WEEKDAY = "nth_weekday"
    LAST_WEEKDAY = "last_weekday"
    LAST_WORKING = "last_working"


@dataclass(frozen=True, slots=True)
class Choice:
    """Every so many days, weeks, months or years; for months also on which day."""

    frequency: Frequency
    every: int = 1
    month_day: MonthDay = MonthDay.SAME


def rule_of(choice: Choice, first: date) -> Rule:
    """The rule of a choice. The same day of a month clamps in shorter ones and comes back; so does 29 February.

    Raises: BadRule when it comes again after less than one period.

    >>> str(rule_of(Choice(Frequency.MONTHLY, 1, MonthDay.NTH_WEEKDAY), date(2026, 11, 13)))
    'FREQ=MONTHLY;BYDAY=2FR'
    """
    rule = Rule(choice.frequency, interval=choice.every)
    if choice.frequency not in {Frequency.MONTHLY, Frequency.YEARLY}:
        return rule
    if choice.frequency is Frequency.YEARLY or choice.month_day is MonthDay.SAME:
        return replace(rule, is_clamped=True)
    match choice.month_day:
        case MonthDay.LAST:
            return replace(rule, by_month_day=(-1,))
        case MonthDay.NTH_WEEKDAY:
            nth = -1 if first.day > _LAST_WEEK else (first.day - 1) // WEEK + 1
            return replace(rule, by_day=(ByDay(first.weekday(), nth),))
        case MonthDay.LAST_WEEKDAY:
            return replace(rule, by_day=(ByDay(first.weekday(), -1),))
        case MonthDay.LAST_WORKING:
            return replace(rule, by_day=_WORKING_DAYS, by_position=(-1,))


def choice_of(rule: Rule, first: date) -> Choice | None:
    """The choice that stands for a rule, whenever it ends; none when only its text can say it."""
    endless = replace(rule, times=None, until=None)
    for month_day in MonthDay:
        choice = Choice(rule.frequency, rule.interval, month_day)
        if rule_of(choice, first) == endless:
            return choice
    return None
