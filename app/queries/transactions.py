"""Transactions as lists show them: filtered, newest first, a page at a time.

A page costs the same at a thousand and at a million rows: it is found by key in an index that has the rows in order.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, select, union
from sqlalchemy.orm import Session

from app.domain.books import CATEGORY_KINDS, MONEY_KINDS, AccountKind, State, TransactionKind
from app.domain.texts import key
from app.models.account import Account
from app.models.anomaly import Alert
from app.models.transaction import Payee, Posting, Transaction, TransactionTag
from app.queries.transaction_filters import Cursor, Filters, conditions, on_legs, place, same_transaction

PAGE = 50


@dataclass(frozen=True, slots=True)
class LegView:
    """One leg of a listed transaction."""

    account_id: int
    name: str
    kind: AccountKind
    currency: str
    amount_minor: int
    base_minor: int


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A transaction in a list.

    `shown_minor` in `currency` is what the reader sees: money in positive, money out negative, as far as the filter's accounts saw
    it. `whole_minor` is the full amount when only a part is shown. `is_flow` says that it is income or spending; a transfer is not.
    """

    id: int
    occurred_on: date
    kind: TransactionKind
    state: State
    payee: str
    description: str
    note: str
    income_minor: int
    expense_minor: int
    moved_minor: int
    receipt_id: int | None
    alert_id: int | None
    alert_reason: str
    alert_kinds: tuple[str, ...]
    shown_minor: int = 0
    whole_minor: int | None = None
    currency: str = ""
    base_minor: int | None = None
    legs: tuple[LegView, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def cursor(self) -> Cursor:
        """Its place in the list."""
        return Cursor(self.occurred_on, self.id)

    @property
    def is_flow(self) -> bool:
        """Whether it is income or spending."""
        return self.kind in {TransactionKind.EXPENSE, TransactionKind.INCOME}

    @property
    def title(self) -> str:
        """What to call it: who, else what the bank said, else what kind of thing it is."""
        if self.payee or self.description:
            return self.payee or self.description
        if self.kind == TransactionKind.TRANSFER:
            return "Transfer"
        return ", ".join(leg.name for leg in self.categories) or self.kind.value.capitalize()

    @property
    def subtitle(self) -> str:
        """The grey words behind the title."""
        return self.note or (self.description if self.payee and key(self.description) != key(self.payee) else "")

    @property
    def categories(self) -> tuple[LegView, ...]:
        """The legs on categories."""
        return tuple(leg for leg in self.legs if leg.kind in CATEGORY_KINDS)

    @property
    def accounts(self) -> tuple[LegView, ...]:
        """The legs on money accounts, where the money came from first."""
        return _on_money(self.legs)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, newest first, and where it goes on; none at an end."""

    rows: list[TransactionRow]
    newer: Cursor | None
    older: Cursor | None


def page_of(
    session: Session,
    book_id: int,
    filters: Filters,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
    size: int = PAGE,
) -> Page:
    """A page of what fits: the newest, or what comes `before` (older) or `after` (newer) a place. Three statements."""
    backwards = after is not None
    keys = _keys(book_id, filters, before=before, after=after, size=size + 1)
    found = [_row(row) for row in session.execute(_listed(keys, backwards=backwards)).mappings()]
    more = len(found) > size
    rows = found[:size]
    if backwards:
        rows.reverse()
    rows = _dressed(session, book_id, rows, filters)
    has_older = bool(rows) if backwards else more
    has_newer = more if backwards else before is not None
    return Page(
        rows,
        newer=rows[0].cursor if rows and has_newer else None,
        older=rows[-1].cursor if rows and has_older else None,
    )


def all_of(session: Session, book_id: int, filters: Filters, *, size: int = 1000) -> Iterator[TransactionRow]:
    """Everything that fits, newest first, a thousand at a time: for exports of any length."""
    before: Cursor | None = None
    while True:
        page = page_of(session, book_id, filters, before=before, size=size)
        yield from page.rows
        if page.older is None:
            return
        before = page.older


def one_of(session: Session, book_id: int, transaction_id: int) -> TransactionRow | None:
    """One transaction, posted or void."""
    keys = select(Transaction.occurred_on, Transaction.id).where(
        Transaction.book_id == book_id, Transaction.id == transaction_id
    )
    row = session.execute(_listed(keys.subquery(), backwards=False)).mappings().one_or_none()
    return None if row is None else _dressed(session, book_id, [_row(row)], Filters())[0]


def unusual_count(session: Session, book_id: int) -> int:
    """How many warnings wait for an answer."""
    return (
        session.scalar(select(func.count()).select_from(Alert).where(Alert.book_id == book_id, Alert.answer == "open"))
        or 0
    )


def last_used_account(session: Session, book_id: int) -> int | None:
    """The account of the newest entry: where the next one most likely goes."""
    newest = (
        select(Transaction.id)
        .where(
            Transaction.book_id == book_id,
            Transaction.state == State.POSTED,
            Transaction.kind.in_([TransactionKind.EXPENSE, TransactionKind.INCOME]),
        )
        .order_by(Transaction.occurred_on.desc(), Transaction.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return session.scalar(
        select(Posting.account_id)
        .join(Account, (Account.id == Posting.account_id) & (Account.book_id == Posting.book_id))
        .where(Posting.book_id == book_id, Posting.transaction_id == newest, Account.kind.in_(MONEY_KINDS))
        .order_by(Posting.id)
        .limit(1)
    )


def _keys(book_id: int, filters: Filters, *, before: Cursor | None, after: Cursor | None, size: int) -> Any:
    """Day and id of the transactions of a page, found in an index that has them in order.

    A category with parts is one such search for each of its accounts, so that none of them has to be sorted as a whole.
    """
    if not filters.account_ids or filters.is_void:
        beyond = place(Transaction.occurred_on, Transaction.id, before, after)
        found = select(Transaction.occurred_on, Transaction.id).where(*conditions(book_id, filters), *beyond)
        return (
            _ordered(found, Transaction.occurred_on, Transaction.id, backwards=after is not None).limit(size).subquery()
        )
    beyond = place(Posting.occurred_on, Posting.transaction_id, before, after)
    searches = []
    for account_id in filters.account_ids:
        found = select(Posting.occurred_on, Posting.transaction_id.label("id")).where(
            *on_legs(book_id, filters, [account_id]), *beyond
        )
        if not filters.only_dates:
            found = found.join(Transaction, same_transaction())
        ordered = _ordered(found.distinct(), Posting.occurred_on, Posting.transaction_id, backwards=after is not None)
        searches.append(select(ordered.limit(size).subquery()))
    if len(searches) == 1:
        return searches[0].subquery()
    together = union(*searches).subquery()
    return (
        _ordered(select(together), together.c.occurred_on, together.c.id, backwards=after is not None)
        .limit(size)
        .subquery()
    )


def _listed(keys: Any, *, backwards: bool) -> Any:
    """The columns of a page's rows, in order."""
    found = (
        select(
            Transaction.id, Transaction.occurred_on, Transaction.kind, Transaction.state, Payee.name.label("payee"), Transaction.description,
            Transaction.note, Transaction.income_minor, Transaction.expense_minor, Transaction.moved_minor,
            Transaction.receipt_id, Alert.id.label("alert_id"), Alert.reason.label("alert_reason"), Alert.kinds.label("alert_kinds"),
        )
        .select_from(keys)
        .join(Transaction, Transaction.id == keys.c.id)
        .outerjoin(Payee, Payee.id == Transaction.payee_id)
        .outerjoin(
            Alert,
            (Alert.book_id == Transaction.book_id) & (Alert.transaction_id == Transaction.id) & (Alert.answer == "open"),
        )
    )  # fmt: skip
    return _ordered(found, keys.c.occurred_on, keys.c.id, backwards=backwards)


def _row(said: RowMapping) -> TransactionRow:
    """A row of `_listed`, which has no payee and no alert where the transaction has none."""
    blank = {"payee": said["payee"] or "", "alert_reason": said["alert_reason"] or ""}
    kinds = filter(None, (said["alert_kinds"] or "").split(","))
    return TransactionRow(**{**said, **blank, "alert_kinds": tuple(kinds)})


def _dressed(session: Session, book_id: int, rows: list[TransactionRow], filters: Filters) -> list[TransactionRow]:
    """Rows with their legs and tags. Two statements for the page."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    legs: dict[int, list[LegView]] = defaultdict(list)
    found = session.execute(
        select(
            Posting.transaction_id, Posting.account_id, Account.name, Account.kind, Account.currency,
            Posting.amount_minor, Posting.base_minor,
        )
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.book_id == book_id, Posting.transaction_id.in_(ids))
        .order_by(Posting.id)
    )  # fmt: skip
    for transaction_id, account_id, name, kind, currency, amount, base in found:
        legs[transaction_id].append(LegView(account_id, name, kind, currency, amount, base))
    if void := [row.id for row in rows if row.state == State.VOID]:
        legs |= _void_legs(session, book_id, void)
    tags: dict[int, list[str]] = defaultdict(list)
    for transaction_id, tag in session.execute(
        select(TransactionTag.transaction_id, TransactionTag.tag).where(
            TransactionTag.book_id == book_id, TransactionTag.transaction_id.in_(ids)
        )
    ):
        tags[transaction_id].append(tag)
    return [
        replace(row, legs=tuple(legs[row.id]), tags=tuple(sorted(tags[row.id])), **_seen(row, legs[row.id], filters))
        for row in rows
    ]


def _void_legs(session: Session, book_id: int, ids: Sequence[int]) -> dict[int, list[LegView]]:
    """The legs that deleted transactions had."""
    kept = {
        transaction_id: json.loads(text or "[]")
        for transaction_id, text in session.execute(
            select(Transaction.id, Transaction.void_legs).where(Transaction.book_id == book_id, Transaction.id.in_(ids))
        )
    }
    wanted = {account_id for legs in kept.values() for account_id, _, _ in legs}
    accounts = {
        account.id: account
        for account in session.execute(
            select(Account.id, Account.name, Account.kind, Account.currency).where(
                Account.book_id == book_id, Account.id.in_(wanted)
            )
        )
    }
    return {
        transaction_id: [
            LegView(number, accounts[number].name, accounts[number].kind, accounts[number].currency, amount, base)
            for number, amount, base in legs
        ]
        for transaction_id, legs in kept.items()
    }


def _seen(row: TransactionRow, legs: Sequence[LegView], filters: Filters) -> dict[str, Any]:
    """The amount that the reader of a row expects: the whole, or what the filter's accounts saw of it."""
    on = [leg for leg in legs if leg.account_id in filters.account_ids]
    full = row.income_minor - row.expense_minor
    if on and filters.of_category:
        part = -sum(leg.base_minor for leg in on)
        return {"shown_minor": part, "whole_minor": full if full != part else None}
    if on:
        return {
            "shown_minor": sum(leg.amount_minor for leg in on),
            "currency": on[0].currency,
            "base_minor": sum(leg.base_minor for leg in on),
        }
    money = _on_money(legs)
    if row.is_flow:
        if len(money) == 1 and money[0].base_minor == full:
            return {"shown_minor": money[0].amount_minor, "currency": money[0].currency, "base_minor": full}
        return {"shown_minor": full}
    if row.kind == TransactionKind.OPENING and money:
        leg = money[0]
        return {"shown_minor": leg.amount_minor, "currency": leg.currency, "base_minor": leg.base_minor}
    return {"shown_minor": row.moved_minor}


def _on_money(legs: Sequence[LegView]) -> tuple[LegView, ...]:
    """The legs on money accounts, where the money came from first."""
    money = (leg for leg in legs if leg.kind in MONEY_KINDS)
    return tuple(sorted(money, key=lambda leg: leg.base_minor > 0))


def _ordered(found: Any, day: Any, number: Any, *, backwards: bool) -> Any:
    return found.order_by(day, number) if backwards else found.order_by(day.desc(), number.desc())
