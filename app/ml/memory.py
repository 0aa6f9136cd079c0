"""What a book remembers of one payee, of one category and of itself: the newest amounts, kept in order."""

from __future__ import annotations

import math
from array import array
from typing import Final

from app.ml.tails import quantile, replace

PAYEE_ROWS: Final = 48
CATEGORY_ROWS: Final = 192
BOOK_ROWS: Final = 384
_UPPER: Final = 0.8416  # the 80th percentile of a standard normal law
_SPREAD_FLOOR: Final = 0.05  # five per cent more or less is never news


class Amounts:
    """The newest amounts of one group with their days, and their logarithms in order.

    Days are proleptic ordinals; `logs` is ln of minor units. The oldest leaves when the limit is reached, so memory is
    bounded and prices of years ago stop counting.
    """

    __slots__ = ("days", "limit", "logs", "minors", "seen")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.seen = 0
        self.days = array("i")
        self.minors = array("q")
        self.logs = array("d")

    def __len__(self) -> int:
        return len(self.minors)

    def add(self, day: int, minor: int, log: float) -> None:
        """Remember one amount."""
        self.seen += 1
        old = None
        if len(self.minors) >= self.limit:
            old = math.log(self.minors.pop(0))
            self.days.pop(0)
        self.days.append(day)
        self.minors.append(minor)
        replace(self.logs, log, old)

    def median(self) -> float:
        """Middle of the logarithms."""
        return quantile(self.logs, 0.5)

    def spread(self) -> float:
        """Standard deviation of the logarithms, read from the upper half: from the median to the 80th percentile.

        Amounts are skewed to the right even as logarithms, and only the upper tail is judged.
        """
        logs = self.logs
        middle = quantile(logs, 0.5)
        return max((quantile(logs, 0.8) - middle) / _UPPER, (middle - quantile(logs, 0.2)) / (2 * _UPPER))

    def share_above(self, log: float) -> float:
        """Part of the remembered amounts that are larger."""
        from bisect import bisect_right

        return 1.0 - bisect_right(self.logs, log) / len(self.logs)


class Habit:
    """How often something happens, out of how many times it could."""

    __slots__ = ("times", "trials")

    def __init__(self, times: float = 0.0, trials: float = 0.0) -> None:
        self.times = times
        self.trials = trials

    def add(self, happened: bool) -> None:  # noqa: FBT001  the one fact there is
        self.trials += 1.0
        self.times += happened

    def rate(self, parent: float, weight: float) -> float:
        """The rate, drawn towards the parent's as if that had been seen `weight` times."""
        return (self.times + weight * parent) / (self.trials + weight)
