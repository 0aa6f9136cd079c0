"""A job's year: what each month pays, and how the year's tax is spread over the months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from app.domain.errors import Refused
from app.domain.facts.reading import facts, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.payslips import spread_tax
from app.domain.periods import Month
from app.domain.salaries import Declared, Part, Pay, PayLine, PayTerms, TaxMode, pay_of
from app.domain.tax.comparison import Comparison, SalaryIncome, compare_regimes
from app.domain.tax.deductions import Claimed, Employer, HealthClaim, deductions, health_deduction
from app.domain.tax.income_tax import IncomeTax, Taxpayer
from app.domain.tax.rent_allowance import rent_allowance
from app.domain.tax.years import SENIOR, Regime, age_in, tax_rules


class PayState(StrEnum):
    """How a pay day stands in the books."""

    POSTED = "posted"
    WAITING = "waiting"
    EXPECTED = "expected"
    EARLIER = "earlier"
    """Before the books began to be kept for this job: it counts for the year, and is not posted."""
    SKIPPED = "skipped"
    DELETED = "deleted"
    MISSED = "missed"
    """It passed while the job was paused."""


UNPAID = frozenset({PayState.SKIPPED, PayState.DELETED, PayState.MISSED})


@dataclass(frozen=True, slots=True)
class Before:
    """What was paid in the financial year before the first pay day that is kept here, in minor units."""

    gross_minor: int = 0
    provident_minor: int = 0
    tax_minor: int = 0


@dataclass(frozen=True, slots=True)
class PayMonth:
    """A pay day as it goes into the year. `booked` is what the books say of it, once posted."""

    month: Month
    due_on: date
    terms: PayTerms
    state: PayState
    booked: Pay | None = None


@dataclass(frozen=True, slots=True)
class PlannedMonth:
    """A pay day with its tax, in minor units. `held_minor` is the year's tax up to and with it."""

    month: Month
    due_on: date
    state: PayState
    pay: Pay
    held_minor: int
    left_minor: int | None

    @property
    def is_paid(self) -> bool:
        """Whether it counts for the year."""
        return self.state not in UNPAID


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the reckoning in both regimes, in minor units; none where a regime does not know it."""

    label: str
    new_minor: int | None
    old_minor: int | None
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class YearPlan:
    """A financial year of one job. `comparison` is missing where the tax of the year is not reckoned; `problem` says why."""

    fy: FiscalYear
    months: tuple[PlannedMonth, ...]
    before: Before
    comparison: Comparison | None
    regime: Regime
    steps: tuple[Step, ...]
    problem: str = ""

    @property
    def tax_minor(self) -> int | None:
        """The year's tax under the chosen regime."""
        return _chosen(self.comparison, self.regime).payable_minor if self.comparison else None

    @property
    def held_minor(self) -> int:
        """The tax held back in the whole year, as planned."""
        return self.before.tax_minor + sum(each.pay.of(Part.TAX) for each in self.months if each.is_paid)

    def month(self, month: Month) -> PlannedMonth | None:
        """A month of it; none when nothing is paid then."""
        return next((each for each in self.months if each.month == month), None)

    def to_date(self, month: Month) -> Pay:
        """Everything paid in the year up to and with a month, line by line of the same part and name."""
        return added([each.pay for each in self.months if each.is_paid and each.month <= month])


def added(pays: Sequence[Pay]) -> Pay:
    """Several payslips as one: lines of the same part and name together."""
    sums: dict[tuple[Part, str], int] = {}
    for pay in pays:
        for line in pay.lines:
            sums[line.part, line.name] = sums.get((line.part, line.name), 0) + line.amount_minor
    return Pay.of_lines(PayLine(part, amount, name) for (part, name), amount in sums.items())


def plan_year(
    fy: FiscalYear, months: Sequence[PayMonth], *, before: Before, born_on: date | None, has_tax: bool = True
) -> YearPlan:
    """A year's pay days with the tax held back on each.

    What is posted counts as it is in the books. The rest of the year's tax is spread evenly over the other pay days, the last
    one taking what rounding leaves; nothing is given back when too much was held. Regime and declarations are those of the
    last pay day. Days left out, deleted or passed in a pause bring nothing.

    Units: minor units. Rounding: a month's tax to the rupee; the year's as in `income_tax`.
    Raises: NotKnown for a year, a state or a month without facts, when the tax of an open month depends on it.
    Source: sections 192 and 392 (average rate), 16, 10(13A), Chapter VI-A.
    """
    paid = [each for each in months if each.state not in UNPAID]
    pays = {each.month: each.booked or pay_of(each.terms, each.month) for each in paid}
    is_planned = [each for each in paid if each.booked is None and each.terms.tax is TaxMode.PLAN]
    comparison: Comparison | None = None
    steps: tuple[Step, ...] = ()
    problem = ""
    regime = paid[-1].terms.regime if paid else Regime.NEW
    if has_tax and paid:
        try:
            tax_rules(fy, regime)  # a year without rules is said before anything else
            person = _person(fy, born_on)
            income = year_income(fy, [(each, pays[each.month]) for each in paid], before, person.age)
            comparison = compare_regimes(fy, person, income)
            steps = _steps(fy, income, comparison)
        except Refused as error:
            if is_planned:
                raise
            problem = error.user_message
    if comparison:
        held = before.tax_minor + sum(pays[each.month].of(Part.TAX) for each in paid if each not in is_planned)
        parts = _spread(_chosen(comparison, regime).payable_minor - held, len(is_planned))
        for each, part in zip(is_planned, parts, strict=True):
            pays[each.month] = pays[each.month].with_tax(part)
    return YearPlan(fy, _months(months, pays, before, comparison, regime), before, comparison, regime, steps, problem)


