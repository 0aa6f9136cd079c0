"""Things without a price: what each cost, what it was worth on which day, and by whose word."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from app.domain.books import MONEY_KINDS, State
from app.domain.errors import NotInBook
from app.domain.worth import PropertyKind
from app.models.account import Account
from app.models.transaction import Posting, Transaction
from app.models.valuation import Property, Valuation


@dataclass(frozen=True, slots=True)
class ValuationView:
    """What a property was worth on a day, in the book's currency, and who says so."""

    id: int
    on: date
    value_minor: int
    note: str


@dataclass(frozen=True, slots=True)
class PropertyView:
    """A property. `since_on` is none when the entry that brought it was deleted: then the books alone say what it is worth."""

    id: int
    account_id: int
    name: str
    kind: PropertyKind
    notes: str
    transaction_id: int
    since_on: date | None
    sale_id: int | None
    sold_on: date | None
    valuations: tuple[ValuationView, ...]

    def valued_on(self, day: date) -> ValuationView | None:
        """The valuation that holds on a day. None before the first, before it was there, and once it was sold."""
        if self.since_on is None or day < self.since_on or (self.sold_on is not None and day >= self.sold_on):
            return None
        at = bisect_right(self.valuations, day, key=lambda each: each.on)
        return self.valuations[at - 1] if at else None


def properties_of(session: Session, book_id: int) -> list[PropertyView]:
    """Every property of a book that is not removed, by name, with its valuations, oldest first. One statement."""
    bought, sold = aliased(Transaction), aliased(Transaction)
    rows: Sequence[Any] = session.execute(
        select(
            Property.id, Property.account_id, Account.name, Property.kind, Property.notes, Property.transaction_id,
            bought.occurred_on, bought.state, Property.sale_id, sold.occurred_on, sold.state,
            Valuation.id, Valuation.on, Valuation.value_minor, Valuation.note,
        )
        .join(Account, and_(Account.book_id == Property.book_id, Account.id == Property.account_id))
        .join(bought, and_(bought.book_id == Property.book_id, bought.id == Property.transaction_id))
        .outerjoin(sold, and_(sold.book_id == Property.book_id, sold.id == Property.sale_id))
        .outerjoin(
            Valuation,
            and_(Valuation.book_id == Property.book_id, Valuation.property_id == Property.id, Valuation.removed_at.is_(None)),
        )
        .where(Property.book_id == book_id, Property.removed_at.is_(None))
        .order_by(Property.id, Valuation.on)
    ).all()  # fmt: skip
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(row)
    views = [_view(its) for its in grouped.values()]
    return sorted(views, key=lambda each: (each.name.casefold(), each.id))


@dataclass(frozen=True, slots=True)
class Entries:
    """What the books say of a property: what it cost and what it was paid from, and what its sale brought. None of a deleted entry."""

    cost_minor: int | None
    from_account_id: int | None
    sold_minor: int | None


def property_of(session: Session, book_id: int, found_id: int, *, by_valuation: bool = False) -> PropertyView:
    """One property of a book, by its id or by that of one of its valuations.

    Raises: NotInBook, also for one that was removed.
    """
    for each in properties_of(session, book_id):
        if found_id in ({valuation.id for valuation in each.valuations} if by_valuation else {each.id}):
            return each
    raise NotInBook("valuation" if by_valuation else "property", found_id, book_id)


def property_entries(session: Session, book_id: int, thing: PropertyView) -> Entries:
    """The entries that brought a property and took it away. One statement."""
    rows = session.execute(
        select(Posting.transaction_id, Posting.account_id, Posting.base_minor, Account.kind)
        .join(Account, and_(Account.book_id == Posting.book_id, Account.id == Posting.account_id))
        .where(Posting.book_id == book_id, Posting.transaction_id.in_([thing.transaction_id, thing.sale_id or 0]))
    ).all()
    bought = [row for row in rows if row.transaction_id == thing.transaction_id]
    return Entries(
        next((row.base_minor for row in bought if row.account_id == thing.account_id), None),
        next(
            (row.account_id for row in bought if row.account_id != thing.account_id and row.kind in MONEY_KINDS), None
        ),
        next(
            (
                row.base_minor
                for row in rows
                if row.transaction_id == thing.sale_id
                and row.account_id != thing.account_id
                and row.kind in MONEY_KINDS
            ),
            None,
        ),
    )


def _view(rows: Sequence[Any]) -> PropertyView:
    (
        property_id, account_id, name, kind, notes, transaction_id, since_on, bought_state, sale_id, sold_on, sold_state,
        *_,
    ) = rows[0]  # fmt: skip
    is_sold = sold_state == State.POSTED
    return PropertyView(
        property_id, account_id, name, kind, notes, transaction_id, since_on if bought_state == State.POSTED else None,
        sale_id if is_sold else None, sold_on if is_sold else None,
        tuple(ValuationView(*row[11:]) for row in rows if row[11] is not None),
    )  # fmt: skip
