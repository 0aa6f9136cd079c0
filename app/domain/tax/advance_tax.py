"""Paying the tax of a year while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.domain.facts.reading import facts, in_force, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.money import round_half_up


@dataclass(frozen=True, slots=True)
class Instalment:
    """What must be paid by a day, alone and together with those before, in minor units."""

    due_on: date
    amount_minor: int
    cumulative_minor: int


def advance_tax(fy: FiscalYear, tax_minor: int) -> tuple[Instalment, ...]:
    """The four instalments of a year's tax after TDS; none when it is too small for advance tax.

    Units: minor units. Rounding: each cumulative sum half-up; instalments are their differences, so they add up.
    Raises: NotKnown for a year outside the facts.
    Source: sections 208 and 211: 15, 45, 75 and 100 % by the 15th of June, September, December and March, from Rs 10,000.

    >>> [part.amount_minor for part in advance_tax(FiscalYear(2025), 12_345_700)]
    [1851855, 3703710, 3703710, 3086425]
    """
    table = facts("deductions")
    in_force([{"from": table["known_from"], "to": table["known_to"]}], fy.last, "Dates of advance tax")
    rule = table["advance_tax"]
    if tax_minor < rupees(rule["least"]):
        return ()
    sums = [round_half_up(tax_minor * share) for share in rule["shares"]]
    return tuple(
        Instalment(_due(fy, day), after - before, after)
        for day, (before, after) in zip(rule["days"], pairwise([0, *sums]), strict=True)
    )


@dataclass(frozen=True, slots=True)
class StillDue:
    """An instalment, and what of it has not been paid, in minor units."""

    instalment: Instalment
    missing_minor: int


def owes_advance_tax(fy: FiscalYear, age: int, *, is_resident: bool, has_business: bool) -> bool:
    """Whether advance tax is asked of a person at all: not of residents of 60 and more without a business or profession.

    Raises: NotKnown for a year outside the facts.
    Source: section 207(2).

    >>> owes_advance_tax(FiscalYear(2025), 60, is_resident=True, has_business=False)
    False
    """
    table = facts("deductions")
    in_force([{"from": table["known_from"], "to": table["known_to"]}], fy.last, "Dates of advance tax")
    return not is_resident or has_business or age < table["advance_tax"]["exempt_age"]


def still_due(instalments: Sequence[Instalment], paid_minor: int) -> tuple[StillDue, ...]:
    """What is missing of each instalment when what was paid counts for the earliest first.

    Units: minor units. Rounding: none.

    >>> [each.missing_minor for each in still_due(advance_tax(FiscalYear(2025), 10_000_000), 2_000_000)]
    [0, 2500000, 3000000, 2500000]
    """
    return tuple(
        StillDue(each, max(0, each.cumulative_minor - max(paid_minor, each.cumulative_minor - each.amount_minor)))
        for each in instalments
    )


def _due(fy: FiscalYear, text: str) -> date:
    month, day = map(int, text.split("-"))
    return next(due for year in (fy.starts_in, fy.starts_in + 1) if (due := date(year, month, day)) in fy)
