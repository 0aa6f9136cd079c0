"""What the detector reads of a book, and what people read of the detector: warnings, answers, and what it knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, UnaryExpression, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain.alerts import Answer
from app.domain.books import CATEGORY_KINDS, AccountKind, State, TransactionKind
from app.domain.money import MAX_MINOR
from app.ml import thresholds
from app.ml.commitments import is_commitment
from app.ml.rows import Feedback
from app.ml.rows import Row as Expense
from app.models.account import Account
from app.models.anomaly import Alert, BookModel
from app.models.numbers import whole
from app.models.transaction import Payee, Posting, Transaction

PAGE = 20
MOST_CONFIRMED = 500
"""Answers that are heard at once, the newest ones."""


@dataclass(frozen=True, slots=True)
class AlertView:
    """A warning with the transaction it is about.

    `minor` is what was spent. `is_settled` says that the mistake was corrected or deleted, or that nothing is to be done.
    """

    id: int
    transaction_id: int
    occurred_on: date
    name: str
    category: str
    icon: str
    account: str
    minor: int
    kinds: tuple[str, ...]
    reason: str
    usual_low_minor: int | None
    usual_high_minor: int | None
    answer: Answer
    answered_at: datetime | None
    is_void: bool
    is_settled: bool


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """How many warnings wait for someone, and how many are behind us."""

    waiting: int
    settled: int


@dataclass(frozen=True, slots=True)
class ModelView:
    """What the detector knows of a book. `trained_at` is none until the first training."""

    row_count: int
    trained_at: datetime | None
    pending_count: int
    is_training: bool


def expenses(session: Session, book_id: int, *, after_id: int = 0, limit: int) -> list[Expense]:
    """The newest `limit` expenses of a book with a higher id, in order of id. One statement."""
    newest = (
        select(Transaction.id)
        .where(
            Transaction.book_id == book_id,
            Transaction.id > after_id,
            Transaction.kind == TransactionKind.EXPENSE,
            Transaction.expense_minor > 0,
        )
        .order_by(Transaction.id.desc())
        .limit(limit)
        .subquery()
    )
    return _expenses(session.execute(_legs_of(book_id, newest).order_by(Transaction.id)))


def confirmed(session: Session, book_id: int) -> list[Feedback]:
    """What the book's people called normal, which outlives the transaction. One statement, or two when there is anything.

    An answer covers the payee up to a quarter more than what was paid then. A burst is about a category, at any amount.
    """
    answers = session.execute(
        select(Alert.transaction_id, Alert.kinds, Transaction.expense_minor, Payee.name_key)
        .join(Transaction, (Transaction.book_id == Alert.book_id) & (Transaction.id == Alert.transaction_id))
        .outerjoin(Payee, (Payee.book_id == Transaction.book_id) & (Payee.id == Transaction.payee_id))
        .where(Alert.book_id == book_id, Alert.answer == Answer.NORMAL)
        .order_by(Alert.id.desc())
        .limit(MOST_CONFIRMED)
    ).all()
    if not answers:
        return []
    numbers = [row.transaction_id for row in answers]
    ids = select(Transaction.id).where(Transaction.book_id == book_id, Transaction.id.in_(numbers)).subquery()
    categories = {row.id: row.category_id for row in _expenses(session.execute(_legs_of(book_id, ids)))}
    return [
        Feedback(None, category_id, 0, MAX_MINOR, kind)
        if kind == thresholds.BURST
        else Feedback(payee_key, category_id, 0, normal_up_to(minor), kind)
        for number, kinds, minor, payee_key in answers
        for category_id in (categories.get(number),)
        for kind in kinds.split(",")
    ]


def normal_up_to(minor: int) -> int:
    """Up to which amount an answer "this is normal" speaks."""
    return minor + minor // 4


def _legs_of(book_id: int, ids: Subquery) -> Select[int, date, int, str, int, int, str]:
    """The expense legs of some transactions of a book. A deleted transaction has none."""
    return (
        select(
            Transaction.id,
            Transaction.occurred_on,
            Transaction.expense_minor,
            Payee.name_key,
            Posting.account_id,
            Posting.base_minor,
            Account.name,
        )
        .join(ids, ids.c.id == Transaction.id)
        .join(Posting, (Posting.book_id == Transaction.book_id) & (Posting.transaction_id == Transaction.id))
        .join(Account, (Account.book_id == Posting.book_id) & (Account.id == Posting.account_id))
        .outerjoin(Payee, (Payee.book_id == Transaction.book_id) & (Payee.id == Transaction.payee_id))
        .where(Transaction.book_id == book_id, Account.kind == AccountKind.EXPENSE)
    )


def _expenses(legs: Iterable[Row[int, date, int, str, int, int, str]]) -> list[Expense]:
    """One row for each transaction, in the category of its largest leg."""
    largest: dict[int, int] = {}
    found: dict[int, Expense] = {}
    for number, day, minor, payee_key, category_id, base_minor, category in legs:
        if number not in found or base_minor > largest[number]:
            largest[number] = base_minor
            found[number] = Expense(number, day, minor, payee_key, category_id, is_commitment=is_commitment(category))
    return list(found.values())


# A mistake waits until its transaction is changed or deleted; every other answer settles the matter.
_POSTED = Transaction.state == State.POSTED
_TO_CORRECT = and_(
    Alert.answer == Answer.MISTAKE, Transaction.updated_at <= func.coalesce(Alert.answered_at, Transaction.updated_at)
)
_WAITING = and_(_POSTED, or_(Alert.answer == Answer.OPEN, _TO_CORRECT))
_SETTLED = and_(Alert.answer != Answer.OPEN, ~_WAITING)


def waiting_alerts(session: Session, book_id: int, *, page: int = 1) -> list[AlertView]:
    """A page of the warnings that wait for an answer or a correction, the newest transaction first. Two statements."""
    order = (Transaction.occurred_on.desc(), Alert.id.desc())
    return _alerts(session, book_id, _WAITING, order, page)


def settled_alerts(session: Session, book_id: int, *, page: int = 1) -> list[AlertView]:
    """A page of the warnings that were answered, the newest answer first. Two statements."""
    return _alerts(session, book_id, _SETTLED, (Alert.answered_at.desc(), Alert.id.desc()), page)


def alert_of(session: Session, book_id: int, alert_id: int) -> AlertView | None:
    """One warning of the book, whatever was answered. Two statements."""
    return next(iter(_alerts(session, book_id, Alert.id == alert_id, (Alert.id.desc(),), 1)), None)


def alert_counts(session: Session, book_id: int) -> AlertCounts:
    """How many warnings wait, and how many are settled."""
    query = (
        select(func.sum(case((_WAITING, 1), else_=0)), func.sum(case((_SETTLED, 1), else_=0)))
        .select_from(Alert)
        .join(Transaction, (Transaction.book_id == Alert.book_id) & (Transaction.id == Alert.transaction_id))
        .where(Alert.book_id == book_id)
    )
    waiting, settled = session.execute(query).one()
    return AlertCounts(whole(waiting), whole(settled))


def model_of(session: Session, book_id: int) -> ModelView:
    """What the detector knows of a book."""
    row = session.execute(
        select(BookModel.row_count, BookModel.trained_at, BookModel.pending_count, BookModel.claimed_at).where(
            BookModel.book_id == book_id
        )
    ).one_or_none()
    return ModelView(row[0], row[1], row[2], row[3] is not None) if row else ModelView(0, None, 0, is_training=False)


def _alerts(
    session: Session,
    book_id: int,
    condition: ColumnElement[bool],
    order: Sequence[UnaryExpression[Any]],
    page: int,
) -> list[AlertView]:
    rows = session.execute(
        select(Alert, Transaction.occurred_on, Transaction.description, Transaction.expense_minor, Transaction.moved_minor,
               Transaction.income_minor, Transaction.state, Payee.name, _WAITING.label("waits"))
        .join(Transaction, (Transaction.book_id == Alert.book_id) & (Transaction.id == Alert.transaction_id))
        .outerjoin(Payee, (Payee.book_id == Transaction.book_id) & (Payee.id == Transaction.payee_id))
        .where(Alert.book_id == book_id, condition)
        .order_by(*order)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()  # fmt: skip
    places = _places(session, book_id, [row[0].transaction_id for row in rows])
    views = []
    for alert, day, description, expense, moved, income, state, payee, waits in rows:
        category, icon, account = places.get(alert.transaction_id, ("", "", ""))
        views.append(
            AlertView(
                id=alert.id,
                transaction_id=alert.transaction_id,
                occurred_on=day,
                name=payee or description or category or "No name",
                category=category,
                icon=icon,
                account=account,
                minor=expense or moved or income,
                kinds=tuple(alert.kinds.split(",")),
                reason=alert.reason,
                usual_low_minor=alert.usual_low_minor,
                usual_high_minor=alert.usual_high_minor,
                answer=Answer(alert.answer),
                answered_at=alert.answered_at,
                is_void=state == State.VOID,
                is_settled=not waits,
            )
        )
    return views


def _places(session: Session, book_id: int, ids: list[int]) -> dict[int, tuple[str, str, str]]:
    """Category, its icon and account of transactions, by the largest leg of each sort."""
    if not ids:
        return {}
    legs = session.execute(
        select(Posting.transaction_id, Posting.base_minor, Account.name, Account.icon, Account.kind)
        .join(Account, (Account.book_id == Posting.book_id) & (Account.id == Posting.account_id))
        .where(Posting.book_id == book_id, Posting.transaction_id.in_(ids))
    ).all()
    places: dict[int, tuple[str, str, str]] = {}
    for number, _, name, icon, kind in sorted(legs, key=lambda leg: abs(leg[1])):
        category, symbol, account = places.get(number, ("", "", ""))
        places[number] = (name, icon, account) if kind in CATEGORY_KINDS else (category, symbol, name)
    return places
