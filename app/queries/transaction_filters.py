"""What a list of transactions leaves out, as a person says it and as a database reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.domain.books import State
from app.domain.texts import key
from app.models.anomaly import Alert
from app.models.transaction import Posting, Transaction, TransactionTag

MOST_WORDS = 8
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list leaves out. The figures of a list are those of the whole book, or, when `account_ids` names some, what moved on these.

    `account_ids` is one money account, or a category with everything under it (`of_category`). With both, `within_account_id`
    keeps what touched that account too. `is_void` lists the deleted ones instead of the others.
    """

    text: str = ""
    text_minor: int | None = None  # the text, when it reads as an amount
    first_on: date | None = None
    last_on: date | None = None
    account_ids: tuple[int, ...] = ()
    of_category: bool = False
    within_account_id: int | None = None
    low_minor: int | None = None
    high_minor: int | None = None
    tag: str = ""
    is_unusual: bool = False
    has_receipt: bool = False
    is_void: bool = False

    @property
    def only_dates(self) -> bool:
        """Whether nothing but dates (and perhaps accounts) narrows the list, so that kept totals answer."""
        return replace(self, first_on=None, last_on=None, account_ids=(), of_category=False) == Filters()

    @property
    def whole_months(self) -> bool:
        """Whether the dates begin and end with a month."""
        return (self.first_on is None or self.first_on.day == 1) and (
            self.last_on is None or (self.last_on + timedelta(days=1)).day == 1
        )


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list, between two transactions."""

    occurred_on: date
    id: int

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Read "2026-11-20.1234"; none for anything else, so a mangled address shows the first page."""
        day, _, number = (text or "").partition(".")
        if not (number.isascii() and number.isdecimal() and len(number) < 19):  # noqa: PLR2004 - below 2**63
            return None
        try:
            return cls(date.fromisoformat(day), int(number))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.occurred_on.isoformat()}.{self.id}"


def place(day: Any, number: Any, before: Cursor | None, after: Cursor | None) -> list[ColumnElement[bool]]:
    """Beyond a cursor. Said as a range of days and a check inside the day, which every database finds in its index."""
    if after is not None:
        return [day >= after.occurred_on, or_(day > after.occurred_on, number > after.id)]
    if before is not None:
        return [day <= before.occurred_on, or_(day < before.occurred_on, number < before.id)]
    return []


def same_transaction() -> ColumnElement[bool]:
    """Joins the legs with their transaction."""
    return and_(Transaction.id == Posting.transaction_id, Transaction.book_id == Posting.book_id)


def on_legs(book_id: int, filters: Filters, account_ids: Sequence[int]) -> list[ColumnElement[bool]]:
    """The conditions of a list that starts from the legs on some accounts."""
    found: list[ColumnElement[bool]] = [Posting.book_id == book_id, Posting.account_id.in_(account_ids)]
    if len(account_ids) == 1:
        found[1] = Posting.account_id == account_ids[0]
    if filters.first_on:
        found.append(Posting.occurred_on >= filters.first_on)
    if filters.last_on:
        found.append(Posting.occurred_on <= filters.last_on)
    return found + _narrowing(book_id, filters)


def conditions(book_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions of a list that starts from the transactions."""
    state = State.VOID if filters.is_void else State.POSTED
    found: list[ColumnElement[bool]] = [Transaction.book_id == book_id, Transaction.state == state]
    if filters.first_on:
        found.append(Transaction.occurred_on >= filters.first_on)
    if filters.last_on:
        found.append(Transaction.occurred_on <= filters.last_on)
    if filters.is_void and filters.account_ids:  # its legs are kept as [[account, amount, base], …]
        found.append(or_(*(Transaction.void_legs.like(f"%[{number},%") for number in filters.account_ids)))
    return found + _narrowing(book_id, filters)


def _narrowing(book_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    """What narrows a list beside its dates and accounts."""
    found: list[ColumnElement[bool]] = []
    if filters.text:
        words = [
            Transaction.search_text.like(f"%{literally(word)}%", escape="\\")
            for word in key(filters.text[:LONGEST_TEXT]).split()[:MOST_WORDS]
        ]
        said = and_(*words)
        found.append(said if filters.text_minor is None else or_(said, _size() == abs(filters.text_minor)))
    if filters.low_minor is not None:
        found.append(_size() >= filters.low_minor)
    if filters.high_minor is not None:
        found.append(_size() <= filters.high_minor)
    if filters.tag:
        found.append(
            Transaction.id.in_(
                select(TransactionTag.transaction_id).where(
                    TransactionTag.book_id == book_id, TransactionTag.tag == filters.tag
                )
            )
        )
    if filters.is_unusual:
        found.append(
            Transaction.id.in_(select(Alert.transaction_id).where(Alert.book_id == book_id, Alert.answer == "open"))
        )
    if filters.has_receipt:
        found.append(Transaction.receipt_id.is_not(None))
    if filters.within_account_id is not None and not filters.is_void:
        found.append(_touches(book_id, filters.within_account_id))
    return found


def _touches(book_id: int, account_id: int) -> ColumnElement[bool]:
    legs = Posting.__table__.alias("within")
    return (
        select(legs.c.id)
        .where(legs.c.book_id == book_id, legs.c.transaction_id == Transaction.id, legs.c.account_id == account_id)
        .exists()
    )


def _size() -> ColumnElement[int]:
    """How large a transaction is, whichever way the money went."""
    return func.abs(Transaction.income_minor - Transaction.expense_minor) + Transaction.moved_minor


def literally(word: str) -> str:
    """A text whose wildcards mean themselves in a LIKE that escapes with a backslash."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
