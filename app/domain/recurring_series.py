"""Is this a subscription? Finding the rhythm in past payments to one payee."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from statistics import median

from app.domain.money import round_half_up
from app.domain.periods import Month

FEWEST = 3
GAPS_THAT_FIT = Decimal("0.8")
FIXED_WITHIN = Decimal("0.05")
VARIABLE_WITHIN = Decimal("0.35")
LAST_DAY = 31


class Cadence(StrEnum):
    """How often a series comes."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


# Days between two of a kind, and how far a gap may be from that; the first that fits wins.
GAPS = {
    Cadence.WEEKLY: (Decimal(7), 1),
    Cadence.FORTNIGHTLY: (Decimal(14), 2),
    Cadence.MONTHLY: (Decimal("30.4375"), 4),
    Cadence.QUARTERLY: (Decimal("91.3125"), 6),
    Cadence.HALF_YEARLY: (Decimal("182.625"), 8),
    Cadence.YEARLY: (Decimal("365.25"), 10),
}
STEP_DAYS = {Cadence.WEEKLY: 7, Cadence.FORTNIGHTLY: 14}
STEP_MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.HALF_YEARLY: 6, Cadence.YEARLY: 12}


class AmountKind(StrEnum):
    """Whether the amount stays the same, like rent, or moves a little, like electricity."""

    FIXED = "fixed"
    VARIABLE = "variable"


class NotRecurring(StrEnum):
    """Why payments are no series."""

    TOO_FEW = "too_few"
    IRREGULAR = "irregular"
    AMOUNTS = "amounts"


@dataclass(frozen=True, slots=True)
class Paid:
    """One past payment, in minor units."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Series:
    """A rhythm that was found, its usual amount in minor units, and the day it should come next."""

    cadence: Cadence
    amount_kind: AmountKind
    typical_minor: int
    next_on: date


def find_series(payments: Sequence[Paid]) -> Series | NotRecurring:
    """The rhythm of payments to one payee, or the reason why there is none.

    Units: minor units. Rounding: a median between two amounts half-up.
    Source: our own choice of cadences: 80 % of the gaps must fit one of them, and no amount may be more than 35 % off the median.

    >>> find_series([Paid(date(2026, month, 5), 49_900) for month in (1, 2, 3)]).next_on
    datetime.date(2026, 4, 5)
    """
    if len(payments) < FEWEST:
        return NotRecurring.TOO_FEW
    dates = sorted(payment.on for payment in payments)
    cadence = _cadence([(later - earlier).days for earlier, later in pairwise(dates)])
    if cadence is None:
        return NotRecurring.IRREGULAR
    middle = median(Decimal(payment.amount_minor) for payment in payments)
    furthest = max(abs(payment.amount_minor - middle) for payment in payments)
    if furthest > VARIABLE_WITHIN * abs(middle):
        return NotRecurring.AMOUNTS
    kind = AmountKind.FIXED if furthest <= FIXED_WITHIN * abs(middle) else AmountKind.VARIABLE
    return Series(cadence, kind, round_half_up(middle), _next(cadence, dates))


def _cadence(gaps: Sequence[int]) -> Cadence | None:
    for cadence, (days, tolerance) in GAPS.items():
        if sum(1 for gap in gaps if abs(gap - days) <= tolerance) >= GAPS_THAT_FIT * len(gaps):
            return cadence
    return None


def _next(cadence: Cadence, dates: Sequence[date]) -> date:
    """The day after the last one, on the day of the month that the series keeps."""
    if cadence in STEP_DAYS:
        return dates[-1] + timedelta(days=STEP_DAYS[cadence])
    return Month.of(dates[-1]).shift(STEP_MONTHS[cadence]).up_to(_anchor(dates))


def _anchor(dates: Sequence[date]) -> int:
    if all(day == Month.of(day).last for day in dates):
        return LAST_DAY
    counted = Counter(day.day for day in dates)
    return max(counted, key=lambda number: (counted[number], number))
