"""What happens when the dates of schedules come: each is posted once, in order, whatever the machine slept through."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.domain.books import Direction, Source
from app.domain.errors import FinTrakError, NotInBook, Refused
from app.domain.recurrence_texts import parse_rule
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState, dates_from, is_date_of
from app.models.book import Book
from app.models.schedule import Occurrence, Schedule
from app.services.deps import Deps
from app.services.due import Due, Poster
from app.services.investment_plans import post_plan
from app.services.loans import post_instalment
from app.services.payslips import post_salary
from app.services.schedules import lines_of, move_to, next_open, schedule_of, today_of, waiting_on
from app.services.scheme_postings import post_scheme
from app.services.transactions import TransactionCommand, record_command
from app.services.uow import BookWork, book_work

log = logging.getLogger(__name__)

BATCH = 100
"""How many dates are settled in one commit, so that a long catch-up keeps nobody waiting."""
REASON_LENGTH = 300


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
        description="" if row.payee else row.name,
        note=row.note,
        tags=tuple(row.tags.split(",")) if row.tags else (),
        source=Source.RECURRING,
    )
    return record_command(work, command, deps=deps).transaction_id


POSTERS: Mapping[ScheduleKind, Poster] = {
    ScheduleKind.TRANSACTION: _post_transaction,
    ScheduleKind.SALARY: post_salary,
    ScheduleKind.LOAN: post_instalment,
    ScheduleKind.INVESTMENT: post_plan,
    ScheduleKind.SCHEME: post_scheme,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What a run did: how many dates it posted, and how many wait for a person."""

    posted: int = 0
    waiting: int = 0

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(self.posted + other.posted, self.waiting + other.waiting)


def run_due(*, book_id: int | None = None, deps: Deps) -> Settled:
    """Settle every date that has come, of one book or of all. Run again, it finds nothing left to do.

    A book whose dates cannot be settled is logged, and does not keep the others waiting. An archived one rests until it is back.
    Raises: OperationalError when the database is away or locked; what was committed before stays.
    """
    latest = deps.now().date() + timedelta(days=1)  # somewhere it is tomorrow already; each book decides by its own day
    query = (
        select(Schedule.book_id)
        .join(Book, Book.id == Schedule.book_id)
        .where(Schedule.state == ScheduleState.ACTIVE, Schedule.removed_at.is_(None), Schedule.next_on <= latest)
        .where(Book.is_archived.is_(False))
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
        except OperationalError:
            raise
        except Exception:  # one book must not stop the others
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
                Schedule.next_on <= today,
            )
        ).all()
        due = sorted((step for row in rows for step in _steps(row, today)), key=lambda step: (step.day, step.row.id))
        if not due:
            return None
        settled = Settled()
        for step in due[:BATCH]:
            settled += _settle(work, step, deps)
        return settled


@dataclass(frozen=True, slots=True)
class _Step:
    """A date of a schedule that has come, and the one that follows it."""

    row: Schedule
    day: date
    following: date | None


def _steps(row: Schedule, today: date) -> list[_Step]:
    """The oldest dates of a schedule that nothing was decided about. One whose rule has none left ends here."""
    if row.next_on is None:
        return []
    steps: list[_Step] = []
    last: date | None = None
    for day in dates_from(parse_rule(row.rule), row.first_on, row.next_on):
        if last is not None:
            steps.append(_Step(row, last, day))
        last = day
        if day > today or len(steps) == BATCH:
            return steps
    if last is None:
        move_to(row, None)
        return []
    return [*steps, _Step(row, last, None)]


def _settle(work: BookWork, step: _Step, deps: Deps) -> Settled:
    row, settled = step.row, Settled()
    known = work.session.get(Occurrence, (row.id, step.day))
    if known is None:  # otherwise somebody decided about it before it came
        occurrence = waiting_on(work, row, step.day)
        if row.is_automatic:
            _try_to_post(work, occurrence, row, deps)
        work.session.add(occurrence)
        settled = Settled(1, 0) if occurrence.state == OccurrenceState.POSTED else Settled(0, 1)
    move_to(row, step.following)
    work.session.flush()
    return settled


def _try_to_post(work: BookWork, occurrence: Occurrence, row: Schedule, deps: Deps) -> None:
    """Post a date, or let it wait with the reason why it could not be posted. What a failed try wrote is taken back."""
    callbacks = len(work.after_commit)
    try:
        with work.session.begin_nested():
            occurrence.transaction_id = _post(work, Due(row, occurrence.due_on), deps)
        occurrence.state = OccurrenceState.POSTED
    except (Refused, NotInBook) as error:
        occurrence.reason = error.user_message[:REASON_LENGTH]
    except (
        OperationalError
    ):  # the database is away, or chose this write to lose a deadlock: the whole batch is tried again
        raise
    except Exception:  # a fault of ours in one schedule must not stop the others for ever
        log.exception("schedule %s of book %s could not post %s", row.id, work.book.id, occurrence.due_on)
        occurrence.reason = FinTrakError.user_message
    if occurrence.state != OccurrenceState.POSTED:
        del work.after_commit[callbacks:]


