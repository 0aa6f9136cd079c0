"""Jobs on a real Redis: what one process hands over, a worker in another one does."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
import redis
import rq
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.books import Direction
from app.factory import Replaced
from app.jobs.port import JobName
from app.jobs.rq import QUEUE, RedisQueue, work
from app.models.anomaly import BookModel
from app.services.deps import Deps
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction
from tests.conftest import Clock, FakeMailer

pytestmark = pytest.mark.sqlite_only
URL = os.environ.get("FINTRAK_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


@pytest.fixture
def url() -> Iterator[str]:
    """An empty Redis that belongs to the tests."""
    with redis.Redis.from_url(URL) as connection:
        try:
            connection.flushdb()
        except redis.ConnectionError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"Redis does not answer: {error}")
        yield URL
        connection.flushdb()


@pytest.fixture
def queue(url: str) -> Iterator[RedisQueue]:
    queue = RedisQueue(url)
    yield queue
    queue.close()


@pytest.fixture
def replaced(clock: Clock, mailer: FakeMailer, queue: RedisQueue) -> Replaced:
    return Replaced(now=clock, mailer=mailer, jobs=queue)


def waiting(url: str) -> list[list[object]]:
    """The arguments of the jobs that wait."""
    with redis.Redis.from_url(url) as connection:
        return [list(job.args) for job in rq.Queue(QUEUE, connection=connection).jobs]


def failed(url: str) -> int:
    """How many jobs are kept because they failed."""
    with redis.Redis.from_url(url) as connection:
        return int(rq.Queue(QUEUE, connection=connection).failed_job_registry.count)


def test_the_twentieth_save_puts_one_training_on_redis_and_a_worker_does_it(
    app: Flask, session: Session, make_book: Callable[..., int], spend: Callable[..., Recorded], url: str
) -> None:
    book = make_book()

    for _ in range(20):
        spend(book)

    assert waiting(url) == [[JobName.RETRAIN_DETECTOR.value, {"book_id": book}]]
    with app.app_context():
        work(url, until_empty=True)
    session.rollback()
    model = session.get_one(BookModel, book)
    assert (waiting(url), failed(url)) == ([], 0)
    assert (model.version > 0, model.row_count, model.claimed_at) == (True, 20, None)


def test_a_job_that_fails_is_kept_and_the_next_one_is_done(
    app: Flask, queue: RedisQueue, mailer: FakeMailer, make_user: Callable[..., int], url: str
) -> None:
    make_user("asha@example.com")
    queue.enqueue(JobName.RETRAIN_DETECTOR, nonsense=1)
    queue.enqueue(JobName.SEND_RESET, email="asha@example.com", site="https://books.example.com")

    with app.app_context():
        work(url, until_empty=True)

    assert (len(waiting(url)), failed(url)) == (0, 1)
    assert [to for to, _, _ in mailer.sent] == ["asha@example.com"]


def test_a_save_succeeds_although_redis_is_away(
    deps: Deps, session: Session, make_book: Callable[..., int], account: Callable[[int, str], int]
) -> None:
    book = make_book()
    lonely = replace(deps, jobs=RedisQueue("redis://127.0.0.1:1/0"))  # where nobody listens
    command = TransactionCommand(
        book, None, Direction.OUT, date(2026, 11, 20), account(book, "Cash"), 100, (Line(account(book, "Groceries"), 100),)
    )  # fmt: skip

    ids = {record_transaction(command, deps=lonely).transaction_id for _ in range(20)}

    assert len(ids) == 20
    assert session.get_one(BookModel, book).claimed_at is not None  # the lease ends, and a later save asks again
