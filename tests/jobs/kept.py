"""A queue for tests that decide when a job runs."""

from app.jobs.port import JobArgument, JobName


class KeptJobs:
    """Jobs wait here, in the order they came."""

    def __init__(self) -> None:
        self.jobs: list[tuple[JobName, dict[str, JobArgument]]] = []

    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        """Keep it."""
        self.jobs.append((name, arguments))

    def close(self) -> None:
        """They are never run by themselves."""
