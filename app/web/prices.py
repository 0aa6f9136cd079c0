"""Prices of one unit as pages write them: as many decimals as they have, which for a fund or a coin are more than money has."""

from datetime import date
from decimal import Decimal

from app.domain.money import exponent, grouped
from app.web.formats import currency_symbol, number_style, user_locale

NO_PRICE = "no price"


def written_price(price: Decimal, currency: str) -> str:
    """₹1,412.25, ₹84.3217, $0.00000701; with the decimals of the currency at least."""
    locale = user_locale()
    style = number_style(locale)
    whole, _, rest = f"{price.normalize():f}".partition(".")
    decimals = rest.ljust(exponent(currency), "0")
    return f"{currency_symbol(currency, locale)}{grouped(whole, style)}{style.decimal + decimals if decimals else ''}"


def written_rate(rate: Decimal, currency: str, home: str) -> str:
    """1 USD = ₹88.4125."""
    return f"1 {currency} = {written_price(rate, home)}"


def age(on: date, today: date) -> str:
    """How old a price is, in words."""
    days = (today - on).days
    if days <= 0:
        return "today"
    return "1 day old" if days == 1 else f"{days} days old"
