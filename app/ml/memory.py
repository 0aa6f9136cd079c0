"""What a book remembers of a payee, of a category and of itself: the newest amounts in order, and habits."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from app.ml.tails import quantile

PAYEE_ROWS: Final = 48
CATEGORY_ROWS: Final = 192
BOOK_ROWS: Final = 384
RESIDUAL_ROWS: Final = 96
_TO_DEVIATIONS: Final = 1 / 0.8416  # the 80th percentile of a normal law is 0.84 deviations from its middle


class Window:
    """The newest numbers of a series, and the same numbers in order; the oldest leaves when the limit is reached."""

    __slots__ = ("limit", "newest", "ordered")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.newest = array("d")
        self.ordered = array("d")

    def __len__(self) -> int:
        return len(self.newest)

    def add(self, value: float) -> None:
        """Remember one number."""
        if len(self.newest) >= self.limit:
            oldest = self.newest.pop(0)
            del self.ordered[bisect_left(self.ordered, oldest)]
        self.newest.append(value)
        insort(self.ordered, value)

    def fill(self, values: Iterable[float]) -> None:
        """Remember many numbers at once; the window must be empty."""
        self.newest.extend(values)
        self.ordered.extend(sorted(self.newest))


class Amounts:
    """The newest amounts of one group with their days; `logs.ordered` holds ln of minor units, sorted.

    Memory is bounded, and prices of years ago stop counting. Days are proleptic ordinals.
    """

    __slots__ = ("days", "logs", "minors")

    def __init__(self, limit: int) -> None:
        self.days = array("i")
        self.minors = array("q")
        self.logs = Window(limit)

    def __len__(self) -> int:
        return len(self.minors)

    def add(self, day: int, minor: int) -> None:
        """Remember one amount."""
        if len(self.minors) >= self.logs.limit:
            del self.minors[0]
            del self.days[0]
        self.days.append(day)
        self.minors.append(minor)
        self.logs.add(math.log(minor))

    def median(self) -> float:
        """Middle of the logarithms."""
        return quantile(self.logs.ordered, 0.5)

    def spread(self) -> float:
        """Standard deviation of the logarithms, robust: from the median to the 80th percentile.

        Amounts are skewed to the right even as logarithms, and it is the upper tail that is judged; half of the lower
        side guards against an upper side that has not been seen yet.
        """
        logs = self.logs.ordered
        middle = quantile(logs, 0.5)
        upper = quantile(logs, 0.8) - middle
        lower = middle - quantile(logs, 0.2)
        return max(upper, lower / 2) * _TO_DEVIATIONS


class Habit:
    """How often something happened, out of how many times it could."""

    __slots__ = ("times", "trials")

    def __init__(self, times: float = 0.0, trials: float = 0.0) -> None:
        self.times = times
        self.trials = trials

    def add(self, times: float) -> None:
        """One more trial."""
        self.trials += 1.0
        self.times += times

    def rate(self, parent: float, weight: float) -> float:
        """The rate, drawn towards the parent's as if that had been seen `weight` times."""
        return (self.times + weight * parent) / (self.trials + weight)


class Crowd:
    """The most rows a group ever had within two days, not counting the two days that are still going on.

    The record fades by half in about 250 rows, so that a busy time long past stops excusing a new one.
    """

    __slots__ = ("day", "record", "today", "yesterday")

    FADING = 0.9972

    def __init__(self) -> None:
        self.day = 0
        self.today = 0.0
        self.yesterday = 0.0
        self.record = 0.0

    def add(self, day: int, rows: int) -> None:
        """Note that `rows` rows have come on this day and the day before."""
        self.record *= self.FADING
        if day != self.day:
            adjacent = day == self.day + 1
            self.record = max(self.record, self.yesterday, 0.0 if adjacent else self.today)
            self.yesterday = self.today if adjacent else 0.0
            self.today = 0.0
            self.day = day
        self.today = max(self.today, float(rows))

    def state(self) -> list[float]:
        """Everything there is to store."""
        return [self.day, self.today, self.yesterday, self.record]

    def restore(self, state: Sequence[float]) -> None:
        """The reverse of `state`."""
        day, self.today, self.yesterday, self.record = state
        self.day = int(day)

    def before(self, day: int) -> float:
        """The record as it stands for a row of this day."""
        if day <= self.day:
            return self.record
        return max(self.record, self.yesterday, 0.0 if day == self.day + 1 else self.today)


class PayeeMemory:
    """What a book knows of one payee: its amounts, and how often a visit follows another within two days."""

    __slots__ = ("amounts", "repeats", "returns")

    def __init__(self) -> None:
        self.amounts = Amounts(PAYEE_ROWS)
        self.repeats = Habit()  # the same amount again within two days
        self.returns = Habit()  # any amount again within two days

    def habits(self) -> tuple[Habit, ...]:
        """All habits, in the order in which they are stored."""
        return (self.repeats, self.returns)


class GroupMemory:
    """What a book knows of one category, or of itself as a whole: the parent that payees are drawn towards."""

    __slots__ = ("amounts", "crowd", "crowds", "firsts", "repeats", "residuals", "returns")

    def __init__(self, rows: int) -> None:
        self.amounts = Amounts(rows)
        self.repeats = Habit()
        self.returns = Habit()
        self.firsts = Habit()  # rows at a payee never seen before
        self.crowd = Crowd()
        self.crowds = Habit()  # rows of the same group on this day and the day before
        self.residuals = Window(RESIDUAL_ROWS)  # distance of a log amount from its payee's middle

    def habits(self) -> tuple[Habit, ...]:
        """All habits, in the order in which they are stored."""
        return (self.repeats, self.returns, self.firsts, self.crowds)

    def wobble(self, parent: float, weight: float) -> float:
        """How far, in log deviations, amounts of a payee of this group lie from that payee's middle."""
        n = len(self.residuals)
        own = quantile(self.residuals.ordered, 0.8) * _TO_DEVIATIONS if n else 0.0
        return (n * own + weight * parent) / (n + weight)


Numbers = npt.NDArray[np.generic]


def pack_amounts(of: Sequence[Amounts]) -> dict[str, Numbers]:
    """Many groups' amounts as three flat arrays."""
    days, minors = array("i"), array("q")
    for amounts in of:
        days.extend(amounts.days)
        minors.extend(amounts.minors)
    lengths = np.array([len(amounts) for amounts in of], np.int32)
    return {"lengths": lengths, "days": np.array(days, np.int32), "minors": np.array(minors, np.int64)}


def unpack_amounts(into: Sequence[Amounts], packed: Mapping[str, Numbers]) -> None:
    """Fill empty groups from what `pack_amounts` made; the order of logarithms is made anew."""
    at = 0
    days, minors = packed["days"].tolist(), packed["minors"].tolist()
    for amounts, length in zip(into, packed["lengths"].tolist(), strict=True):
        amounts.days.extend(days[at : at + length])
        amounts.minors.extend(minors[at : at + length])
        amounts.logs.fill(map(math.log, minors[at : at + length]))
        at += length


def pack_habits(habits: Iterable[Habit]) -> list[float]:
    """Habits as times, trials, times, trials and so on."""
    return [number for habit in habits for number in (habit.times, habit.trials)]


def unpack_habits(into: Iterable[Habit], numbers: Sequence[float]) -> None:
    """The reverse of `pack_habits`."""
    for i, habit in enumerate(into):
        habit.times, habit.trials = numbers[2 * i : 2 * i + 2]
