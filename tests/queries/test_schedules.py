from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.books import Direction, Subtype
from app.domain.recurrence import Frequency, Rule
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState
from app.models.schedule import Schedule
from app.queries.schedules import (
    coming_up,
    decided_between,
    decided_of,
    one_schedule,
    schedules_of,
    upcoming,
    waiting_in,
)
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.own_schedules import OwnSchedule, make_schedule, pause_schedule
from app.services.recurring import run_due, skip
from app.services.schedules import SchedulePlan, add_schedule
from app.services.transactions import Line, TransactionCommand, void_transactions
from app.services.uow import book_work
from tests.guards.test_budgets import statements

pytestmark = pytest.mark.sqlite_only
TODAY = date(2026, 11, 22)
MONTHLY = Rule(Frequency.MONTHLY, is_clamped=True)
Find = Callable[[int, str], int]


@pytest.fixture
def book(make_book: Callable[..., int]) -> int:
    return make_book()


@pytest.fixture
def plan(deps: Deps, book: int, account: Find) -> Callable[..., int]:
    """`plan("Rent", MONTHLY, date(2026, 12, 1), 100)`; below zero is money in."""

    def make(name: str, rule: Rule, first: date, minor: int, *, to: str = "", **more: bool) -> int:
        bank = account(book, "Bank account")
        if to:
            command = TransactionCommand(
                book, None, Direction.TRANSFER, first, bank, minor, to_account_id=account(book, to)
            )
        else:
            direction = Direction.OUT if minor > 0 else Direction.IN
            line = Line(account(book, "Rent" if minor > 0 else "Interest"), abs(minor))
            command = TransactionCommand(book, None, direction, first, bank, abs(minor), (line,))
        return make_schedule(OwnSchedule(name, rule, first, command, **more), deps=deps)

    return make


def test_what_is_expected_comes_from_the_rules_of_every_kind_signed_and_by_day(
    session: Session, deps: Deps, book: int, plan: Callable[..., int]
) -> None:
    plan("Rent", MONTHLY, date(2026, 11, 30), 100)
    plan("Interest", Rule(Frequency.WEEKLY, times=2), date(2026, 11, 30), -30)
    plan("Saving", MONTHLY, date(2026, 12, 5), 500, to="Cash")
    plan("Later", MONTHLY, date(2027, 1, 1), 7)
    pause_schedule(book, plan("Paused", MONTHLY, date(2026, 12, 1), 9), user_id=None, deps=deps)
    with book_work(deps, book) as work:
        first = date(2026, 12, 10)
        add_schedule(
            work, SchedulePlan(ScheduleKind.LOAN, "Car loan", MONTHLY, first, first, expected_minor=-1_524_000)
        )
    skip(book, plan("Skipped", MONTHLY, date(2026, 12, 2), 11), date(2026, 12, 2), user_id=None, deps=deps)

    found = upcoming(session, book, TODAY, date(2026, 12, 31))

    assert [(each.due_on.day, each.posts.name, each.posts.expected_minor, each.posts.minor) for each in found] == [
        (30, "Rent", -100, -100),
        (30, "Interest", 30, 30),
        (5, "Saving", 0, 500),
        (7, "Interest", 30, 30),
        (10, "Car loan", -1_524_000, -1_524_000),
        (30, "Rent", -100, -100),
    ]
    assert [each.posts.cash_minor for each in found] == [-100, 30, 0, 30, -1_524_000, -100]
    assert found[2].posts.is_transfer
    assert (found[2].posts.account, found[2].posts.to_account) == ("Bank account", "Cash")
    assert upcoming(session, book, TODAY, TODAY) == []


def test_a_card_shows_what_waits_first_and_says_how_much_there_is(
    session: Session, deps: Deps, book: int, plan: Callable[..., int]
) -> None:
    plan("Asks", Rule(Frequency.WEEKLY), TODAY - timedelta(days=14), 10, is_automatic=False, posts_past=True)
    run_due(book_id=book, deps=deps)
    plan("Daily", Rule(Frequency.DAILY), TODAY + timedelta(days=1), 100)

    card = coming_up(session, book, TODAY, days=14, most=5)

    assert [each.due_on for each in card.waiting] == [TODAY - timedelta(days=back) for back in (14, 7, 0)]
    assert [each.due_on for each in card.coming] == [TODAY + timedelta(days=ahead) for ahead in (1, 2)]
    assert (card.count, card.left_out, card.out_minor) == (19, 14, 3 * 10 + 14 * 100 + 2 * 10)
    assert len(waiting_in(session, book, most=2)) == 2


