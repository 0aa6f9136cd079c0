"""What a bureau's score leans on, as far as a person's own records show it: five factors, their weights and points as data.

It is no bureau's score and cannot be one: the bureaus' models are secret, differ from each other, and read what lenders
report. So it counts from 0 to 100 and never from 300 to 900, and every part of it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from app.domain.health_scores import ANCHORS, Anchors, Indicator
from app.domain.household_ratios import credit_utilisation
from app.domain.money import allocate, round_half_up

FEWEST = 3
WINDOW_MONTHS = 24  # of payments
ENQUIRY_MONTHS = 12
MONTHS = 12
BEST = 100
_EXACT = 10**9


class Factor(StrEnum):
    """What is looked at."""

    ON_TIME = "on_time"
    UTILISATION = "utilisation"
    AGE = "age"
    ENQUIRIES = "enquiries"
    MIX = "mix"


class CreditKind(StrEnum):
    """What kind of credit an account is."""

    CARD = "card"
    LOAN = "loan"


@dataclass(frozen=True, slots=True)
class FactorRule:
    """How much a factor weighs, and the points between which it goes straight; flat beyond them.

    `words` is the rule as a person reads it, `source` where the points come from; the weights come from `WEIGHTS_SOURCE`.
    """

    factor: Factor
    weight: int
    anchors: Anchors
    words: str
    source: str


def _anchors(*pairs: tuple[str, int]) -> Anchors:
    return tuple((Decimal(at), points) for at, points in pairs)


WEIGHTS_SOURCE = "FICO’s published split of its score (myfico.com); India’s bureaus publish none"
_HEALTH = "Points as in the health score."
_OWN = "Points of our own choice."

RULES: Mapping[Factor, FactorRule] = MappingProxyType(
    {
        Factor.ON_TIME: FactorRule(
            Factor.ON_TIME,
            35,
            ANCHORS[Indicator.BILLS_ON_TIME],
            "All payments of 24 months on time: 100 points. 95%: 80. 80%: 40. 60% or less: 0.",
            _HEALTH,
        ),
        Factor.UTILISATION: FactorRule(
            Factor.UTILISATION,
            30,
            ANCHORS[Indicator.UTILISATION],
            "Up to 10% of your limits used: 100 points. 30%: 80. 50%: 50. 90% or more: 0.",
            f"{_HEALTH} Keeping below 30% is common advice.",
        ),
        Factor.AGE: FactorRule(
            Factor.AGE,
            15,
            _anchors(("0", 0), ("2", 50), ("5", 80), ("10", 100)),
            "Oldest account open for 10 years or more: 100 points. 5 years: 80. 2 years: 50. New: 0.",
            _OWN,
        ),
        Factor.ENQUIRIES: FactorRule(
            Factor.ENQUIRIES,
            10,
            _anchors(("0", 100), ("2", 70), ("4", 40), ("8", 0)),
            "No lender asked in 12 months: 100 points. 2 asked: 70. 4: 40. 8 or more: 0.",
            _OWN,
        ),
        Factor.MIX: FactorRule(
            Factor.MIX,
            10,
            _anchors(("1", 60), ("2", 100)),
            "Cards and loans: 100 points. Only one of them: 60.",
            _OWN,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class CreditAccount:
    """A card or loan. What is not known is None. Amounts in minor units of one currency; `late` of the last 24 months."""

    kind: CreditKind
    owed_minor: int | None = None
    limit_minor: int | None = None
    opened_on: date | None = None
    late: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A factor's value, its points from 0 to 100, and what it adds to the estimate. None where too little is known."""

    rule: FactorRule
    value: Decimal | None
    points: Decimal | None
    share: int | None = None


@dataclass(frozen=True, slots=True)
class CreditEstimate:
    """The parts, and what they add up to out of 100; None when fewer than three are known."""

    parts: tuple[Part, ...]
    total: int | None

    @property
    def missing(self) -> tuple[Factor, ...]:
        """What is not known."""
        return tuple(part.rule.factor for part in self.parts if part.points is None)


