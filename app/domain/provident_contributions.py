"""What employer and employee pay into the provident fund and the state insurance each month."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.facts.reading import RUPEE_MINOR, facts, rupees
from app.domain.money import round_half_up
from app.domain.provident_funds import to_rupee


class WageBase(StrEnum):
    """On what the provident fund is paid."""

    CAPPED = "capped"
    """On wages up to the ceiling."""
    FULL = "full"
    """On all wages."""


@dataclass(frozen=True, slots=True)
class ProvidentContribution:
    """One month, in minor units. Insurance is the employer's and not rounded to rupees."""

    employee_minor: int
    employer_pension_minor: int
    employer_fund_minor: int
    insurance_minor: int

    @property
    def employer_minor(self) -> int:
        """What the employer pays into fund and pension."""
        return self.employer_pension_minor + self.employer_fund_minor


def provident_contribution(wages_minor: int, base: WageBase) -> ProvidentContribution:
    """Contributions of one month on provident fund wages (basic pay and dearness allowance).

    Units: minor units. Rounding: each contribution to the rupee, 50 paise up; the employer's fund share is what the pension leaves.
    Raises: Refused for negative wages.
    Source: Employees' Provident Funds Scheme 1952, paragraph 29; Pension Scheme 1995, paragraph 3: 12 %, of which 8.33 % of at
        most Rs 15,000 is for the pension.

    >>> provident_contribution(2_000_000, WageBase.FULL).employer_fund_minor
    115000
    """
    _check(wages_minor, "basic")
    rule = facts("payroll")["provident_fund"]
    capped = min(wages_minor, rupees(rule["ceiling"]))
    whole = to_rupee((capped if base is WageBase.CAPPED else wages_minor) * rule["share"])
    pension = min(to_rupee(capped * rule["pension_share"]), rupees(rule["pension_most"]))
    return ProvidentContribution(whole, pension, whole - pension, round_half_up(capped * rule["insurance_share"]))


@dataclass(frozen=True, slots=True)
class StateInsurance:
    """One month of state insurance, in minor units; nothing when the pay is above the ceiling."""

    is_covered: bool
    employee_minor: int
    employer_minor: int


def state_insurance(gross_minor: int) -> StateInsurance:
    """Contributions of one month on gross pay.

    Units: minor units. Rounding: each contribution up to the next rupee. Raises: Refused for negative pay.
    Source: Employees' State Insurance (Central) Rules 1950, rules 50 and 51.

    >>> state_insurance(1_500_100)
    StateInsurance(is_covered=True, employee_minor=11300, employer_minor=48800)
    """
    _check(gross_minor, "gross")
    rule = facts("payroll")["state_insurance"]
    if gross_minor > rupees(rule["ceiling"]):
        return StateInsurance(is_covered=False, employee_minor=0, employer_minor=0)
    return StateInsurance(
        is_covered=True,
        employee_minor=_up_to_rupee(gross_minor * rule["employee"]),
        employer_minor=_up_to_rupee(gross_minor * rule["employer"]),
    )


def _up_to_rupee(minor: Decimal) -> int:
    return int((minor / RUPEE_MINOR).to_integral_value(ROUND_CEILING)) * RUPEE_MINOR


def _check(amount_minor: int, field: str) -> None:
    if amount_minor < 0:
        raise Refused("Enter an amount of zero or more.", field=field)
