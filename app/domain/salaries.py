"""A job's monthly pay: what it is made of, what is taken from it, and what reaches the bank."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.facts.reading import facts, rupees
from app.domain.periods import Month
from app.domain.professional_tax import Gender, professional_tax
from app.domain.provident_contributions import WageBase, provident_contribution, state_insurance
from app.domain.recurrence import Frequency, Rule
from app.domain.tax.years import Regime

LAST_DAY = 31
"""The pay day of those paid on the last day of each month, however long it is."""
MOST_ITEMS = 12
OWN_STATE = "own"
"""The state of those who write their professional tax themselves."""


class Part(StrEnum):
    """What a line of a payslip is."""

    BASIC = "basic"
    DEARNESS = "dearness"
    RENT = "rent"
    SPECIAL = "special"
    TAXED = "taxed"
    """An allowance that is taxed."""
    OLD_EXEMPT = "old_exempt"
    """An allowance that the old regime leaves untaxed, such as leave travel."""
    UNTAXED = "untaxed"
    """Costs of work paid back: no income in either regime."""
    PROVIDENT = "provident"
    INSURANCE = "insurance"
    PROFESSIONAL_TAX = "professional_tax"
    TAX = "tax"
    DEDUCTION = "deduction"
    EMPLOYER_FUND = "employer_fund"
    """What the employer adds to the provident fund; it is not part of the gross pay."""
    EMPLOYER_PENSION = "employer_pension"
    """What the employer pays for the pension; it is not part of the fund's balance either."""


EARNED = frozenset({Part.BASIC, Part.DEARNESS, Part.RENT, Part.SPECIAL, Part.TAXED, Part.OLD_EXEMPT, Part.UNTAXED})
TAKEN = frozenset({Part.PROVIDENT, Part.INSURANCE, Part.PROFESSIONAL_TAX, Part.TAX, Part.DEDUCTION})
ITEM_PARTS = (Part.TAXED, Part.OLD_EXEMPT, Part.UNTAXED, Part.DEDUCTION)
"""The parts a person names: allowances and deductions of their own."""


class Slot(StrEnum):
    """A category that a job posts to."""

    INCOME = "income"
    TAX = "tax"
    PROFESSIONAL_TAX = "professional_tax"
    INSURANCE = "insurance"
    DEDUCTIONS = "deductions"
    EMPLOYER = "employer"


class ProvidentMode(StrEnum):
    """What is paid into the provident fund."""

    NONE = "none"
    CAPPED = "capped"
    FULL = "full"
    OWN = "own"


class TaxMode(StrEnum):
    """How the tax held back each month is found: from the year's plan, or written by hand."""

    NONE = "none"
    PLAN = "plan"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class PayLine:
    """A line of a payslip, in minor units. The parts with one line each have no name of their own."""

    part: Part
    amount_minor: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class PayItem:
    """An allowance or a deduction with a name. A deduction may say which category it belongs to."""

    part: Part
    name: str
    amount_minor: int
    category_id: int | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What an employee tells the employer for the old regime, in minor units a year, before any cap."""

    savings_minor: int = 0
    """80C, besides the provident fund."""
    health_minor: int = 0
    """80D, premiums for the family."""
    pension_minor: int = 0
    """80CCD(1B)."""
    home_interest_minor: int = 0
    """24(b), own home."""


@dataclass(frozen=True, slots=True)
class PayTerms:
    """What a job pays each month and how deductions are found, in minor units a month.

    Raises: Refused, with the field to correct, for amounts that no payslip can have.
    """

    basic_minor: int
    dearness_minor: int = 0
    rent_allowance_minor: int = 0
    special_minor: int = 0
    items: tuple[PayItem, ...] = ()
    provident: ProvidentMode = ProvidentMode.NONE
    own_provident_minor: int = 0
    own_employer_minor: int = 0
    keeps_employer: bool = False
    """Whether the employer's part is put into the books as well."""
    is_insured: bool = False
    state: str = ""
    own_professional_tax_minor: int = 0
    gender: Gender = Gender.MALE
    tax: TaxMode = TaxMode.NONE
    own_tax_minor: int = 0
    regime: Regime = Regime.NEW
    rent_paid_minor: int = 0
    is_in_metro: bool = False
    declared: Declared = field(default_factory=Declared)

    def __post_init__(self) -> None:
        for name, amount in self._amounts():
            if amount < 0:
                raise Refused("Write an amount of zero or more.", field=name)
        _check_items(self.items)
        if self.gross_minor <= 0:
            raise Refused("Write what is paid each month.", field="basic")
        _check_own(self)

    def _amounts(self) -> Iterable[tuple[str, int]]:
        yield "basic", self.basic_minor
        yield "dearness", self.dearness_minor
        yield "rent_allowance", self.rent_allowance_minor
        yield "special", self.special_minor
        yield "own_provident", self.own_provident_minor
        yield "own_employer", self.own_employer_minor
        yield "own_professional_tax", self.own_professional_tax_minor
        yield "own_tax", self.own_tax_minor
        yield "rent_paid", self.rent_paid_minor
        yield "savings", self.declared.savings_minor
        yield "health", self.declared.health_minor
        yield "pension", self.declared.pension_minor
        yield "home_interest", self.declared.home_interest_minor

    @property
    def gross_minor(self) -> int:
        """A month's pay before any deduction."""
        named = sum(item.amount_minor for item in self.items if item.part in EARNED)
        return self.basic_minor + self.dearness_minor + self.rent_allowance_minor + self.special_minor + named


