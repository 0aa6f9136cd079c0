"""How regularly days follow each other: fitting days to a beat, with slips around weekends, missed periods and days that do not belong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from statistics import median_low

from app.domain.periods import Month

YEAR_DAYS = 365.25
MONTHS = 12
LAST_DAY = 31
HALF_MONTH = 15
SHORTEST_MONTH = 28
MONTHS_DIFFER = 3  # days
CROWDED = 1.45  # rows a period, with those that are charged twice or no part of it
LONGEST_GAP = 1500
WHOLE_GAPS = 0.6  # of the gaps are whole periods: a row that is no part of it spoils two


class Beat(StrEnum):
    """How often a series comes. Prepaid plans of 28, 56 and 84 days walk through the month."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    EVERY_28_DAYS = "every_28_days"
    MONTHLY = "monthly"
    EVERY_56_DAYS = "every_56_days"
    EVERY_84_DAYS = "every_84_days"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Step:
    """The length of a period, in days or in months, and how many days early or late a payment may be."""

    beat: Beat
    tolerance: int
    days: int = 0
    months: int = 0

    @property
    def length(self) -> float:
        """Days of a period, on average."""
        return self.days or self.months * YEAR_DAYS / MONTHS


# Tolerances of the calendar periods are those of `recurring_series`; periods of 28 days and their multiples are machines, so a day is enough.
STEPS = (
    Step(Beat.MONTHLY, 4, months=1),
    Step(Beat.EVERY_28_DAYS, 1, days=28),
    Step(Beat.FORTNIGHTLY, 2, days=14),
    Step(Beat.WEEKLY, 1, days=7),
    Step(Beat.EVERY_56_DAYS, 1, days=56),
    Step(Beat.EVERY_84_DAYS, 1, days=84),
    Step(Beat.QUARTERLY, 6, months=3),
    Step(Beat.HALF_YEARLY, 8, months=6),
    Step(Beat.YEARLY, 10, months=12),
)
STEP_OF = {step.beat: step for step in STEPS}


@dataclass(frozen=True, slots=True)
class Grid:
    """The days that a beat expects: of a month-like one the day of the month (31 is the last one), of others any day of the beat as an ordinal."""

    step: Step
    anchor: int
    phase: int = 0

    def day_of(self, period: int) -> date:
        """The day expected in a period."""
        return date.fromordinal(self._due(period))

    def place_of(self, day: date) -> tuple[int, int]:
        """The period whose day is nearest, and how many days after that day it is (before, if negative)."""
        if self.step.days:
            period = round((day.toordinal() - self.anchor) / self.step.days)
        else:
            period = round((_nearest_month(day, self.anchor) - self.phase) / self.step.months)
        return period, day.toordinal() - self._due(period)

    def _due(self, period: int) -> int:
        if self.step.days:
            return self.anchor + period * self.step.days
        return _in_month(period * self.step.months + self.phase, self.anchor)


def grids(step: Step, days: Sequence[date], share: float) -> list[Grid]:
    """The grids that the days suggest, the likeliest first, if about this share of the days may lie on them."""
    needed = share * len(days)
    if step.days:
        rests = Counter(day.toordinal() % step.days for day in days)
        near = range(-step.tolerance, step.tolerance + 1)
        first = days[0].toordinal()
        return [
            Grid(step, first - (first - rest) % step.days)
            for rest, _ in rests.most_common(2)
            if sum(rests[(rest + off) % step.days] for off in near) >= needed
        ]
    found = []
    numbers = Counter(day.day for day in days)
    for anchor in _anchors(days, numbers):
        slack = step.tolerance + 1 + (MONTHS_DIFFER if anchor >= SHORTEST_MONTH else 0)
        if sum(times for number, times in numbers.items() if _around(number, anchor) <= slack) < needed:
            continue
        phase, times = 0, len(days)
        if step.months > 1:
            phases = Counter(_nearest_month(day, anchor) % step.months for day in days)
            ((phase, times),) = phases.most_common(1)
        if times >= needed:
            found.append(Grid(step, anchor, phase))
    return found


def may_fit(step: Step, gaps: Sequence[int]) -> bool:
    """A quick look before a thorough one: about one row a period, and gaps (in days, below `LONGEST_GAP`) of whole periods. Most payees fail it.

    >>> may_fit(STEPS[0], [31, 28, 61, 30]), may_fit(STEPS[0], [3, 45, 17, 80])
    (True, False)
    """
    if len(gaps) + 1 > CROWDED * (sum(gaps) / step.length + 1) + 1:
        return False
    return sum(map(_whole_gaps(step).__getitem__, gaps)) >= WHOLE_GAPS * len(gaps)


@lru_cache(maxsize=16)
def _whole_gaps(step: Step) -> bytes:
    """For each number of days whether it is a whole number of periods, or none: 1 or 0."""
    slack = 2 * step.tolerance + 1
    periods = [days / step.length for days in range(LONGEST_GAP)]
    return bytes(abs(each - round(each)) * step.length <= slack for each in periods)


def next_after(grid: Grid, last: date) -> date:
    """The first day the grid expects in a period after that of `last`."""
    return grid.day_of(grid.place_of(last)[0] + 1)


def stretches_of(periods: Sequence[int], most_missing: int) -> list[tuple[int, int]]:
    """The first and last period of each stretch without a hole of more than `most_missing` periods.

    >>> stretches_of([1, 2, 4, 12, 13, 14], 3)
    [(1, 4), (12, 14)]
    """
    found = [(periods[0], periods[0])]
    for earlier, later in pairwise(periods):
        if later - earlier > most_missing + 1:
            found.append((later, later))
        found[-1] = found[-1][0], later
    return found


def _around(number: int, other: int) -> int:
    """How far two days of the month are from each other, the 31st and the 1st being neighbours."""
    apart = abs(number - other)
    return min(apart, LAST_DAY - apart)


def _anchors(days: Sequence[date], numbers: Counter[int]) -> list[int]:
    found = [number for number, _ in numbers.most_common(2)]
    # The middle of the days as they lie around the month, so that the 30th, 31st and 1st are neighbours.
    start = found[0]
    offsets = sorted((day.day - start + 15) % LAST_DAY - 15 for day in days)
    found.append((start + median_low(offsets) - 1) % LAST_DAY + 1)
    if all(day == Month.of(day).last for day in days):
        found.insert(0, LAST_DAY)
    return list(dict.fromkeys(found))


def _nearest_month(day: date, anchor: int) -> int:
    """The month whose day of payment is nearest: the 30th is early for the 1st."""
    index = day.year * MONTHS + day.month - 1
    off = day.day - min(anchor, SHORTEST_MONTH)
    return index + (1 if off > HALF_MONTH else -1 if off < -HALF_MONTH else 0)


@lru_cache(maxsize=8192)
def _in_month(index: int, anchor: int) -> int:
    return Month(index // MONTHS, index % MONTHS + 1).up_to(anchor).toordinal()
