"""The books that a person may open."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Role
from app.models.book import Book, Membership


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


def books_of(session: Session, user_id: int) -> list[BookView]:
    """Every book of a person, oldest first; personal before business."""
    rows = session.execute(
        select(
            Book.id,
            Book.kind,
            Book.name,
            Book.currency,
            Book.fiscal_year_start,
            Book.timezone,
            Book.is_archived,
            Membership.role,
        )
        .join(Membership, Membership.book_id == Book.id)
        .where(Membership.user_id == user_id)
        .order_by(Book.id)
    )
    books = [BookView(*row) for row in rows]
    return sorted(books, key=lambda book: (book.kind != BookKind.PERSONAL, book.id))


def default_book(books: list[BookView], kind: BookKind) -> BookView | None:
    """The first book of a kind that is not put away."""
    return next((book for book in books if book.kind == kind and not book.is_archived), None)
