"""Deductions from income: savings, pension, health insurance and bank interest, each up to its limit."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.facts.reading import Row, facts, in_force, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.money import round_half_up
from app.domain.tax.years import Regime


class Employer(StrEnum):
    """Who pays into the pension: governments may pay more."""

    GOVERNMENT = "government"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a person puts forward for a year, in minor units. `salary_minor` is basic pay and dearness allowance."""

    salary_minor: int
    savings_minor: int = 0
    annuity_minor: int = 0
    own_pension_minor: int = 0
    own_pension_extra_minor: int = 0
    employer_pension_minor: int = 0
    savings_interest_minor: int = 0
    deposit_interest_minor: int = 0

    def __post_init__(self) -> None:
        if min(getattr(self, name) for name in self.__slots__) < 0:
            raise Refused("Enter amounts of zero or more.", field="deductions")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is deducted in the end, in minor units, by section of the Act of 1961."""

    savings_group_minor: int = 0
    """80C, 80CCC and 80CCD(1) together."""
    own_pension_extra_minor: int = 0
    """80CCD(1B)."""
    employer_pension_minor: int = 0
    """80CCD(2)."""
    savings_interest_minor: int = 0
    """80TTA, below 60."""
    senior_interest_minor: int = 0
    """80TTB, 60 and more."""

    @property
    def total_minor(self) -> int:
        """All of them."""
        return sum(getattr(self, name) for name in self.__slots__)


def deductions(fy: FiscalYear, regime: Regime, age: int, employer: Employer, claimed: Claimed) -> Allowed:
    """What of the claims the regime allows.

    Units: minor units a year. Rounding: shares of the salary half-up.
    Raises: NotKnown for a year outside the facts.
    Source: sections 80C to 80CCE, 80TTA, 80TTB; Act of 2025: 123, 124, 153. The new regime keeps 80CCD(2) only.

    >>> deductions(FiscalYear(2025), Regime.OLD, 30, Employer.OTHER, Claimed(0, savings_minor=20_000_000)).total_minor
    15000000
    """
    table = _table(fy)
    pension = min(claimed.employer_pension_minor, _employer_share(table, fy, regime, employer, claimed.salary_minor))
    if regime is Regime.NEW:
        return Allowed(employer_pension_minor=pension)
    saved, interest = table["savings"], table["bank_interest"]
    own_pension = min(claimed.own_pension_minor, round_half_up(saved["own_pension_of_salary"] * claimed.salary_minor))
    group = claimed.savings_minor + claimed.annuity_minor + own_pension
    is_senior = age >= interest["senior_age"]
    all_interest = claimed.savings_interest_minor + claimed.deposit_interest_minor
    return Allowed(
        savings_group_minor=min(group, rupees(saved["limit"])),
        own_pension_extra_minor=min(claimed.own_pension_extra_minor, rupees(saved["own_pension_extra"])),
        employer_pension_minor=pension,
        savings_interest_minor=0 if is_senior else min(claimed.savings_interest_minor, rupees(interest["savings"])),
        senior_interest_minor=min(all_interest, rupees(interest["senior_all"])) if is_senior else 0,
    )


@dataclass(frozen=True, slots=True)
class HealthClaim:
    """Health insurance of one group for a year, in minor units; `has_senior` when one of the insured is 60 or more."""

    premium_minor: int
    has_senior: bool
    checkup_minor: int = 0

    def __post_init__(self) -> None:
        if self.premium_minor < 0 or self.checkup_minor < 0:
            raise Refused("Enter amounts of zero or more.", field="premium")


@dataclass(frozen=True, slots=True)
class HealthDeduction:
    """What is deducted for the person with spouse and children, and for the parents, in minor units."""

    family_minor: int
    parents_minor: int

    @property
    def total_minor(self) -> int:
        """Both groups."""
        return self.family_minor + self.parents_minor


def health_deduction(fy: FiscalYear, family: HealthClaim, parents: HealthClaim) -> HealthDeduction:
    """Health insurance and check-ups, old regime.

    Check-ups count inside each group's limit and up to 5,000 for both groups together; what the family's limit leaves no
    room for may still count for the parents.

    Units: minor units a year.
    Raises: NotKnown for a year outside the facts.
    Source: section 80D(2) and (2A); Act of 2025: 126. Some read the 5,000 as meant for each group.

    >>> health_deduction(FiscalYear(2025), HealthClaim(1_800_000, False, 700_000), HealthClaim(0, False)).family_minor
    2300000
    """
    rule = _table(fy)["health"]
    checkup = rupees(rule["checkup"])
    allowed: list[int] = []
    for group in (family, parents):
        limit = rupees(rule["senior_limit" if group.has_senior else "limit"])
        premium = min(group.premium_minor, limit)
        taken = min(group.checkup_minor, checkup, limit - premium)
        checkup -= taken
        allowed.append(premium + taken)
    return HealthDeduction(*allowed)


def _table(fy: FiscalYear) -> Row:
    table = facts("deductions")
    in_force([{"from": table["known_from"], "to": table["known_to"]}], fy.last, "Limits of deductions")
    return table


def _employer_share(table: Row, fy: FiscalYear, regime: Regime, employer: Employer, salary_minor: int) -> int:
    rows = [row for row in table["employer_pension"] if row["regime"] == regime and row["employer"] == employer]
    share: Decimal = in_force(rows, fy.last, "Limits of the employer's pension contribution")["share"]
    return round_half_up(share * salary_minor)
