"""Rates of interest: what a yearly rate is worth, and which rate explains a row of equal payments."""

from decimal import Decimal

from app.domain.errors import Refused
from app.domain.money import round_half_up

MONTHS = 12
HIGHEST_RATE = Decimal(10)  # 1000 % a year: above it, somebody has typed 850 for 8.50
_STEPS = 200
_CLOSE = Decimal("1e-24")


def check_rate(annual_rate: Decimal, field: str = "annual_rate") -> None:
    """Refuse a rate nobody can mean. `annual_rate` is a fraction: 8.5 % is Decimal("0.085").

    Raises: Refused when it is negative, above 1000 % or no number.

    >>> check_rate(Decimal("0.085"))
    """
    if not annual_rate.is_finite() or not 0 <= annual_rate <= HIGHEST_RATE:
        raise Refused("Enter a yearly rate from 0 to 1000 %.", field=field)


def month_interest(balance_minor: int, annual_rate: Decimal) -> int:
    """Interest of one month on a balance.

    Units: minor units; the rate a yearly fraction.
    Rounding: half-up, once a month, as lenders post it.
    Source: balance * rate / 12, monthly rests.

    >>> month_interest(1_005_050, Decimal("0.12"))
    10051
    """
    return round_half_up(balance_minor * annual_rate / MONTHS)


def effective_annual_rate(nominal_rate: Decimal, periods: int) -> Decimal:
    """What a yearly rate that is compounded `periods` times really pays.

    Units: fractions a year, not rounded.
    Raises: Refused for a rate out of range or fewer than one period.
    Source: (1 + j/m)^m - 1.

    >>> round(effective_annual_rate(Decimal("0.07"), 4), 6)
    Decimal('0.071859')
    """
    check_rate(nominal_rate, "nominal_rate")
    if periods < 1:
        raise Refused("Interest is compounded at least once a year.", field="periods")
    return (1 + nominal_rate / periods) ** periods - 1


def annuity_factor(rate: Decimal, count: int) -> Decimal:
    """What `count` payments of one unit, each at the end of its period, are worth today.

    Units: `rate` a fraction for one period.
    Source: (1 - (1+r)^-n) / r, and n at r = 0.

    >>> annuity_factor(Decimal(0), 12)
    Decimal('12')
    """
    return (1 - (1 + rate) ** -count) / rate if rate else Decimal(count)


def level_payment_rate(present_minor: int, payment: Decimal, count: int) -> Decimal:
    """The rate of one period at which `count` equal payments are worth `present_minor`: their internal rate of return.

    Units: `payment` in minor units, exact; the result a fraction for one period, not rounded.
    Raises: Refused when the payments do not even return what was received, for then there is no rate from 0 up.
    Source: root of payment * annuity_factor(r, n) = present, by bisection in decimals: the factor falls as r rises.

    >>> round(level_payment_rate(100_000, Decimal(101_000), 1), 6)
    Decimal('0.010000')
    """
    if present_minor <= 0 or payment <= 0 or count < 1 or payment * count < present_minor:
        raise Refused("The payments do not add up to the amount received.", field="payment")
    low, high = Decimal(0), Decimal(1)
    while payment * annuity_factor(high, count) > present_minor:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if payment * annuity_factor(middle, count) > present_minor:
            low = middle
        else:
            high = middle
        if high - low < _CLOSE:
            break
    return (low + high) / 2
