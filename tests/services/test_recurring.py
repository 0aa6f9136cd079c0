"""What comes again: each date once, in order, whatever happens in between."""

import multiprocessing
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import Direction, Source, State
from app.domain.errors import NotInBook, Refused
from app.domain.periods import Month
from app.domain.recurrence import Frequency, Rule, occurrences_between
from app.domain.recurrence_texts import parse_rule
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState
from app.extensions import db
from app.factory import Replaced, create_app
from app.models.account import Account
from app.models.base import Base
from app.models.schedule import Lease, Occurrence, Schedule, ScheduleLine
from app.models.transaction import Transaction
from app.queries.schedules import one_schedule, upcoming, waiting_in
from app.queries.verification import verify_book
from app.services import recurring
from app.services.accounts import archive_account, merge_category
from app.services.books import archive_book
from app.services.departures import delete_account
from app.services.deps import Deps
from app.services.due import Due
from app.services.leases import end_lease, take_lease
from app.services.own_schedules import (
    OwnSchedule,
    alter_schedule,
    end_schedule,
    make_schedule,
    pause_schedule,
    remove_schedule,
    restore_schedule,
    resume_schedule,
)
from app.services.recurring import Settled, confirm, confirm_waiting, run_due, skip, skip_waiting, unskip
from app.services.transactions import Line, TransactionCommand, restore_transactions, void_transactions
from app.services.uow import BookWork
from app.settings import Settings
from app.web.deps import current_deps
from tests.conftest import NOW, Clock
from tests.jobs.kept import KeptJobs

MONTHLY = Rule(Frequency.MONTHLY, is_clamped=True)
WEEKLY = Rule(Frequency.WEEKLY)
DAILY = Rule(Frequency.DAILY)
TODAY = date(2026, 11, 22)
WAIT = 120
T = TypeVar("T")
Make = Callable[..., int]
Find = Callable[[int, str], int]
Plan = Callable[..., int]


@pytest.fixture
def replaced(replaced: Replaced) -> Replaced:
    """Nobody trains the detector meanwhile."""
    return replace(replaced, jobs=KeptJobs())


@pytest.fixture
def plan(deps: Deps, account: Find) -> Plan:
    """A schedule of an expense: `plan(book, MONTHLY, date(2026, 9, 30))`. Returns its id."""

    def make(
        book: int,
        rule: Rule,
        first_on: date,
        *,
        amount: int = 99_900,
        category: str = "Dining",
        name: str = "Club",
        **more: Any,
    ) -> int:
        command = TransactionCommand(
            book, None, Direction.OUT, first_on, account(book, "Cash"), amount, (Line(account(book, category), amount),), payee=name,
        )  # fmt: skip
        return make_schedule(OwnSchedule(name, rule, first_on, command, **more), deps=deps)

    return make


def posted(session: Session, schedule_id: int | None = None) -> list[date]:
    """The days of what schedules posted, in the order it was posted."""
    session.rollback()
    found = select(Transaction.occurred_on).where(Transaction.source == Source.RECURRING).order_by(Transaction.id)
    if schedule_id is not None:
        found = found.join(Occurrence, Occurrence.transaction_id == Transaction.id)
        found = found.where(Occurrence.schedule_id == schedule_id)
    return list(session.scalars(found))


def rows(session: Session) -> dict[str, list[str]]:
    session.rollback()
    return {
        table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
        for table in Base.metadata.sorted_tables
    }


def state_of(session: Session, schedule_id: int, day: date) -> OccurrenceState | None:
    session.rollback()
    row = session.get(Occurrence, (schedule_id, day))
    return None if row is None else row.state


