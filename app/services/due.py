"""A date of a schedule that has come, and what posts it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.models.schedule import Schedule
from app.services.deps import Deps
from app.services.uow import BookWork


@dataclass(frozen=True, slots=True)
class Due:
    """A date of a schedule that has come. `amount_minor` is what a person says it was instead, `occurred_on` when it really happened."""

    schedule: Schedule
    due_on: date
    amount_minor: int | None = None
    occurred_on: date | None = None

    @property
    def day(self) -> date:
        """The day to post it on."""
        return self.occurred_on or self.due_on


Poster = Callable[[BookWork, Due, Deps], int | None]
"""Posts what a date of a schedule brings, inside the write, with source `recurring`. Returns the transaction's id, or none when there
is nothing to post on that date. Raises: Refused or NotInBook when a person must look at it first; then nothing of it stays."""
