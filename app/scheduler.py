"""What happens by itself: a thread of each serving process looks now and then whether something is due, and one of all hands it to the jobs."""

import atexit
import logging
import os
import random
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import click
from flask import Flask
from flask.helpers import get_debug_flag
from werkzeug.serving import is_running_from_reloader

from app.jobs.port import JobName
from app.services.leases import end_lease, take_lease
from app.settings import Settings
from app.web.deps import current_deps

TICK = timedelta(minutes=1)
FIRST_TICK = timedelta(seconds=5)
"""The pages of a process that has just started come first."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """A job without arguments that is wanted every so often, however many processes there are."""

    job: JobName
    every: timedelta

    @property
    def lease(self) -> str:
        """Who takes it may hand the job over, and nobody else until it has run out."""
        return f"chore {self.job}"


CHORES: tuple[Chore, ...] = (
    Chore(JobName.RUN_SCHEDULES, every=timedelta(minutes=15)),
    Chore(JobName.REFRESH_PRICES, every=timedelta(days=1)),
)


class Scheduler:
    """The thread of one process. It ends with the process, and never holds it up."""

    def __init__(self, app: Flask, chores: Sequence[Chore] = CHORES) -> None:
        self._app, self._chores = app, chores
        self._holder = f"{socket.gethostname()[:40]} {os.getpid()} {random.randrange(10**9)}"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def tick(self) -> list[JobName]:
        """Hand over the jobs whose time has come and that nobody else handed over. Returns them."""
        handed = []
        with self._app.app_context():
            deps = current_deps()
            for chore in self._chores:
                if not take_lease(chore.lease, self._holder, chore.every, deps=deps):
                    continue
                try:
                    deps.jobs.enqueue(chore.job)
                except Exception:  # Redis is away, or a job that runs at once failed: the next look tries again
                    log.exception("%s could not be handed over", chore.job)
                    end_lease(chore.lease, self._holder, deps=deps)
                else:
                    handed.append(chore.job)
        return handed

    def _run(self) -> None:
        wait = FIRST_TICK
        while not self._ended.wait(wait.total_seconds() * random.uniform(0.8, 1.2)):
            wait = TICK
            try:
                self.tick()
            except Exception:  # the database is away; the thread must outlive that
                if not self._ended.is_set():
                    log.exception("the scheduler could not look")


def start(app: Flask) -> Scheduler | None:
    """Start the thread of this process, unless the operator does without. Servers call it once in each process that answers requests."""
    settings: Settings = app.extensions["fintrak_settings"]
    if settings.scheduler == "off":
        return None
    scheduler = Scheduler(app)
    scheduler.start()
    return scheduler


def start_under_flask_run(app: Flask) -> Scheduler | None:
    """Start it when `flask run` loads the application, and for no other command. The reloader's child serves, not its parent."""
    context = click.get_current_context(silent=True)
    if context is None or context.info_name != "run" or (get_debug_flag() and not is_running_from_reloader()):
        return None
    return start(app)
