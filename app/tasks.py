"""What each job does. A job may run twice: the second time changes nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app

from app.jobs.port import JobArgument, JobName
from app.services.anomalies import retrain
from app.services.credit_questions import fetch_scores
from app.services.deps import Deps
from app.services.import_jobs import apply_import, undo_import
from app.services.people import answer_registration, send_reset
from app.services.prices import refresh_prices
from app.services.recurring import run_due
from app.web.deps import current_deps

HANDLERS: Mapping[JobName, Callable[..., Any]] = {
    JobName.APPLY_IMPORT: apply_import,
    JobName.UNDO_IMPORT: undo_import,
    JobName.ANSWER_REGISTRATION: answer_registration,
    JobName.SEND_RESET: send_reset,
    JobName.RETRAIN_DETECTOR: retrain,
    JobName.RUN_SCHEDULES: run_due,
    JobName.REFRESH_PRICES: refresh_prices,
    JobName.FETCH_SCORES: fetch_scores,
}


def runner(app: Flask) -> Callable[[JobName, dict[str, JobArgument]], None]:
    """What the queues of this process call."""

    def run(name: JobName, arguments: dict[str, JobArgument]) -> None:
        with app.app_context():
            deps: Deps = current_deps()
            HANDLERS[name](**arguments, deps=deps)

    return run


def run_in_worker(name: str, arguments: dict[str, JobArgument]) -> None:
    """What an RQ worker calls, inside the application that `flask worker` holds open."""
    runner(current_app._get_current_object())(JobName(name), arguments)  # type: ignore[attr-defined]  # noqa: SLF001 - werkzeug's documented way to the object behind the proxy
