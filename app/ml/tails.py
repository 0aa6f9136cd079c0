"""Tail probabilities, all as minus log10: 0 says nothing, 2 is one in a hundred, 3 one in a thousand."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import MutableSequence, Sequence

LONGEST = 12.0  # beyond one in 10^12 a figure has no meaning
_DECADE = 1 / math.log(10)  # mean excess of a surprise that follows its own law


def student_tail(z: float) -> float:
    """Surprise of a standardised value under Student's t with 4 degrees of freedom, upper tail.

    Four degrees leave room for the honest outliers of real spending; a normal law would cry at each of them.
    """
    if z <= 0.0:
        return 0.0
    if z > 60.0:  # the closed form cancels out; P ~ 6 / z^4
        return min(LONGEST, 4.0 * math.log10(z) - math.log10(6.0))
    share = z / math.sqrt(4.0 + z * z)
    tail = 0.5 - share * (3.0 - share * share) / 4.0
    return -math.log10(2.0 * tail)


def count_tail(count: int, expected: float, shape: float) -> float:
    """Surprise of seeing `count` or more when `expected` come on average: Poisson with a gamma-distributed rate.

    `shape` is how well the rate is known and how evenly the events fall: large is Poisson, small is clumpy.
    """
    if count <= expected or count < 2:
        return 0.0
    odds = expected / (expected + shape)
    term = (1.0 - odds) ** shape
    below = term
    for k in range(1, count):
        term *= odds * (shape + k - 1) / k
        below += term
    return min(LONGEST, -math.log10(max(1e-12, 1.0 - below)))


def quantile(ordered: Sequence[float], p: float) -> float:
    """The p-quantile of a sorted, non-empty sequence, between two values in proportion."""
    place = p * (len(ordered) - 1)
    i = int(place)
    value = ordered[i]
    rest = place - i
    return value + rest * (ordered[i + 1] - value) if rest else value


def replace(ordered: MutableSequence[float], new: float, old: float | None) -> None:
    """Put `new` into a sorted sequence and take `old` out of it."""
    if old is not None:
        del ordered[bisect_left(ordered, old)]
    insort(ordered, new)


class Tail:
    """How often one kind of surprise happens to this book: an exponential tail, learned as rows come.

    A surprise is already minus log10 of a probability, so if its law fits this book then one row in ten exceeds 1 and
    what exceeds it has a mean of 0.43. A book that is wilder than its law exceeds more often and further, and then
    the same figure means less. Starts from the law, as if it had been seen in `PRIOR` rows, and moves with the book.
    """

    __slots__ = ("excess", "exceeding", "rows")

    START = 1.0
    PRIOR = 60.0
    WIDEST = 2.0  # one true anomaly must not teach that anomalies are usual

    def __init__(self, rows: float = 0.0, exceeding: float = 0.0, excess: float = 0.0) -> None:
        self.rows = rows
        self.exceeding = exceeding
        self.excess = excess

    def add(self, surprise: float) -> None:
        """Learn from one row."""
        self.rows += 1.0
        if surprise > self.START:
            self.exceeding += 1.0
            self.excess += min(surprise - self.START, self.WIDEST)

    def calibrated(self, surprise: float) -> float:
        """The same surprise in terms of how rare it is in this book."""
        if surprise <= 0.0:
            return 0.0
        rate = (self.exceeding + 0.1 * self.PRIOR) / (self.rows + self.PRIOR)
        start = -math.log10(rate)
        if surprise <= self.START:
            return surprise * start / self.START
        weight = 0.1 * self.PRIOR
        mean = (self.excess + weight * _DECADE) / (self.exceeding + weight)
        return start + (surprise - self.START) * _DECADE / mean
