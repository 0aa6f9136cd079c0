"""Loans on a reducing balance: the instalment, and every row of the schedule to the paisa."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.interest import MONTHS, check_rate, month_interest
from app.domain.money import MAX_MINOR, round_half_up

LONGEST_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class Loan:
    """What a borrower signs: the amount in minor units, the yearly rate as a fraction, the number of monthly instalments.

    Raises: Refused, naming the field, when one of them cannot be meant.
    """

    principal_minor: int
    annual_rate: Decimal
    months: int

    def __post_init__(self) -> None:
        if not 0 < self.principal_minor <= MAX_MINOR:
            raise Refused("Enter an amount above zero.", field="principal")
        if not 1 <= self.months <= LONGEST_MONTHS:
            raise Refused(f"Enter the number of months, from 1 to {LONGEST_MONTHS}.", field="months")
        check_rate(self.annual_rate)


@dataclass(frozen=True, slots=True)
class Instalment:
    """One row of a schedule, in minor units. `balance_minor` is what is still owed after it."""

    number: int
    interest_minor: int
    principal_minor: int
    balance_minor: int

    @property
    def paid_minor(self) -> int:
        """What leaves the bank account."""
        return self.interest_minor + self.principal_minor


@dataclass(frozen=True, slots=True)
class Schedule:
    """All instalments of a loan. The principal parts add up to what was borrowed."""

    emi_minor: int
    rows: tuple[Instalment, ...]

    @property
    def interest_minor(self) -> int:
        """Interest over the whole life."""
        return sum(row.interest_minor for row in self.rows)

    @property
    def paid_minor(self) -> int:
        """All instalments together."""
        return sum(row.paid_minor for row in self.rows)

    @property
    def last_minor(self) -> int:
        """The last instalment, which takes what rounding left; 0 when nothing was left to pay."""
        return self.rows[-1].paid_minor if self.rows else 0


def emi(principal_minor: int, annual_rate: Decimal, months: int) -> int:
    """Equated monthly instalment of a reducing-balance loan, paid in arrears.

    Units: minor units; `annual_rate` a fraction (8.5 % is Decimal("0.085")).
    Rounding: half-up to a whole minor unit, once, at the end.
    Raises: Refused for an amount, rate or number of months out of range.
    Source: annuity formula P*r*(1+r)^n / ((1+r)^n - 1) with r = annual_rate/12; limit P/n at r = 0.

    >>> emi(10_000_000, Decimal("0.12"), 12)  # Rs 1,00,000 at 12 % for a year
    888488
    """
    loan = Loan(principal_minor, annual_rate, months)
    if not loan.annual_rate:
        return round_half_up(Decimal(principal_minor) / months)
    monthly = annual_rate / MONTHS
    growth = (1 + monthly) ** months
    return round_half_up(principal_minor * monthly * growth / (growth - 1))


def schedule(loan: Loan) -> Schedule:
    """Every instalment of the loan, closing at exactly zero.

    Rounding: interest of each month half-up; the last instalment is the balance with its interest, whatever that is.
    Source: RBI practice of monthly rests; the residue of rounding falls into the last row.

    >>> [row.paid_minor for row in schedule(Loan(1_000_000, Decimal(0), 3)).rows]
    [333333, 333333, 333334]
    """
    payment = emi(loan.principal_minor, loan.annual_rate, loan.months)
    return Schedule(payment, tuple(in_months(loan.principal_minor, loan.annual_rate, payment, loan.months)))


def in_months(
    balance_minor: int, annual_rate: Decimal, payment_minor: int, months: int, first: int = 1
) -> Iterator[Instalment]:
    """Rows numbered from `first` that clear the balance in `months` payments, the last one taking the rest.

    A payment never exceeds what is owed, so a loan of a few paise may close early.

    >>> [row.balance_minor for row in in_months(100, Decimal(0), 30, 3)]
    [70, 40, 0]
    """
    for number in range(first, first + months):
        if not balance_minor:
            return
        interest = month_interest(balance_minor, annual_rate)
        is_last = number == first + months - 1
        principal = balance_minor if is_last else min(payment_minor - interest, balance_minor)
        balance_minor -= principal
        yield Instalment(number, interest, principal, balance_minor)


def until_cleared(balance_minor: int, annual_rate: Decimal, payment_minor: int, first: int = 1) -> Iterator[Instalment]:
    """Rows numbered from `first` with the same payment until nothing is owed; the last payment is smaller.

    Raises: NeverRepaid when the payment does not exceed a month's interest.

    >>> [row.paid_minor for row in until_cleared(100, Decimal(0), 40)]
    [40, 40, 20]
    """
    number = first
    while balance_minor:
        interest = month_interest(balance_minor, annual_rate)
        if payment_minor <= interest:
            raise NeverRepaid(payment_minor, interest)
        principal = min(payment_minor - interest, balance_minor)
        balance_minor -= principal
        yield Instalment(number, interest, principal, balance_minor)
        number += 1


def balance_after(rows: Sequence[Instalment], loan: Loan, paid: int) -> int:
    """What is owed after `paid` instalments; 0 paid is the whole principal.

    Raises: Refused when the loan does not have so many instalments.

    >>> balance_after(schedule(loan := Loan(1_000_000, Decimal(0), 3)).rows, loan, 1)
    666667
    """
    if not 0 <= paid <= loan.months:
        raise Refused(f"This loan has {loan.months} instalments.", field="after")
    return rows[min(paid, len(rows)) - 1].balance_minor if paid else loan.principal_minor


class NeverRepaid(Refused):
    """The instalment does not cover the interest, so the balance would grow (negative amortisation).

    Source: RBI circular of 18 August 2023 on the reset of floating rates forbids it.
    """

    def __init__(self, payment_minor: int, interest_minor: int) -> None:
        super().__init__("The instalment does not cover the interest, so the loan would never end.", field="payment")
        self.payment_minor = payment_minor
        self.interest_minor = interest_minor
