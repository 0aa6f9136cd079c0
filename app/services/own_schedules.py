"""What people make come again themselves: a bill, a subscription, a transfer, an income. Each verb is one commit.

Schedules of salaries, loans and the like belong to their own pages, and are not found here.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from sqlalchemy import select

from app.domain.books import Direction, State
from app.domain.errors import NotInBook, Refused
from app.domain.recurrence import Rule
from app.domain.recurrence_texts import parse_rule
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState, dates_from, is_date_of
from app.models.account import Account
from app.models.schedule import Occurrence, Schedule
from app.models.transaction import Transaction
from app.services.deps import Deps
from app.services.schedules import (
    SchedulePlan,
    add_schedule,
    change_schedule,
    move_to,
    next_open,
    schedule_of,
    set_removed,
    set_state,
    today_of,
    waiting_on,
)
from app.services.transactions import TransactionCommand
from app.services.uow import BookWork, book_work

MOST_PAST = 600
"""So many dates may be posted at once when a schedule begins in the past: fifty years of months."""


@dataclass(frozen=True, slots=True)
class OwnSchedule:
    """A schedule as a person states it. `command` says what each date posts; its day is not looked at.

    With `posts_past`, dates before today are posted too; otherwise they are taken to be in the books already.
    `first_id` names a transaction that is the first of them.
    """

    name: str
    rule: Rule
    first_on: date
    command: TransactionCommand
    is_automatic: bool = True
    posts_past: bool = False
    first_id: int | None = None


def past_count(rule: Rule, first_on: date, today: date) -> int:
    """How many dates of a rule lie before today; one more than may be posted when there are too many."""
    found = 0
    for day in islice(dates_from(rule, first_on, first_on), MOST_PAST + 1):
        if day >= today:
            break
        found += 1
    return found


def make_schedule(wanted: OwnSchedule, *, deps: Deps) -> int:
    """Let something come again. Returns its id.

    Raises: Refused with the field to correct; NotInBook for an account of another book.
    """
    command = wanted.command
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        today = today_of(work)
        start = wanted.first_on if wanted.posts_past else max(wanted.first_on, today)
        if wanted.posts_past and past_count(wanted.rule, wanted.first_on, today) > MOST_PAST:
            raise Refused(f"That is more than {MOST_PAST} past dates. Choose a later first date.", field="first_on")
        schedule_id = add_schedule(work, _plan(work, wanted, start))
        if wanted.first_id is not None:
            _begin_with(work, schedule_id, wanted.first_id)
        return schedule_id


def alter_schedule(schedule_id: int, wanted: OwnSchedule, *, deps: Deps) -> None:
    """Let it say something else from now on. What it posted stays, and dates that have passed do not come.

    Raises: as `make_schedule`; Refused when no date would be left.
    """
    command = wanted.command
    with book_work(deps, command.book_id, user_id=command.user_id) as work:
        row = own_schedule(work, schedule_id)
        today = today_of(work)
        start = min(today, row.next_on) if row.state == ScheduleState.ACTIVE and row.next_on else today
        change_schedule(work, schedule_id, _plan(work, wanted, max(start, wanted.first_on)))
        if row.next_on is None:
            raise Refused("This rule has no date left. Choose a later end.", field="until")


def pause_schedule(book_id: int, schedule_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Let dates pass until it is resumed.

    Raises: NotInBook; Refused when it has no dates left.
    """
    _turn(book_id, schedule_id, ScheduleState.PAUSED, user_id, deps)


def resume_schedule(book_id: int, schedule_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Go on with the next date from today.

    Raises: as `pause_schedule`.
    """
    _turn(book_id, schedule_id, ScheduleState.ACTIVE, user_id, deps)


def end_schedule(book_id: int, schedule_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Let no more dates come. It can be resumed.

    Raises: NotInBook.
    """
    _turn(book_id, schedule_id, ScheduleState.ENDED, user_id, deps)


def remove_schedule(book_id: int, schedule_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Take it out of sight. What it posted stays in the books.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        set_removed(work, own_schedule(work, schedule_id).id, is_removed=True)


def restore_schedule(book_id: int, schedule_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Bring a removed one back as it was.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        set_removed(work, own_schedule(work, schedule_id, is_removed=True).id, is_removed=False)


def own_schedule(work: BookWork, schedule_id: int, *, is_removed: bool = False) -> Schedule:
    """A schedule that a person made, removed or not as asked for.

    Raises: NotInBook; also for one that belongs to a salary, a loan, …
    """
    row = schedule_of(work, schedule_id)
    if row.kind != ScheduleKind.TRANSACTION or (row.removed_at is not None and not is_removed):
        raise NotInBook("schedule", schedule_id, work.book.id)
    return row


def _turn(book_id: int, schedule_id: int, state: ScheduleState, user_id: int | None, deps: Deps) -> None:
    with book_work(deps, book_id, user_id=user_id) as work:
        set_state(work, own_schedule(work, schedule_id).id, state)


def _begin_with(work: BookWork, schedule_id: int, transaction_id: int) -> None:
    """Take a transaction as what the first date posted, so that this date does not come again."""
    row = schedule_of(work, schedule_id)
    taken = select(Occurrence.due_on).where(
        Occurrence.book_id == work.book.id, Occurrence.transaction_id == transaction_id
    )
    first_on = work.session.scalar(
        select(Transaction.occurred_on).where(
            Transaction.book_id == work.book.id, Transaction.id == transaction_id, Transaction.state == State.POSTED
        )
    )
    if first_on is None:
        raise NotInBook("transaction", transaction_id, work.book.id)
    if work.session.scalar(taken) is not None or not is_date_of(parse_rule(row.rule), row.first_on, first_on):
        return
    occurrence = waiting_on(work, row, first_on)
    occurrence.state, occurrence.transaction_id = OccurrenceState.POSTED, transaction_id
    work.session.add(occurrence)
    work.session.flush()
    if row.next_on == first_on:
        move_to(row, next_open(work, row, first_on))


def _plan(work: BookWork, wanted: OwnSchedule, start: date) -> SchedulePlan:
    command = replace(wanted.command, occurred_on=today_of(work))
    return SchedulePlan(
        kind=ScheduleKind.TRANSACTION,
        name=wanted.name,
        rule=wanted.rule,
        first_on=wanted.first_on,
        start_on=start,
        is_automatic=wanted.is_automatic,
        expected_minor=_expected(work, command),
        command=command,
    )


def _expected(work: BookWork, command: TransactionCommand) -> int:
    """What comes in, or goes out, in the book's currency. A transfer changes nothing of what one has."""
    if command.direction == Direction.TRANSFER:
        return 0
    account = work.session.get(Account, command.account_id)
    at_home = account is not None and account.book_id == work.book.id and account.currency == work.book.currency
    minor = command.amount_minor if at_home else command.base_minor or 0
    return minor if command.direction == Direction.IN else -minor
