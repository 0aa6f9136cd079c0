"""Fixed deposits of banks: value at maturity and on any day before, regular payouts, and closing early."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.domain.anniversaries import months_later, whole_months_between
from app.domain.errors import Refused
from app.domain.interest import MONTHS, check_rate
from app.domain.money import MAX_MINOR, round_half_up

QUARTERS = 4
QUARTER_MONTHS = 3
DAYS = 365
SHORTEST_DAYS = 7


@dataclass(frozen=True, slots=True)
class DepositValue:
    """What a cumulative deposit is worth on a day: whole quarters and days run, and the money in minor units."""

    quarters: int
    days: int
    principal_minor: int
    value_minor: int

    @property
    def interest_minor(self) -> int:
        """What the deposit has earned."""
        return self.value_minor - self.principal_minor


def check_deposit(amount_minor: int, annual_rate: Decimal) -> None:
    """Refuse an amount or a rate nobody can mean.

    Raises: Refused, naming the field.

    >>> check_deposit(100, Decimal("0.07"))
    """
    if not 0 < amount_minor <= MAX_MINOR:
        raise Refused("Enter an amount above zero.", field="principal")
    check_rate(annual_rate)


def deposit_value(principal_minor: int, annual_rate: Decimal, opened_on: date, on: date) -> DepositValue:
    """A cumulative deposit on a day: at maturity, or what has accrued so far.

    Units: minor units; the rate a yearly fraction.
    Rounding: half-up, once at the end. Some banks round each quarter or count 366 days, so a paisa or a few rupees may differ.
    Raises: Refused for an amount or rate out of range, or a day before the opening.
    Source: P (1 + r/4)^n (1 + r d/365), n whole quarters from the opening day, d days left over (Indian Banks' Association).

    >>> deposit_value(10_000_000, Decimal("0.08"), date(2025, 1, 1), date(2026, 1, 1)).value_minor
    10824322
    """
    check_deposit(principal_minor, annual_rate)
    if on < opened_on:
        raise Refused("The deposit had not been opened on that day.", field="maturity")
    quarters = whole_months_between(opened_on, on, QUARTER_MONTHS)
    days = (on - months_later(opened_on, quarters * QUARTER_MONTHS)).days
    growth = (1 + annual_rate / QUARTERS) ** quarters * (1 + annual_rate * days / DAYS)
    return DepositValue(quarters, days, principal_minor, round_half_up(principal_minor * growth))


class Payout(StrEnum):
    """How often a deposit pays its interest out."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"

    @property
    def months(self) -> int:
        """How many months lie between two payments.

        >>> Payout.HALF_YEARLY.months
        6
        """
        return {Payout.MONTHLY: 1, Payout.QUARTERLY: 3, Payout.HALF_YEARLY: 6, Payout.YEARLY: 12}[self]


def deposit_payout(principal_minor: int, annual_rate: Decimal, every: Payout) -> int:
    """The interest a deposit pays out each time, in minor units.

    Rounding: half-up, once. Raises: Refused for an amount or rate out of range.
    Source: quarterly P r/4; half-yearly P((1 + r/4)^2 - 1), yearly with power 4; monthly is the quarterly one discounted, P r/(12 + r).

    >>> deposit_payout(50_000_000, Decimal("0.075"), Payout.MONTHLY)
    310559
    """
    check_deposit(principal_minor, annual_rate)
    quarter = annual_rate / QUARTERS
    share = {
        Payout.MONTHLY: annual_rate / (MONTHS + annual_rate),
        Payout.QUARTERLY: quarter,
        Payout.HALF_YEARLY: (1 + quarter) ** 2 - 1,
        Payout.YEARLY: (1 + quarter) ** QUARTERS - 1,
    }[every]
    return round_half_up(principal_minor * share)


@dataclass(frozen=True, slots=True)
class EarlyClosure:
    """A deposit closed before maturity: the yearly rate that was paid in the end, and the value in minor units."""

    effective_rate: Decimal
    value: DepositValue


def close_deposit_early(
    principal_minor: int,
    *,
    booked_rate: Decimal,
    card_rate: Decimal,
    penalty_rate: Decimal,
    opened_on: date,
    closed_on: date,
) -> EarlyClosure:
    """What a bank pays when a deposit is closed before its day.

    `card_rate` is what the bank paid on the opening day for the time the deposit really ran.

    Units: minor units; rates as yearly fractions. Rounding: half-up, once at the end.
    Raises: Refused for an amount or rate out of range, or closing before opening.
    Source: the lower of both rates less the penalty, not below 0; nothing within 7 days (State Bank of India, since 2020).

    >>> opened, closed = date(2024, 1, 15), date(2025, 1, 15)
    >>> rates = {"booked_rate": Decimal("0.07"), "card_rate": Decimal("0.065"), "penalty_rate": Decimal("0.01")}
    >>> early = close_deposit_early(100, **rates, opened_on=opened, closed_on=closed)
    >>> early.effective_rate
    Decimal('0.055')
    """
    for rate, field in ((booked_rate, "booked_rate"), (card_rate, "card_rate"), (penalty_rate, "penalty_rate")):
        check_rate(rate, field)
    if closed_on < opened_on:
        raise Refused("The deposit cannot be closed before it was opened.", field="closed")
    ran_too_short = (closed_on - opened_on).days < SHORTEST_DAYS
    rate = Decimal(0) if ran_too_short else max(Decimal(0), min(booked_rate, card_rate) - penalty_rate)
    return EarlyClosure(rate, deposit_value(principal_minor, rate, opened_on, closed_on))
