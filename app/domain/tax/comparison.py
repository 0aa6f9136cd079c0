"""Old or new regime: the same salary taxed both ways."""

from dataclasses import dataclass

from app.domain.errors import Refused
from app.domain.facts.reading import facts, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.income_tax import IncomeTax, Taxpayer, income_tax
from app.domain.tax.years import Regime, TaxRules, tax_rules


@dataclass(frozen=True, slots=True)
class SalaryIncome:
    """A year's salary and what the old regime lets off it, in minor units.

    `chapter_via_minor` are deductions such as 80C and 80D without the employer's pension contribution, which both regimes know.
    `house_loss_minor` is the loss set off, a positive number.
    """

    gross_minor: int
    professional_tax_minor: int = 0
    rent_allowance_exempt_minor: int = 0
    other_exempt_minor: int = 0
    house_loss_minor: int = 0
    chapter_via_minor: int = 0
    employer_pension_minor: int = 0

    def __post_init__(self) -> None:
        if min(getattr(self, name) for name in self.__slots__) < 0:
            raise Refused("Enter amounts of zero or more.", field="gross_salary")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The tax both ways. Where both ask the same, the new regime is named: it needs no choice."""

    old: IncomeTax
    new: IncomeTax

    @property
    def better(self) -> Regime:
        """The regime with the lower tax."""
        return Regime.OLD if self.old.payable_minor < self.new.payable_minor else Regime.NEW

    @property
    def saving_minor(self) -> int:
        """By how much it is lower."""
        return abs(self.old.payable_minor - self.new.payable_minor)


def taxable_salary(rules: TaxRules, income: SalaryIncome) -> int:
    """Income of a salary after what the regime lets off, in minor units, not below zero.

    Source: sections 16 (standard deduction, professional tax), 10(13A), 24(b), Chapter VI-A; the new regime keeps the
        standard deduction and 80CCD(2).

    >>> taxable_salary(tax_rules(FiscalYear(2025), Regime.NEW), SalaryIncome(127_500_000))
    120000000
    """
    salary = income.gross_minor
    less = income.employer_pension_minor
    if rules.regime is Regime.OLD:
        limits = facts("deductions")
        salary -= min(salary, income.rent_allowance_exempt_minor + income.other_exempt_minor)
        less += min(income.professional_tax_minor, rupees(limits["professional_tax"]["limit"]))
        less += min(income.house_loss_minor, rupees(limits["house"]["set_off"])) + income.chapter_via_minor
    return max(0, salary - min(salary, rules.standard_deduction_minor) - less)


def compare_regimes(fy: FiscalYear, taxpayer: Taxpayer, income: SalaryIncome) -> Comparison:
    """Both regimes side by side.

    Units: minor units. Rounding: as in `income_tax`.
    Raises: NotKnown for a year without rules.
    Source: section 115BAC(6); Act of 2025, section 202(4).

    >>> compare_regimes(FiscalYear(2025), Taxpayer(30), SalaryIncome(127_500_000)).better
    <Regime.NEW: 'new'>
    """
    old, new = (
        income_tax(rules, taxpayer, taxable_salary(rules, income))
        for rules in (tax_rules(fy, Regime.OLD), tax_rules(fy, Regime.NEW))
    )
    return Comparison(old, new)
