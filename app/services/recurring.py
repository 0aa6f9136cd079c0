"""What happens when the dates of schedules come: each is posted once, in order, whatever the machine slept through."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from app.domain.books import Direction, Source
from app.domain.errors import FinTrakError, NotInBook, Refused
from app.domain.recurrence_texts import parse_rule
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState, dates_from, next_date
from app.models.schedule import Occurrence, Schedule
from app.services.deps import Deps
from app.services.due import Due, Poster
from app.services.schedules import lines_of, schedule_of, today_of
from app.services.transactions import TransactionCommand, record_command
from app.services.uow import BookWork, book_work

log = logging.getLogger(__name__)

BATCH = 100
"""How many dates are settled in one commit, so that a long catch-up keeps nobody waiting."""


def _post_transaction(work: BookWork, due: Due, deps: Deps) -> int:
    row, lines = due.schedule, lines_of(work, due.schedule.id)
    if row.direction is None or row.account_id is None or row.amount_minor is None:
        raise Refused("Say what this schedule posts: change it, and save.")
    amount = row.amount_minor if due.amount_minor is None else due.amount_minor
    if amount != row.amount_minor and len(lines) > 1:
        raise Refused("This one has several parts. Post it as it is, then change the transaction.", field="amount")
    if amount != row.amount_minor and (row.base_minor is not None or row.to_amount_minor is not None):
        raise Refused("This one has two currencies. Post it as it is, then change the transaction.", field="amount")
    if len(lines) == 1:
        [line] = lines
        lines = (type(line)(line.category_id, amount),)
    command = TransactionCommand(
        book_id=work.book.id,
        user_id=work.user_id,
        direction=Direction(row.direction),
        occurred_on=due.day,
        account_id=row.account_id,
        amount_minor=amount,
        lines=lines,
        to_account_id=row.to_account_id,
        to_amount_minor=row.to_amount_minor,
        base_minor=row.base_minor,
        payee=row.payee,
        description=row.name,
        note=row.note,
        tags=tuple(row.tags.split(",")) if row.tags else (),
        source=Source.RECURRING,
    )
    return record_command(work, command, deps=deps).transaction_id


POSTERS: Mapping[ScheduleKind, Poster] = {ScheduleKind.TRANSACTION: _post_transaction}


@dataclass(frozen=True, slots=True)
class Settled:
    """What a run did: how many dates it posted, and how many wait for a person."""

    posted: int = 0
    waiting: int = 0

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(self.posted + other.posted, self.waiting + other.waiting)


def run_due(*, book_id: int | None = None, deps: Deps) -> Settled:
    """Settle every date that has come, of one book or of all. Run again, it finds nothing left to do.

    A book whose dates cannot be settled is logged, and does not keep the others waiting.
    """
    latest = deps.now().date() + timedelta(days=1)  # somewhere it is tomorrow already; each book decides by its own day
    query = (
        select(Schedule.book_id)
        .where(Schedule.state == ScheduleState.ACTIVE, Schedule.removed_at.is_(None), Schedule.next_on <= latest)
        .distinct()
        .order_by(Schedule.book_id)
    )
    ids = deps.session.scalars(query.where(Schedule.book_id == book_id) if book_id is not None else query).all()
    settled = Settled()
    for each in ids:
        try:
            while (more := _run_book(each, deps)) is not None:
                settled += more
        except NotInBook:
            log.info("book %s left while its schedules were run", each)
        except FinTrakError:
            log.exception("the schedules of book %s could not be run", each)
    return settled


def _run_book(book_id: int, deps: Deps) -> Settled | None:
    """Settle the oldest dates of a book in one commit; none when there are no more."""
    with book_work(deps, book_id) as work:
        today = today_of(work)
        rows = work.session.scalars(
            select(Schedule).where(
                Schedule.book_id == book_id,
                Schedule.state == ScheduleState.ACTIVE,
                Schedule.removed_at.is_(None),
                or_(Schedule.next_on.is_(None), Schedule.next_on <= today),
            )
        ).all()
        due = sorted(
            (day, row.id, row) for row in rows for day in _dates(row, today)
        )[:BATCH]  # fmt: skip
        for row in rows:
            if row.next_on is None:
                row.state = ScheduleState.ENDED
        if not due:
            return None
        settled = Settled()
        for day, _, row in due:
            settled += _settle(work, row, day, deps)
    return settled


def _dates(row: Schedule, today: date) -> list[date]:
    if row.next_on is None:
        return []
    found: list[date] = []
    for day in dates_from(parse_rule(row.rule), row.first_on, row.next_on):
        if day > today or len(found) == BATCH:
            break
        found.append(day)
    return found


def _settle(work: BookWork, row: Schedule, day: date, deps: Deps) -> Settled:
    settled = Settled()
    known = work.session.get(Occurrence, (row.id, day))
    if known is None:  # otherwise somebody decided about it before it came
        occurrence = Occurrence(
            schedule_id=row.id, due_on=day, book_id=work.book.id, state=OccurrenceState.WAITING, transaction_id=None, reason=None,
            decided_at=work.now,
        )  # fmt: skip
        if row.is_automatic:
            try:
                with work.session.begin_nested():
                    occurrence.transaction_id = POSTERS[row.kind](work, Due(row, day), deps)
                occurrence.state = OccurrenceState.POSTED
            except (Refused, NotInBook) as error:
                occurrence.reason = error.user_message[:300]
        work.session.add(occurrence)
        settled = Settled(1, 0) if occurrence.state == OccurrenceState.POSTED else Settled(0, 1)
    row.next_on = next_date(parse_rule(row.rule), row.first_on, day)
    if row.next_on is None:
        row.state = ScheduleState.ENDED
    work.session.flush()
    return settled


def confirm(
    book_id: int,
    schedule_id: int,
    due_on: date,
    *,
    amount_minor: int | None = None,
    occurred_on: date | None = None,
    user_id: int | None,
    deps: Deps,
) -> int | None:
    """Post a date that waits, or the next one ahead of its day. Returns the transaction's id.

    Raises: NotInBook for a date that the schedule does not have; Refused when it is settled already, or cannot be posted.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row, occurrence = _open(work, schedule_id, due_on)
        occurrence.transaction_id = POSTERS[row.kind](work, Due(row, due_on, amount_minor, occurred_on), deps)
        occurrence.state, occurrence.reason, occurrence.decided_at = OccurrenceState.POSTED, None, work.now
        work.audit("occurrence.posted", f"schedule:{schedule_id}", after={"due_on": due_on.isoformat()})
        return occurrence.transaction_id


