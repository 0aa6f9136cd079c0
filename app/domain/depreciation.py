"""Wear of what a firm uses for years: straight line and written-down value by the Companies Act, blocks by the Income-tax Act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.domain.anniversaries import months_later
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown, facts
from app.domain.fiscal_years import FiscalYear
from app.domain.money import round_half_up

MONTHS = 12
LONGEST_LIFE = 100
FULL_RATE_DAYS = 180


@dataclass(frozen=True, slots=True)
class FixedAsset:
    """What is worn: cost in minor units, the fraction of it that stays at the end, the life in years, the first day of use.

    Raises: Refused, naming the field, when one of them cannot be meant.
    """

    cost_minor: int
    residual_rate: Decimal
    life_years: int
    used_from: date

    def __post_init__(self) -> None:
        if self.cost_minor <= 0:
            raise Refused("Enter a cost above zero.", field="cost")
        if not 0 <= self.residual_rate < 1:
            raise Refused("The residual value lies between 0 and 100 % of the cost.", field="residual")
        if not 1 <= self.life_years <= LONGEST_LIFE:
            raise Refused(f"Enter a life of 1 to {LONGEST_LIFE} years.", field="life_years")

    @property
    def used_until(self) -> date:
        """The last day of its life."""
        return months_later(self.used_from, self.life_years * MONTHS) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class YearCharge:
    """Depreciation of one financial year: a full year's, the days in use, and what they cost, in minor units."""

    fy: FiscalYear
    annual_minor: int
    days: int
    charge_minor: int


def straight_line(asset: FixedAsset, fy: FiscalYear) -> YearCharge:
    """The straight-line charge of a year, by the days in use.

    Units: minor units. Rounding: half-up, once.
    Source: Companies Act 2013, Schedule II: (cost - residual value)/life, pro rata to the days of the year (365 or 366).

    >>> straight_line(FixedAsset(9_000_000, Decimal("0.05"), 3, date(2025, 7, 1)), FiscalYear(2025)).charge_minor
    2139452
    """
    annual = asset.cost_minor * (1 - asset.residual_rate) / asset.life_years
    days = max(0, (min(fy.last, asset.used_until) - max(fy.first, asset.used_from)).days + 1)
    return YearCharge(fy, round_half_up(annual), days, round_half_up(annual * days / fy.days))


def straight_line_years(asset: FixedAsset, first_month: int = 4) -> list[YearCharge]:
    """Every year's charge; the last one takes what leap days and rounding left, so they add up to cost less residual value.

    Raises: nothing beyond what the asset itself refuses.
    Source: as `straight_line`.

    >>> years = straight_line_years(FixedAsset(9_000_000, Decimal("0.05"), 3, date(2023, 7, 1)))
    >>> sum(year.charge_minor for year in years)
    8550000
    """
    left = round_half_up(asset.cost_minor * (1 - asset.residual_rate))
    first, last = FiscalYear.of(asset.used_from, first_month), FiscalYear.of(asset.used_until, first_month)
    years: list[YearCharge] = []
    for starts_in in range(first.starts_in, last.starts_in + 1):
        year = straight_line(asset, FiscalYear(starts_in, first_month))
        charge = left if starts_in == last.starts_in else min(left, year.charge_minor)
        years.append(YearCharge(year.fy, year.annual_minor, year.days, charge))
        left -= charge
    return years


def written_down_rate(residual_rate: Decimal, life_years: int) -> Decimal:
    """The yearly rate on the written-down value that leaves the residual value at the end of life.

    Units: fractions, not rounded.
    Raises: Refused without a residual value, for then no rate leads to it, or for a life out of range.
    Source: 1 - (residual/cost)^(1/life), Companies Act 2013, Schedule II.

    >>> round(written_down_rate(Decimal("0.05"), 8), 4)
    Decimal('0.3123')
    """
    if not 0 < residual_rate < 1:
        raise Refused("The written-down method needs a residual value between 0 and 100 %.", field="residual")
    if not 1 <= life_years <= LONGEST_LIFE:
        raise Refused(f"Enter a life of 1 to {LONGEST_LIFE} years.", field="life_years")
    return 1 - residual_rate ** (Decimal(1) / life_years)


@dataclass(frozen=True, slots=True)
class Addition:
    """An asset bought in the year: cost in minor units and first day of use."""

    cost_minor: int
    used_from: date


@dataclass(frozen=True, slots=True)
class BlockYear:
    """A block of assets over a financial year, in minor units."""

    depreciation_minor: int
    closing_minor: int
    short_term_gain_minor: int


def block_year(
    opening_minor: int, rate: Decimal, fy: FiscalYear, additions: Sequence[Addition], sold_minor: int = 0
) -> BlockYear:
    """Depreciation of a block under the Income-tax Act.

    What is used for fewer than 180 days of the year bears half the rate. Sales lower first what bears the full rate; what
    they bring beyond the whole block is a short-term gain.

    Units: minor units; the rate a fraction. Rounding: half-up, once.
    Raises: Refused for negative amounts, a rate out of range or an addition outside the year.
    Source: sections 32, 43(6) and 50; Act of 2025: 33.

    >>> block_year(10_000_000, Decimal("0.15"), FiscalYear(2025), [], sold_minor=13_000_000).short_term_gain_minor
    3000000
    """
    if min(opening_minor, sold_minor, *(addition.cost_minor for addition in additions), 0) < 0:
        raise Refused("Enter amounts of zero or more.", field="opening")
    if not 0 <= rate <= 1:
        raise Refused("The rate lies between 0 and 100 %.", field="rate")
    if any(addition.used_from not in fy for addition in additions):
        raise Refused(f"Additions must be put to use in {fy}.", field="put_to_use")
    half = sum(addition.cost_minor for addition in additions if _days_used(addition, fy) < FULL_RATE_DAYS)
    full = opening_minor + sum(addition.cost_minor for addition in additions) - half - sold_minor
    if full < 0:
        full, half = 0, half + full
    if half < 0:
        return BlockYear(0, 0, -half)
    charge = round_half_up(full * rate + half * rate / 2)
    return BlockYear(charge, full + half - charge, 0)


def block_rate(block: str) -> Decimal:
    """The rate of a block of assets, as a fraction.

    Raises: NotKnown for a block without a rate.
    Source: Income-tax Rules 1962, Appendix I; `facts/depreciation.toml` says how certain.

    >>> block_rate("furniture")
    Decimal('0.10')
    """
    rate: Decimal = _fact("blocks", block)
    return rate


def useful_life(asset_class: str) -> int:
    """The years a class of assets lasts.

    Raises: NotKnown for a class without a life. Source: Companies Act 2013, Schedule II, Part C.

    >>> useful_life("computer_end_user")
    3
    """
    years: int = _fact("lives", asset_class)
    return years


def _fact(table: str, name: str) -> Any:
    found = facts("depreciation")[table].get(name)
    if found is None:
        raise NotKnown(f"Nothing is known of “{name[:40]}”.", field="asset_class")
    return found


def _days_used(addition: Addition, fy: FiscalYear) -> int:
    return (fy.last - addition.used_from).days + 1
