"""Series in a book's own history that no schedule covers yet, and what changed about those that come again anyway."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import String, case, exists, select, type_coerce, union_all
from sqlalchemy.orm import Session

from app.domain.books import CATEGORY_KINDS, MONEY_KINDS, AccountKind, Direction, Source, State, TransactionKind
from app.domain.pauses import collector_paused
from app.domain.periods import Month
from app.domain.recurring_series import AmountKind
from app.domain.series_beats import STEP_OF, Beat
from app.domain.series_changes import Change, ChangeKind
from app.domain.series_in_history import Entry, FoundSeries, series_in
from app.domain.texts import key
from app.ml.commitments import is_commitment
from app.models.account import Account
from app.models.holding import Holding
from app.models.loan import Loan
from app.models.schedule import Schedule
from app.models.scheme import Scheme
from app.models.series import DismissedSeries
from app.models.transaction import Payee, Posting, Transaction

MONTHS = 26
MOST_ROWS = 20_000
SIMILAR = 0.35  # amounts that differ by less are of one series, as in `domain.recurring_series`
MONTH_DAYS = 30.4375


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series with its name, and the category and account of its last row when that has one of each.

    `typical_minor` is positive, in the book's currency. `is_covered`: a schedule posts it already.
    """

    key: str
    name: str
    direction: Direction
    beat: Beat
    amount_kind: AmountKind
    typical_minor: int
    since: date
    last_on: date
    next_on: date
    anchor: int
    count: int
    confidence: int
    changes: tuple[Change, ...]
    is_covered: bool
    category_id: int | None = None
    account_id: int | None = None
    to_account_id: int | None = None
    place: str = ""  # the category's name, or the account that a transfer goes to
    last_id: int = 0

    @property
    def is_stopped(self) -> bool:
        """Whether it was missed so often that it seems to be over."""
        return any(change.kind is ChangeKind.STOPPED for change in self.changes)

    @property
    def a_month_minor(self) -> int:
        """What it comes to in a month, on average."""
        return round(self.typical_minor * MONTH_DAYS / STEP_OF[self.beat].length)


@dataclass(frozen=True, slots=True)
class DismissedView:
    """A series that somebody said is none."""

    key: str
    typical_minor: int
    name: str
    dismissed_at: datetime


@dataclass(frozen=True, slots=True)
class SeriesOfBook:
    """What was found: the series that nobody dismissed, the surest first, and those that were."""

    series: tuple[SeriesView, ...]
    dismissed: tuple[DismissedView, ...]


def series_of(session: Session, book_id: int, today: date) -> SeriesOfBook:
    """The series among the last 26 months of a book, at most its last 20,000 rows. At most seven statements."""
    since = Month.of(today).shift(-MONTHS).up_to(today.day)
    accounts = {
        row.id: row
        for row in session.execute(select(Account.id, Account.kind, Account.name).where(Account.book_id == book_id))
    }
    agreed = [row.id for row in accounts.values() if row.kind in CATEGORY_KINDS and is_commitment(row.name)]
    with collector_paused():
        entries, automatic = _entries(session, book_id, since, _agreed_payees(session, book_id, agreed, since))
        found = series_in(entries, today)
    legs = _legs(session, book_id, [each.entries[-1].id for each in found])
    payees = _names(session, book_id, found)
    schedules = _scheduled(session, book_id)
    dismissed = _dismissed(session, book_id)
    names = {row.id: row.name for row in accounts.values()}
    kinds = {row.id: row.kind for row in accounts.values()}
    views = []
    for each in found:
        view = _placed(_view(each, payees), legs.get(each.entries[-1].id, ()), kinds, names)
        if any(other.key == view.key and _alike(other.typical_minor, view.typical_minor) for other in dismissed):
            continue
        posted = any(row.id in automatic for row in each.entries[-2:])
        views.append(replace(view, is_covered=posted or _is_scheduled(view, schedules)))
    return SeriesOfBook(tuple(views), dismissed)


