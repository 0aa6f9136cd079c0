"""Everything in a book, piece by piece, so that it can leave with its owner."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import LargeBinary, exists, select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, Leg, Need, Source, State, Subtype, TransactionKind
from app.models.account import Account
from app.models.base import Base
from app.models.book import AuditEvent
from app.models.receipt import Receipt
from app.models.transaction import Payee, Posting, Transaction, TransactionTag

BATCH = 1000
TOLD_OTHERWISE = frozenset(
    {"accounts", "transactions", "postings", "transaction_tags", "payees", "audit_events", "receipts", "memberships"}
)
"""Tables of a book that have a form of their own here. Memberships are about other people."""
WORKED_OUT = frozenset({"account_months", "day_totals", "book_models"})
"""Tables that hold nothing but what follows from the others."""


@dataclass(frozen=True, slots=True)
class WholeAccount:
    """An account or category with all that is said of it."""

    id: int
    kind: AccountKind
    subtype: Subtype
    name: str
    currency: str
    parent_id: int | None
    need: Need
    icon: str
    colour: int
    is_archived: bool


@dataclass(frozen=True, slots=True)
class WholeTransaction:
    """A transaction with its legs and tags; those of a void one are the legs it had."""

    id: int
    occurred_on: date
    kind: TransactionKind
    state: State
    source: Source
    payee: str
    description: str
    note: str
    receipt_id: int | None
    created_at: datetime
    tags: tuple[str, ...]
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class WholeEvent:
    """A link of the book's chain of events."""

    number: int
    at: datetime
    user_id: int | None
    action: str
    subject: str
    before: str | None
    after: str | None
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class WholeReceipt:
    """A receipt, and where its picture is."""

    id: int
    storage: str
    storage_key: str
    media_type: str
    reading: str | None
    created_at: datetime


def all_accounts(session: Session, book_id: int) -> list[WholeAccount]:
    """Every account and category, archived ones too."""
    columns = (
        Account.id, Account.kind, Account.subtype, Account.name, Account.currency, Account.parent_id, Account.need,
        Account.icon, Account.colour, Account.is_archived,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(Account.book_id == book_id).order_by(Account.id))
    return [WholeAccount(**row) for row in rows.mappings()]


def all_transactions(session: Session, book_id: int) -> Iterator[WholeTransaction]:
    """Every transaction, void ones too, in the order they were recorded; a thousand in memory at a time."""
    last = 0
    while True:
        rows = session.execute(
            select(
                Transaction.id, Transaction.occurred_on, Transaction.kind, Transaction.state, Transaction.source, Payee.name,
                Transaction.description, Transaction.note, Transaction.receipt_id, Transaction.created_at, Transaction.void_legs,
            )
            .outerjoin(Payee, (Payee.book_id == Transaction.book_id) & (Payee.id == Transaction.payee_id))
            .where(Transaction.book_id == book_id, Transaction.id > last)
            .order_by(Transaction.id)
            .limit(BATCH)
        ).all()  # fmt: skip
        if not rows:
            return
        first, last = rows[0].id, rows[-1].id
        legs, tags = _legs(session, book_id, first, last), _tags(session, book_id, first, last)
        for row in rows:
            kept = json.loads(row.void_legs) if row.void_legs else legs.get(row.id, [])
            yield WholeTransaction(
                row.id, row.occurred_on, row.kind, row.state, row.source, row.name or "", row.description, row.note,
                row.receipt_id, row.created_at, tuple(tags.get(row.id, [])), tuple(Leg(*leg) for leg in kept),
            )  # fmt: skip


def all_events(session: Session, book_id: int) -> Iterator[WholeEvent]:
    """The whole chain of events, a thousand in memory at a time."""
    last = 0
    columns = (
        AuditEvent.number, AuditEvent.at, AuditEvent.user_id, AuditEvent.action, AuditEvent.subject, AuditEvent.before,
        AuditEvent.after, AuditEvent.previous_hash, AuditEvent.hash,
    )  # fmt: skip
    mine = select(*columns).where(AuditEvent.book_id == book_id).order_by(AuditEvent.number).limit(BATCH)
    while rows := session.execute(mine.where(AuditEvent.number > last)).all():
        last = rows[-1].number
        yield from (WholeEvent(*row) for row in rows)


def all_receipts(session: Session, book_id: int) -> list[WholeReceipt]:
    """Every receipt."""
    rows = session.execute(
        select(
            Receipt.id, Receipt.storage, Receipt.storage_key, Receipt.media_type, Receipt.reading, Receipt.created_at
        )
        .where(Receipt.book_id == book_id)
        .order_by(Receipt.id)
    )
    return [WholeReceipt(*row) for row in rows]


def other_tables(session: Session, book_id: int) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Every other table that has rows of the book, by name, with its rows: loans, schedules, alerts, and whatever comes.

    Files that people uploaded are left out of them: they are theirs already.
    """
    for table in Base.metadata.sorted_tables:
        if "book_id" not in table.c or table.name in TOLD_OTHERWISE | WORKED_OUT:
            continue
        columns = [column for column in table.c if not isinstance(column.type, LargeBinary)]
        query = select(*columns).where(table.c.book_id == book_id)
        if session.scalar(select(exists(query))):
            rows = session.execute(query.order_by(*table.primary_key).execution_options(yield_per=BATCH))
            yield table.name, (dict(row) for row in rows.mappings())


def _legs(session: Session, book_id: int, first: int, last: int) -> dict[int, list[tuple[int, int, int]]]:
    found: dict[int, list[tuple[int, int, int]]] = {}
    rows = session.execute(
        select(Posting.transaction_id, Posting.account_id, Posting.amount_minor, Posting.base_minor)
        .where(Posting.book_id == book_id, Posting.transaction_id.between(first, last))
        .order_by(Posting.id)
    )
    for transaction_id, account_id, amount_minor, base_minor in rows:
        found.setdefault(transaction_id, []).append((account_id, amount_minor, base_minor))
    return found


def _tags(session: Session, book_id: int, first: int, last: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(TransactionTag.transaction_id, TransactionTag.tag)
        .where(TransactionTag.book_id == book_id, TransactionTag.transaction_id.between(first, last))
        .order_by(TransactionTag.tag)
    )
    for transaction_id, tag in rows:
        found.setdefault(transaction_id, []).append(tag)
    return found
