"""What may be deducted as cost: shares from before 2018, land and buildings from before July 2024."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown, facts
from app.domain.fiscal_years import FiscalYear
from app.domain.money import round_half_up

FIRST_INDEXED_YEAR = 2001
FIRST_YEAR_OF_OPTION = 2024


def grandfathered_cost(cost_minor: int, value_2018_minor: int, sale_minor: int) -> int:
    """The cost of listed shares or equity funds bought by 31 January 2018, in minor units.

    `value_2018_minor` is their fair market value on that day. It never makes a loss.

    Raises: Refused for a negative amount.
    Source: section 55(2)(ac): the greater of the cost and the lesser of value and sale price.

    >>> grandfathered_cost(1_000_000, 1_200_000, 1_500_000)
    1200000
    """
    if min(cost_minor, value_2018_minor, sale_minor) < 0:
        raise Refused("Enter amounts of zero or more.", field="cost")
    return max(cost_minor, min(value_2018_minor, sale_minor))


def cost_inflation_index(fy: FiscalYear) -> int:
    """The index of a year; 100 for 2001-02 and all years before, whose cost is the value on 1 April 2001.

    Raises: NotKnown for a year whose index has not been notified.
    Source: section 48, explanation (v); CBDT Notification 70/2025 for the last one.

    >>> cost_inflation_index(FiscalYear(2025))
    376
    """
    year = max(fy, FiscalYear(FIRST_INDEXED_YEAR))
    table = facts("capital_gains")["cost_inflation_index"]
    if str(year) not in table:
        raise NotKnown(f"The cost inflation index for {fy} is not known yet.", field="fy")
    index: int = table[str(year)]
    return index


@dataclass(frozen=True, slots=True)
class PropertyGain:
    """The gain of a house or land both ways, and the tax of each, in minor units before surcharge and cess."""

    gain_minor: int
    plain_tax_minor: int
    indexed_cost_minor: int
    indexed_gain_minor: int
    indexed_tax_minor: int

    @property
    def is_indexed_better(self) -> bool:
        """Whether indexing the cost asks for less."""
        return self.indexed_tax_minor < self.plain_tax_minor

    @property
    def tax_minor(self) -> int:
        """The lower tax."""
        return min(self.plain_tax_minor, self.indexed_tax_minor)


def property_gain(sale_minor: int, cost_minor: int, bought_in: FiscalYear, sold_in: FiscalYear) -> PropertyGain:
    """The long-term gain of a resident on land or a building bought before and sold since 23 July 2024.

    The indexed way only caps the tax; a loss it shows is no loss for set-off.

    Units: minor units. Rounding: half-up, each figure once from exact parts.
    Raises: NotKnown for a year without an index, Refused for a sale before the purchase or before the choice existed.
    Source: section 112(1), second proviso: the lower of 12.5 % of the gain and 20 % of the indexed gain.

    >>> property_gain(250_000_000, 80_000_000, FiscalYear(2008), FiscalYear(2024)).indexed_tax_minor
    7605839
    """
    if sold_in < bought_in:
        raise Refused("It cannot be sold before it was bought.", field="sale_fy")
    if sold_in.starts_in < FIRST_YEAR_OF_OPTION:
        raise Refused("The choice between both taxes exists for sales since 23 July 2024.", field="sale_fy")
    if min(sale_minor, cost_minor) < 0:
        raise Refused("Enter amounts of zero or more.", field="sale")
    rule = facts("capital_gains")["property_option"]
    gain = sale_minor - cost_minor
    indexed_cost = cost_minor * Decimal(cost_inflation_index(sold_in)) / cost_inflation_index(bought_in)
    indexed_gain = sale_minor - indexed_cost
    return PropertyGain(
        gain_minor=gain,
        plain_tax_minor=round_half_up(max(0, gain) * rule["rate"]),
        indexed_cost_minor=round_half_up(indexed_cost),
        indexed_gain_minor=round_half_up(indexed_gain),
        indexed_tax_minor=round_half_up(max(0, indexed_gain) * rule["indexed_rate"]),
    )
