"""Making and changing schedules. What happens when their dates come is in `services.recurring`.

A part that has a schedule of its own (a salary, a loan, …) calls `add_schedule` inside its own write and keeps the id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select

from app.domain.books import Direction
from app.domain.errors import NotInBook, Refused
from app.domain.recurrence import Rule
from app.domain.recurrence_texts import parse_rule
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState, dates_from
from app.domain.texts import clean
from app.models.schedule import Occurrence, Schedule, ScheduleLine
from app.services.posting import check_day
from app.services.transactions import Line, TransactionCommand, check_command
from app.services.uow import BookWork


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """A schedule as a person or a part of FinTrak states it.

    The rule is read from `first_on`, so the 31st clamps and comes back. Dates before `start_on` are taken as settled already:
    a loan that has run for years does not post its past. `expected_minor` is what comes in, or goes out when negative, each time,
    in the book's currency. `command` says what one of kind `transaction` posts; its day is not looked at.
    """

    kind: ScheduleKind
    name: str
    rule: Rule
    first_on: date
    start_on: date
    is_automatic: bool = True
    expected_minor: int = 0
    command: TransactionCommand | None = None


def today_of(work: BookWork) -> date:
    """The date where the book is."""
    return work.now.astimezone(ZoneInfo(work.book.timezone)).date()


def add_schedule(work: BookWork, plan: SchedulePlan) -> int:
    """Make a schedule as a part of a larger write. Returns its id.

    Raises: Refused with the field to correct, NotInBook for an account of another book.
    """
    row = Schedule(
        book_id=work.book.id, kind=plan.kind, state=ScheduleState.ACTIVE, created_at=work.now, removed_at=None, **_columns(work, plan)
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    _write_lines(work, row.id, plan.command)
    work.audit("schedule.added", f"schedule:{row.id}", after=described(row))
    return row.id


def change_schedule(work: BookWork, schedule_id: int, plan: SchedulePlan) -> None:
    """Let a schedule say something else from now on, as a part of a larger write. What it posted stays as it is.

    Dates up to the last one that something was decided about do not come again. Without a later date it ends;
    one that had run out goes on.
    Raises: as `add_schedule`.
    """
    row = schedule_of(work, schedule_id)
    if row.kind != plan.kind:
        raise NotInBook("schedule", schedule_id, work.book.id)
    before, had_run_out = described(row), row.state == ScheduleState.ENDED and row.next_on is None
    for name, value in _columns(work, plan).items():
        setattr(row, name, value)
    last = work.session.scalar(
        select(func.max(Occurrence.due_on)).where(
            Occurrence.book_id == work.book.id, Occurrence.schedule_id == schedule_id
        )
    )
    if last is not None and row.next_on is not None and row.next_on <= last:
        row.next_on = next_open(work, row, last)
    if row.next_on is None:
        row.state = ScheduleState.ENDED
    elif had_run_out:
        row.state = ScheduleState.ACTIVE
    work.session.execute(
        delete(ScheduleLine).where(ScheduleLine.book_id == work.book.id, ScheduleLine.schedule_id == schedule_id)
    )
    _write_lines(work, schedule_id, plan.command)
    work.session.flush()
    work.audit("schedule.changed", f"schedule:{schedule_id}", before=before, after=described(row))


def set_state(work: BookWork, schedule_id: int, state: ScheduleState) -> None:
    """Pause, resume or end a schedule as a part of a larger write. Dates that pass while it is paused or ended never come.

    Raises: NotInBook; Refused for one that has no more dates.
    """
    row = schedule_of(work, schedule_id)
    if row.state == state:
        return
    before = described(row)
    if state == ScheduleState.ACTIVE:
        start = max(today_of(work), row.next_on or date.min)
        row.next_on = next_open(work, row, start - timedelta(days=1))
        if row.next_on is None:
            raise Refused("It has no dates left. Change its rule to go on.")
    elif state == ScheduleState.PAUSED and row.next_on is None:
        raise Refused("It has no dates left.")
    row.state = state
    work.audit(f"schedule.{state}", f"schedule:{schedule_id}", before=before, after=described(row))


def next_open(work: BookWork, row: Schedule, after: date) -> date | None:
    """The first date of a schedule after a day that nothing was decided about; none when there is no more."""
    decided = set(
        work.session.scalars(
            select(Occurrence.due_on).where(
                Occurrence.book_id == work.book.id, Occurrence.schedule_id == row.id, Occurrence.due_on > after
            )
        )
    )
    dates = dates_from(parse_rule(row.rule), row.first_on, after + timedelta(days=1))
    return next((day for day in dates if day not in decided), None)


def move_to(row: Schedule, next_on: date | None) -> None:
    """Let a schedule go on with a date. One that has no more ends; one that had ended by itself goes on."""
    if next_on is None and row.state != ScheduleState.ENDED:
        row.state = ScheduleState.ENDED
    elif next_on is not None and row.state == ScheduleState.ENDED and row.next_on is None:
        row.state = ScheduleState.ACTIVE
    row.next_on = next_on


def waiting_on(work: BookWork, row: Schedule, day: date) -> Occurrence:
    """A date of a schedule that waits for somebody to decide about it, still to be added."""
    return Occurrence(
        schedule_id=row.id, due_on=day, book_id=work.book.id, state=OccurrenceState.WAITING, transaction_id=None, reason=None,
        decided_at=work.now,
    )  # fmt: skip


def set_removed(work: BookWork, schedule_id: int, *, is_removed: bool) -> None:
    """Take a schedule out of sight, or bring it back, as a part of a larger write. What it posted stays in the books.

    Raises: NotInBook.
    """
    row = schedule_of(work, schedule_id)
    if (row.removed_at is not None) == is_removed:
        return
    row.removed_at = work.now if is_removed else None
    work.audit("schedule.removed" if is_removed else "schedule.restored", f"schedule:{schedule_id}")


def schedule_of(work: BookWork, schedule_id: int) -> Schedule:
    """A schedule of the book, removed or not.

    Raises: NotInBook.
    """
    row = work.session.scalars(
        select(Schedule).where(Schedule.book_id == work.book.id, Schedule.id == schedule_id)
    ).one_or_none()
    if row is None:
        raise NotInBook("schedule", schedule_id, work.book.id)
    return row


def lines_of(work: BookWork, schedule_id: int) -> tuple[Line, ...]:
    """The parts of what a schedule posts."""
    rows = work.session.execute(
        select(ScheduleLine.category_id, ScheduleLine.amount_minor)
        .where(ScheduleLine.book_id == work.book.id, ScheduleLine.schedule_id == schedule_id)
        .order_by(ScheduleLine.number)
    )
    return tuple(Line(category_id, amount_minor) for category_id, amount_minor in rows)


def described(row: Schedule) -> dict[str, Any]:
    """What a schedule says, for the chain of events."""
    return {
        "kind": row.kind, "name": row.name, "rule": row.rule, "first_on": row.first_on.isoformat(),
        "next_on": row.next_on.isoformat() if row.next_on else None, "is_automatic": row.is_automatic, "state": row.state,
        "expected_minor": row.expected_minor, "payee": row.payee,
    }  # fmt: skip


def _columns(work: BookWork, plan: SchedulePlan) -> dict[str, Any]:
    check_day(work, plan.first_on, field="first_on")
    name = clean(plan.name, 120)
    if not name:
        raise Refused("Write a name.", field="name")
    next_on = next(dates_from(plan.rule, plan.first_on, plan.start_on), None)
    if next_on is None:
        raise Refused("This rule has no date left. Choose a later end.", field="until")
    command = plan.command
    if (plan.kind == ScheduleKind.TRANSACTION) != (command is not None):
        raise TypeError("a schedule of transactions needs a command, and only such a one")
    if command is not None:
        check_command(work, command)
    return {
        "name": name, "rule": str(plan.rule), "first_on": plan.first_on, "next_on": next_on, "is_automatic": plan.is_automatic,
        "expected_minor": plan.expected_minor,
        "direction": command.direction if command else None,
        "account_id": command.account_id if command else None,
        "amount_minor": command.amount_minor if command else None,
        "to_account_id": command.to_account_id if command and command.direction == Direction.TRANSFER else None,
        "to_amount_minor": command.to_amount_minor if command else None,
        "base_minor": command.base_minor if command else None,
        "payee": clean(command.payee, 120) if command else "",
        "note": clean(command.note, 1000, lines=True) if command else "",
        "tags": ",".join(command.tags)[:1000] if command else "",
    }  # fmt: skip


def _write_lines(work: BookWork, schedule_id: int, command: TransactionCommand | None) -> None:
    lines: Sequence[Line] = command.lines if command and command.direction != Direction.TRANSFER else ()
    rows = [
        {
            "schedule_id": schedule_id,
            "number": number,
            "book_id": work.book.id,
            "category_id": line.category_id,
            "amount_minor": line.amount_minor,
        }
        for number, line in enumerate(lines)
    ]
    if rows:
        work.session.execute(insert(ScheduleLine), rows)
