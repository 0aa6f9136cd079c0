"""Queues inside the process: at once, and in a background thread."""

import logging
import threading

import pytest

from app.jobs.inline import InlineQueue
from app.jobs.port import JobArgument, JobName
from app.jobs.thread import ThreadQueue


class Log:
    """Notes which jobs ran, and in which thread. A job without arguments fails."""

    def __init__(self) -> None:
        self.done: list[tuple[JobName, dict[str, JobArgument]]] = []
        self.threads: set[str] = set()

    def __call__(self, name: JobName, arguments: dict[str, JobArgument]) -> None:
        self.threads.add(threading.current_thread().name)
        if not arguments:
            raise LookupError(name)
        self.done.append((name, arguments))


def test_an_inline_job_has_happened_when_enqueue_returns() -> None:
    log = Log()
    queue = InlineQueue(log)

    queue.enqueue(JobName.RETRAIN_DETECTOR, book_id=7)
    queue.close()

    assert log.done == [(JobName.RETRAIN_DETECTOR, {"book_id": 7})]
    assert log.threads == {threading.current_thread().name}


def test_an_inline_job_that_fails_tells_the_caller() -> None:
    with pytest.raises(LookupError):
        InlineQueue(Log()).enqueue(JobName.RETRAIN_DETECTOR)


def test_a_thread_runs_jobs_one_after_the_other_and_finishes_them_at_the_end() -> None:
    log = Log()
    queue = ThreadQueue(log)

    for number in range(20):
        queue.enqueue(JobName.APPLY_IMPORT, import_id=number)
    queue.close()

    assert [arguments["import_id"] for _, arguments in log.done] == list(range(20))
    assert len(log.threads) == 1
    assert log.threads != {threading.current_thread().name}


def test_a_job_that_fails_in_the_thread_is_logged_and_the_next_one_runs(caplog: pytest.LogCaptureFixture) -> None:
    log = Log()
    queue = ThreadQueue(log)

    with caplog.at_level(logging.ERROR, logger="app.jobs.thread"):
        queue.enqueue(JobName.SEND_RESET)
        queue.enqueue(JobName.RETRAIN_DETECTOR, book_id=7)
        queue.close()

    assert log.done == [(JobName.RETRAIN_DETECTOR, {"book_id": 7})]
    assert [record.getMessage() for record in caplog.records] == ["job send_reset failed"]