def test_a_bill_of_a_card_leaves_the_account_and_what_is_bought_with_it_does_not(
    session: Session, deps: Deps, book: int, account: Find
) -> None:
    bank = account(book, "Bank account")
    card = add_account(AccountCommand(book, None, "Credit card", Subtype.CARD, "INR"), deps=deps)
    bill = TransactionCommand(book, None, Direction.TRANSFER, TODAY, bank, 900, to_account_id=card)
    shop = TransactionCommand(book, None, Direction.OUT, TODAY, card, 400, (Line(account(book, "Rent"), 400),))
    back = TransactionCommand(book, None, Direction.TRANSFER, TODAY, card, 50, to_account_id=bank)
    for name, command in (("Bill", bill), ("Shop", shop), ("Back", back)):
        make_schedule(OwnSchedule(name, MONTHLY, TODAY, command), deps=deps)

    found = {each.posts.name: each.posts for each in upcoming(session, book, TODAY, TODAY)}

    assert {name: posts.cash_minor for name, posts in found.items()} == {"Bill": -900, "Shop": 0, "Back": 50}
    assert coming_up(session, book, TODAY).out_minor == 900


def test_what_became_of_dates_says_what_was_paid_skipped_and_deleted(
    *, session: Session, deps: Deps, book: int, plan: Callable[..., int]
) -> None:
    number = plan("Rent", Rule(Frequency.WEEKLY), TODAY - timedelta(days=14), 100, posts_past=True)
    saving = plan("Saving", MONTHLY, TODAY, 500, to="Cash")
    run_due(book_id=book, deps=deps)
    skip(book, number, TODAY + timedelta(days=7), user_id=None, deps=deps)
    gone = decided_of(session, book, number, most=9)[-1].transaction_id
    void_transactions(book, [gone or 0], user_id=None, deps=deps)

    states = [(each.due_on, each.state, each.is_void) for each in decided_of(session, book, number, most=9)]
    assert states == [
        (TODAY + timedelta(days=7), OccurrenceState.SKIPPED, False),
        (TODAY, OccurrenceState.POSTED, False),
        (TODAY - timedelta(days=7), OccurrenceState.POSTED, False),
        (TODAY - timedelta(days=14), OccurrenceState.POSTED, True),
    ]
    today = {each.posts.schedule_id: each.minor for each in decided_between(session, book, TODAY, TODAY)}
    assert today == {number: -100, saving: 500}


def test_the_list_has_months_counts_and_the_next_dates(
    session: Session, deps: Deps, book: int, plan: Callable[..., int]
) -> None:
    rent = plan("Rent", MONTHLY, date(2026, 11, 30), 1200)
    yearly = plan("Cover", Rule(Frequency.YEARLY, is_clamped=True), date(2026, 12, 1), 1200)
    ended = plan("Once", Rule(Frequency.DAILY, times=1), TODAY, 5)
    run_due(book_id=book, deps=deps)

    found = {each.id: each for each in schedules_of(session, book)}

    assert [each.monthly_minor(TODAY) for each in found.values()] == [-1200, -100, 0]
    assert list(found) == [rent, yearly, ended]
    assert found[ended].state == ScheduleState.ENDED
    assert found[rent].coming(2) == (date(2026, 11, 30), date(2026, 12, 30))
    assert found[rent].words == "Every month on the 30th (or the last day)"
    assert found[ended].coming(2) == ()
    assert one_schedule(session, book + 1, rent) is None


def test_lists_ask_as_little_of_many_schedules_as_of_one(session: Session, book: int, plan: Callable[..., int]) -> None:
    def count() -> int:
        session.rollback()
        with statements() as asked:
            schedules_of(session, book)
            coming_up(session, book, TODAY)
            decided_between(session, book, TODAY, TODAY)
        return len(asked)

    number = plan("Rent", MONTHLY, date(2026, 11, 30), 1200)
    one = count()
    row = {
        column.name: getattr(session.get_one(Schedule, number), column.name) for column in Schedule.__table__.columns
    }
    session.execute(insert(Schedule), [row | {"id": number + at} for at in range(1, 200)])
    session.commit()

    assert count() == one <= 7
