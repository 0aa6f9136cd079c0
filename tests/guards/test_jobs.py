"""Every job run twice changes nothing the second time. A new job without a case here fails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import Direction
from app.domain.credit_scores import Score
from app.domain.imports import ImportState
from app.domain.recurrence import Frequency, Rule
from app.domain.schedules import ScheduleKind
from app.factory import Replaced
from app.jobs.port import JobArgument, JobName
from app.models.base import Base
from app.models.statement_import import Import
from app.models.user import User
from app.prices.port import Answer, Asked, Quote
from app.queries.verification import verify_book
from app.services import imports
from app.services.anomalies import retrain
from app.services.credit_bureau import API, Consent, CreditSnapshot
from app.services.credit_bureau import Answer as Found
from app.services.credit_questions import ask_bureau
from app.services.deps import Deps
from app.services.people import Registration, register
from app.services.schedules import SchedulePlan, add_schedule
from app.services.transactions import Line, Recorded, TransactionCommand
from app.services.uow import book_work
from app.tasks import HANDLERS, runner
from tests.conftest import Clock, FakeMailer
from tests.jobs.kept import KeptJobs
from tests.prices.holdings import a_holding

SECRET = {"token_hash"}
"""A link that is mailed again is a new secret: the former one ends, so a person still has one of a kind."""
SITE = "https://books.example.com"
Prepared = dict[str, JobArgument]


@pytest.fixture
def jobs() -> KeptJobs:
    return KeptJobs()


@pytest.fixture
def replaced(clock: Clock, mailer: FakeMailer, jobs: KeptJobs) -> Replaced:
    return Replaced(
        now=clock, mailer=mailer, jobs=jobs, price_providers={"yfinance": OneShare()}, credit_bureau=OneScore()
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """What the cases are made of."""

    deps: Deps
    jobs: KeptJobs
    make_book: Callable[..., int]
    spend: Callable[..., Recorded]
    account: Callable[[int, str], int]

    def asked(self, name: JobName) -> Prepared:
        """The arguments that the application itself gave to the job."""
        [arguments] = [arguments for each, arguments in self.jobs.jobs if each == name]
        return arguments


@pytest.fixture
def ground(
    deps: Deps,
    jobs: KeptJobs,
    make_book: Callable[..., int],
    spend: Callable[..., Recorded],
    account: Callable[[int, str], int],
) -> Ground:
    return Ground(deps, jobs, make_book, spend, account)


def a_training(ground: Ground) -> Prepared:
    book = ground.make_book()
    for day in range(20):
        ground.spend(book, 10_000 + day)
    return ground.asked(JobName.RETRAIN_DETECTOR)


def a_planned_import(ground: Ground) -> Prepared:
    book = ground.make_book()
    ground.spend(book)
    rows = "".join(f"{day:02d}/10/2026,SHOP {day % 4},{day}.50,\n" for day in range(1, 29))
    statement = f"Date,Description,Debit,Credit\n{rows}".encode()
    import_id = imports.upload(book, ground.account(book, "Bank account"), "october.csv", statement, deps=ground.deps)
    imports.plan(book, import_id, deps=ground.deps)
    imports.apply(book, import_id, user_id=None, deps=ground.deps)
    return ground.asked(JobName.APPLY_IMPORT)


def an_applied_import(ground: Ground) -> Prepared:
    arguments = a_planned_import(ground)
    HANDLERS[JobName.APPLY_IMPORT](**arguments, deps=ground.deps)
    book, import_id = (ground.deps.session.execute(select(Import.book_id, Import.id))).one()
    assert ground.deps.session.get_one(Import, import_id).state == ImportState.APPLIED
    imports.undo(book, import_id, user_id=None, deps=ground.deps)
    return ground.asked(JobName.UNDO_IMPORT)


def a_registration(ground: Ground) -> Prepared:
    wanted = Registration("asha@example.com", "Asha", "a long enough pass phrase", "en-IN", "Asia/Kolkata", "INR")
    register(wanted, policy="open", site=SITE, deps=ground.deps)
    return ground.asked(JobName.ANSWER_REGISTRATION)


def a_forgotten_password(ground: Ground) -> Prepared:
    ground.make_book()
    email = ground.deps.session.scalars(select(User.email)).one()
    return {"email": email, "site": SITE}


def a_rent_that_is_due(ground: Ground) -> Prepared:
    book = ground.make_book()
    rent = TransactionCommand(
        book, None, Direction.OUT, date(2026, 9, 30), ground.account(book, "Bank account"), 2_500_000,
        (Line(ground.account(book, "Rent"), 2_500_000),), payee="Landlord",
    )  # fmt: skip
    with book_work(ground.deps, book) as work:
        monthly = Rule(Frequency.MONTHLY, is_clamped=True)
        first = date(2026, 9, 30)
        add_schedule(work, SchedulePlan(ScheduleKind.TRANSACTION, "Rent", monthly, first, first, command=rent))
    return {}


class OneShare:
    """A source that knows one share and no exchange rate."""

    name = "yfinance"

    def quotes(self, asked: Sequence[Asked]) -> Answer:
        known = [
            Quote(each.symbol, date(2026, 11, 20), Decimal(1412), "INR", self.name)
            for each in asked
            if each.symbol == "SHARE"
        ]
        return Answer(tuple(known), {each.symbol: "not known" for each in asked if each.symbol != "SHARE"})


class OneScore:
    """A bureau that knows one score of everybody."""

    name = "CIBIL"

    def fetch(self, user_ref: str, consent: Consent) -> Found:
        assert user_ref
        assert consent.purpose
        return (CreditSnapshot(Score(date(2026, 11, 3), "CIBIL", 781), API),)


def a_question_to_a_bureau(ground: Ground) -> Prepared:
    book = ground.make_book()
    user_id = ground.deps.session.scalars(select(User.id)).one()
    ask_bureau(book, user_id=user_id, deps=ground.deps)
    return ground.asked(JobName.FETCH_SCORES)


def a_share_without_a_price(ground: Ground) -> Prepared:
    book = ground.make_book()
    for name in ("SHARE", "NOBODY"):
        a_holding(ground.deps, book, name, symbol=name)
    return {"book_id": book}


CASES: dict[JobName, Callable[[Ground], Prepared]] = {
    JobName.RETRAIN_DETECTOR: a_training,
    JobName.APPLY_IMPORT: a_planned_import,
    JobName.UNDO_IMPORT: an_applied_import,
    JobName.ANSWER_REGISTRATION: a_registration,
    JobName.SEND_RESET: a_forgotten_password,
    JobName.RUN_SCHEDULES: a_rent_that_is_due,
    JobName.REFRESH_PRICES: a_share_without_a_price,
    JobName.FETCH_SCORES: a_question_to_a_bureau,
}
"""For each job a world in which it has something to do, and the arguments it is given."""


def rows(session: Session) -> dict[str, list[str]]:
    """Every row of the database without instants and secrets."""
    session.rollback()
    return {
        table.name: sorted(
            repr(tuple(value for name, value in row.items() if name not in SECRET and not isinstance(value, datetime)))
            for row in session.execute(select(table)).mappings()
        )
        for table in Base.metadata.sorted_tables
    }


@pytest.mark.parametrize("name", JobName)
def test_a_job_run_twice_changes_nothing_the_second_time(
    name: JobName, app: Flask, ground: Ground, session: Session, mailer: FakeMailer
) -> None:
    arguments = CASES[name](ground)
    before, mails = rows(session), len(mailer.sent)

    runner(app)(name, arguments)
    once = rows(session)
    assert (once, len(mailer.sent)) != (before, mails), "the case gives the job nothing to do"
    runner(app)(name, arguments)

    assert rows(session) == once
    if book := arguments.get("book_id"):
        assert verify_book(session, int(book)).differences == ()


def test_a_training_that_nobody_claimed_trains_nothing(ground: Ground) -> None:
    book = ground.make_book()

    assert retrain(book, deps=ground.deps) is None
