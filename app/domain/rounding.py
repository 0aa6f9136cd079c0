"""The two ways to round money: as on paper, and as statistics do so that many halves do not add up to a drift."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.domain.money import exponent


class Rounding(StrEnum):
    """What becomes of a half."""

    HALF_UP = "half_up"
    """Away from zero: invoices, instalments, taxes, everything that is posted."""
    HALF_EVEN = "half_even"
    """To the even neighbour: averages, and converting many amounts at once."""


_MODES = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN}


def rounded_minor(value: Decimal, currency: str, rounding: Rounding = Rounding.HALF_UP) -> int:
    """An exact amount of a currency in its minor units.

    Units: `value` in whole units of the currency. Raises: nothing for a finite number.
    Source: ISO 4217 for the decimals of the currency.

    >>> rounded_minor(Decimal("2.345"), "INR"), rounded_minor(Decimal("2.345"), "INR", Rounding.HALF_EVEN)
    (235, 234)
    """
    return int(value.scaleb(exponent(currency)).quantize(Decimal(1), rounding=_MODES[rounding]))
