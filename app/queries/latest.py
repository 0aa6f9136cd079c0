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
    alert_kinds: tuple[str, ...]  # of its open alert; empty when nothing waits for an answer

    @property
    def is_unusual(self) -> bool:
        """Whether a warning about it waits for an answer."""
        return bool(self.alert_kinds)


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

_T, _P, _L, _A = Transaction.__table__.c, Payee.__table__.c, Posting.__table__.c, Alert.__table__.c

_RECENT = (
    select(
        _T.id,
        _T.occurred_on,
        _T.kind,
        _T.description,
        _T.income_minor,
        _T.expense_minor,
        _T.moved_minor,
        _P.name,
        _A.answer,
        _A.kinds,
    )
    .select_from(Transaction.__table__)
    .outerjoin(Payee.__table__, (_P.book_id == _T.book_id) & (_P.id == _T.payee_id))
    .outerjoin(Alert.__table__, (_A.book_id == _T.book_id) & (_A.transaction_id == _T.id))
    .where(
        _T.book_id == _BOOK,
        _T.state == State.POSTED,
        _T.occurred_on.between(bindparam("first"), bindparam("last")),
    )
    .order_by(_T.occurred_on.desc(), _T.id.desc())
    .limit(bindparam("count"))
)
_LEGS = (
    select(_L.transaction_id, _L.account_id)
    .where(_L.book_id == _BOOK, _L.transaction_id.in_(bindparam("ids", expanding=True)))
    .order_by(_L.id)
)
_ALERTS = (
    select(
        _A.id,
        _A.transaction_id,
        _T.occurred_on,
        _P.name,
        _T.description,
        _T.income_minor,
        _T.expense_minor,
        _T.moved_minor,
        _A.kinds,
        _A.reason,
        _A.score,
    )
    .select_from(Alert.__table__)
    .join(Transaction.__table__, (_T.book_id == _A.book_id) & (_T.id == _A.transaction_id))
    .outerjoin(Payee.__table__, (_P.book_id == _T.book_id) & (_P.id == _T.payee_id))
    .where(_A.book_id == _BOOK, _A.answer == "open", _T.state == State.POSTED)
    .order_by(_A.id.desc())
    .limit(LATEST_ALERTS)
)


def recent_entries(
    session: Session, book_id: int, month: Month, accounts: Mapping[int, AccountView], *, count: int
) -> tuple[Entry, ...]:
    """The newest transactions of a month. Two statements, or one when there are none."""
    rows = session.execute(
        _RECENT, {"book_id": book_id, "first": month.first, "last": month.last, "count": count}
    ).all()
    if not rows:
        return ()
    legs: dict[int, list[int]] = {}
    found = session.execute(_LEGS, {"book_id": book_id, "ids": [row[0] for row in rows]})
    for transaction_id, account_id in found.all():
        legs.setdefault(transaction_id, []).append(account_id)
    entries = []
    for transaction_id, day, kind, description, income, expense, moved, payee, answer, alert_kinds in rows:
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
                alert_kinds=tuple(alert_kinds.split(",")) if answer == "open" else (),
            )
        )
    return tuple(entries)


def open_alerts(session: Session, book_id: int) -> tuple[OpenAlert, ...]:
    """The latest open alerts, the worst first. They are about any month: they wait until someone answers."""
    alerts = []
    for row in session.execute(_ALERTS, {"book_id": book_id}).all():
        alert_id, transaction_id, day, payee, description, income, expense, moved, kinds, reason, score = row
        minor = abs(income - expense) or moved
        alerts.append(
            OpenAlert(
                alert_id, transaction_id, day, payee or description, minor, tuple(kinds.split(",")), reason, score
            )
        )
    return tuple(sorted(alerts, key=lambda alert: (-alert.score, -alert.id)))
