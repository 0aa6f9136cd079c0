"""What rules judge: a month and the months around it, as plain numbers. Money in minor units of the book's currency."""

from dataclasses import dataclass

from app.domain.flows import Flow
from app.domain.periods import Month


@dataclass(frozen=True, slots=True)
class CategoryTrend:
    """What a category of spending took in the month that is shown, and in each of the three whole months before it."""

    name: str
    now_minor: int
    earlier_minor: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A book at one moment.

    `settled` are the last three whole months, oldest first: a month that still runs would judge people on half a salary.
    """

    month: Month
    settled_months: tuple[Month, ...]
    settled: tuple[Flow, ...]
    essential_minor: int  # of the settled months
    categories: tuple[CategoryTrend, ...]
    cash_minor: int  # in bank accounts, cash and wallets, at the end of the month

    @property
    def has_history(self) -> bool:
        """Whether each settled month has entries: less is too little to judge."""
        return bool(self.settled) and all(self.settled)