def _post(work: BookWork, due: Due, deps: Deps) -> int | None:
    poster = POSTERS.get(ScheduleKind(due.schedule.kind))
    if poster is None:
        raise Refused("Nothing here knows yet how to post this.")
    return poster(work, due, deps)


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
        _confirm(work, row, occurrence, Due(row, due_on, amount_minor, occurred_on), deps)
        return occurrence.transaction_id


def confirm_waiting(book_id: int, schedule_id: int, *, user_id: int | None, deps: Deps) -> int:
    """Post every date of a schedule that waits, oldest first, each on its own day. Returns how many.

    Raises: NotInBook; Refused when one of them cannot be posted, and then none is.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row, waiting = _waiting(work, schedule_id)
        for occurrence in waiting:
            _confirm(work, row, occurrence, Due(row, occurrence.due_on), deps)
        return len(waiting)


def skip(book_id: int, schedule_id: int, due_on: date, *, user_id: int | None, deps: Deps) -> None:
    """Leave a date out: one that waits, or the next one before it comes.

    Raises: as `confirm`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        _, occurrence = _open(work, schedule_id, due_on)
        _skip(work, occurrence)


def skip_waiting(book_id: int, schedule_id: int, *, user_id: int | None, deps: Deps) -> int:
    """Leave out every date of a schedule that waits. Returns how many.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        _, waiting = _waiting(work, schedule_id)
        for occurrence in waiting:
            _skip(work, occurrence)
        return len(waiting)


def unskip(book_id: int, schedule_id: int, due_on: date, *, user_id: int | None, deps: Deps) -> None:
    """Take a date back in: one that has passed waits for a person, one still to come is as if nothing had been said about it.

    Raises: NotInBook when it was not left out.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _shown(work, schedule_id)
        occurrence = work.session.get(Occurrence, (schedule_id, due_on))
        if occurrence is None or occurrence.state != OccurrenceState.SKIPPED:
            raise NotInBook("occurrence", f"{schedule_id} {due_on}", book_id)
        if due_on > today_of(work) and is_date_of(parse_rule(row.rule), row.first_on, due_on):
            work.session.delete(occurrence)
            if row.next_on is None or due_on < row.next_on:
                move_to(row, due_on)
        else:
            occurrence.state, occurrence.decided_at = OccurrenceState.WAITING, work.now
        work.audit("occurrence.taken_back", f"schedule:{schedule_id}", after={"due_on": due_on.isoformat()})


def _confirm(work: BookWork, row: Schedule, occurrence: Occurrence, due: Due, deps: Deps) -> None:
    occurrence.transaction_id = _post(work, due, deps)
    occurrence.state, occurrence.reason, occurrence.decided_at = OccurrenceState.POSTED, None, work.now
    work.audit("occurrence.posted", f"schedule:{row.id}", after={"due_on": due.due_on.isoformat()})


def _skip(work: BookWork, occurrence: Occurrence) -> None:
    occurrence.state, occurrence.reason, occurrence.decided_at = OccurrenceState.SKIPPED, None, work.now
    after = {"due_on": occurrence.due_on.isoformat()}
    work.audit("occurrence.skipped", f"schedule:{occurrence.schedule_id}", after=after)


def _open(work: BookWork, schedule_id: int, due_on: date) -> tuple[Schedule, Occurrence]:
    """A date that is still to be decided about. One that has not come yet gets its row here."""
    row = _shown(work, schedule_id)
    occurrence = work.session.get(Occurrence, (schedule_id, due_on))
    if occurrence is not None:
        if occurrence.state != OccurrenceState.WAITING:
            raise Refused("Somebody has decided about this date already.")
        return row, occurrence
    if row.state == ScheduleState.ENDED or row.next_on != due_on:
        raise NotInBook("occurrence", f"{schedule_id} {due_on}", work.book.id)
    occurrence = waiting_on(work, row, due_on)
    work.session.add(occurrence)
    work.session.flush()
    move_to(row, next_open(work, row, due_on))
    return row, occurrence


def _waiting(work: BookWork, schedule_id: int) -> tuple[Schedule, Sequence[Occurrence]]:
    row = _shown(work, schedule_id)
    found = select(Occurrence).where(
        Occurrence.book_id == work.book.id,
        Occurrence.schedule_id == schedule_id,
        Occurrence.state == OccurrenceState.WAITING,
    )
    return row, work.session.scalars(found.order_by(Occurrence.due_on)).all()


def _shown(work: BookWork, schedule_id: int) -> Schedule:
    """A schedule of the book that was not removed.

    Raises: NotInBook.
    """
    row = schedule_of(work, schedule_id)
    if row.removed_at is not None:
        raise NotInBook("schedule", schedule_id, work.book.id)
    return row
