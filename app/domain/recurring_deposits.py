"""Recurring deposits: the same amount each month, interest compounded each quarter."""

from decimal import Decimal

from app.domain.errors import Refused
from app.domain.fixed_deposits import QUARTER_MONTHS, QUARTERS, check_deposit
from app.domain.loans import LONGEST_MONTHS
from app.domain.money import round_half_up


def recurring_deposit_value(instalment_minor: int, annual_rate: Decimal, months: int) -> int:
    """What a recurring deposit has become after `months` instalments and as many months.

    Units: minor units; the rate a yearly fraction. Rounding: half-up, once at the end.
    Raises: Refused for an amount, rate or number of months out of range.
    Source: Indian Banks' Association: R ((1+i)^n - 1) / (1 - (1+i)^(-1/3)), i = r/4, n quarters, fractions allowed;
        the same as the sum of R (1+i)^(k/3) over the months k. R * months at r = 0.

    >>> recurring_deposit_value(500_000, Decimal("0.075"), 18)
    9550235
    """
    check_deposit(instalment_minor, annual_rate)
    if not 1 <= months <= LONGEST_MONTHS:
        raise Refused(f"Enter the number of months, from 1 to {LONGEST_MONTHS}.", field="months")
    if not annual_rate:
        return instalment_minor * months
    quarterly = 1 + annual_rate / QUARTERS
    third = Decimal(1) / QUARTER_MONTHS
    return round_half_up(instalment_minor * (quarterly ** (months * third) - 1) / (1 - quarterly**-third))
