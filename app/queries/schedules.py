"""What comes again: the schedules of a book, what became of their dates, and what is expected on which day.

Nothing here is read from the clock: `today` and the days asked for are arguments, and expected dates are computed from the rules.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.domain.books import Direction, State, Subtype
from app.domain.recurrence import Rule
from app.domain.recurrence_texts import parse_rule
from app.domain.recurrence_words import in_words
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState, dates_from, yearly_times
from app.models.account import Account
from app.models.book import Book
from app.models.numbers import whole
from app.models.schedule import Occurrence, Schedule, ScheduleLine
from app.models.transaction import Posting, Transaction

MONTHS = 12
CASH_SUBTYPES = frozenset({Subtype.BANK, Subtype.CASH, Subtype.WALLET})
MOST_WAITING = 50
_FROM, _TO = aliased(Account), aliased(Account)


@dataclass(frozen=True, slots=True)
class Posts:
    """What a date brings, as a list shows it. `minor` in `currency`: in is positive, out negative, and a transfer keeps its size.

    In the book's currency, `expected_minor` is what it changes of what one has, nothing for a transfer; `cash_minor` is what it
    changes of bank accounts, cash and wallets: the bill of a card that is paid, and not what is bought with it.
    """

    schedule_id: int
    kind: ScheduleKind
    name: str
    minor: int
    currency: str | None  # none is the book's
    expected_minor: int
    is_transfer: bool
    is_automatic: bool
    account_id: int | None
    account: str
    to_account_id: int | None
    to_account: str
    cash_minor: int


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule of a book."""

    posts: Posts
    rule: Rule
    first_on: date
    next_on: date | None  # the first date that nothing was decided about; none when there is no more
    state: ScheduleState
    direction: Direction | None
    account_id: int | None
    amount_minor: int | None
    to_account_id: int | None
    to_amount_minor: int | None
    base_minor: int | None
    payee: str
    note: str
    tags: tuple[str, ...]
    lines: tuple[tuple[int, int], ...]  # category and amount
    waiting: int  # how many dates wait for somebody
    is_removed: bool = False

    @property
    def id(self) -> int:
        """Its number."""
        return self.posts.schedule_id

    @property
    def name(self) -> str:
        """What it is called."""
        return self.posts.name

    @property
    def is_own(self) -> bool:
        """Whether a person made it here, and it is changed here."""
        return self.posts.kind == ScheduleKind.TRANSACTION

    @property
    def words(self) -> str:
        """Its rule in words: Every month on the 5th. A deposit ends once, whatever rule leads to that day."""
        if self.is_last and (not self.is_own or self.first_on == self.coming_on):
            return "Once"
        text = in_words(self.rule, self.first_on)
        return text[0].upper() + text[1:]

    @property
    def coming_on(self) -> date | None:
        """Its next date, while it is running."""
        return self.next_on if self.state == ScheduleState.ACTIVE else None

    @property
    def is_last(self) -> bool:
        """Whether its next date is the last one."""
        return len(self.coming(2)) == 1

    def monthly_minor(self, today: date) -> int:
        """What it comes to in an average month, in the book's currency, while it is running and comes again."""
        if self.coming_on is None or self.is_last:
            return 0
        return round(self.posts.expected_minor * yearly_times(self.rule, self.first_on, today) / MONTHS)

    def coming(self, count: int) -> tuple[date, ...]:
        """Its next dates."""
        if self.coming_on is None:
            return ()
        return tuple(islice(dates_from(self.rule, self.first_on, self.coming_on), count))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A date that came and waits for somebody, or is about to be posted by itself."""

    posts: Posts
    due_on: date
    reason: str  # why it waits although it should post by itself


@dataclass(frozen=True, slots=True)
class Expected:
    """A date that nothing was decided about. One that has passed is posted, or asked about, by the next run."""

    posts: Posts
    due_on: date


@dataclass(frozen=True, slots=True)
class Decided:
    """A date that something was decided about, and the transaction it posted, if any.

    `minor`, in the book's currency, is what that one moved in accounts that one pays from; a transfer keeps its size.
    """

    posts: Posts
    due_on: date
    state: OccurrenceState
    reason: str
    transaction_id: int | None
    occurred_on: date | None
    minor: int | None
    is_void: bool


@dataclass(frozen=True, slots=True)
class ComingUp:
    """The next dates of a book, for a card: those that wait come first. `count` and `out_minor` are of all of them."""

    days: int
    waiting: tuple[Waiting, ...]
    coming: tuple[Expected, ...]
    count: int
    out_minor: int  # what leaves bank accounts, cash and wallets, positive, in the book's currency

    @property
    def left_out(self) -> int:
        """How many are not among those shown."""
        return self.count - len(self.waiting) - len(self.coming)


def schedules_of(session: Session, book_id: int) -> list[ScheduleView]:
    """Every schedule of a book that was not removed: the next ones first. Three statements."""
    found = _schedules(session, book_id, Schedule.removed_at.is_(None))
    return sorted(found, key=lambda each: (each.coming_on or date.max, each.name.casefold(), each.id))


def one_schedule(session: Session, book_id: int, schedule_id: int) -> ScheduleView | None:
    """One schedule, removed or not. Three statements."""
    return next(iter(_schedules(session, book_id, Schedule.id == schedule_id)), None)


def waiting_in(session: Session, book_id: int, *, most: int = MOST_WAITING) -> list[Waiting]:
    """The dates that wait for somebody, oldest first. One statement."""
    rows = session.execute(
        _posts(Occurrence.due_on, Occurrence.reason)
        .join(Occurrence, (Occurrence.schedule_id == Schedule.id) & (Occurrence.book_id == Schedule.book_id))
        .where(Schedule.book_id == book_id, Schedule.removed_at.is_(None), Occurrence.state == OccurrenceState.WAITING)
        .order_by(Occurrence.due_on, Schedule.id)
        .limit(most)
    )
    return [Waiting(_read(row), row.due_on, row.reason or "") for row in rows]


def upcoming(session: Session, book_id: int, start: date, end: date) -> list[Expected]:
    """What the running schedules bring from `start` to `end`, both included, by day. Two statements.

    Dates that something was decided about are left out: they are in the books, wait, or were skipped.
    """
    rows = session.execute(
        _posts(Schedule.rule, Schedule.first_on, Schedule.next_on).where(
            Schedule.book_id == book_id,
            Schedule.state == ScheduleState.ACTIVE,
            Schedule.removed_at.is_(None),
            Schedule.next_on <= end,
        )
    ).all()
    if not rows:
        return []
    earliest = max(start, min(row.next_on for row in rows))
    taken = select(Occurrence.schedule_id, Occurrence.due_on).where(
        Occurrence.book_id == book_id, Occurrence.due_on.between(earliest, end)
    )
    decided = {(schedule_id, day) for schedule_id, day in session.execute(taken)}
    found = [
        Expected(_read(row), day)
        for row in rows
        for day in takewhile(
            lambda day: day <= end, dates_from(parse_rule(row.rule), row.first_on, max(start, row.next_on))
        )
        if (row.id, day) not in decided
    ]
    return sorted(found, key=lambda each: (each.due_on, each.posts.schedule_id))


def coming_up(session: Session, book_id: int, today: date, *, days: int = 14, most: int = 5) -> ComingUp:
    """What waits, oldest first, then what comes in the next days: so many of them. Three statements at most."""
    last = today + timedelta(days=days)
    waiting = waiting_in(session, book_id, most=MOST_WAITING)
    coming = upcoming(session, book_id, date.min, last)
    minors = [posts.cash_minor for posts in (*(each.posts for each in waiting), *(each.posts for each in coming))]
    return ComingUp(
        days=days,
        waiting=tuple(waiting[:most]),
        coming=tuple(coming[: most - len(waiting[:most])]),
        count=len(waiting) + len(coming),
        out_minor=-sum(minor for minor in minors if minor < 0),
    )


def decided_between(session: Session, book_id: int, start: date, end: date) -> list[Decided]:
    """What became of the dates of some days, by day. One statement."""
    return _decided(
        session,
        book_id,
        [Schedule.removed_at.is_(None), Occurrence.due_on.between(start, end)],
        [Occurrence.due_on, Schedule.id],
        None,
    )


def decided_of(session: Session, book_id: int, schedule_id: int, *, most: int) -> list[Decided]:
    """What became of the dates of one schedule, newest first. One statement."""
    return _decided(session, book_id, [Schedule.id == schedule_id], [Occurrence.due_on.desc()], most)


def decided_count(session: Session, book_id: int, schedule_id: int) -> int:
    """How many dates of a schedule something was decided about."""
    counted = (
        select(func.count())
        .select_from(Occurrence)
        .where(Occurrence.book_id == book_id, Occurrence.schedule_id == schedule_id)
    )
    return session.scalar(counted) or 0


def _posts(*more: Any) -> Any:
    """A statement over schedules with what `_read` needs."""
    return (
        select(
            Schedule.id, Schedule.kind, Schedule.name, Schedule.expected_minor, Schedule.direction, Schedule.amount_minor,
            Schedule.is_automatic, Schedule.account_id, Schedule.to_account_id, Schedule.to_amount_minor, Schedule.base_minor,
            _FROM.name.label("account"), _FROM.currency.label("currency"), _FROM.subtype.label("subtype"),
            _TO.name.label("to_account"), _TO.currency.label("to_currency"), _TO.subtype.label("to_subtype"),
            Book.currency.label("book_currency"), *more,
        )
        .select_from(Schedule)
        .join(Book, Book.id == Schedule.book_id)
        .outerjoin(_FROM, (_FROM.id == Schedule.account_id) & (_FROM.book_id == Schedule.book_id))
        .outerjoin(_TO, (_TO.id == Schedule.to_account_id) & (_TO.book_id == Schedule.book_id))
    )  # fmt: skip


def _read(row: Any) -> Posts:
    own = row.kind == ScheduleKind.TRANSACTION and row.amount_minor is not None
    sign = -1 if row.direction == Direction.OUT else 1
    return Posts(
        schedule_id=row.id,
        kind=row.kind,
        name=row.name,
        minor=sign * row.amount_minor if own else row.expected_minor,
        currency=row.currency if own else None,
        expected_minor=row.expected_minor,
        is_transfer=row.direction == Direction.TRANSFER,
        is_automatic=row.is_automatic,
        account_id=row.account_id,
        account=row.account or "",
        to_account_id=row.to_account_id,
        to_account=row.to_account or "",
        cash_minor=_cash(row),
    )


def _cash(row: Any) -> int:
    """What a date changes of the accounts that one pays from."""
    if row.kind != ScheduleKind.TRANSACTION or row.amount_minor is None:
        return int(row.expected_minor)
    if row.direction != Direction.TRANSFER:
        return int(row.expected_minor) if row.subtype in CASH_SUBTYPES else 0
    moved = row.amount_minor
    if row.currency != row.book_currency:
        moved = row.to_amount_minor if row.to_currency == row.book_currency else row.base_minor
    return int(moved or 0) * ((row.to_subtype in CASH_SUBTYPES) - (row.subtype in CASH_SUBTYPES))


def _schedules(session: Session, book_id: int, which: Any) -> Iterator[ScheduleView]:
    rows = session.execute(
        _posts(
            Schedule.rule, Schedule.first_on, Schedule.next_on, Schedule.state, Schedule.payee, Schedule.note, Schedule.tags, Schedule.removed_at,
        ).where(Schedule.book_id == book_id, which)
    ).all()  # fmt: skip
    ids = [row.id for row in rows] if len(rows) == 1 else None
    waiting = _waiting_counts(session, book_id, ids)
    lines = _lines(session, book_id, ids)
    for row in rows:
        yield ScheduleView(
            posts=_read(row),
            rule=parse_rule(row.rule),
            first_on=row.first_on,
            next_on=row.next_on,
            state=row.state,
            direction=row.direction,
            account_id=row.account_id,
            amount_minor=row.amount_minor,
            to_account_id=row.to_account_id,
            to_amount_minor=row.to_amount_minor,
            base_minor=row.base_minor,
            payee=row.payee,
            note=row.note,
            tags=tuple(row.tags.split(",")) if row.tags else (),
            lines=tuple(lines[row.id]),
            waiting=waiting.get(row.id, 0),
            is_removed=row.removed_at is not None,
        )


def _waiting_counts(session: Session, book_id: int, ids: Sequence[int] | None) -> dict[int, int]:
    counted = (
        select(Occurrence.schedule_id, func.count())
        .where(Occurrence.book_id == book_id, Occurrence.state == OccurrenceState.WAITING)
        .group_by(Occurrence.schedule_id)
    )
    return dict(session.execute(counted if ids is None else counted.where(Occurrence.schedule_id.in_(ids))).all())


def _lines(session: Session, book_id: int, ids: Sequence[int] | None) -> dict[int, list[tuple[int, int]]]:
    said = (
        select(ScheduleLine.schedule_id, ScheduleLine.category_id, ScheduleLine.amount_minor)
        .where(ScheduleLine.book_id == book_id)
        .order_by(ScheduleLine.schedule_id, ScheduleLine.number)
    )
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for schedule_id, category_id, minor in session.execute(
        said if ids is None else said.where(ScheduleLine.schedule_id.in_(ids))
    ):
        lines[schedule_id].append((category_id, minor))
    return lines


_PAID = (
    select(func.sum(Posting.base_minor))
    .join(Account, (Account.id == Posting.account_id) & (Account.book_id == Posting.book_id))
    .where(
        Posting.book_id == Occurrence.book_id,
        Posting.transaction_id == Occurrence.transaction_id,
        Account.subtype.in_([*CASH_SUBTYPES, Subtype.CARD]),
    )
    .correlate(Occurrence)
    .scalar_subquery()
)


def _moved(row: Any) -> int | None:
    """An instalment is an expense only in its interest, and pay is more than arrives: what counts here is what was paid."""
    if row.transaction_id is None:
        return None
    if row.direction == Direction.TRANSFER:
        return int(row.moved_minor)
    return whole(row.paid_minor) or int(row.income_minor - row.expense_minor or row.moved_minor)


def _decided(
    session: Session, book_id: int, which: Iterable[Any], order: Iterable[Any], most: int | None
) -> list[Decided]:
    found = (
        _posts(
            Occurrence.due_on, Occurrence.state.label("became"), Occurrence.reason, Occurrence.transaction_id, Transaction.occurred_on,
            Transaction.income_minor, Transaction.expense_minor, Transaction.moved_minor, Transaction.state.label("transaction_state"), _PAID.label("paid_minor"),
        )
        .join(Occurrence, (Occurrence.schedule_id == Schedule.id) & (Occurrence.book_id == Schedule.book_id))
        .outerjoin(
            Transaction,
            (Transaction.id == Occurrence.transaction_id) & (Transaction.book_id == Occurrence.book_id),
        )
        .where(Schedule.book_id == book_id, *which)
        .order_by(*order)
        .limit(most)
    )  # fmt: skip
    return [
        Decided(
            posts=_read(row),
            due_on=row.due_on,
            state=row.became,
            reason=row.reason or "",
            transaction_id=row.transaction_id,
            occurred_on=row.occurred_on,
            minor=_moved(row),
            is_void=row.transaction_state == State.VOID,
        )
        for row in session.execute(found)
    ]
