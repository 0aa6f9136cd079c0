"""What happens by itself: one of all processes hands a job over, and only processes that serve look at all."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import run_command
from flask_migrate import upgrade
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from app import scheduler
from app.domain.books import BookKind, Direction, Source
from app.domain.recurrence import Frequency, Rule
from app.extensions import db
from app.factory import Replaced, create_app
from app.jobs.port import JobArgument, JobName
from app.models.account import Account
from app.models.schedule import Occurrence
from app.models.transaction import Transaction
from app.models.user import User
from app.scheduler import CHORES, Chore, Scheduler
from app.services.books import open_book
from app.services.deps import Deps
from app.services.own_schedules import OwnSchedule, make_schedule
from app.services.transactions import Line, TransactionCommand
from app.settings import ROOT, Settings
from app.web.deps import current_deps
from tests.conftest import Clock, FakeMailer
from tests.jobs.kept import KeptJobs
from tests.server import running_server

pytestmark = pytest.mark.sqlite_only
TODAY = date(2026, 11, 22)


class Moody(KeptJobs):
    """A queue that may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False

    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        if self.is_away:
            raise ConnectionError
        super().enqueue(name, **arguments)


@pytest.fixture
def jobs() -> Moody:
    return Moody()


@pytest.fixture
def replaced(clock: Clock, mailer: FakeMailer, jobs: Moody) -> Replaced:
    return Replaced(now=clock, mailer=mailer, jobs=jobs)


@pytest.fixture
def rent(deps: Deps, make_book: Callable[..., int], account: Callable[[int, str], int]) -> int:
    """A schedule whose first date is today; the book."""
    book = make_book()
    command = TransactionCommand(
        book, None, Direction.OUT, TODAY, account(book, "Cash"), 100, (Line(account(book, "Rent"), 100),)
    )
    make_schedule(OwnSchedule("Rent", Rule(Frequency.MONTHLY, is_clamped=True), TODAY, command), deps=deps)
    return book


def test_of_many_processes_one_hands_a_chore_over_and_again_when_its_time_has_come(
    app: Flask, jobs: Moody, clock: Clock
) -> None:
    chores = (Chore(JobName.RUN_SCHEDULES, timedelta(minutes=15)), Chore(JobName.SEND_RESET, timedelta(hours=6)))
    processes = [Scheduler(app, chores) for _ in range(3)]

    for _ in range(4):
        for process in processes:
            process.tick()
        clock.at += timedelta(minutes=5)

    assert [name for name, _ in jobs.jobs] == [JobName.RUN_SCHEDULES, JobName.SEND_RESET, JobName.RUN_SCHEDULES]


def test_a_chore_that_could_not_be_handed_over_is_tried_again_at_the_next_look(
    app: Flask, jobs: Moody, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    process, other = Scheduler(app), Scheduler(app)
    jobs.is_away = True

    assert process.tick() == []
    assert "could not be handed over" in caplog.text
    jobs.is_away = False
    clock.at += timedelta(minutes=1)
    assert other.tick() == [chore.job for chore in CHORES]


def test_the_thread_posts_what_is_due_survives_a_failure_and_ends_when_told(
    *, app: Flask, session: Session, settings: Settings, clock: Clock, rent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "FIRST_TICK", timedelta(milliseconds=10))
    monkeypatch.setattr(scheduler, "TICK", timedelta(milliseconds=10))
    served = create_app(settings, Replaced(now=clock))
    process = Scheduler(served)
    plain, failures = process.tick, iter([True])

    def fails_once() -> list[JobName]:
        if next(failures, False):
            raise ConnectionError
        return plain()

    monkeypatch.setattr(process, "tick", fails_once)
    process.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not _posted(session, rent):
        time.sleep(0.05)
    process.stop()
    process._thread.join(5)

    assert _posted(session, rent) == 1
    assert not process._thread.is_alive()
    assert process._thread.daemon, "a process never waits for it"
    assert app.extensions["fintrak_settings"].scheduler == "thread"


def test_only_a_process_that_serves_looks(
    app: Flask, settings: Settings, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Flask] = []
    monkeypatch.setattr(Scheduler, "start", lambda self: started.append(self._app))

    create_app(settings)
    app.test_cli_runner().invoke(args=["recurring", "run"])
    assert scheduler.start_under_flask_run(app) is None
    with click.Context(click.Command("verify"), info_name="verify"):
        assert scheduler.start_under_flask_run(app) is None
    assert started == []

    with click.Context(run_command, info_name="run"):
        assert scheduler.start_under_flask_run(app)
    assert scheduler.start(app)
    assert started == [app, app]

    without = create_app(make_settings(settings.data_dir, settings.database_url, scheduler="off"))
    assert scheduler.start(without) is None
    assert started == [app, app]


def test_the_command_for_cron_prints_what_it_did_and_does_it_once(app: Flask, session: Session, rent: int) -> None:
    runner = app.test_cli_runner()

    first = runner.invoke(args=["recurring", "run"])
    again = runner.invoke(args=["recurring", "run", "--book", str(rent)])

    assert (first.exit_code, first.output, again.output) == (0, "1 posted, 0 waiting\n", "0 posted, 0 waiting\n")
    assert _posted(session, rent) == 1


@pytest.mark.slow
def test_a_server_posts_what_is_due_without_a_visitor_and_ends_at_once(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, secret_key="s" * 40, jobs="inline")  # type: ignore[call-arg, arg-type]  # pydantic reads both
    app = create_app(settings)
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        deps = current_deps()
        values = {"locale": "en-IN", "timezone": "Asia/Kolkata", "theme": "auto", "is_demo": False, "born_on": None}
        user = User(email="asha@example.com", name="Asha", password_hash="", created_at=deps.now(), **values)
        deps.session.add(user)
        deps.session.commit()
        book = open_book(
            user.id, kind=BookKind.PERSONAL, name="Personal", currency="INR", timezone="Asia/Kolkata", deps=deps
        )
        ids = dict(deps.session.execute(select(Account.name, Account.id).where(Account.book_id == book)).all())
        day = deps.now().date() - timedelta(days=40)
        command = TransactionCommand(book, None, Direction.OUT, day, ids["Cash"], 100, (Line(ids["Rent"], 100),))
        make_schedule(OwnSchedule("Daily", Rule(Frequency.DAILY, times=15), day, command, posts_past=True), deps=deps)
        db.engine.dispose()

    engine = create_engine(settings.sqlalchemy_url)
    counted = select(func.count()).select_from(Transaction).where(Transaction.source == Source.RECURRING)
    with running_server(tmp_path) as server, engine.connect() as connection:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and connection.scalar(counted) != 15:
            connection.rollback()
            time.sleep(0.2)
        assert connection.scalar(counted) == 15
        before = time.monotonic()
        server.stop()
        assert time.monotonic() - before < 10
    engine.dispose()


def _posted(session: Session, book: int) -> int:
    session.rollback()
    counted = select(func.count()).select_from(Occurrence)
    return session.scalar(counted.where(Occurrence.book_id == book, Occurrence.transaction_id.is_not(None))) or 0
