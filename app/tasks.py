"""What each job does. A job may run twice: the second time changes nothing."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from flask import Flask

from app.jobs.port import JobArgument, JobName
from app.services.deps import Deps
from app.services.people import answer_registration, send_reset
from app.web.deps import current_deps

HANDLERS: Mapping[JobName, Callable[..., Any]] = {
    JobName.ANSWER_REGISTRATION: answer_registration,
    JobName.SEND_RESET: send_reset,
}


def runner(app: Flask) -> Callable[[JobName, dict[str, JobArgument]], None]:
    """What the queues of this process call."""

    def run(name: JobName, arguments: dict[str, JobArgument]) -> None:
        with app.app_context():
            deps: Deps = current_deps()
            HANDLERS[name](**arguments, deps=deps)

    return run


def run_in_worker(name: str, arguments: dict[str, JobArgument]) -> None:
    """What an RQ worker calls: another process, so with an application of its own."""
    runner(_worker_app())(JobName(name), arguments)


@cache
def _worker_app() -> Flask:
    from app.factory import create_app  # noqa: PLC0415 - the factory imports this module
    from app.settings import Settings  # noqa: PLC0415 - only a worker process gets here

    return create_app(Settings())
