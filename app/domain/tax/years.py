"""Which income-tax rules apply in which financial year: slabs, rebate, surcharge, standard deduction."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache

from app.domain.facts.reading import NotKnown, Row, facts, rupees
from app.domain.fiscal_years import FiscalYear

SENIOR = 60
VERY_SENIOR = 80


class Regime(StrEnum):
    """The two ways to be taxed. The new one applies unless a person opts out of it."""

    NEW = "new"
    OLD = "old"


class GainKind(StrEnum):
    """Income with a rate of its own, by the section that taxed it in the Act of 1961."""

    EQUITY_SHORT = "equity_short"
    """111A: listed shares and equity funds, held for a short time."""
    EQUITY_LONG = "equity_long"
    """112A: the same, held for long."""
    OTHER_LONG = "other_long"
    """112: other assets held for long."""
    VIRTUAL_ASSET = "virtual_asset"
    """115BBH: crypto and the like."""


@dataclass(frozen=True, slots=True)
class Slab:
    """The income above an amount of minor units bears this rate, up to the next slab."""

    above_minor: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Rebate:
    """Tax forgiven to residents of small income. With relief, the tax above the limit never exceeds the income above it."""

    limit_minor: int
    most_minor: int
    has_relief: bool
    not_against: frozenset[GainKind]
    disputed_against: frozenset[GainKind]


@dataclass(frozen=True, slots=True)
class SurchargeBand:
    """A surcharge on the tax of incomes above an amount. Some bands look at the income without gains."""

    above_minor: int
    rate: Decimal
    is_without_gains: bool


@dataclass(frozen=True, slots=True)
class TaxRules:
    """The rules of one regime in one year. Money in minor units, rates as fractions."""

    fy: FiscalYear
    regime: Regime
    act: str
    standard_deduction_minor: int
    slabs_by_age: tuple[tuple[int, tuple[Slab, ...]], ...]
    rebate: Rebate
    surcharge: tuple[SurchargeBand, ...]
    surcharge_on_gains: Decimal
    cess_rate: Decimal
    certainty: str
    caution: str | None
    sources: tuple[str, ...]

    def slabs(self, age: int, *, is_resident: bool) -> tuple[Slab, ...]:
        """The slabs of a person; seniors have their own in the old regime, when resident."""
        counted = age if is_resident else 0
        return [slabs for least, slabs in self.slabs_by_age if counted >= least][-1]


def age_in(fy: FiscalYear, born_on: date) -> int:
    """The age that counts for a year: the highest reached in it. A birthday on 1 April counts in the year that ends the day before.

    Source: CBDT Circular 28/2016.

    >>> age_in(FiscalYear(2025), date(1966, 4, 1)), age_in(FiscalYear(2025), date(1966, 4, 2))
    (60, 59)
    """
    after = fy.last + timedelta(days=1)
    return after.year - born_on.year - ((after.month, after.day) < (born_on.month, born_on.day))


def known_years() -> tuple[FiscalYear, ...]:
    """The financial years whose tax can be reckoned, oldest first."""
    return tuple(FiscalYear.parse(row["fy"]) for row in facts("income_tax")["years"])


@cache
def tax_rules(fy: FiscalYear, regime: Regime) -> TaxRules:
    """The rules of a year.

    Raises: NotKnown for a year without rules; none is borrowed from its neighbour.
    Source: `facts/income_tax.toml`, which names the law of each row.

    >>> tax_rules(FiscalYear(2025), Regime.NEW).rebate.limit_minor
    120000000
    """
    data = facts("income_tax")
    year = next((row for row in data["years"] if row["fy"] == str(fy)), None)
    if year is None:
        years = known_years()
        raise NotKnown(
            f"The income-tax rules for {fy} are not known yet. Known are {years[0]} to {years[-1]}.", field="fy"
        )
    row: Row = data["regimes"][year[regime.value]]
    return TaxRules(
        fy=fy,
        regime=regime,
        act=year["act"],
        standard_deduction_minor=rupees(row["standard_deduction"]),
        slabs_by_age=_slabs(row["slabs"]),
        rebate=_rebate(row["rebate"]),
        surcharge=tuple(
            SurchargeBand(rupees(above), rate, basis == "without_gains") for above, rate, basis in row["surcharge"]
        ),
        surcharge_on_gains=data["constants"]["surcharge_on_gains"],
        cess_rate=data["constants"]["cess"],
        certainty=year["certainty"],
        caution=year.get("caution"),
        sources=(*year["sources"], row["source"]),
    )


def _slabs(rows: Row) -> tuple[tuple[int, tuple[Slab, ...]], ...]:
    ages = {"any": 0, "below_60": 0, "from_60": SENIOR, "from_80": VERY_SENIOR}
    return tuple(
        (ages[name], tuple(Slab(rupees(above), rate) for above, rate in slabs))
        for name, slabs in sorted(rows.items(), key=lambda item: ages[item[0]])
    )


def _rebate(row: Row) -> Rebate:
    return Rebate(
        rupees(row["limit"]),
        rupees(row["most"]),
        row["has_relief"],
        frozenset(map(GainKind, row["not_against"])),
        frozenset(map(GainKind, row["disputed_against"])),
    )
