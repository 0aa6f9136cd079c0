"""How much would have to be deducted for the old regime to ask no more than the new one."""

from dataclasses import dataclass

from app.domain.facts.reading import RUPEE_MINOR
from app.domain.tax.estimate import Estimate
from app.domain.tax.income_tax import income_tax


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The old regime's exemptions and deductions, in minor units.

    `needed_minor` is the least, in whole rupees, with which it asks no more than the new regime; None when nothing suffices.
    """

    have_minor: int
    needed_minor: int | None

    @property
    def missing_minor(self) -> int | None:
        """How much more is needed; None when nothing suffices, negative when so much less would do."""
        return None if self.needed_minor is None else self.needed_minor - self.have_minor


def break_even(found: Estimate) -> BreakEven:
    """Search the deductions at which both regimes ask the same: exactly, by halving, since less income never bears more tax.

    Units: minor units. Rounding: up to the next rupee of deductions.
    Source: none, arithmetic; only income of the slabs can be lowered, gains stay as they are.

    >>> from app.domain.fiscal_years import FiscalYear
    >>> from app.domain.tax.declared import Declared
    >>> from app.domain.tax.estimate import estimate
    >>> from app.domain.tax.income_tax import Taxpayer
    >>> break_even(estimate(FiscalYear(2025), Taxpayer(30), Declared(salary_minor=150_000_000))).missing_minor
    54372600
    """
    old, goal = found.old, found.new.payable_minor
    gross = old.let_off_minor + old.ordinary_minor

    def suffices(rupees: int) -> bool:
        left = max(0, gross - rupees * RUPEE_MINOR)
        return income_tax(old.rules, found.taxpayer, left, old.special_gains).payable_minor <= goal

    low, high = 0, -(-gross // RUPEE_MINOR)
    if not suffices(high):
        return BreakEven(old.let_off_minor, None)
    while low < high:
        middle = (low + high) // 2
        if suffices(middle):
            high = middle
        else:
            low = middle + 1
    return BreakEven(old.let_off_minor, low * RUPEE_MINOR)
