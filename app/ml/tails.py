"""Tail probabilities, all as minus log10: 0 says nothing, 2 is one in a hundred, 3 one in a thousand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

LARGEST: Final = 12.0  # beyond one in 10^12 a figure has no meaning
_CLOSED_FORM_UP_TO: Final = 60.0


def student_tail(z: float) -> float:
    """Surprise of a standardised value under Student's t with 4 degrees of freedom; 0 at or below the middle.

    Four degrees leave room for the honest outliers of real spending; a normal law would cry at each of them.
    Source: the closed form of the distribution for 4 degrees; two-sided, so that the middle has probability 1.
    """
    if z <= 0.0:
        return 0.0
    if z > _CLOSED_FORM_UP_TO:  # there the closed form cancels out; the tail is 6 / z^4
        return min(LARGEST, 4.0 * math.log10(z) - math.log10(6.0))
    share = z / math.sqrt(4.0 + z * z)
    return -math.log10(1.0 - share * (3.0 - share * share) / 2.0)


def student_density(z: float) -> float:
    """Density of the same law, without the constant, which cancels out in a ratio."""
    return float((1.0 + z * z / 4.0) ** -2.5)


def count_tail(count: int, expected: float, shape: float) -> float:
    """Surprise of seeing `count` or more when `expected` come on average: a Poisson law with a gamma-distributed rate.

    `shape` tells how evenly the events fall: large is Poisson, small is clumpy.
    """
    if count <= expected:
        return 0.0
    odds = expected / (expected + shape)
    term = (1.0 - odds) ** shape
    below = term
    for k in range(1, count):
        term *= odds * (shape + k - 1) / k
        below += term
    return min(LARGEST, -math.log10(max(10**-LARGEST, 1.0 - below)))


def quantile(ordered: Sequence[float], p: float) -> float:
    """The p-quantile of a sorted, non-empty sequence, in proportion between two of its values."""
    place = p * (len(ordered) - 1)
    i = int(place)
    rest = place - i
    return ordered[i] + rest * (ordered[i + 1] - ordered[i]) if rest else ordered[i]
