"""Runs jobs one after the other in a background thread of this process: the default."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app.jobs.port import JobArgument, JobName

log = logging.getLogger(__name__)


class ThreadQueue:
    """One worker thread, started by the first job, so that a forked web process gets its own.

    A job that is lost with the process is claimed again later: each handler's claim is a lease in the database.
    """

    def __init__(self, run: Callable[[JobName, dict[str, JobArgument]], None]) -> None:
        self._run = run
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")

    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        """Hand it to the worker thread."""
        self._pool.submit(self._attempt, name, arguments)

    def close(self) -> None:
        """Finish what was handed over and take nothing more."""
        self._pool.shutdown(wait=True)

    def _attempt(self, name: JobName, arguments: dict[str, JobArgument]) -> None:
        try:
            self._run(name, arguments)
        except Exception:  # a job's failure must reach the log, and must not end the thread
            log.exception("job %s failed", name)