@dataclass(frozen=True, slots=True)
class Pay:
    """A month's payslip as its lines; amounts of zero have none."""

    lines: tuple[PayLine, ...]

    @classmethod
    def of_lines(cls, lines: Iterable[PayLine]) -> "Pay":
        """A payslip of these lines, in the order a payslip has."""
        order = list(Part)
        return cls(
            tuple(sorted((line for line in lines if line.amount_minor), key=lambda line: order.index(line.part)))
        )

    def of(self, *parts: Part) -> int:
        """What the lines of these parts add up to, in minor units."""
        return sum(line.amount_minor for line in self.lines if line.part in parts)

    @property
    def earnings(self) -> tuple[PayLine, ...]:
        """What is paid."""
        return tuple(line for line in self.lines if line.part in EARNED)

    @property
    def deductions(self) -> tuple[PayLine, ...]:
        """What is taken from it."""
        return tuple(line for line in self.lines if line.part in TAKEN)

    @property
    def gross_minor(self) -> int:
        """Everything that is paid."""
        return self.of(*EARNED)

    @property
    def taken_minor(self) -> int:
        """Everything that is taken from it."""
        return self.of(*TAKEN)

    @property
    def net_minor(self) -> int:
        """What reaches the bank."""
        return self.gross_minor - self.taken_minor

    @property
    def taxable_minor(self) -> int:
        """The part that is income at all: without costs paid back. The year's deductions come off later."""
        return self.gross_minor - self.of(Part.UNTAXED)

    def with_tax(self, tax_minor: int) -> "Pay":
        """The same with so much tax held back, in place of what was."""
        others = tuple(line for line in self.lines if line.part is not Part.TAX)
        return Pay.of_lines((*others, PayLine(Part.TAX, tax_minor))) if tax_minor else replace(self, lines=others)

    def with_net(self, net_minor: int) -> "Pay":
        """The same with another amount received: more counts as pay that is taxed, less as a deduction.

        >>> Pay((PayLine(Part.BASIC, 500),)).with_net(450).lines[1]
        PayLine(part=<Part.DEDUCTION: 'deduction'>, amount_minor=50, name='Difference to what was received')
        """
        more = net_minor - self.net_minor
        if more == 0:
            return self
        part = Part.TAXED if more > 0 else Part.DEDUCTION
        return Pay.of_lines((*self.lines, PayLine(part, abs(more), "Difference to what was received")))


def pay_of(terms: PayTerms, month: Month) -> Pay:
    """A month's pay with every deduction but the tax that the year's plan finds. Tax written by hand is in it.

    Units: minor units. Rounding: as in `provident_contributions` and `professional_tax`.
    Raises: NotKnown for a state or a month without facts.
    Source: the modules that work out each deduction.

    >>> terms = PayTerms(5_000_000, special_minor=5_000_000, provident=ProvidentMode.CAPPED, state="MH")
    >>> pay_of(terms, Month(2026, 4)).net_minor
    9800000
    """
    fund, pension, own = _provident(terms)
    gross = terms.gross_minor
    lines = [
        PayLine(Part.BASIC, terms.basic_minor),
        PayLine(Part.DEARNESS, terms.dearness_minor),
        PayLine(Part.RENT, terms.rent_allowance_minor),
        PayLine(Part.SPECIAL, terms.special_minor),
        *(PayLine(item.part, item.amount_minor, item.name) for item in terms.items),
        PayLine(Part.PROVIDENT, own),
        PayLine(Part.INSURANCE, state_insurance(gross).employee_minor if terms.is_insured else 0),
        PayLine(Part.PROFESSIONAL_TAX, _professional(terms, gross, month)),
        PayLine(Part.TAX, terms.own_tax_minor if terms.tax is TaxMode.OWN else 0),
        PayLine(Part.EMPLOYER_FUND, fund),
        PayLine(Part.EMPLOYER_PENSION, pension),
    ]
    return Pay.of_lines(lines)


