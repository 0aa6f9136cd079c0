"""Rupees as words, for invoices and cheques, and in short, for tiles."""

from decimal import Decimal

from app.domain.money import INDIAN, grouped, round_half_up

PAISE = 100
_SMALL = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
]
_TENS = ["Zero", "Ten", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
_UNITS = ((10**7, "Crore"), (10**5, "Lakh"), (1000, "Thousand"), (100, "Hundred"))
_SHORT = ((10**9, "Cr"), (10**7, "L"), (10**5, "K"))


def rupees_in_words(minor: int) -> str:
    """An amount of paise in words, as invoices and cheques carry it.

    Source: Indian practice: lakh and crore, paise only when there are any.

    >>> rupees_in_words(123_456_789)
    'Rupees Twelve Lakh Thirty Four Thousand Five Hundred Sixty Seven and Eighty Nine Paise Only'
    """
    whole, paise = divmod(abs(minor), PAISE)
    tail = f" and {_words(paise)} Paise" if paise else ""
    return f"{'Minus ' if minor < 0 else ''}Rupees {_words(whole)}{tail} Only"


def short_rupees(minor: int | Decimal) -> str:
    """An amount of paise, or of parts of them, with two decimals in crore, lakh or thousand.

    Rounding: half-up, after the unit is chosen.

    >>> short_rupees(123_456_700), short_rupees(-2_500_000_000)
    ('₹12.35 L', '−₹2.50 Cr')
    """
    exact = abs(Decimal(minor))
    size, unit = next(((size, f" {name}") for size, name in _SHORT if exact >= size), (PAISE, ""))
    hundredths = round_half_up(exact * 100 / size)
    whole, part = divmod(hundredths, 100)
    return f"{'−' if minor < 0 and hundredths else ''}₹{grouped(str(whole), INDIAN)}.{part:02d}{unit}"


def _words(number: int) -> str:
    if number < len(_SMALL):
        return _SMALL[number]
    for size, name in _UNITS:
        if number >= size:
            count, rest = divmod(number, size)
            return f"{_words(count)} {name}" + (f" {_words(rest)}" if rest else "")
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f" {_SMALL[ones]}" if ones else "")