def skip(book_id: int, schedule_id: int, due_on: date, *, user_id: int | None, deps: Deps) -> None:
    """Leave a date out: one that waits, or the next one before it comes.

    Raises: as `confirm`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        _, occurrence = _open(work, schedule_id, due_on)
        occurrence.state, occurrence.reason, occurrence.decided_at = OccurrenceState.SKIPPED, None, work.now
        work.audit("occurrence.skipped", f"schedule:{schedule_id}", after={"due_on": due_on.isoformat()})


def unskip(book_id: int, schedule_id: int, due_on: date, *, user_id: int | None, deps: Deps) -> None:
    """Let a date that was left out wait again.

    Raises: NotInBook when it was not left out.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        schedule_of(work, schedule_id)
        occurrence = work.session.get(Occurrence, (schedule_id, due_on))
        if occurrence is None or occurrence.book_id != book_id or occurrence.state != OccurrenceState.SKIPPED:
            raise NotInBook("occurrence", f"{schedule_id} {due_on}", book_id)
        occurrence.state, occurrence.decided_at = OccurrenceState.WAITING, work.now
        work.audit("occurrence.waits", f"schedule:{schedule_id}", after={"due_on": due_on.isoformat()})


def _open(work: BookWork, schedule_id: int, due_on: date) -> tuple[Schedule, Occurrence]:
    """A date that is still to be decided about. One that has not come yet gets its row here."""
    row = schedule_of(work, schedule_id)
    occurrence = work.session.get(Occurrence, (schedule_id, due_on))
    if occurrence is not None:
        if occurrence.state != OccurrenceState.WAITING:
            raise Refused("Somebody has decided about this date already.")
        return row, occurrence
    if row.removed_at is not None or row.state == ScheduleState.ENDED or row.next_on != due_on:
        raise NotInBook("occurrence", f"{schedule_id} {due_on}", work.book.id)
    occurrence = Occurrence(
        schedule_id=row.id, due_on=due_on, book_id=work.book.id, state=OccurrenceState.WAITING, transaction_id=None, reason=None,
        decided_at=work.now,
    )  # fmt: skip
    work.session.add(occurrence)
    row.next_on = next_date(parse_rule(row.rule), row.first_on, due_on)
    if row.next_on is None:
        row.state = ScheduleState.ENDED
    work.session.flush()
    return row, occurrence
