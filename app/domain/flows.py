"""What came in and what went out over some days, and what was kept of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Flow:
    """Income and spending in minor units of the book's currency. Both are signed: refunds make spending smaller."""

    income_minor: int = 0
    expense_minor: int = 0

    def __bool__(self) -> bool:
        return bool(self.income_minor or self.expense_minor)

    @property
    def kept_minor(self) -> int:
        """What is left of the income: savings of a household, profit of a firm."""
        return self.income_minor - self.expense_minor

    @property
    def kept_rate(self) -> Decimal | None:
        """What is left as a fraction of the income; None without income, for it would mean nothing.

        >>> Flow(100_000, 77_000).kept_rate
        Decimal('0.23')
        """
        return share(self.kept_minor, self.income_minor)


def total(flows: Iterable[Flow]) -> Flow:
    """Flows added up."""
    income = expense = 0
    for flow in flows:
        income += flow.income_minor
        expense += flow.expense_minor
    return Flow(income, expense)


def share(part_minor: int, whole_minor: int) -> Decimal | None:
    """A part as a fraction of the whole; None when there is no whole to be a part of."""
    return Decimal(part_minor) / whole_minor if whole_minor > 0 else None
