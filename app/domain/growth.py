"""How fast something grew: between two values, between two periods, and in two currencies."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.flows import share
from app.domain.money import exponent, round_half_up

YEAR_DAYS = 365


def compound_growth(start_minor: int, end_minor: int, start_on: date, end_on: date) -> Decimal | None:
    """The yearly rate that leads from one value to another (CAGR); None where there is none.

    Units: minor units; the rate a yearly fraction, not rounded. A total loss is -1.
    Source: (end/start)^(365/days) - 1; undefined without a start, without time, or with an end below zero.

    >>> round(compound_growth(100_000, 200_000, date(2020, 1, 1), date(2025, 1, 1)), 6)
    Decimal('0.148524')
    """
    days = (end_on - start_on).days
    if start_minor <= 0 or end_minor < 0 or days <= 0:
        return None
    if not end_minor:
        return Decimal(-1)
    return (Decimal(end_minor) / start_minor) ** (Decimal(YEAR_DAYS) / days) - 1


def growth_rate(previous_minor: int, current_minor: int) -> Decimal | None:
    """Growth against an earlier period as a fraction; None when there was nothing to grow from.

    >>> growth_rate(800_000, 650_000)
    Decimal('-0.1875')
    """
    return share(current_minor - previous_minor, previous_minor)


@dataclass(frozen=True, slots=True)
class CurrencyGain:
    """A gain abroad in minor units of the home currency. Both effects add up to the gain."""

    cost_minor: int
    value_minor: int
    gain_minor: int
    price_effect_minor: int

    @property
    def currency_effect_minor(self) -> int:
        """What the exchange rate added or took."""
        return self.gain_minor - self.price_effect_minor


def currency_gain(
    quantity: Decimal, bought: tuple[Decimal, Decimal], sold: tuple[Decimal, Decimal], home: str = "INR"
) -> CurrencyGain:
    """What of a gain came from the price and what from the exchange rate.

    `bought` and `sold` are (price of one in the foreign currency, home currency for one foreign unit).

    Units: minor units of `home`. Rounding: half-up, each figure once; the effect of the currency is what the price leaves.
    Raises: Refused for a quantity, price or exchange rate below zero.
    Source: Q(p1 - p0) f0 for the price, Q p1 (f1 - f0) for the currency.

    >>> currency_gain(Decimal(1), (Decimal(100), Decimal(80)), (Decimal(110), Decimal(90))).price_effect_minor
    80000
    """
    (buy_price, buy_rate), (sell_price, sell_rate) = bought, sold
    if min(quantity, buy_price, buy_rate, sell_price, sell_rate) < 0:
        raise Refused("Quantities, prices and exchange rates cannot be below zero.", field="price")

    def minor(amount: Decimal) -> int:
        return round_half_up((quantity * amount).scaleb(exponent(home)))

    cost, value = buy_price * buy_rate, sell_price * sell_rate
    return CurrencyGain(minor(cost), minor(value), minor(value - cost), minor((sell_price - buy_price) * buy_rate))
