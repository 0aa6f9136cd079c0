"""Paying a loan back early: the same instalment for a shorter time, or a smaller one for the same time."""

from dataclasses import dataclass

from app.domain.errors import Refused
from app.domain.loans import Instalment, Loan, Schedule, balance_after, emi, in_months, schedule, until_cleared


@dataclass(frozen=True, slots=True)
class Prepayment:
    """What a lump sum after an instalment changes. Money in minor units.

    `rows` are the instalments after the lump sum; they are numbered on from those already paid.
    """

    balance_minor: int
    emi_minor: int
    rows: tuple[Instalment, ...]
    instalments: int
    months_saved: int
    interest_saved_minor: int

    @property
    def last_minor(self) -> int:
        """The last instalment; 0 when the lump sum cleared the loan."""
        return self.rows[-1].paid_minor if self.rows else 0


def prepay_keeping_emi(loan: Loan, after: int, lump_minor: int) -> Prepayment:
    """Pay `lump_minor` just after instalment `after` and go on with the same instalment until nothing is owed.

    Units: minor units. Rounding: as in `loans.schedule`, month by month.
    Raises: Refused when the instalment does not exist or the lump sum is not between 0 and the balance.
    Source: RBI (pre-payment charges on loans) directions of 2 July 2025 allow it without a fee on floating-rate loans of individuals.

    >>> from decimal import Decimal
    >>> prepay_keeping_emi(Loan(1_000_000, Decimal(0), 10), 2, 300_000).instalments
    7
    """
    plan, balance = _before(loan, after, lump_minor)
    rows = tuple(until_cleared(balance, loan.annual_rate, plan.emi_minor, after + 1)) if balance else ()
    return _changed(plan, after, balance, plan.emi_minor, rows)


def prepay_keeping_tenure(loan: Loan, after: int, lump_minor: int) -> Prepayment:
    """Pay `lump_minor` just after instalment `after` and spread the rest over the months that were left.

    Units: minor units. Rounding: the new instalment half-up; rows as in `loans.schedule`.
    Raises: Refused when the instalment does not exist or the lump sum is not between 0 and the balance.
    Source: annuity formula on the reduced balance.

    >>> from decimal import Decimal
    >>> prepay_keeping_tenure(Loan(1_000_000, Decimal(0), 10), 2, 400_000).emi_minor
    50000
    """
    plan, balance = _before(loan, after, lump_minor)
    left = loan.months - after
    payment = emi(balance, loan.annual_rate, left) if balance else 0
    rows = tuple(in_months(balance, loan.annual_rate, payment, left, after + 1))
    return _changed(plan, after, balance, payment, rows)


def _before(loan: Loan, after: int, lump_minor: int) -> tuple[Schedule, int]:
    plan = schedule(loan)
    owed = balance_after(plan.rows, loan, after)
    if not 0 <= lump_minor <= owed:
        raise Refused("The extra payment cannot be more than what is owed.", field="lump")
    return plan, owed - lump_minor


def _changed(
    plan: Schedule, after: int, balance_minor: int, emi_minor: int, rows: tuple[Instalment, ...]
) -> Prepayment:
    done = plan.rows[:after]
    interest = sum(row.interest_minor for row in (*done, *rows))
    return Prepayment(
        balance_minor=balance_minor,
        emi_minor=emi_minor,
        rows=rows,
        instalments=len(done) + len(rows),
        months_saved=len(plan.rows) - len(done) - len(rows),
        interest_saved_minor=plan.interest_minor - interest,
    )
