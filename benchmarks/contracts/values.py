"""How the vectors write values, and how ours become that: decimal strings, percentages, ISO dates."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.domain.money import exponent, round_half_up

Inputs = Mapping[str, Any]
Outputs = dict[str, Any]
Contract = Callable[[Inputs], Outputs]


def minor(text: str, currency: str = "INR") -> int:
    """A decimal string in minor units."""
    return round_half_up(Decimal(text).scaleb(exponent(currency)))


def major(amount: int | Decimal | None, currency: str = "INR") -> str | None:
    """Minor units as a decimal string, rounded to them."""
    if amount is None:
        return None
    return f"{Decimal(round_half_up(Decimal(amount))).scaleb(-exponent(currency)):f}"


def whole(amount: int) -> int:
    """Paise as whole rupees, which they must be."""
    rupees, paise = divmod(amount, 100)
    if paise:
        raise ValueError(f"{amount} paise are no whole rupees")
    return rupees


def fraction(text: str) -> Decimal:
    """A percentage as a fraction."""
    return Decimal(text) / 100


def percent(value: Decimal | None, places: int = 2) -> str | None:
    """A fraction as a percentage."""
    return None if value is None else number(value * 100, places)


def number(value: Decimal | None, places: int = 2) -> str | None:
    """A number with so many places."""
    return None if value is None else f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"


def day(text: str) -> date:
    """An ISO date."""
    return date.fromisoformat(text)
