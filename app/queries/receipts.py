"""Receipts as pages show them: the picture, what was read in it, and the transactions that have it."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.books import State
from app.domain.texts import key
from app.models.receipt import Receipt
from app.models.transaction import Payee, Transaction
from app.ocr.port import ReceiptReading
from app.ocr.wire import from_json
from app.queries.transaction_filters import literally

PAGE = 24
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class AttachedTransaction:
    """A transaction that has a receipt. `amount_minor` is in the book's currency and has no sign."""

    id: int
    occurred_on: date
    title: str
    amount_minor: int
    is_void: bool


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt with what was read in it, if it could be read."""

    id: int
    width: int
    height: int
    created_at: datetime
    reading: ReceiptReading | None
    transactions: tuple[AttachedTransaction, ...]

    @property
    def title(self) -> str:
        """What to call it: the shop, else its number."""
        return (self.reading and self.reading.vendor.value) or f"Receipt {self.id}"

    @property
    def posted(self) -> AttachedTransaction | None:
        """The newest transaction that has it and counts."""
        return next((each for each in self.transactions if not each.is_void), None)


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """A page of receipts, newest first, and the ids between which it lies; none at an end."""

    rows: list[ReceiptView]
    newer: int | None
    older: int | None


@dataclass(frozen=True, slots=True)
class KnownUpload:
    """A file that was uploaded before."""

    id: int
    is_read: bool


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """Where a receipt's picture is kept."""

    storage: str
    key: str
    media_type: str


def known_upload(session: Session, book_id: int, digest: str) -> KnownUpload | None:
    """The receipt of this book that was made from a file with this SHA-256."""
    row = session.execute(
        select(Receipt.id, Receipt.reading.is_not(None))
        .where(Receipt.book_id == book_id, Receipt.sha256 == digest)
        .order_by(Receipt.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else KnownUpload(row[0], bool(row[1]))


def stored_picture(session: Session, book_id: int, receipt_id: int) -> StoredPicture | None:
    """Where the picture of a receipt of this book is kept."""
    row = session.execute(
        select(Receipt.storage, Receipt.storage_key, Receipt.media_type).where(
            Receipt.book_id == book_id, Receipt.id == receipt_id
        )
    ).one_or_none()
    return None if row is None else StoredPicture(*row)


def receipt_of(session: Session, book_id: int, receipt_id: int) -> ReceiptView | None:
    """One receipt. Two statements."""
    return next(iter(_views(session, book_id, [Receipt.id == receipt_id], limit=1)), None)


def receipts_page(
    session: Session, book_id: int, *, text: str = "", is_waiting: bool = False, before: int | None = None, after: int | None = None,
    size: int = PAGE,
) -> ReceiptPage:  # fmt: skip
    """A page of receipts: the newest, or what comes `before` (older) or `after` (newer) an id. Two statements.

    `text` keeps those in which all its words were read; `is_waiting` those that no transaction has.
    """
    conditions: list[ColumnElement[bool]] = [_waiting()] if is_waiting else []
    words = key(text).split()[:MOST_WORDS]
    conditions += (Receipt.search_text.like(f"%{literally(word)}%", escape="\\") for word in words)
    backwards = after is not None
    if after is not None:
        conditions.append(Receipt.id > after)
    elif before is not None:
        conditions.append(Receipt.id < before)
    found = _views(session, book_id, conditions, limit=size + 1, backwards=backwards)
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    return ReceiptPage(
        rows,
        newer=rows[0].id if rows and (more if backwards else before is not None) else None,
        older=rows[-1].id if rows and (backwards or more) else None,
    )


def waiting_count(session: Session, book_id: int) -> int:
    """How many receipts no transaction has."""
    return session.scalar(select(func.count()).select_from(Receipt).where(Receipt.book_id == book_id, _waiting())) or 0


def _waiting() -> ColumnElement[bool]:
    return ~(
        select(Transaction.id)
        .where(
            Transaction.book_id == Receipt.book_id,
            Transaction.receipt_id == Receipt.id,
            Transaction.state == State.POSTED,
        )
        .exists()
    )


def _views(
    session: Session, book_id: int, conditions: Sequence[ColumnElement[bool]], *, limit: int, backwards: bool = False
) -> list[ReceiptView]:
    rows = session.execute(
        select(Receipt.id, Receipt.width, Receipt.height, Receipt.created_at, Receipt.reading)
        .where(Receipt.book_id == book_id, *conditions)
        .order_by(Receipt.id.asc() if backwards else Receipt.id.desc())
        .limit(limit)
    ).all()
    attached = _attached(session, book_id, [row.id for row in rows]) if rows else {}
    return [
        ReceiptView(
            row.id, row.width, row.height, row.created_at, from_json(json.loads(row.reading)) if row.reading else None,
            tuple(attached.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip


def _attached(session: Session, book_id: int, ids: Sequence[int]) -> dict[int, list[AttachedTransaction]]:
    rows: Any = session.execute(
        select(
            Transaction.receipt_id, Transaction.id, Transaction.occurred_on, Payee.name, Transaction.description,
            Transaction.kind, Transaction.income_minor, Transaction.expense_minor, Transaction.moved_minor, Transaction.state,
        )
        .outerjoin(Payee, (Payee.book_id == Transaction.book_id) & (Payee.id == Transaction.payee_id))
        .where(Transaction.book_id == book_id, Transaction.receipt_id.in_(ids))
        .order_by(Transaction.id.desc())
    )  # fmt: skip
    found: dict[int, list[AttachedTransaction]] = defaultdict(list)
    for receipt_id, number, day, payee, description, kind, income, expense, moved, state in rows:
        title = payee or description or kind.value.capitalize()
        amount = abs(income - expense) + moved
        found[receipt_id].append(AttachedTransaction(number, day, title, amount, state == State.VOID))
    return found
