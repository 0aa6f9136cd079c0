"""The books that a person may open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Role
from app.models.base import table_of
from app.models.book import AuditEvent, Book, Membership


@dataclass(frozen=True, slots=True)
class BookView:
    """A book as one of its members sees it."""

    id: int
    kind: BookKind
    name: str
    currency: str
    fiscal_year_start: int
    timezone: str
    is_archived: bool
    role: Role
    is_own: bool = True  # whether the member opened it, or was let in by somebody else


_BOOK, _MEMBER, _EVENT = table_of(Book).c, table_of(Membership).c, table_of(AuditEvent).c
_IS_OWN = (  # the first event of a book says who opened it
    select(_EVENT.id)
    .where(_EVENT.book_id == _BOOK.id, _EVENT.number == 1, _EVENT.user_id == _MEMBER.user_id)
    .correlate(table_of(Book), table_of(Membership))
    .exists()
)
VIEW = (
    _BOOK.id, _BOOK.kind, _BOOK.name, _BOOK.currency, _BOOK.fiscal_year_start, _BOOK.timezone, _BOOK.is_archived,
    _MEMBER.role, _IS_OWN,
)  # fmt: skip
"""The columns of a BookView."""


def books_of(session: Session, user_id: int) -> list[BookView]:
    """Every book of a person: personal before business, their own before those that others opened to them, oldest first.

    Whoever shares a book with somebody must not thereby become where that person's own pages lead.
    """
    rows = session.execute(
        select(*VIEW)
        .join_from(table_of(Book), table_of(Membership), _MEMBER.book_id == _BOOK.id)
        .where(_MEMBER.user_id == user_id)
    )
    return in_order(BookView(*row) for row in rows)


def in_order(books: Iterable[BookView]) -> list[BookView]:
    """Books as they are shown: personal before business, a person's own before those of others, oldest first."""
    return sorted(books, key=lambda book: (book.kind != BookKind.PERSONAL, not book.is_own, book.id))


def default_book(books: Sequence[BookView], kind: BookKind) -> BookView | None:
    """The first book of a kind that is not put away: one's own, while there is one."""
    return next((book for book in books if book.kind == kind and not book.is_archived), None)
