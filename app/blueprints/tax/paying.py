"""What was paid of a year's tax, and which instalments of advance tax are due when."""

from dataclasses import dataclass
from datetime import date

from app.domain.tax.advance_tax import StillDue, advance_tax, owes_advance_tax, still_due
from app.domain.tax.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Paying:
    """In minor units, for the regime with the lower tax. `instalments` is empty where no advance tax is asked; `why` says why."""

    payable_minor: int
    deducted_minor: int
    advance_minor: int
    balance_minor: int
    instalments: tuple[StillDue, ...]
    why: str
    next: StillDue | None
    now_minor: int

    @property
    def due_minor(self) -> int:
        """The tax that nobody deducted, paid or not."""
        return max(0, self.payable_minor - self.deducted_minor)


def paying(found: Estimate, today: date) -> Paying:
    """How the year stands on a day. `now_minor` is what must be paid by the next date for nothing to be late."""
    year, best = found.declared, found.better
    due = max(0, best.payable_minor - year.tax_deducted_minor)
    owes = owes_advance_tax(
        found.fy, found.taxpayer.age, is_resident=found.taxpayer.is_resident, has_business=year.other_income_minor > 0
    )
    parts = still_due(advance_tax(found.fy, due), year.advance_paid_minor) if owes else ()
    coming = next((part for part in parts if part.instalment.due_on >= today and part.missing_minor), None)
    late = sum(part.missing_minor for part in parts if coming and part.instalment.due_on <= coming.instalment.due_on)
    return Paying(
        payable_minor=best.payable_minor,
        deducted_minor=year.tax_deducted_minor,
        advance_minor=year.advance_paid_minor,
        balance_minor=best.balance_minor,
        instalments=parts,
        why=_why(owes=owes, due_minor=due, has_parts=bool(parts)),
        next=coming,
        now_minor=late,
    )


def _why(*, owes: bool, due_minor: int, has_parts: bool) -> str:
    if not owes:
        return "Residents of 60 and more without a business pay no advance tax. What is left is paid with the return."
    if has_parts:
        return ""
    return (
        "Less than ₹10,000 is left after deducted tax, so no advance tax is asked." if due_minor else "Nothing is left."
    )
