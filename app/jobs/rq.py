"""Hands jobs to workers on other processes or machines through Redis."""

import redis
import rq

from app.jobs.port import JobArgument, JobName

QUEUE = "fintrak"
HANDLER = "app.tasks.run_in_worker"


class RedisQueue:
    """An RQ queue. Workers run `flask --app wsgi worker`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._queue: rq.Queue | None = None

    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        """Put it on the queue. Raises: redis.RedisError when Redis is away."""
        if self._queue is None:
            self._queue = rq.Queue(QUEUE, connection=redis.Redis.from_url(self._url))
        self._queue.enqueue(HANDLER, name.value, arguments, job_timeout=3600, result_ttl=0)

    def close(self) -> None:
        """The workers finish it. Only the connection ends."""
        if self._queue is not None:
            self._queue.connection.close()
            self._queue = None


def work(url: str, *, until_empty: bool = False) -> None:
    """Work through the queue in this process until a signal ends it, or the queue is empty. It does not fork: the caller's application is used."""
    with redis.Redis.from_url(url) as connection:
        rq.SimpleWorker([rq.Queue(QUEUE, connection=connection)], connection=connection).work(burst=until_empty)
