"""Runs a job at once, in the caller's thread: for tests and commands."""

from collections.abc import Callable

from app.jobs.port import JobArgument, JobName


class InlineQueue:
    """A queue that never waits."""

    def __init__(self, run: Callable[[JobName, dict[str, JobArgument]], None]) -> None:
        self._run = run

    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        """Run it now."""
        self._run(name, arguments)

    def close(self) -> None:
        """Nothing is ever left."""
