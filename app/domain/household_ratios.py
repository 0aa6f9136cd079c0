"""How a household stands: the ratios that say whether it lives within its means and could bear a shock."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.flows import share

NEEDS = Decimal("0.5")
WANTS = Decimal("0.3")
SAVINGS = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Household:
    """Monthly flows and what is owned and owed today, in minor units."""

    gross_income_minor: int
    net_income_minor: int
    expenses_minor: int
    instalments_minor: int
    housing_minor: int
    liquid_minor: int
    invested_minor: int
    assets_minor: int
    liabilities_minor: int


@dataclass(frozen=True, slots=True)
class HouseholdRatios:
    """Fractions, not rounded; None where the denominator is zero or, for net worth, not positive."""

    net_worth_minor: int
    savings_rate: Decimal | None
    debt_to_income: Decimal | None
    instalments_to_net: Decimal | None
    housing_to_income: Decimal | None
    emergency_months: Decimal | None
    solvency: Decimal | None
    debt_to_assets: Decimal | None
    invested_to_net_worth: Decimal | None
    liquid_to_net_worth: Decimal | None


def household_ratios(household: Household) -> HouseholdRatios:
    """All ratios at once.

    Units: fractions; `emergency_months` in months.
    Source: savings (net - expenses)/net; debt and housing against gross income; months = liquid assets/monthly expenses;
        solvency = net worth/assets. What is good is judged in `app.rules`, with its sources.

    >>> household_ratios(Household(0, 100, 60, 0, 0, 120, 0, 0, 0)).emergency_months
    Decimal('2')
    """
    worth = household.assets_minor - household.liabilities_minor
    return HouseholdRatios(
        net_worth_minor=worth,
        savings_rate=share(household.net_income_minor - household.expenses_minor, household.net_income_minor),
        debt_to_income=share(household.instalments_minor, household.gross_income_minor),
        instalments_to_net=share(household.instalments_minor, household.net_income_minor),
        housing_to_income=share(household.housing_minor, household.gross_income_minor),
        emergency_months=share(household.liquid_minor, household.expenses_minor),
        solvency=share(worth, household.assets_minor),
        debt_to_assets=share(household.liabilities_minor, household.assets_minor),
        invested_to_net_worth=share(household.invested_minor, worth),
        liquid_to_net_worth=share(household.liquid_minor, worth),
    )


@dataclass(frozen=True, slots=True)
class BudgetSplit:
    """Needs, wants and savings of a month against the 50/30/20 rule. Money in minor units, shares as fractions of the net income."""

    savings_minor: int
    needs_rate: Decimal
    wants_rate: Decimal
    savings_rate: Decimal
    needs_over_minor: Decimal
    wants_over_minor: Decimal
    savings_short_minor: Decimal


def budget_split(net_income_minor: int, needs_minor: int, wants_minor: int) -> BudgetSplit | None:
    """How a month's net income was used; None without an income.

    Units: minor units; what is over or short exact. Raises: Refused when needs or wants are negative.
    Source: Warren and Tyagi, All Your Worth (2005): 50 % needs, 30 % wants, 20 % savings.

    >>> budget_split(8_000_000, 4_600_000, 2_000_000).needs_over_minor
    Decimal('600000.0')
    """
    if needs_minor < 0 or wants_minor < 0:
        raise Refused("Enter amounts of zero or more.", field="needs")
    if net_income_minor <= 0:
        return None
    savings = net_income_minor - needs_minor - wants_minor
    return BudgetSplit(
        savings_minor=savings,
        needs_rate=Decimal(needs_minor) / net_income_minor,
        wants_rate=Decimal(wants_minor) / net_income_minor,
        savings_rate=Decimal(savings) / net_income_minor,
        needs_over_minor=max(Decimal(0), needs_minor - NEEDS * net_income_minor),
        wants_over_minor=max(Decimal(0), wants_minor - WANTS * net_income_minor),
        savings_short_minor=max(Decimal(0), SAVINGS * net_income_minor - savings),
    )


@dataclass(frozen=True, slots=True)
class Utilisation:
    """How much of the credit is used, over all cards and on the fullest one, as fractions; None without a limit."""

    overall: Decimal | None
    highest: Decimal | None


def credit_utilisation(cards: list[tuple[int, int]]) -> Utilisation:
    """Use of credit cards, each (balance, limit) in minor units.

    Raises: Refused for a negative limit.
    Source: sum of balances / sum of limits, as credit bureaus describe it.

    >>> credit_utilisation([(4_500, 10_000), (500, 15_000)]).highest
    Decimal('0.45')
    """
    if any(limit < 0 for _, limit in cards):
        raise Refused("A credit limit cannot be below zero.", field="limit")
    each = [used for balance, limit in cards if (used := share(balance, limit)) is not None]
    overall = share(sum(balance for balance, _ in cards), sum(limit for _, limit in cards))
    return Utilisation(overall, max(each, default=None))
