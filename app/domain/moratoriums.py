"""Months in which a loan is not yet repaid, as for education or under construction: who pays the interest meanwhile, and when."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.interest import month_interest
from app.domain.loans import LONGEST_MONTHS, Loan, Schedule, schedule
from app.domain.money import MAX_MINOR


class MoratoriumInterest(StrEnum):
    """What becomes of the interest of the waiting months."""

    CAPITALISE = "capitalise"
    """Added to the loan each month, so it bears interest itself."""
    SIMPLE = "simple"
    """Counted on the original amount and added once, at the end of the waiting time."""
    PAY = "pay_interest"
    """Paid each month by the borrower."""


@dataclass(frozen=True, slots=True)
class DeferredLoan:
    """A loan after its waiting time, in minor units."""

    waiting_interest_minor: int
    paid_while_waiting_minor: int
    repayment: Schedule
    balance_minor: int

    @property
    def paid_minor(self) -> int:
        """Everything the borrower pays, waiting time included."""
        return self.paid_while_waiting_minor + self.repayment.paid_minor

    @property
    def interest_minor(self) -> int:
        """Interest over the whole life, that of the waiting time included."""
        return self.waiting_interest_minor + self.repayment.interest_minor


def with_moratorium(loan: Loan, waiting_months: int, interest: MoratoriumInterest) -> DeferredLoan:
    """Wait, then repay in `loan.months` instalments.

    Units: minor units. Rounding: interest half-up each month, also while waiting.
    Raises: Refused when the waiting months are negative or too many.
    Source: model education loan scheme of the Indian Banks' Association (simple); practice of monthly rests (the others).

    >>> from decimal import Decimal
    >>> with_moratorium(Loan(100_000, Decimal("0.12"), 12), 2, MoratoriumInterest.CAPITALISE).balance_minor
    102010
    """
    if not 0 <= waiting_months <= LONGEST_MONTHS:
        raise Refused(f"Enter the months of waiting, from 0 to {LONGEST_MONTHS}.", field="moratorium_months")
    owed = loan.principal_minor
    total = 0
    for _ in range(waiting_months):
        base = owed if interest is MoratoriumInterest.CAPITALISE else loan.principal_minor
        month = month_interest(base, loan.annual_rate)
        total += month
        if interest is not MoratoriumInterest.PAY:
            owed += month
        if owed > MAX_MINOR:
            raise Refused("The loan grows beyond any amount while waiting.", field="moratorium_months")
    paid = total if interest is MoratoriumInterest.PAY else 0
    return DeferredLoan(total, paid, schedule(Loan(owed, loan.annual_rate, loan.months)), owed)
