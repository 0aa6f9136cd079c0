"""One figure for how healthy a household's finances are, made of parts that are all shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from app.domain.money import round_half_up

FEWEST = 5
HEALTHY = 80
COPING = 40


class Pillar(StrEnum):
    """The four things a household does with money."""

    SPEND = "spend"
    SAVE = "save"
    BORROW = "borrow"
    PLAN = "plan"


class Indicator(StrEnum):
    """What is looked at. Percentages are written as such: 30 is 30 %."""

    SPEND_RATIO = "spend_ratio"
    BILLS_ON_TIME = "bills_on_time_pct"
    LIQUID_MONTHS = "liquid_months"
    SAVINGS_RATE = "savings_rate_pct"
    DEBT_SERVICE = "debt_service_pct"
    UTILISATION = "utilisation_pct"
    LIFE_COVER = "life_cover_multiple"
    GOAL_FUNDING = "goal_funding_ratio"


class Band(StrEnum):
    """What a score means."""

    HEALTHY = "healthy"
    COPING = "coping"
    VULNERABLE = "vulnerable"


Anchors = tuple[tuple[Decimal, int], ...]


def _anchors(*pairs: tuple[str, int]) -> Anchors:
    return tuple((Decimal(at), points) for at, points in pairs)


ANCHORS: Mapping[Indicator, Anchors] = MappingProxyType(
    {
        Indicator.SPEND_RATIO: _anchors(("0.70", 100), ("0.90", 75), ("1.00", 40), ("1.20", 0)),
        Indicator.BILLS_ON_TIME: _anchors(("60", 0), ("80", 40), ("95", 80), ("100", 100)),
        Indicator.LIQUID_MONTHS: _anchors(("0", 0), ("1", 30), ("3", 70), ("6", 100)),
        Indicator.SAVINGS_RATE: _anchors(("0", 0), ("10", 50), ("20", 85), ("30", 100)),
        Indicator.DEBT_SERVICE: _anchors(("0", 100), ("20", 85), ("36", 60), ("43", 40), ("60", 0)),
        Indicator.UTILISATION: _anchors(("10", 100), ("30", 80), ("50", 50), ("90", 0)),
        Indicator.LIFE_COVER: _anchors(("0", 0), ("5", 50), ("10", 100)),
        Indicator.GOAL_FUNDING: _anchors(("0", 0), ("0.5", 50), ("1", 100)),
    }
)
PILLARS: Mapping[Pillar, tuple[Indicator, Indicator]] = MappingProxyType(
    {
        Pillar.SPEND: (Indicator.SPEND_RATIO, Indicator.BILLS_ON_TIME),
        Pillar.SAVE: (Indicator.LIQUID_MONTHS, Indicator.SAVINGS_RATE),
        Pillar.BORROW: (Indicator.DEBT_SERVICE, Indicator.UTILISATION),
        Pillar.PLAN: (Indicator.LIFE_COVER, Indicator.GOAL_FUNDING),
    }
)


@dataclass(frozen=True, slots=True)
class HealthScore:
    """The score with its parts: points of each indicator (exact), of each pillar that has one, and of all."""

    points: Mapping[Indicator, Decimal]
    pillars: Mapping[Pillar, int]
    score: int

    @property
    def band(self) -> Band:
        """What the score means."""
        if self.score >= HEALTHY:
            return Band.HEALTHY
        return Band.COPING if self.score >= COPING else Band.VULNERABLE


def health_score(values: Mapping[Indicator, Decimal | None]) -> HealthScore | None:
    """The score of what is known; None when fewer than five indicators are.

    Units: points from 0 to 100. Rounding: half-up to whole points, for each pillar and for the score, from exact points.
    Source: our own, in plain sight: straight lines between the anchors above, means of the parts. The pairs follow the four
        questions of the Financial Health Network; the score is not theirs.

    >>> health_score({Indicator.SPEND_RATIO: Decimal("0.8")}) is None
    True
    """
    points = {
        indicator: points_of(indicator, value)
        for indicator in Indicator
        if (value := values.get(indicator)) is not None
    }
    if len(points) < FEWEST:
        return None
    pillars = {
        pillar: _mean(known)
        for pillar, indicators in PILLARS.items()
        if (known := [points[indicator] for indicator in indicators if indicator in points])
    }
    return HealthScore(points, pillars, _mean(list(points.values())))


def points_of(indicator: Indicator, value: Decimal) -> Decimal:
    """The points of one indicator: straight between its anchors, flat beyond them.

    >>> points_of(Indicator.LIQUID_MONTHS, Decimal("4.5"))
    Decimal('85.0')
    """
    anchors = ANCHORS[indicator]
    if value <= anchors[0][0]:
        return Decimal(anchors[0][1])
    for (low, start), (high, end) in pairwise(anchors):
        if value <= high:
            return start + (end - start) * (value - low) / (high - low)
    return Decimal(anchors[-1][1])


def _mean(points: list[Decimal]) -> int:
    return round_half_up(sum(points, Decimal(0)) / len(points))
