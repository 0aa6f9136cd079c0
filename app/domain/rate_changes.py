"""A floating rate that moves: the borrower chooses between another instalment and another number of months."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.interest import check_rate
from app.domain.loans import Instalment, Loan, balance_after, emi, in_months, schedule, until_cleared


@dataclass(frozen=True, slots=True)
class RateChange:
    """The loan after its rate changed. Money in minor units; changes are against the plan before, negative when less."""

    balance_minor: int
    emi_minor: int
    rows: tuple[Instalment, ...]
    emi_change_minor: int
    extra_months: int

    @property
    def remaining(self) -> int:
        """Instalments still to pay."""
        return len(self.rows)

    @property
    def last_minor(self) -> int:
        """The last instalment."""
        return self.rows[-1].paid_minor if self.rows else 0


def change_rate_keeping_tenure(loan: Loan, after: int, new_rate: Decimal) -> RateChange:
    """A new yearly rate from instalment `after` + 1 on; the number of months stays, the instalment moves.

    Units: minor units, rates as fractions. Rounding: the new instalment half-up; rows as in `loans.schedule`.
    Raises: Refused when the instalment does not exist or the rate is out of range.
    Source: RBI circular of 18 August 2023 on the reset of floating rates.

    >>> change_rate_keeping_tenure(Loan(1_200_000, Decimal(0), 12), 6, Decimal(0)).emi_change_minor
    0
    """
    check_rate(new_rate, "new_rate")
    plan = schedule(loan)
    balance, left = balance_after(plan.rows, loan, after), loan.months - after
    payment = emi(balance, new_rate, left) if balance else 0
    rows = tuple(in_months(balance, new_rate, payment, left, after + 1))
    return RateChange(balance, payment, rows, payment - plan.emi_minor, 0)


def change_rate_keeping_emi(loan: Loan, after: int, new_rate: Decimal) -> RateChange:
    """A new yearly rate from instalment `after` + 1 on; the instalment stays, the number of months moves.

    Units: minor units, rates as fractions. Rounding: as in `loans.schedule`.
    Raises: Refused as above; NeverRepaid when the old instalment no longer covers the interest.
    Source: RBI circular of 18 August 2023: a longer tenor must not lead to negative amortisation.

    >>> change_rate_keeping_emi(Loan(1_200_000, Decimal(0), 12), 6, Decimal(0)).extra_months
    0
    """
    check_rate(new_rate, "new_rate")
    plan = schedule(loan)
    balance = balance_after(plan.rows, loan, after)
    rows = tuple(until_cleared(balance, new_rate, plan.emi_minor, after + 1))
    return RateChange(balance, plan.emi_minor, rows, 0, len(rows) - (loan.months - after))
