"""The queue port: work that happens after a commit, outside the request."""

from enum import StrEnum
from typing import Protocol


class JobName(StrEnum):
    """Every job there is. `app.tasks` maps each to its handler; arguments are JSON values, usually identity keys."""

    RETRAIN_DETECTOR = "retrain_detector"
    APPLY_IMPORT = "apply_import"
    UNDO_IMPORT = "undo_import"
    ANSWER_REGISTRATION = "answer_registration"
    SEND_RESET = "send_reset"
    RUN_SCHEDULES = "run_schedules"
    REFRESH_PRICES = "refresh_prices"
    FETCH_SCORES = "fetch_scores"


JobArgument = str | int | float | bool | None


class JobQueue(Protocol):
    """Accepts a job for later. Jobs may run twice; their handlers make that harmless."""

    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        """Run the job's handler with these arguments, soon."""

    def close(self) -> None:
        """Finish what this process has begun. A command calls it before it ends."""