def test_ninety_days_without_a_scheduler_are_made_up_for_once_and_in_order(
    *, session: Session, deps: Deps, make_book: Make, plan: Plan, clock: Clock
) -> None:
    book = make_book()
    rules = [
        DAILY,
        WEEKLY,
        MONTHLY,
        parse_rule("FREQ=MONTHLY;BYDAY=2FR"),
        parse_rule("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=9"),
    ]
    first = TODAY + timedelta(days=1)
    plans = [plan(book, rule, first) for rule in rules]
    asked = plan(book, WEEKLY, first, is_automatic=False)
    clock.at = NOW + timedelta(days=90)
    last = TODAY + timedelta(days=90)

    settled = run_due(deps=deps)

    wanted = {number: occurrences_between(rule, first, first, last) for number, rule in zip(plans, rules, strict=True)}
    assert {number: posted(session, number) for number in plans} == wanted
    assert posted(session) == sorted(posted(session)), "the books are written in the order of the days"
    assert settled == Settled(sum(map(len, wanted.values())), len(waiting_in(session, book)))
    assert [each.due_on for each in waiting_in(session, book)] == [first + timedelta(weeks=at) for at in range(13)]
    assert verify_book(session, book).differences == ()

    once = rows(session)
    for later in (timedelta(0), timedelta(hours=3)):
        clock.at += later
        assert run_due(deps=deps) == Settled()
        assert rows(session) == once, "the next runs change nothing"
    assert one_schedule(session, book, plans[4]) is not None
    assert session.get_one(Schedule, plans[4]).state == ScheduleState.ENDED
    assert session.get_one(Schedule, asked).next_on == first + timedelta(weeks=13)


@pytest.mark.sqlite_only
def test_the_31st_clamps_to_short_months_and_comes_back_for_two_years(
    session: Session, deps: Deps, make_book: Make, plan: Plan, clock: Clock
) -> None:
    book = make_book()
    number = plan(book, MONTHLY, date(2026, 12, 31))
    clock.at = NOW + timedelta(days=365 * 2 + 60)

    run_due(deps=deps)

    assert posted(session, number)[:24] == [Month(2026, 12).shift(at).last for at in range(24)]
    assert {date(2028, 2, 29), date(2028, 3, 31)} <= set(posted(session, number))


@pytest.mark.sqlite_only
def test_each_book_goes_by_its_own_day(
    *, session: Session, deps: Deps, make_user: Make, make_book: Make, plan: Plan, clock: Clock
) -> None:
    person = make_user()
    early = make_book(person, name="Kiribati", timezone="Pacific/Kiritimati")
    late = make_book(person, name="Hawaii", timezone="Pacific/Honolulu")
    plans = {book: plan(book, WEEKLY, date(2026, 11, 24)) for book in (early, late)}
    clock.at = datetime(2026, 11, 23, 11, 0, tzinfo=ZoneInfo("UTC"))  # the 24th has begun in Kiribati alone

    run_due(deps=deps)
    assert {book: len(posted(session, plans[book])) for book in plans} == {early: 1, late: 0}

    clock.at = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("UTC"))
    run_due(deps=deps)
    assert {book: len(posted(session, plans[book])) for book in plans} == {early: 1, late: 1}


