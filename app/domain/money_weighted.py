"""XIRR: the yearly rate at which money paid in and money taken out balance. There may be none, or several, and that is said.

The one module of the domain that reckons in floating point: it searches for a rate, and rounds what it finds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import groupby, pairwise

YEAR_DAYS = 365
LOWEST = math.log(0.0001)  # a rate of -0.9999: all but a ten-thousandth lost in a year
HIGHEST = math.log(101)  # a rate of 100, ten thousand per cent
HALVINGS = 200
CLOSE = 1e-14
FLAT = 1e-12  # a turning point as near to zero as this, of the flows' sizes, touches it
RATE_STEP = Decimal("0.000001")


class Xirr(StrEnum):
    """How the search ended."""

    OK = "ok"
    NO_SIGN_CHANGE = "no_sign_change"
    """All money goes one way."""
    SINGLE_DATE = "single_date"
    """All on one day, so no time passes."""
    NO_ROOT = "no_root"
    """No rate from -99.99 % to 10000 % balances it."""
    MULTIPLE = "multiple"
    """Several rates do; none of them is the answer by itself."""


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Money on a day in minor units: paid in is negative, taken out or still there is positive."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class MoneyWeighted:
    """How the search ended, and the yearly rates found as fractions, ascending."""

    status: Xirr
    rates: tuple[Decimal, ...] = ()

    @property
    def rate(self) -> Decimal | None:
        """The one rate, when there is exactly one."""
        return self.rates[0] if self.status is Xirr.OK else None


def xirr(flows: Sequence[CashFlow]) -> MoneyWeighted:
    """The money-weighted yearly return of flows in any order.

    Units: minor units; rates as yearly fractions. Rounding: half-up to six decimals.
    Raises: nothing; the status says when there is no single answer.
    Source: sum of a / (1+r)^(days/365) = 0, days from the first date, 365 in every year (as spreadsheets do). All roots are
        found by the generalised rule of signs: between two roots of a function lies one of its derivative, and the
        derivative of a well-chosen multiple has one change of sign less.

    >>> xirr([CashFlow(date(2025, 1, 1), -100_000), CashFlow(date(2026, 1, 1), 110_000)]).rate
    Decimal('0.100000')
    """
    moved = [flow for flow in flows if flow.amount_minor]
    if not any(flow.amount_minor > 0 for flow in moved) or not any(flow.amount_minor < 0 for flow in moved):
        return MoneyWeighted(Xirr.NO_SIGN_CHANGE)
    days = sorted({flow.on for flow in moved})
    if len(days) == 1:
        return MoneyWeighted(Xirr.SINGLE_DATE)
    by_day = groupby(sorted(moved, key=lambda flow: flow.on), key=lambda flow: flow.on)
    terms = [
        ((day - days[0]).days / YEAR_DAYS, sum(flow.amount_minor for flow in together) * 1.0)
        for day, together in by_day
    ]
    rates = tuple(sorted({_rate(root) for root in _roots([term for term in terms if term[1]])}))
    if not rates:
        return MoneyWeighted(Xirr.NO_ROOT)
    return MoneyWeighted(Xirr.OK if len(rates) == 1 else Xirr.MULTIPLE, rates)


Terms = Sequence[tuple[float, float]]  # (years from the start, amount)


def _rate(root: float) -> Decimal:
    return Decimal(math.expm1(root)).quantize(RATE_STEP, rounding=ROUND_HALF_UP)


def _value(terms: Terms, at: float) -> float:
    """The sum of the amounts discounted at a logarithmic rate, scaled so that it cannot overflow; only sign and size count."""
    latest = terms[-1][0] if at < 0 else terms[0][0]
    return math.fsum(amount * math.exp(-at * (years - latest)) for years, amount in terms)


def _size(terms: Terms, at: float) -> float:
    return _value([(years, abs(amount)) for years, amount in terms], at)


def _roots(terms: Terms) -> list[float]:
    """All logarithmic rates in reach where the discounted sum is zero, ascending."""
    levels = [terms]
    while (slope := _slope(levels[-1])) is not None:
        levels.append(slope)
    turning: list[float] = []  # the last level keeps its sign and has no root
    for level in reversed(levels[:-1]):
        turning = _roots_between(level, turning)
    return turning


def _slope(terms: Terms) -> Terms | None:
    """The derivative of the sum times e^(c s), with c where the sign changes first, which takes that change away; None without one."""
    turn = next((at for at, (one, two) in enumerate(pairwise(terms), 1) if (one[1] < 0) != (two[1] < 0)), None)
    if turn is None:
        return None
    between = (terms[turn - 1][0] + terms[turn][0]) / 2
    slope = [(years, amount * (between - years)) for years, amount in terms]
    largest = max(abs(amount) for _, amount in slope)  # kept near one, or many changes of sign would overflow
    return [(years, amount / largest) for years, amount in slope]


def _roots_between(terms: Terms, turning: Sequence[float]) -> list[float]:
    """The zeros of a sum whose turning points are known: one at most between two of them, or at one that touches zero."""
    roots = [at for at in turning if abs(_value(terms, at)) <= FLAT * _size(terms, at)]
    touching = set(roots)
    for low, high in pairwise([LOWEST, *turning, HIGHEST]):
        if low in touching or high in touching:
            continue
        start, end = _value(terms, low), _value(terms, high)
        if (start < 0) != (end < 0):
            roots.append(_between(terms, low, high, is_rising=start < 0))
    return sorted(roots)


def _between(terms: Terms, low: float, high: float, *, is_rising: bool) -> float:
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if high - low < CLOSE:
            break
        if (_value(terms, middle) < 0) == is_rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
