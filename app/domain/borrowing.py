"""What a loan really costs, and how large a loan an income carries."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.interest import MONTHS, annuity_factor, check_rate, effective_annual_rate, level_payment_rate
from app.domain.loans import Loan, emi
from app.domain.money import round_half_up


@dataclass(frozen=True, slots=True)
class FlatLoan:
    """A flat-rate loan beside the reducing-balance rate it amounts to. Money in minor units, rates as yearly fractions."""

    interest_minor: int
    emi_minor: int
    reducing_rate: Decimal
    effective_rate: Decimal


def flat_loan(principal_minor: int, flat_rate: Decimal, months: int) -> FlatLoan:
    """Interest on the whole amount for the whole time, and the honest rate behind it.

    Units: minor units; rates as fractions, not rounded.
    Rounding: interest and instalment half-up, each once; the rate is that of the instalment before rounding.
    Raises: Refused for an amount, rate or number of months out of range.
    Source: interest = P * flat * months/12; nominal = 12 * internal rate of a month; effective = (1 + rate of a month)^12 - 1.

    >>> flat_loan(10_000_000, Decimal("0.12"), 36).interest_minor
    3600000
    """
    loan = Loan(principal_minor, flat_rate, months)
    interest = loan.principal_minor * flat_rate * months / MONTHS
    payment = (principal_minor + interest) / months
    monthly = level_payment_rate(principal_minor, payment, months) if flat_rate else Decimal(0)
    return FlatLoan(round_half_up(interest), round_half_up(payment), monthly * MONTHS, (1 + monthly) ** MONTHS - 1)


@dataclass(frozen=True, slots=True)
class LoanCost:
    """A loan with its fees. Money in minor units; `apr` a yearly fraction."""

    emi_minor: int
    received_minor: int
    apr: Decimal

    @property
    def effective_rate(self) -> Decimal:
        """The same rate with monthly compounding, as a yearly fraction."""
        return effective_annual_rate(self.apr, MONTHS)


def annual_percentage_rate(loan: Loan, fee_minor: int) -> LoanCost:
    """The rate that counts the fees: what was really received, against the instalments really paid.

    Units: minor units; the rate a fraction, not rounded. Rounding: the instalments are the rounded ones.
    Raises: Refused when the fee is negative or eats the loan, or when rounding leaves no interest at all.
    Source: RBI key facts statement (15 April 2024): 12 * internal rate of return of a month on the net amount.

    >>> round(annual_percentage_rate(Loan(20_000_000, Decimal("0.15"), 24), 400_000).apr, 6)
    Decimal('0.170706')
    """
    if not 0 <= fee_minor < loan.principal_minor:
        raise Refused("The fees must be less than the loan.", field="fee")
    payment = emi(loan.principal_minor, loan.annual_rate, loan.months)
    received = loan.principal_minor - fee_minor
    if not fee_minor and not loan.annual_rate:
        return LoanCost(payment, received, Decimal(0))
    return LoanCost(payment, received, level_payment_rate(received, Decimal(payment), loan.months) * MONTHS)


@dataclass(frozen=True, slots=True)
class Affordable:
    """The largest instalment an income leaves room for, and the loan it repays. Minor units."""

    emi_minor: int
    loan_minor: int


def affordable_loan(
    net_income_minor: int, obligation_rate: Decimal, existing_emi_minor: int, annual_rate: Decimal, months: int
) -> Affordable:
    """How large a loan fits when all instalments may take `obligation_rate` of the net income.

    Units: minor units a month; rates as fractions. Rounding: half-up, each figure once.
    Raises: Refused for negative amounts, a share outside 0 to 1, or a rate or number of months out of range.
    Source: fixed obligations to income ratio of lenders; present value of an annuity.

    >>> affordable_loan(8_000_000, Decimal("0.4"), 700_000, Decimal("0.09"), 240)
    Affordable(emi_minor=2500000, loan_minor=277862385)
    """
    check_rate(annual_rate)
    if net_income_minor < 0 or existing_emi_minor < 0:
        raise Refused("Income and instalments cannot be negative.", field="net_income")
    if not 0 <= obligation_rate <= 1:
        raise Refused("The share of the income must lie between 0 and 100 %.", field="obligation_rate")
    if months < 1:
        raise Refused("Enter the number of months, at least 1.", field="months")
    room = max(Decimal(0), net_income_minor * obligation_rate - existing_emi_minor)
    return Affordable(round_half_up(room), round_half_up(room * annuity_factor(annual_rate / MONTHS, months)))