def check_net(pay: Pay) -> Pay:
    """The same pay, when something of it is left.

    Raises: Refused beside the deduction that is the largest, when more is taken than paid.
    """
    if pay.net_minor < 0:
        fields = {
            Part.PROVIDENT: "provident", Part.INSURANCE: "is_insured", Part.PROFESSIONAL_TAX: "state", Part.TAX: "tax",
            Part.DEDUCTION: "deductions",
        }  # fmt: skip
        largest = max(fields, key=pay.of)
        raise Refused("More is taken from the pay than there is. Check the amounts.", field=fields[largest])
    return pay


def states_with_tax() -> tuple[str, ...]:
    """The codes of the states whose professional tax is known, as on number plates."""
    return tuple(dict.fromkeys(row["state"] for row in facts("payroll")["professional_tax"]))


def pay_rule(pay_day: int, last_on: date | None) -> Rule:
    """How a pay day comes again: each month on the same day, or on the last one of a shorter month.

    >>> str(pay_rule(31, None))
    'FREQ=MONTHLY;BYMONTHDAY=-1'
    """
    if pay_day == LAST_DAY:
        return Rule(Frequency.MONTHLY, until=last_on, by_month_day=(-1,))
    return Rule(Frequency.MONTHLY, until=last_on, is_clamped=True)


def _provident(terms: PayTerms) -> tuple[int, int, int]:
    """The employer's part for the fund and for the pension, and the employee's."""
    if terms.provident is ProvidentMode.NONE:
        return 0, 0, 0
    if terms.provident is ProvidentMode.OWN:
        return terms.own_employer_minor, 0, terms.own_provident_minor
    found = provident_contribution(terms.basic_minor + terms.dearness_minor, WageBase(terms.provident.value))
    return found.employer_fund_minor, found.employer_pension_minor, found.employee_minor


def _professional(terms: PayTerms, gross_minor: int, month: Month) -> int:
    if terms.state in {"", OWN_STATE}:
        return terms.own_professional_tax_minor if terms.state else 0
    return professional_tax(terms.state, terms.gender, gross_minor, month)


def _professional_limit() -> int:
    return rupees(facts("deductions")["professional_tax"]["limit"])


def _check_items(items: tuple[PayItem, ...]) -> None:
    for item in items:
        if item.part not in ITEM_PARTS:
            raise Refused("Choose what it is.", field="allowances")
        if not item.name:
            raise Refused("Write a name for each amount.", field=_items_field(item.part))
        if item.amount_minor <= 0:
            raise Refused("Write an amount above zero.", field=_items_field(item.part))
    for name in ("allowances", "deductions"):
        count = sum(1 for item in items if _items_field(item.part) == name)
        if count > MOST_ITEMS:
            raise Refused(f"Write at most {MOST_ITEMS} of them.", field=name)
        if len({item.name for item in items if _items_field(item.part) == name}) < count:
            raise Refused("Two of them have the same name.", field=name)


def _check_own(terms: PayTerms) -> None:
    if terms.own_professional_tax_minor > _professional_limit():
        raise Refused("Professional tax is at most ₹2,500 a year.", field="own_professional_tax")
    if terms.provident is ProvidentMode.OWN and terms.own_provident_minor > terms.gross_minor:
        raise Refused("The provident fund cannot take more than the pay.", field="own_provident")
    if terms.tax is TaxMode.OWN and terms.own_tax_minor > terms.gross_minor:
        raise Refused("The tax cannot be more than the pay.", field="own_tax")
    if terms.state not in {"", OWN_STATE, *states_with_tax()}:
        raise Refused("Choose a state from the list.", field="state")


def _items_field(part: Part) -> str:
    return "deductions" if part is Part.DEDUCTION else "allowances"
