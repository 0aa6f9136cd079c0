"""How a firm stands: whether it can pay, how long its money is bound, how long it lasts, and on whom it depends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.flows import share

YEAR_DAYS = 365
MODERATE = 1000
HIGH = 1800


@dataclass(frozen=True, slots=True)
class Liquidity:
    """Current assets and liabilities in minor units; ratios are fractions, None without liabilities."""

    cash_minor: int
    receivables_minor: int
    inventory_minor: int
    other_current_minor: int
    current_liabilities_minor: int

    @property
    def current_assets_minor(self) -> int:
        """What turns into money within a year."""
        return self.cash_minor + self.receivables_minor + self.inventory_minor + self.other_current_minor

    @property
    def working_capital_minor(self) -> int:
        """Current assets less current liabilities."""
        return self.current_assets_minor - self.current_liabilities_minor

    @property
    def current_ratio(self) -> Decimal | None:
        """Current assets / current liabilities."""
        return share(self.current_assets_minor, self.current_liabilities_minor)

    @property
    def quick_ratio(self) -> Decimal | None:
        """Cash and receivables / current liabilities.

        >>> Liquidity(20, 35, 25, 5, 50).quick_ratio
        Decimal('1.1')
        """
        return share(self.cash_minor + self.receivables_minor, self.current_liabilities_minor)

    @property
    def cash_ratio(self) -> Decimal | None:
        """Cash / current liabilities."""
        return share(self.cash_minor, self.current_liabilities_minor)


@dataclass(frozen=True, slots=True)
class CashCycle:
    """Days in which money is bound in sales and stock, and lent by suppliers; None where nothing was sold or bought."""

    receivable_days: Decimal | None
    inventory_days: Decimal | None
    payable_days: Decimal | None

    @property
    def days(self) -> Decimal | None:
        """The cash conversion cycle: days receivable and in stock, less days payable."""
        if self.receivable_days is None or self.inventory_days is None or self.payable_days is None:
            return None
        return self.receivable_days + self.inventory_days - self.payable_days


def cash_cycle(
    *,
    revenue_minor: int,
    goods_minor: int,
    receivables_minor: int,
    inventory_minor: int,
    payables_minor: int,
    days: int = YEAR_DAYS,
) -> CashCycle:
    """How long money is bound, from balances at the end of `days` days. `goods_minor` is the cost of goods sold in them.

    Units: minor units; days not rounded. Raises: Refused for less than a day.
    Source: DSO = receivables/revenue * days; DIO = inventory/cost * days; DPO = payables/cost * days.

    >>> year = {"revenue_minor": 730, "goods_minor": 365, "receivables_minor": 90}
    >>> cash_cycle(**year, inventory_minor=10, payables_minor=20).days
    Decimal('35.00000000000000000000000000')
    """
    if days < 1:
        raise Refused("Look at one day or more.", field="days")

    def bound(balance_minor: int, flow_minor: int) -> Decimal | None:
        rate = share(balance_minor, flow_minor)
        return None if rate is None else rate * days

    return CashCycle(
        bound(receivables_minor, revenue_minor),
        bound(inventory_minor, goods_minor),
        bound(payables_minor, goods_minor),
    )


@dataclass(frozen=True, slots=True)
class Runway:
    """What a firm spends a month, what it loses a month, and for how many months its cash lasts; None when it loses nothing."""

    gross_burn_minor: Decimal
    net_burn_minor: Decimal
    months: Decimal | None


def runway(cash_minor: int, inflows_minor: Sequence[int], outflows_minor: Sequence[int]) -> Runway:
    """How long the cash lasts if the coming months are like these.

    Units: minor units, months not rounded. Raises: Refused without a month, or when both do not have as many.
    Source: cash / (mean outflow - mean inflow).

    >>> runway(120, [20, 30], [40, 50]).months
    Decimal('6')
    """
    if not outflows_minor or len(inflows_minor) != len(outflows_minor):
        raise Refused("Give the money in and out of the same months, at least one.", field="months")
    spent = Decimal(sum(outflows_minor)) / len(outflows_minor)
    lost = spent - Decimal(sum(inflows_minor)) / len(inflows_minor)
    return Runway(spent, lost, cash_minor / lost if lost > 0 else None)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From how many units, and from what revenue in minor units, a firm earns. Fractions not rounded."""

    contribution_rate: Decimal
    exact_units: Decimal
    revenue_minor: Decimal

    @property
    def units(self) -> int:
        """Whole units, rounded up: half a unit cannot be sold."""
        return int(self.exact_units.to_integral_value(ROUND_CEILING))

    def margin_of_safety(self, actual_units: Decimal) -> Decimal | None:
        """By which fraction sales may fall before a loss; None without sales."""
        return (actual_units - self.exact_units) / actual_units if actual_units > 0 else None


def break_even(fixed_minor: int, price_minor: Decimal, variable_minor: Decimal) -> BreakEven | None:
    """Where revenue covers all costs; None when a unit brings no more than it costs.

    Units: minor units; price and variable cost of one unit may have fractions. Raises: Refused for negative costs.
    Source: fixed / (price - variable); revenue = exact units * price.

    >>> break_even(10_000_000, Decimal(35_000), Decimal(20_000)).units
    667
    """
    if fixed_minor < 0 or variable_minor < 0:
        raise Refused("Costs cannot be below zero.", field="fixed_costs")
    if price_minor <= variable_minor:
        return None
    margin = price_minor - variable_minor
    return BreakEven(margin / price_minor, fixed_minor / margin, fixed_minor * price_minor / margin)


class ConcentrationLevel(StrEnum):
    """How much a firm depends on few clients."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Concentration:
    """How revenue is spread over clients. `index` is the Herfindahl index from 0 to 10,000; not rounded."""

    index: Decimal
    top_share: Decimal

    @property
    def level(self) -> ConcentrationLevel:
        """Low, moderate or high."""
        if self.index > HIGH:
            return ConcentrationLevel.HIGH
        return ConcentrationLevel.LOW if self.index < MODERATE else ConcentrationLevel.MODERATE

    @property
    def effective_clients(self) -> Decimal:
        """How many equal clients would be as risky."""
        return 10_000 / self.index


def concentration(revenue_by_client: Mapping[str, int]) -> Concentration | None:
    """How much of the revenue, in minor units, hangs on few clients; None without revenue. Clients with nothing billed count for nothing.

    Raises: Refused for a negative revenue.
    Source: Herfindahl-Hirschman index; bands of the US merger guidelines 2023, borrowed: 1,000 and 1,800.

    >>> concentration({"A": 40, "B": 30, "C": 20, "D": 10}).index
    Decimal('3000')
    """
    amounts = list(revenue_by_client.values())
    if any(amount < 0 for amount in amounts):
        raise Refused("Revenue of a client cannot be below zero; set credit notes off first.", field="client_revenue")
    whole = sum(amounts)
    if not whole:
        return None
    index = Decimal(10_000 * sum(amount * amount for amount in amounts)) / (whole * whole)
    return Concentration(index, Decimal(max(amounts)) / whole)
