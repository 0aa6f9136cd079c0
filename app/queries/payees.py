"""Payees of a book, for suggestions while one is typed: the name, and the category and account used last time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.books import CATEGORY_KINDS, MONEY_KINDS, State
from app.domain.texts import key
from app.models.account import Account
from app.models.transaction import Payee, Posting, Transaction
from app.queries.transaction_filters import literally

MOST = 8
RECENT = 200


@dataclass(frozen=True, slots=True)
class PayeeSuggestion:
    """A payee, with the category and account of its newest entry when that has one of each."""

    name: str
    category_id: int | None = None
    account_id: int | None = None


def suggestions(session: Session, book_id: int, typed: str) -> list[PayeeSuggestion]:
    """Payees whose name, or a word of it, begins with what was typed; the most recent ones when nothing was. Three statements."""
    names = _beginning(session, book_id, key(typed)) if typed.strip() else _recent(session, book_id)
    if not names:
        return []
    found = {payee_id: PayeeSuggestion(name) for payee_id, name in names}
    newest = (  # "not void": an equality would tempt SQLite into the index of the list, which knows no payees
        select(Transaction.id)
        .where(Transaction.book_id == book_id, Transaction.payee_id == Payee.id, Transaction.state != State.VOID)
        .order_by(Transaction.occurred_on.desc(), Transaction.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    last = session.execute(select(Payee.id, newest).where(Payee.book_id == book_id, Payee.id.in_(found)))
    payee_of = {transaction_id: payee_id for payee_id, transaction_id in last if transaction_id is not None}
    for transaction_id, category_id, account_id in _used(session, book_id, list(payee_of)):
        payee_id = payee_of[transaction_id]
        found[payee_id] = replace(found[payee_id], category_id=category_id, account_id=account_id)
    return list(found.values())


def _beginning(session: Session, book_id: int, typed: str) -> list[tuple[int, str]]:
    start = literally(typed)
    rows = session.execute(
        select(Payee.id, Payee.name)
        .where(
            Payee.book_id == book_id,
            or_(Payee.name_key.like(f"{start}%", escape="\\"), Payee.name_key.like(f"% {start}%", escape="\\")),
        )
        .order_by(Payee.name_key.not_like(f"{start}%", escape="\\"), Payee.name_key)
        .limit(MOST)
    )
    return [(payee_id, name) for payee_id, name in rows]


def _recent(session: Session, book_id: int) -> list[tuple[int, str]]:
    rows = session.execute(
        select(Payee.id, Payee.name)
        .select_from(Transaction)
        .join(Payee, Payee.id == Transaction.payee_id)
        .where(Transaction.book_id == book_id, Transaction.state == State.POSTED)
        .order_by(Transaction.occurred_on.desc(), Transaction.id.desc())
        .limit(RECENT)
    )
    return list(dict(rows.all()).items())[:MOST]


def _used(session: Session, book_id: int, ids: Sequence[int]) -> list[tuple[int, int | None, int | None]]:
    """For each transaction its one category and its one account; none where there are several."""
    rows = session.execute(
        select(Posting.transaction_id, Posting.account_id, Account.kind)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.book_id == book_id, Posting.transaction_id.in_(ids))
    )
    categories: dict[int, list[int]] = {}
    accounts: dict[int, list[int]] = {}
    for transaction_id, account_id, kind in rows:
        if kind in CATEGORY_KINDS:
            categories.setdefault(transaction_id, []).append(account_id)
        elif kind in MONEY_KINDS:
            accounts.setdefault(transaction_id, []).append(account_id)
    return [(each, _only(categories.get(each)), _only(accounts.get(each))) for each in ids]


def _only(ids: list[int] | None) -> int | None:
    return ids[0] if ids is not None and len(ids) == 1 else None
