"""Post office schemes that pay an income: Senior Citizens' Savings, Monthly Income, Time Deposit. Interest is rounded to the rupee."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.anniversaries import whole_months_between
from app.domain.errors import Refused
from app.domain.fixed_deposits import QUARTER_MONTHS, QUARTERS, check_deposit
from app.domain.interest import MONTHS, effective_annual_rate
from app.domain.money import round_half_up
from app.domain.periods import Month
from app.domain.provident_funds import to_rupee

# Share of the deposit kept back by whole years run; a year beyond the last row costs nothing.
_SENIOR_PENALTY = {1: Decimal("0.015"), 2: Decimal("0.01"), 3: Decimal("0.01"), 4: Decimal("0.01")}
_MONTHLY_PENALTY = {1: Decimal("0.02"), 2: Decimal("0.02"), 3: Decimal("0.01"), 4: Decimal("0.01")}


@dataclass(frozen=True, slots=True)
class SeniorIncome:
    """What a Senior Citizens' Savings account pays, in minor units."""

    quarterly_minor: int
    first_minor: int
    first_period_ends: date


@dataclass(frozen=True, slots=True)
class Closure:
    """What closing before maturity costs, in minor units. With `is_interest_recovered` all interest paid so far is taken back."""

    payout_minor: int
    deduction_minor: int
    is_interest_recovered: bool = False


def senior_income(principal_minor: int, annual_rate: Decimal, opened_on: date) -> SeniorIncome:
    """Quarterly interest, and the shorter first period that ends with the calendar quarter.

    Units: minor units; the rate a yearly fraction.
    Rounding: half-up to the rupee. The first period counts its opening day and its last day; offices differ by a day.
    Raises: Refused for an amount or rate out of range.
    Source: Senior Citizens' Savings Scheme 2019, paragraph 6; payment on 1 April, July, October and January.

    >>> senior_income(300_000_000, Decimal("0.082"), date(2025, 11, 10)).first_minor
    3476100
    """
    check_deposit(principal_minor, annual_rate)
    quarter = principal_minor * annual_rate / QUARTERS
    opened = Month.of(opened_on)
    first = opened.shift(-((opened.number - 1) % QUARTER_MONTHS))
    last_day = first.shift(QUARTER_MONTHS - 1).last
    share = Decimal((last_day - opened_on).days + 1) / ((last_day - first.first).days + 1)
    return SeniorIncome(to_rupee(quarter), to_rupee(quarter * share), last_day)


def close_senior_account(principal_minor: int, opened_on: date, closed_on: date) -> Closure:
    """Closing a Senior Citizens' Savings account before five years.

    Units: minor units. Rounding: half-up, once.
    Raises: Refused when it is closed before it was opened.
    Source: notification of 2019 as amended in 2023: within a year the interest is recovered; 1.5 % in the second year; 1 % until the fifth ends.

    >>> close_senior_account(100_000_000, date(2024, 1, 10), date(2025, 3, 10)).deduction_minor
    1500000
    """
    years = _years(principal_minor, opened_on, closed_on)
    deduction = round_half_up(principal_minor * _SENIOR_PENALTY.get(years, Decimal(0)))
    return Closure(principal_minor - deduction, deduction, is_interest_recovered=years < 1)


def monthly_income(principal_minor: int, annual_rate: Decimal) -> int:
    """What a Monthly Income account pays each month, in minor units.

    Rounding: half-up to the rupee. Raises: Refused for an amount or rate out of range.
    Source: National Savings (Monthly Income Account) Scheme 2019: P r/12.

    >>> monthly_income(150_000_000, Decimal("0.074"))
    925000
    """
    check_deposit(principal_minor, annual_rate)
    return to_rupee(principal_minor * annual_rate / MONTHS)


def close_monthly_account(principal_minor: int, opened_on: date, closed_on: date) -> Closure:
    """Closing a Monthly Income account before five years.

    Units: minor units. Rounding: half-up, once.
    Raises: Refused within the first year, and when it is closed before it was opened.
    Source: scheme of 2019, paragraph 9: 2 % before three years are over, 1 % until the fifth ends.

    >>> close_monthly_account(90_000_000, date(2024, 4, 1), date(2026, 4, 1)).payout_minor
    88200000
    """
    years = _years(principal_minor, opened_on, closed_on)
    if years < 1:
        raise LockedIn("A Monthly Income account cannot be closed within its first year.")
    deduction = round_half_up(principal_minor * _MONTHLY_PENALTY.get(years, Decimal(0)))
    return Closure(principal_minor - deduction, deduction)


def time_deposit_income(principal_minor: int, annual_rate: Decimal) -> int:
    """What a post office Time Deposit pays each year, in minor units.

    Rounding: half-up to the rupee. Raises: Refused for an amount or rate out of range.
    Source: National Savings Time Deposit Scheme 2019: quarterly compounding, yearly payment, P((1 + r/4)^4 - 1).

    >>> time_deposit_income(1_000_000, Decimal("0.067"))
    68700
    """
    check_deposit(principal_minor, annual_rate)
    return to_rupee(principal_minor * effective_annual_rate(annual_rate, QUARTERS))


def _years(principal_minor: int, opened_on: date, closed_on: date) -> int:
    check_deposit(principal_minor, Decimal(0))
    if closed_on < opened_on:
        raise Refused("The account cannot be closed before it was opened.", field="closed")
    return whole_months_between(opened_on, closed_on, MONTHS)


class LockedIn(Refused):
    """The scheme does not let the money out yet."""

    default_field = "closed"