def _person(fy: FiscalYear, born_on: date | None) -> Taxpayer:
    if born_on is None:
        raise Refused("Write the date of birth: the tax depends on the age.", field="born_on")
    return Taxpayer(age_in(fy, born_on))


def year_income(fy: FiscalYear, paid: Sequence[tuple[PayMonth, Pay]], before: Before, age: int) -> SalaryIncome:
    """A year's salary and what the old regime lets off it, in minor units.

    The exemption of rent allowance is worked out for each stretch of months in which pay and rent stay the same.

    Raises: NotKnown for a year outside the facts.
    Source: sections 10(13A) with Rule 2A, 16, 24(b), 80C, 80CCD(1B), 80D.
    """
    said: Declared = paid[-1][0].terms.declared
    saved = before.provident_minor + sum(pay.of(Part.PROVIDENT) for _, pay in paid) + said.savings_minor
    wages = sum(pay.of(Part.BASIC, Part.DEARNESS) for _, pay in paid)
    claimed = Claimed(wages, savings_minor=saved, own_pension_extra_minor=said.pension_minor)
    health = HealthClaim(said.health_minor, has_senior=age >= SENIOR)
    allowed = deductions(fy, Regime.OLD, age, Employer.OTHER, claimed).total_minor
    allowed += health_deduction(fy, health, HealthClaim(0, has_senior=False)).total_minor
    return SalaryIncome(
        before.gross_minor + sum(pay.taxable_minor for _, pay in paid),
        professional_tax_minor=sum(pay.of(Part.PROFESSIONAL_TAX) for _, pay in paid),
        rent_allowance_exempt_minor=_rent_exempt(paid),
        other_exempt_minor=sum(pay.of(Part.OLD_EXEMPT) for _, pay in paid),
        house_loss_minor=said.home_interest_minor,
        chapter_via_minor=allowed,
    )


def _rent_exempt(paid: Sequence[tuple[PayMonth, Pay]]) -> int:
    def stretch(entry: tuple[PayMonth, Pay]) -> tuple[int, int, int, bool]:
        each, pay = entry
        wages = pay.of(Part.BASIC, Part.DEARNESS)
        return wages, pay.of(Part.RENT), each.terms.rent_paid_minor, each.terms.is_in_metro

    exempt = 0
    for (wages, received, rent, is_in_metro), same in groupby(paid, key=stretch):
        count = sum(1 for _ in same)
        exempt += rent_allowance(wages * count, received * count, rent * count, is_in_metro=is_in_metro).exempt_minor
    return exempt


def _spread(rest_minor: int, months: int) -> list[int]:
    """What is left of the year's tax in even parts; nothing below zero, and never more than what is left."""
    if rest_minor <= 0 or not months:
        return [0] * months
    even = max(0, spread_tax(rest_minor, 0, months).monthly_minor)
    parts = []
    for number in range(months):
        part = rest_minor if number == months - 1 else min(even, rest_minor)
        parts.append(part)
        rest_minor -= part
    return parts


def _months(
    months: Sequence[PayMonth], pays: dict[Month, Pay], before: Before, comparison: Comparison | None, regime: Regime
) -> tuple[PlannedMonth, ...]:
    held = before.tax_minor
    planned = []
    for each in months:
        pay = pays.get(each.month) or Pay(())
        held += pay.of(Part.TAX)
        left = _chosen(comparison, regime).payable_minor - held if comparison else None
        planned.append(PlannedMonth(each.month, each.due_on, each.state, pay, held, left))
    return tuple(planned)


def _chosen(comparison: Comparison, regime: Regime) -> IncomeTax:
    return comparison.old if regime is Regime.OLD else comparison.new


def _steps(fy: FiscalYear, income: SalaryIncome, both: Comparison) -> tuple[Step, ...]:
    """The reckoning line by line; what neither regime takes off is left out."""
    new, old = tax_rules(fy, Regime.NEW), tax_rules(fy, Regime.OLD)
    limits, gross = facts("deductions"), income.gross_minor
    professional = min(income.professional_tax_minor, rupees(limits["professional_tax"]["limit"]))
    home = min(income.house_loss_minor, rupees(limits["house"]["set_off"]))
    less = [
        Step(
            "Standard deduction", -min(new.standard_deduction_minor, gross), -min(old.standard_deduction_minor, gross)
        ),
        Step("House rent allowance", None, -income.rent_allowance_exempt_minor),
        Step("Other exempt allowances", None, -income.other_exempt_minor),
        Step("Professional tax", None, -professional),
        Step("Home loan interest, 24(b)", None, -home),
        Step("80C, 80CCD(1B) and 80D, within their caps", None, -income.chapter_via_minor),
    ]
    taxes = [
        Step("Tax on the slabs", both.new.slab_tax_minor, both.old.slab_tax_minor),
        Step("Rebate", -both.new.rebate_minor, -both.old.rebate_minor),
        Step(
            "Surcharge, less relief",
            both.new.surcharge_minor - both.new.surcharge_relief_minor,
            both.old.surcharge_minor - both.old.surcharge_relief_minor,
        ),
        Step(f"Health and education cess, {_percent(new.cess_rate)}", both.new.cess_minor, both.old.cess_minor),
    ]
    return (
        Step("Taxable pay of the year", income.gross_minor, income.gross_minor, is_sum=True),
        *(step for step in less if step.new_minor or step.old_minor),
        Step("Taxable income", both.new.total_income_minor, both.old.total_income_minor, is_sum=True),
        *(step for step in taxes if step.new_minor or step.old_minor),
        Step("Tax for the year", both.new.payable_minor, both.old.payable_minor, is_sum=True),
    )


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"
