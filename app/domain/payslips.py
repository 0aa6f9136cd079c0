"""From gross pay to what reaches the bank: one month, with the year's tax spread over it."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.facts.reading import facts, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.periods import Month
from app.domain.professional_tax import Gender, professional_tax, professional_tax_of_year
from app.domain.provident_contributions import WageBase, provident_contribution, state_insurance
from app.domain.provident_funds import to_rupee
from app.domain.tax.comparison import SalaryIncome, taxable_salary
from app.domain.tax.income_tax import Taxpayer, income_tax
from app.domain.tax.rent_allowance import rent_allowance
from app.domain.tax.years import Regime, tax_rules

MONTHS = 12


@dataclass(frozen=True, slots=True)
class TaxPlan:
    """What is held back each month, and in the last one, in minor units. Negative amounts are given back."""

    monthly_minor: int
    last_minor: int


def spread_tax(annual_minor: int, deducted_minor: int, months_left: int) -> TaxPlan:
    """The rest of a year's tax over the months that are left; the last month takes what rounding leaves.

    Units: minor units. Rounding: the monthly part half-up to the rupee.
    Raises: Refused when no month is left.
    Source: sections 192 and 392 (average rate method).

    >>> spread_tax(7_800_000, 4_000_100, 5)
    TaxPlan(monthly_minor=760000, last_minor=759900)
    """
    if not 1 <= months_left <= MONTHS:
        raise Refused("A year has 1 to 12 months left.", field="months_left")
    rest = annual_minor - deducted_minor
    monthly = to_rupee(Decimal(rest) / months_left)
    return TaxPlan(monthly, rest - monthly * (months_left - 1))


@dataclass(frozen=True, slots=True)
class PayStructure:
    """A month's pay in minor units, and what decides on its deductions.

    `basic_minor` bears the provident fund; `other_savings_minor` are a year's 80C savings besides it.
    """

    basic_minor: int
    rent_allowance_minor: int
    special_minor: int
    wage_base: WageBase
    state: str
    gender: Gender
    rent_paid_minor: int = 0
    is_in_metro: bool = False
    other_savings_minor: int = 0

    def __post_init__(self) -> None:
        amounts = (self.basic_minor, self.rent_allowance_minor, self.special_minor)
        if min(*amounts, self.rent_paid_minor, self.other_savings_minor) < 0:
            raise Refused("Enter amounts of zero or more.", field="basic")

    @property
    def gross_minor(self) -> int:
        """A month's pay before any deduction."""
        return self.basic_minor + self.rent_allowance_minor + self.special_minor


@dataclass(frozen=True, slots=True)
class Payslip:
    """One month from gross to net, and the year behind its tax, in minor units."""

    gross_minor: int
    provident_minor: int
    insurance_minor: int
    professional_tax_minor: int
    total_income_minor: int
    annual_tax_minor: int
    tax_minor: int

    @property
    def net_minor(self) -> int:
        """What reaches the bank."""
        taken = self.provident_minor + self.insurance_minor + self.professional_tax_minor + self.tax_minor
        return self.gross_minor - taken


def payslip(pay: PayStructure, fy: FiscalYear, regime: Regime, age: int, month: Month) -> Payslip:
    """A month of a year in which the pay stays the same.

    Units: minor units. Rounding: contributions as in `provident_contributions`, the month's tax half-up to the rupee.
    Raises: NotKnown for a year or a state without facts, Refused for a month outside the year.
    Source: sections 192, 16, 10(13A), 80C; the provident fund and the states as in their modules.

    >>> pay = PayStructure(5_000_000, 2_000_000, 3_000_000, WageBase.CAPPED, "MH", Gender.MALE)
    >>> payslip(pay, FiscalYear(2025), Regime.NEW, 30, Month(2025, 4)).net_minor
    9800000
    """
    if month.first not in fy:
        raise Refused(f"{month} is not in {fy}.", field="month")
    rules = tax_rules(fy, regime)
    provident = provident_contribution(pay.basic_minor, pay.wage_base).employee_minor
    tax = income_tax(rules, Taxpayer(age), taxable_salary(rules, _year(pay, fy, regime, provident)))
    return Payslip(
        gross_minor=pay.gross_minor,
        provident_minor=provident,
        insurance_minor=state_insurance(pay.gross_minor).employee_minor,
        professional_tax_minor=professional_tax(pay.state, pay.gender, pay.gross_minor, month),
        total_income_minor=tax.total_income_minor,
        annual_tax_minor=tax.payable_minor,
        tax_minor=spread_tax(tax.payable_minor, 0, MONTHS).monthly_minor,
    )


def _year(pay: PayStructure, fy: FiscalYear, regime: Regime, provident_minor: int) -> SalaryIncome:
    gross = pay.gross_minor * MONTHS
    if regime is Regime.NEW:
        return SalaryIncome(gross)
    rent = rent_allowance(
        pay.basic_minor * MONTHS,
        pay.rent_allowance_minor * MONTHS,
        pay.rent_paid_minor * MONTHS,
        is_in_metro=pay.is_in_metro,
    )
    saved = provident_minor * MONTHS + pay.other_savings_minor
    return SalaryIncome(
        gross,
        professional_tax_minor=professional_tax_of_year(pay.state, pay.gender, pay.gross_minor, fy),
        rent_allowance_exempt_minor=rent.exempt_minor,
        chapter_via_minor=min(saved, rupees(facts("deductions")["savings"]["limit"])),
    )