def test_what_cannot_be_posted_waits_with_the_reason_and_leaves_nothing_behind(
    *,
    session: Session,
    deps: Deps,
    make_book: Make,
    plan: Plan,
    account: Find,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book = make_book()
    broken, good = plan(book, WEEKLY, TODAY + timedelta(days=1)), plan(book, WEEKLY, TODAY + timedelta(days=1))
    wrong = plan(book, WEEKLY, TODAY + timedelta(days=1), category="Groceries")
    archive_account(account(book, "Groceries"), is_archived=True, book_id=book, user_id=None, deps=deps)
    plain = recurring.POSTERS[ScheduleKind.TRANSACTION]

    def fails_late(work: BookWork, due: Due, own: Deps) -> int | None:
        number = plain(work, due, own)
        if due.schedule.id == broken:
            work.after_commit.append(lambda: pytest.fail("what was taken back must not be followed up"))
            raise ZeroDivisionError
        return number

    monkeypatch.setattr(recurring, "POSTERS", {ScheduleKind.TRANSACTION: fails_late})
    clock.at = NOW + timedelta(days=9)

    assert run_due(deps=deps) == Settled(posted=2, waiting=4)

    waits = {(each.posts.schedule_id, each.reason) for each in waiting_in(session, book)}
    assert waits == {
        (broken, "Something went wrong on our side. Nothing was saved."),
        (wrong, "That account or category is archived. Choose another one."),
    }
    assert posted(session) == posted(session, good) == [date(2026, 11, 23), date(2026, 11, 30)]
    assert verify_book(session, book).differences == ()
    assert run_due(deps=deps) == Settled(), "what waits is not tried for ever"

    with pytest.raises(Refused):
        confirm_waiting(book, wrong, user_id=None, deps=deps)
    archive_account(account(book, "Groceries"), is_archived=False, book_id=book, user_id=None, deps=deps)
    assert confirm_waiting(book, wrong, user_id=None, deps=deps) == 2
    assert skip_waiting(book, broken, user_id=None, deps=deps) == 2
    assert waiting_in(session, book) == []
    assert verify_book(session, book).differences == ()


def test_a_date_is_decided_about_once_and_a_deleted_transaction_does_not_come_again(
    session: Session, deps: Deps, make_book: Make, plan: Plan, clock: Clock
) -> None:
    book = make_book()
    number = plan(book, WEEKLY, TODAY, is_automatic=False)
    run_due(deps=deps)

    posted_id = confirm(
        book, number, TODAY, amount_minor=12_345, occurred_on=date(2026, 11, 21), user_id=None, deps=deps
    )
    for act in (confirm, skip):
        with pytest.raises(Refused, match="decided about this date already"):
            act(book, number, TODAY, user_id=None, deps=deps)
    with pytest.raises(NotInBook):
        confirm(book, number, TODAY + timedelta(days=1), user_id=None, deps=deps)

    assert posted_id is not None
    row = session.get_one(Transaction, posted_id)
    assert (row.occurred_on, row.expense_minor, row.source) == (date(2026, 11, 21), 12_345, Source.RECURRING)
    void_transactions(book, [posted_id], user_id=None, deps=deps)
    clock.at = NOW + timedelta(days=6)
    assert run_due(deps=deps) == Settled()
    assert session.scalar(select(func.count()).select_from(Transaction).where(Transaction.state == State.POSTED)) == 0
    restore_transactions(book, [posted_id], user_id=None, deps=deps)
    assert verify_book(session, book).differences == ()


def test_a_skipped_date_can_come_back_whether_it_has_passed_or_not(
    session: Session, deps: Deps, make_book: Make, plan: Plan, clock: Clock
) -> None:
    book = make_book()
    first = TODAY + timedelta(days=1)
    rule = parse_rule("FREQ=WEEKLY;COUNT=3")
    number = plan(book, rule, first)
    days = [first + timedelta(weeks=at) for at in range(3)]
    for day in days:
        skip(book, number, day, user_id=None, deps=deps)
    assert session.get_one(Schedule, number).state == ScheduleState.ENDED

    unskip(book, number, days[0], user_id=None, deps=deps)  # not yet come: as if nothing had been said
    unskip(book, number, days[2], user_id=None, deps=deps)
    assert state_of(session, number, days[0]) is None
    assert [each.due_on for each in upcoming(session, book, TODAY, days[2])] == [days[0], days[2]]
    with pytest.raises(NotInBook):
        unskip(book, number, days[0], user_id=None, deps=deps)

    clock.at = NOW + timedelta(days=40)
    assert run_due(deps=deps) == Settled(posted=2)
    unskip(book, number, days[1], user_id=None, deps=deps)  # it has passed: somebody must say what became of it
    assert state_of(session, number, days[1]) == OccurrenceState.WAITING
    assert run_due(deps=deps) == Settled()
    confirm(book, number, days[1], user_id=None, deps=deps)
    assert sorted(posted(session, number)) == days
    assert verify_book(session, book).differences == ()


def test_paused_ended_removed_and_archived_ones_post_nothing_and_go_on_as_said(
    *, session: Session, deps: Deps, make_book: Make, plan: Plan, clock: Clock
) -> None:
    book = make_book()
    first = TODAY + timedelta(days=1)
    paused, ended, removed, running = (plan(book, WEEKLY, first) for _ in range(4))
    pause_schedule(book, paused, user_id=None, deps=deps)
    end_schedule(book, ended, user_id=None, deps=deps)
    remove_schedule(book, removed, user_id=None, deps=deps)
    archive_book(book, is_archived=True, user_id=None, deps=deps)
    clock.at = NOW + timedelta(days=15)
    assert run_due(deps=deps) == Settled()
    archive_book(book, is_archived=False, user_id=None, deps=deps)
    assert run_due(deps=deps) == Settled(posted=3)

    for act in (confirm, skip):
        with pytest.raises(NotInBook):
            act(book, removed, first, user_id=None, deps=deps)
    with pytest.raises(NotInBook):
        remove_schedule(book, removed, user_id=None, deps=deps)
    resume_schedule(book, paused, user_id=None, deps=deps)
    resume_schedule(book, ended, user_id=None, deps=deps)
    restore_schedule(book, removed, user_id=None, deps=deps)
    assert run_due(deps=deps) == Settled(posted=5), (
        "a removed one comes back as it was; for the others the dates passed"
    )
    assert [len(posted(session, each)) for each in (paused, ended, removed, running)] == [1, 1, 3, 3]
    clock.at = NOW + timedelta(days=22)
    assert run_due(deps=deps) == Settled(posted=4)
    assert verify_book(session, book).differences == ()


def test_a_changed_schedule_keeps_its_past_and_goes_on_with_its_new_words(
    *, session: Session, deps: Deps, make_book: Make, plan: Plan, account: Find, clock: Clock
) -> None:
    book = make_book()
    number = plan(book, WEEKLY, date(2026, 11, 2), posts_past=True)
    assert run_due(deps=deps) == Settled(posted=3)
    cash, gifts = account(book, "Cash"), account(book, "Groceries")
    command = TransactionCommand(book, None, Direction.OUT, TODAY, cash, 500, (Line(gifts, 500),))
    first = date(2026, 11, 1)

    alter_schedule(number, OwnSchedule("Daily bread", DAILY, first, command), deps=deps)
    with pytest.raises(Refused, match="no date left"):
        alter_schedule(number, OwnSchedule("x", Rule(Frequency.DAILY, times=3), first, command), deps=deps)
    clock.at = NOW + timedelta(days=2)
    assert run_due(deps=deps) == Settled(posted=3)

    assert posted(session, number) == [date(2026, 11, day) for day in (2, 9, 16, 22, 23, 24)]
    assert verify_book(session, book).differences == ()


@pytest.mark.sqlite_only
def test_past_dates_are_posted_only_when_asked_for_and_never_too_many(
    *, session: Session, deps: Deps, make_book: Make, plan: Plan, account: Find
) -> None:
    book = make_book()
    new, whole = plan(book, MONTHLY, date(2026, 1, 31)), plan(book, MONTHLY, date(2026, 1, 31), posts_past=True)
    assert run_due(deps=deps) == Settled(posted=10)
    assert (posted(session, new), len(posted(session, whole))) == ([], 10)
    with pytest.raises(Refused, match="600 past dates"):
        plan(book, DAILY, date(2020, 1, 1), posts_past=True)
    for bad in (
        {"first_on": date(1900, 1, 1)},
        {"name": " "},
        {"rule": parse_rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")},
    ):
        with pytest.raises(Refused):
            plan(book, **({"rule": MONTHLY, "first_on": TODAY} | bad))
    assert session.scalar(select(func.count()).select_from(Schedule)) == 2
    assert account(book, "Cash")


def test_a_merged_category_takes_the_parts_of_schedules_along(
    session: Session, deps: Deps, make_book: Make, account: Find
) -> None:
    book = make_book()
    cash, dining, groceries, rent = (account(book, name) for name in ("Cash", "Dining", "Groceries", "Rent"))
    lines = (Line(dining, 100), Line(rent, 50), Line(groceries, 30))
    command = TransactionCommand(book, None, Direction.OUT, TODAY, cash, 180, lines)
    number = make_schedule(OwnSchedule("Box", WEEKLY, TODAY, command), deps=deps)

    merge_category(groceries, dining, book_id=book, user_id=None, deps=deps)

    session.rollback()
    kept = session.execute(
        select(ScheduleLine.category_id, ScheduleLine.amount_minor).order_by(ScheduleLine.number)
    ).all()
    assert [tuple(each) for each in kept] == [(dining, 130), (rent, 50)]
    assert run_due(deps=deps) == Settled(posted=1)
    assert posted(session, number) == [TODAY]
    assert verify_book(session, book).differences == ()


@pytest.mark.sqlite_only
def test_verification_sees_schedules_that_went_wrong(session: Session, deps: Deps, make_book: Make, plan: Plan) -> None:
    book = make_book()
    number = plan(book, WEEKLY, TODAY)
    run_due(deps=deps)
    assert verify_book(session, book).differences == ()

    for next_on, said in (
        (TODAY + timedelta(days=3), "which its rule does not have"),
        (TODAY, "which was decided about"),
        (None, "has not ended"),
    ):
        session.get_one(Schedule, number).next_on = next_on
        session.commit()
        assert said in verify_book(session, book).differences[0]


def test_threads_that_run_and_confirm_at_once_post_each_date_once(
    *, app: Flask, session: Session, deps: Deps, make_book: Make, plan: Plan, clock: Clock
) -> None:
    book = make_book()
    plans = [plan(book, DAILY, TODAY + timedelta(days=1)) for _ in range(2)]
    asked = plan(book, DAILY, TODAY, is_automatic=False)
    run_due(deps=deps)
    clock.at = NOW + timedelta(days=20)

    def confirms(own: Deps) -> Settled:
        try:
            return Settled(posted=int(confirm(book, asked, TODAY, user_id=None, deps=own) is not None))
        except Refused:
            return Settled()

    done = together(app, [lambda own: run_due(deps=own)] * 3 + [confirms] * 3)

    assert sum(each.posted for each in done) == 41
    assert [posted(session, each) for each in plans] == [[TODAY + timedelta(days=at) for at in range(1, 21)]] * 2
    assert posted(session, asked) == [TODAY]
    assert verify_book(session, book).differences == ()


def _run_in_a_process(settings: Settings) -> int:
    """What another web process does."""
    with create_app(settings).app_context():
        return run_due(deps=current_deps()).posted


@pytest.mark.slow
def test_processes_that_run_at_once_post_each_date_once(
    *, session: Session, settings: Settings, deps: Deps, make_book: Make, plan: Plan, clock: Clock
) -> None:
    clock.at = datetime.now(tz=ZoneInfo("UTC")) - timedelta(days=40)
    book = make_book()
    number = plan(book, DAILY, clock.at.date() + timedelta(days=2))
    session.rollback()

    with multiprocessing.get_context("spawn").Pool(2) as pool:
        counts = pool.starmap(_run_in_a_process, [(settings,)] * 2, chunksize=1)

    days = posted(session, number)
    assert sum(counts) == len(days) == len(set(days)) >= 37
    assert verify_book(session, book).differences == ()
    assert deps.now() == clock.at


def test_a_lease_has_one_winner_and_runs_out(app: Flask, session: Session, deps: Deps, clock: Clock) -> None:
    hour = timedelta(hours=1)

    def take_it(holder: str, own: Deps) -> bool:
        return take_lease("chore", holder, hour, deps=own)

    for _ in range(3):  # the first time the row is made, then it is taken over
        won = together(app, [partial(take_it, f"holder {at}") for at in range(6)])
        assert sorted(won) == [False] * 5 + [True]
        assert not take_lease("chore", "latecomer", hour, deps=deps)
        clock.at += hour
    assert take_lease("chore", "me", hour, deps=deps)
    end_lease("chore", "somebody else", deps=deps)
    assert not take_lease("chore", "you", hour, deps=deps)
    end_lease("chore", "me", deps=deps)
    assert take_lease("chore", "you", hour, deps=deps)
    session.rollback()
    assert [tuple(row) for row in session.execute(select(Lease.name, Lease.holder))] == [("chore", "you")]


@pytest.mark.sqlite_only
def test_a_person_who_leaves_takes_their_schedules_along(
    session: Session, deps: Deps, make_user: Make, make_book: Make, plan: Plan
) -> None:
    person = make_user(is_demo=True)
    plan(make_book(person), WEEKLY, TODAY)
    run_due(deps=deps)

    delete_account(person, password="", delete_file=lambda *_: None, deps=deps)

    assert not any(session.scalar(select(func.count()).select_from(table)) for table in (Schedule, Occurrence, Account))


@pytest.mark.sqlite_only
def test_any_sequence_of_acts_leaves_books_and_dates_that_agree(
    *, session: Session, deps: Deps, make_book: Make, plan: Plan, account: Find, clock: Clock
) -> None:
    book, chance = make_book(), random.Random(20261122)
    rules = [
        DAILY,
        WEEKLY,
        MONTHLY,
        parse_rule("FREQ=MONTHLY;BYDAY=2FR;COUNT=4"),
        parse_rule("FREQ=WEEKLY;INTERVAL=2;COUNT=5"),
    ]
    plans = [plan(book, rule, TODAY + timedelta(days=at), is_automatic=at % 2 == 0) for at, rule in enumerate(rules)]
    command = TransactionCommand(
        book, None, Direction.OUT, TODAY, account(book, "Cash"), 700, (Line(account(book, "Dining"), 700),)
    )
    acts: list[Callable[..., object]] = [
        run_due,
        confirm,
        skip,
        unskip,
        pause_schedule,
        resume_schedule,
        end_schedule,
        remove_schedule,
        restore_schedule,
        alter_schedule,
    ]
    done = refused = 0
    for _ in range(220):
        act, number = chance.choice(acts), chance.choice(plans)
        row = session.get_one(Schedule, number)
        known = list(session.scalars(select(Occurrence.due_on).where(Occurrence.schedule_id == number)))
        day = chance.choice([row.next_on or TODAY, *known])
        session.rollback()
        try:
            if act is run_due:
                clock.at += timedelta(days=chance.randrange(9))
                run_due(deps=deps)
            elif act is alter_schedule:
                alter_schedule(
                    number, OwnSchedule("Other", chance.choice(rules), chance.choice([TODAY, day]), command), deps=deps
                )
            elif act in {confirm, skip, unskip}:
                act(book, number, day, user_id=None, deps=deps)
            else:
                act(book, number, user_id=None, deps=deps)
        except (Refused, NotInBook):
            refused += 1
            continue
        done += 1
        assert verify_book(session, book).differences == (), act

    run_due(deps=deps)
    assert min(done, refused) > 50
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Occurrence)) == len(
        set(session.execute(select(Occurrence.schedule_id, Occurrence.due_on)).all())
    )
    transactions = list(
        session.scalars(select(Occurrence.transaction_id).where(Occurrence.transaction_id.is_not(None)))
    )
    assert len(transactions) == len(set(transactions)) == len(posted(session))


def together(app: Flask, acts: Sequence[Callable[[Deps], T]]) -> list[T]:
    """Run each in a thread with a session of its own, all from the same moment on."""
    db.session.rollback()
    barrier = Barrier(len(acts))

    def one(act: Callable[[Deps], T]) -> T:
        with app.app_context():
            barrier.wait(WAIT)
            return act(current_deps())

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result(WAIT) for each in [pool.submit(one, act) for act in acts]]
