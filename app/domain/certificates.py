"""Post office certificates: National Savings Certificate and Kisan Vikas Patra."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.anniversaries import months_later
from app.domain.errors import Refused
from app.domain.fixed_deposits import check_deposit
from app.domain.interest import MONTHS
from app.domain.loans import LONGEST_MONTHS
from app.domain.money import round_half_up

NSC_YEARS = 5


@dataclass(frozen=True, slots=True)
class SavingsCertificate:
    """A National Savings Certificate, in minor units. All interest is taxable in the year it accrues."""

    accrued_minor: tuple[int, ...]
    maturity_minor: int

    @property
    def reinvested_minor(self) -> tuple[int, ...]:
        """Interest of the years that is deemed invested again, and so counts towards section 80C: all but the last."""
        return self.accrued_minor[:-1]


def savings_certificate(principal_minor: int, annual_rate: Decimal) -> SavingsCertificate:
    """Interest of each of the five years, and the sum at the end.

    Units: minor units; the rate a yearly fraction.
    Rounding: half-up, each figure once from the exact balance, so the years may add up to a paisa more or less.
    Raises: Refused for an amount or rate out of range.
    Source: National Savings Certificates (VIII Issue) Scheme 2019: P(1+r)^(k-1) r, and P(1+r)^5.

    >>> savings_certificate(100_000, Decimal("0.068")).accrued_minor
    (6800, 7262, 7756, 8284, 8847)
    """
    check_deposit(principal_minor, annual_rate)
    balances = [principal_minor * (1 + annual_rate) ** year for year in range(NSC_YEARS + 1)]
    accrued = tuple(round_half_up(balance * annual_rate) for balance in balances[:-1])
    return SavingsCertificate(accrued, round_half_up(balances[-1]))


@dataclass(frozen=True, slots=True)
class DoublingCertificate:
    """A Kisan Vikas Patra: what it pays in minor units, when, and the yearly rate that doubling amounts to."""

    maturity_minor: int
    matures_on: date
    implied_rate: Decimal


def doubling_certificate(principal_minor: int, issued_on: date, months: int) -> DoublingCertificate:
    """A certificate that pays exactly twice its price after the notified number of months.

    Units: minor units; the rate a fraction, not rounded. Rounding: none, twice the price is exact.
    Raises: Refused for an amount or number of months out of range.
    Source: Kisan Vikas Patra Scheme 2019; implied rate 2^(12/months) - 1.

    >>> doubling_certificate(5_000_000, date(2025, 10, 31), 115).matures_on
    datetime.date(2035, 5, 31)
    """
    check_deposit(principal_minor, Decimal(0))
    if not 1 <= months <= LONGEST_MONTHS:
        raise Refused(f"Enter the number of months, from 1 to {LONGEST_MONTHS}.", field="months")
    rate = Decimal(2) ** (Decimal(MONTHS) / months) - 1
    return DoublingCertificate(2 * principal_minor, months_later(issued_on, months), rate)
