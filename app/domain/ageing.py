"""How late open invoices are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.domain.flows import share


class AgeBucket(StrEnum):
    """Days past the due date."""

    NOT_DUE = "not_due"
    TO_30 = "1-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    OVER_90 = "over_90"


_LAST_DAYS = ((0, AgeBucket.NOT_DUE), (30, AgeBucket.TO_30), (60, AgeBucket.TO_60), (90, AgeBucket.TO_90))


@dataclass(frozen=True, slots=True)
class OpenAmount:
    """What is still to be paid of an invoice, in minor units, and when it was due."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Ageing:
    """Open amounts by how late they are, in minor units."""

    buckets_minor: Mapping[AgeBucket, int]

    @property
    def total_minor(self) -> int:
        """All that is open."""
        return sum(self.buckets_minor.values())

    @property
    def overdue_rate(self) -> Decimal | None:
        """The overdue part as a fraction; None when nothing is open."""
        return share(self.total_minor - self.buckets_minor[AgeBucket.NOT_DUE], self.total_minor)


def bucket_of(due_on: date, as_of: date) -> AgeBucket:
    """How late something is on a day; due today is not late.

    >>> bucket_of(date(2026, 3, 30), date(2026, 3, 31))
    <AgeBucket.TO_30: '1-30'>
    """
    late = (as_of - due_on).days
    return next((bucket for last, bucket in _LAST_DAYS if late <= last), AgeBucket.OVER_90)


def ageing(open_amounts: Sequence[OpenAmount], as_of: date) -> Ageing:
    """Open amounts put into buckets. They add up to what went in.

    >>> ageing([OpenAmount(date(2026, 1, 30), 500)], date(2026, 3, 31)).buckets_minor[AgeBucket.TO_60]
    500
    """
    buckets = dict.fromkeys(AgeBucket, 0)
    for amount in open_amounts:
        buckets[bucket_of(amount.due_on, as_of)] += amount.amount_minor
    return Ageing(buckets)
