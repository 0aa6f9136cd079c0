"""Public Provident Fund and Sukanya Samriddhi: yearly interest on the lowest balance of each month after the 5th."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.fixed_deposits import check_deposit
from app.domain.interest import MONTHS, check_rate
from app.domain.money import round_half_up
from app.domain.periods import Month

LAST_DAY_THAT_COUNTS = 5
FIRST_MONTH = 4
RUPEE_MINOR = 100
LONGEST_YEARS = 100
SSY_YEARS = 21
SSY_DEPOSIT_YEARS = 15


def to_rupee(minor: Decimal) -> int:
    """Paise as whole rupees, 50 paise up, still in paise.

    >>> to_rupee(Decimal(12_350))
    12400
    """
    return round_half_up(minor / RUPEE_MINOR) * RUPEE_MINOR


@dataclass(frozen=True, slots=True)
class Movement:
    """Money in (positive) or out of the account, in minor units."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FundYear:
    """A year of the account, April to March, in minor units."""

    lowest_minor: tuple[int, ...]
    interest_minor: int
    closing_minor: int


def fund_year(opening_minor: int, starts_in: int, annual_rate: Decimal, movements: Sequence[Movement]) -> FundYear:
    """Interest of one financial year, credited on 31 March.

    A deposit dated the 5th or earlier counts for its month, a later one from the next; a withdrawal lowers its month.

    Units: minor units; the rate a yearly fraction; `starts_in` the calendar year in which April stands.
    Rounding: the sum of the twelve months half-up to the rupee, once.
    Raises: Refused when a movement lies outside the year, or the balance would fall below zero.
    Source: Public Provident Fund Scheme 2019, paragraph 7; Sukanya Samriddhi Account Scheme 2019, paragraph 5.

    >>> fund_year(10_000_000, 2025, Decimal("0.071"), [Movement(date(2025, 4, 6), 5_000_000)]).interest_minor
    1035400
    """
    check_rate(annual_rate)
    months = [Month(starts_in, FIRST_MONTH).shift(number) for number in range(MONTHS)]
    if any(not months[0].first <= move.on <= months[-1].last for move in movements):
        raise Refused(f"All dates must lie from {months[0].first} to {months[-1].last}.", field="date")
    lowest: list[int] = []
    balance = opening_minor
    for month in months:
        moves = sorted((move for move in movements if Month.of(move.on) == month), key=lambda move: move.on)
        days: dict[date, int] = {month.up_to(LAST_DAY_THAT_COUNTS): balance}
        for move in moves:
            balance += move.amount_minor
            days[max(move.on, month.up_to(LAST_DAY_THAT_COUNTS))] = balance
            if balance < 0:
                raise Refused("More is taken out than there is.", field="amount")
        lowest.append(min(days.values()))
    interest = to_rupee(sum(lowest) * annual_rate / MONTHS)
    return FundYear(tuple(lowest), interest, balance + interest)


def fund_projection(yearly_minor: int, annual_rate: Decimal, years: int, deposit_years: int | None = None) -> int:
    """What equal deposits, each made before 5 April, become after `years`; only the first `deposit_years` of them have one.

    Units: minor units; the rate a yearly fraction.
    Rounding: half-up to the rupee, once at the end (the office rounds each year, so a few rupees may differ).
    Raises: Refused for an amount, rate or number of years out of range.
    Source: b = (b + deposit)(1 + r), year by year.

    >>> fund_projection(15_000_000, Decimal("0.071"), 15)
    406820900
    """
    check_deposit(yearly_minor, annual_rate)
    if not 1 <= years <= LONGEST_YEARS:
        raise Refused(f"Enter the number of years, from 1 to {LONGEST_YEARS}.", field="years")
    paying = years if deposit_years is None else deposit_years
    balance = Decimal(0)
    for year in range(years):
        balance = (balance + (yearly_minor if year < paying else 0)) * (1 + annual_rate)
    return to_rupee(balance)


def sukanya_projection(yearly_minor: int, annual_rate: Decimal) -> int:
    """What a Sukanya Samriddhi account becomes: 15 yearly deposits, paid out 21 years after opening.

    Units, rounding and errors as in `fund_projection`.
    Source: Sukanya Samriddhi Account Scheme 2019, paragraphs 4 and 9.

    >>> sukanya_projection(15_000_000, Decimal("0.082"))
    718211900
    """
    return fund_projection(yearly_minor, annual_rate, SSY_YEARS, SSY_DEPOSIT_YEARS)
