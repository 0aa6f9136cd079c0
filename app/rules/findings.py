"""What a rule has to say. Its words have holes for figures, which the page fills as its reader writes numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum

from app.domain.periods import Month


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in minor units of the book's currency."""

    minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction: 0.23 reads 23%."""

    fraction: Decimal


@dataclass(frozen=True, slots=True)
class Months:
    """From one month to another, both included."""

    first: Month
    last: Month


Value = Amount | Share | Months | int | str


class Gravity(IntEnum):
    """How much a finding matters. The higher, the sooner it is shown."""

    GOOD = 0
    WATCH = 1
    ACT = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement: a title, what was seen, and what it is measured against."""

    rule: str
    gravity: Gravity
    title: str
    text: str
    measure: str
    icon: str
    values: Mapping[str, Value] = field(default_factory=dict)