def _entries(session: Session, book_id: int, since: date, agreed: frozenset[int]) -> tuple[list[Entry], frozenset[int]]:
    """Rows with a payee, or a bank's text, or between two accounts; and the ids of those that a schedule posted.

    What moves on the account of a loan, a deposit or an investment is left out: these have dates and pages of their own.
    """
    kept = union_all(
        *(select(model.account_id).where(model.book_id == book_id) for model in (Loan, Scheme, Holding))
    ).subquery()
    on_kept = exists().where(
        Posting.book_id == book_id, Posting.transaction_id == Transaction.id, Posting.account_id.in_(select(kept))
    )
    rows = session.execute(
        select(
            Transaction.id, Transaction.occurred_on, type_coerce(Transaction.source, String), Transaction.payee_id,
            case((Transaction.payee_id.is_(None), Transaction.description), else_=""),
            Transaction.income_minor - Transaction.expense_minor, Transaction.moved_minor,
        )
        .where(
            Transaction.book_id == book_id,
            Transaction.state == State.POSTED,
            Transaction.occurred_on >= since,
            Transaction.kind != TransactionKind.OPENING,
            ~on_kept,
        )
        .order_by(Transaction.occurred_on.desc(), Transaction.id.desc())
        .limit(MOST_ROWS)
    ).all()  # fmt: skip
    pairs = _pairs(session, book_id, since) if any(row[6] and row[3] is None for row in rows) else {}
    entries, automatic = [], []
    for number, on, source, payee_id, description, came, moved in rows:
        payee = pairs.get(number) or key(description) or None if payee_id is None else payee_id
        if came:
            direction, minor = (Direction.IN, came) if came > 0 else (Direction.OUT, -came)
        else:
            direction, minor = Direction.TRANSFER, moved
        if payee is not None and minor:
            entries.append(Entry(number, on, payee, None, direction, minor, payee_id in agreed))
            if source == Source.RECURRING:
                automatic.append(number)
    return entries, frozenset(automatic)


def _pairs(session: Session, book_id: int, since: date) -> dict[int, tuple[int, int]]:
    """From which account to which the transfers without a payee go."""
    rows = session.execute(
        select(Posting.transaction_id, Posting.account_id, Posting.base_minor)
        .join(Transaction, (Transaction.book_id == Posting.book_id) & (Transaction.id == Posting.transaction_id))
        .where(
            Posting.book_id == book_id,
            Transaction.kind == TransactionKind.TRANSFER,
            Transaction.payee_id.is_(None),
            Transaction.occurred_on >= since,
        )
        .limit(2 * MOST_ROWS)
    )
    sources: dict[int, list[int]] = {}
    targets: dict[int, list[int]] = {}
    for transaction_id, account_id, base_minor in rows:
        (targets if base_minor > 0 else sources).setdefault(transaction_id, []).append(account_id)
    return {
        each: (sources[each][0], targets[each][0])
        for each in sources.keys() & targets.keys()
        if len(sources[each]) == len(targets[each]) == 1
    }


def _agreed_payees(session: Session, book_id: int, accounts: Sequence[int], since: date) -> frozenset[int]:
    """Who is paid for what is agreed beforehand: premiums, fees, instalments."""
    if not accounts:
        return frozenset()
    return frozenset(
        session.scalars(
            select(Transaction.payee_id)
            .join(Posting, (Posting.book_id == Transaction.book_id) & (Posting.transaction_id == Transaction.id))
            .where(
                Posting.book_id == book_id,
                Posting.account_id.in_(accounts),
                Posting.occurred_on >= since,
                Transaction.payee_id.is_not(None),
            )
            .distinct()
        )
    )


def _names(session: Session, book_id: int, found: Iterable[FoundSeries]) -> dict[int, str]:
    ids = {each.payee for each in found if isinstance(each.payee, int)}
    if not ids:
        return {}
    rows = session.execute(select(Payee.id, Payee.name).where(Payee.book_id == book_id, Payee.id.in_(ids)))
    return dict(rows.all())


