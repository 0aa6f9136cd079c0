"""Income of a house: one's own with a loan on it, or one that is let."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.facts.reading import facts, rupees
from app.domain.money import round_half_up
from app.domain.tax.years import Regime

YEARS_OF_EARLIER_INTEREST = 5


@dataclass(frozen=True, slots=True)
class HouseIncome:
    """Income of the house in minor units, a loss negative, and how much of a loss other income takes up this year."""

    income_minor: int
    set_off_minor: int

    @property
    def carried_minor(self) -> int:
        """The part of a loss that other income does not take up; the old regime carries it for eight years."""
        return max(0, -self.income_minor) - self.set_off_minor


def own_house(regime: Regime, interest_minor: int, earlier_interest_minor: int = 0) -> HouseIncome:
    """A house one lives in: no rent, interest up to a limit in the old regime, none in the new one.

    `earlier_interest_minor` is all the interest before completion, of which a fifth counts in each of five years.

    Units: minor units a year. Rounding: half-up, once. Raises: Refused for a negative amount.
    Source: section 24(b) and its second proviso, 115BAC(2); Act of 2025: 22.

    >>> own_house(Regime.OLD, 18_000_000, 15_000_000).income_minor
    -20000000
    """
    _check(interest_minor, earlier_interest_minor)
    if regime is Regime.NEW:
        return HouseIncome(0, 0)
    limit = rupees(facts("deductions")["house"]["own_interest"])
    loss = min(limit, round_half_up(_interest(interest_minor, earlier_interest_minor)))
    return HouseIncome(-loss, min(loss, _set_off(regime)))


def let_house(
    regime: Regime, rent_minor: int, municipal_tax_minor: int, interest_minor: int, earlier_interest_minor: int = 0
) -> HouseIncome:
    """A house that is let: rent less municipal tax, less 30 % of that for repairs, less all interest.

    Units: minor units a year. Rounding: half-up, once. Raises: Refused for a negative amount.
    Source: sections 23, 24 and 71(3A); in the new regime a loss is not set off against other income (115BAC(2)).

    >>> let_house(Regime.OLD, 30_000_000, 2_000_000, 60_000_000)
    HouseIncome(income_minor=-40400000, set_off_minor=20000000)
    """
    _check(rent_minor, municipal_tax_minor, interest_minor, earlier_interest_minor)
    net = (rent_minor - municipal_tax_minor) * (1 - facts("deductions")["house"]["repairs"])
    income = round_half_up(net - _interest(interest_minor, earlier_interest_minor))
    return HouseIncome(income, min(max(0, -income), _set_off(regime)))


def _interest(now_minor: int, earlier_minor: int) -> Decimal:
    return now_minor + Decimal(earlier_minor) / YEARS_OF_EARLIER_INTEREST


def _set_off(regime: Regime) -> int:
    return rupees(facts("deductions")["house"]["set_off"]) if regime is Regime.OLD else 0


def _check(*amounts: int) -> None:
    if min(amounts) < 0:
        raise Refused("Enter amounts of zero or more.", field="house")