def payments_due(opened_on: date, today: date) -> int:
    """How many monthly payments an account had in the last 24 months: one each whole month since it was opened.

    >>> payments_due(date(2026, 1, 31), date(2026, 6, 30))
    4
    """
    months = (today.year - opened_on.year) * MONTHS + today.month - opened_on.month - (today.day < opened_on.day)
    return max(0, min(WINDOW_MONTHS, months))


def factor_values(
    accounts: Sequence[CreditAccount], enquiries: int | None, today: date
) -> dict[Factor, Decimal | None]:
    """What the accounts and enquiries say of each factor.

    Units: on time and utilisation in per cent, age in years, the others are counts. Exact. A card counts for utilisation when its
    balance and its limit are known; an account counts for payments when its opening and its late payments are.
    Source: our own; utilisation as in `household_ratios.credit_utilisation`. More late payments than were due count as all late.

    >>> factor_values([CreditAccount(CreditKind.CARD, 4_500, 10_000)], None, date(2026, 1, 1))[Factor.UTILISATION]
    Decimal('45.00')
    """
    cards = [
        (each.owed_minor, each.limit_minor)
        for each in accounts
        if each.kind is CreditKind.CARD and each.owed_minor is not None and each.limit_minor
    ]
    used = credit_utilisation(cards).overall
    opened = [each.opened_on for each in accounts if each.opened_on is not None]
    known = [
        (payments_due(each.opened_on, today), each.late)
        for each in accounts
        if each.opened_on is not None and each.late is not None
    ]
    due = sum(count for count, _ in known)
    late = sum(min(count, missed) for count, missed in known)
    kinds = len({each.kind for each in accounts})
    return {
        Factor.ON_TIME: Decimal(100 * (due - late)) / due if due else None,
        Factor.UTILISATION: used * 100 if used is not None else None,
        Factor.AGE: Decimal(max(0, (today - min(opened)).days)) / Decimal("365.25") if opened else None,
        Factor.ENQUIRIES: Decimal(enquiries) if enquiries is not None else None,
        Factor.MIX: Decimal(kinds) if kinds else None,
    }


def credit_estimate(values: Mapping[Factor, Decimal | None]) -> CreditEstimate:
    """The estimate of what is known: points by weight, the weights of what is missing left out.

    Units: points from 0 to 100. Rounding: the total half-up to whole points; the parts add up to it exactly, the largest remainders first.
    Source: our own formula in plain sight; weights and points with theirs in `RULES`.

    >>> credit_estimate({Factor.MIX: Decimal(2)}).total is None
    True
    """
    points = {
        factor: _points(rule.anchors, value)
        for factor, rule in RULES.items()
        if (value := values.get(factor)) is not None
    }
    if len(points) < FEWEST:
        return CreditEstimate(
            tuple(Part(rule, values.get(factor), points.get(factor)) for factor, rule in RULES.items()), None
        )
    weight = sum(RULES[factor].weight for factor in points)
    weighted = {factor: RULES[factor].weight * each for factor, each in points.items()}
    total = round_half_up(sum(weighted.values(), Decimal(0)) / weight)
    shares = dict.fromkeys(points, 0)
    if total:
        shares = dict(zip(weighted, allocate(total, [int(each * _EXACT) for each in weighted.values()]), strict=True))
    return CreditEstimate(
        tuple(Part(rule, values.get(factor), points.get(factor), shares.get(factor)) for factor, rule in RULES.items()),
        total,
    )


def _points(anchors: Anchors, value: Decimal) -> Decimal:
    if value <= anchors[0][0]:
        return Decimal(anchors[0][1])
    for (low, start), (high, end) in pairwise(anchors):
        if value <= high:
            return start + (end - start) * (value - low) / (high - low)
    return Decimal(anchors[-1][1])