def _legs(session: Session, book_id: int, ids: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    if not ids:
        return {}
    legs: dict[int, list[tuple[int, int]]] = {}
    rows = session.execute(
        select(Posting.transaction_id, Posting.account_id, Posting.base_minor).where(
            Posting.book_id == book_id, Posting.transaction_id.in_(ids)
        )
    )
    for transaction_id, account_id, base_minor in rows:
        legs.setdefault(transaction_id, []).append((account_id, base_minor))
    return legs


def _view(found: FoundSeries, payees: Mapping[int, str]) -> SeriesView:
    match found.payee:
        case int(payee_id):
            who, name = f"payee:{payee_id}", payees.get(payee_id, "")
        case (int(source), int(target)):
            who, name = f"accounts:{source}>{target}", ""
        case text:
            who = f"text:{sha256(str(text).encode()).hexdigest()[:32]}"
            name = str(text)[:120]
    return SeriesView(
        key=f"{found.direction}:{found.beat}:{who}",
        name=name,
        direction=found.direction,
        beat=found.beat,
        amount_kind=found.amount_kind,
        typical_minor=found.typical_minor,
        since=found.entries[0].on,
        last_on=found.entries[-1].on,
        next_on=found.next_on,
        anchor=found.anchor,
        count=len(found.entries),
        confidence=found.confidence,
        changes=found.changes,
        is_covered=False,
        last_id=found.entries[-1].id,
    )


def _placed(
    view: SeriesView, legs: Sequence[tuple[int, int]], kinds: Mapping[int, AccountKind], names: Mapping[int, str]
) -> SeriesView:
    """With its category and accounts, where there is one of each."""
    categories = [account for account, _ in legs if kinds[account] in CATEGORY_KINDS]
    money = [
        account
        for account, base in legs
        if kinds[account] in MONEY_KINDS and (view.direction != Direction.TRANSFER or base < 0)
    ]
    targets = [account for account, base in legs if view.direction == Direction.TRANSFER and base > 0]
    category, account, target = _only(categories), _only(money), _only(targets)
    place = names.get(category or target or 0, "")
    return replace(
        view, category_id=category, account_id=account, to_account_id=target, place=place,
        name=view.name or f"{names.get(account or 0, '')} to {place}",
    )  # fmt: skip


def _scheduled(session: Session, book_id: int) -> list[tuple[str, str, int]]:
    """Name, payee and amount of each schedule that is not removed."""
    rows = session.execute(
        select(
            Schedule.name, Schedule.payee, Schedule.expected_minor, Schedule.base_minor, Schedule.amount_minor
        ).where(Schedule.book_id == book_id, Schedule.removed_at.is_(None))
    )
    return [
        (key(name), key(payee), abs(expected or base or amount or 0)) for name, payee, expected, base, amount in rows
    ]


def _is_scheduled(view: SeriesView, schedules: Iterable[tuple[str, str, int]]) -> bool:
    name = key(view.name)
    return any(name in {title, payee} and _alike(minor, view.typical_minor) for title, payee, minor in schedules)


def _dismissed(session: Session, book_id: int) -> tuple[DismissedView, ...]:
    rows = session.execute(
        select(
            DismissedSeries.series_key,
            DismissedSeries.typical_minor,
            DismissedSeries.name,
            DismissedSeries.dismissed_at,
        )
        .where(DismissedSeries.book_id == book_id)
        .order_by(DismissedSeries.dismissed_at.desc(), DismissedSeries.series_key)
    )
    return tuple(DismissedView(*row) for row in rows)


def _alike(one: int, other: int) -> bool:
    return abs(one - other) <= SIMILAR * max(one, other)


def _only(ids: Sequence[int]) -> int | None:
    return ids[0] if len(ids) == 1 else None
