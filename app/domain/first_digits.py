"""Benford's law: how often each first digit should come, a prompt to look at books more closely, never a proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

DIGITS = range(1, 10)
_LIMITS = ((Decimal("0.006"), "close"), (Decimal("0.012"), "acceptable"), (Decimal("0.015"), "marginal"))


class Conformity(StrEnum):
    """How well first digits follow the law."""

    CLOSE = "close"
    ACCEPTABLE = "acceptable"
    MARGINAL = "marginal"
    NONCONFORMING = "nonconforming"


@dataclass(frozen=True, slots=True)
class FirstDigits:
    """How often each digit from 1 to 9 came first, and how far that is from the law; not rounded."""

    counts: tuple[int, ...]
    mean_deviation: Decimal
    chi_square: Decimal

    @property
    def conformity(self) -> Conformity:
        """In words, by the mean absolute deviation."""
        found = next((name for limit, name in _LIMITS if self.mean_deviation <= limit), "nonconforming")
        return Conformity(found)


def first_digits(values: Sequence[Decimal]) -> FirstDigits | None:
    """The first digits of amounts, sign and zeros left out; None when nothing is left.

    Use some hundreds of amounts over several orders of magnitude; prices ending in .99 and fixed fees never conform.

    Source: P(d) = log10(1 + 1/d); limits of Nigrini, Benford's Law (2012).

    >>> first_digits([Decimal(2**power) for power in range(1, 101)]).counts
    (30, 17, 13, 10, 7, 7, 6, 5, 5)
    """
    firsts = [_first(value) for value in values if value]
    if not firsts:
        return None
    size = len(firsts)
    counts = tuple(firsts.count(digit) for digit in DIGITS)
    expected = [(1 + Decimal(1) / digit).log10() for digit in DIGITS]
    pairs = list(zip(counts, expected, strict=True))
    deviation = sum((abs(Decimal(found) / size - law) for found, law in pairs), Decimal(0)) / len(pairs)
    chi_square = sum(((found - law * size) ** 2 / (law * size) for found, law in pairs), Decimal(0))
    return FirstDigits(counts, deviation, chi_square)


def _first(value: Decimal) -> int:
    return next(digit for digit in value.as_tuple().digits if digit)
