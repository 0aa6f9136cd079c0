"""What is new in a book: the last transactions, and warnings that wait for an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from app.domain.books import CATEGORY_KINDS, State, TransactionKind
from app.domain.periods import Month
from app.models.anomaly import Alert
from app.models.transaction import Payee, Posting, Transaction
from app.queries.accounts import AccountView

LATEST_ALERTS = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction in a list. `minor` is what it did to the person's money: out is negative, a transfer keeps its size."""

    id: int
    occurred_on: date
    kind: TransactionKind
    name: str
    category: AccountView | None
    parts: int
    minor: int
    is_unusual: bool


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """A warning that nobody has answered yet."""

    id: int
    transaction_id: int
    occurred_on: date
    name: str
    minor: int
    kinds: tuple[str, ...]
    reason: str
    score: float


_BOOK: BindParameter[int] = bindparam("book_id")

_RECENT = (
    select(
        Transaction.id,
        Transaction.occurred_on,
        Transaction.kind,
        Transaction.description,
        Transaction.income_minor,
        Transaction.expense_minor,
        Transaction.moved_minor,
        Payee.name,
        Alert.answer,
    )
    .outerjoin(Payee, (Payee.book_id == Transaction.book_id) & (Payee.id == Transaction.payee_id))
    .outerjoin(Alert, (Alert.book_id == Transaction.book_id) & (Alert.transaction_id == Transaction.id))
    .where(
        Transaction.book_id == _BOOK,
        Transaction.state == State.POSTED,
        Transaction.occurred_on.between(bindparam("first"), bindparam("last")),
    )
    .order_by(Transaction.occurred_on.desc(), Transaction.id.desc())
    .limit(bindparam("count"))
)
_LEGS = (
    select(Posting.transaction_id, Posting.account_id)
    .where(Posting.book_id == _BOOK, Posting.transaction_id.in_(bindparam("ids", expanding=True)))
    .order_by(Posting.id)
)
_ALERTS = (
    select(
        Alert.id,
        Alert.transaction_id,
        Transaction.occurred_on,
        Payee.name,
        Transaction.description,
        Transaction.income_minor,
        Transaction.expense_minor,
        Transaction.moved_minor,
        Alert.kinds,
        Alert.reason,
        Alert.score,
    )
    .join(Transaction, (Transaction.book_id == Alert.book_id) & (Transaction.id == Alert.transaction_id))
    .outerjoin(Payee, (Payee.book_id == Transaction.book_id) & (Payee.id == Transaction.payee_id))
    .where(Alert.book_id == _BOOK, Alert.answer == "open", Transaction.state == State.POSTED)
    .order_by(Alert.id.desc())
    .limit(LATEST_ALERTS)
)


def recent_entries(
    session: Session, book_id: int, month: Month, accounts: Mapping[int, AccountView], *, count: int
) -> tuple[Entry, ...]:
    """The newest transactions of a month. Two statements, or one when there are none."""
    rows = session.execute(_RECENT, {"book_id": book_id, "first": month.first, "last": month.last, "count": count}).all()
    if not rows:
        return ()
    legs: dict[int, list[int]] = {}
    for transaction_id, account_id in session.execute(_LEGS, {"book_id": book_id, "ids": [row[0] for row in rows]}):
        legs.setdefault(transaction_id, []).append(account_id)
    entries = []
    for transaction_id, day, kind, description, income, expense, moved, payee, answer in rows:
        named = [accounts[each] for each in legs.get(transaction_id, ())]
        categories = [account for account in named if account.kind in CATEGORY_KINDS]
        entries.append(
            Entry(
                id=transaction_id,
                occurred_on=day,
                kind=kind,
                name=payee or description,
                category=categories[0] if categories else None,
                parts=len(categories),
                minor=income - expense if categories else moved,
                is_unusual=answer == "open",
            )
        )
    return tuple(entries)


def open_alerts(session: Session, book_id: int) -> tuple[OpenAlert, ...]:
    """The latest open alerts, the worst first. They are about any month: they wait until someone answers."""
    alerts = []
    for row in session.execute(_ALERTS, {"book_id": book_id}):
        alert_id, transaction_id, day, payee, description, income, expense, moved, kinds, reason, score = row
        minor = abs(income - expense) or moved
        alerts.append(
            OpenAlert(
                alert_id, transaction_id, day, payee or description, minor, tuple(kinds.split(",")), reason, score
            )
        )
    return tuple(sorted(alerts, key=lambda alert: (-alert.score, -alert.id)))
