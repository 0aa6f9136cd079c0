"""Books, who may open them, and the chain of what happened in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.books import BookKind, Role
from app.models.base import TABLE_OPTIONS, Base, words


class Book(Base):
    """One set of accounts. Its row is locked by every write into it, so writes into one book happen one after the other."""

    __tablename__ = "books"
    __table_args__ = (
        CheckConstraint("fiscal_year_start BETWEEN 1 AND 12", name="fiscal_year_start_is_a_month"),
        # A deleted book's number never comes back: other processes may still remember what they learnt of it.
        TABLE_OPTIONS | {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BookKind] = mapped_column(words(BookKind))
    name: Mapped[str] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3))
    fiscal_year_start: Mapped[int]
    timezone: Mapped[str] = mapped_column(String(50))
    is_archived: Mapped[bool]
    created_at: Mapped[datetime]
    audit_length: Mapped[int] = mapped_column(default=0)  # how many audit events there are, and
    audit_hash: Mapped[str] = mapped_column(String(64), default="")  # the hash of the last one
    revision: Mapped[int] = mapped_column(default=0)  # rises when the past changes: an edit, a void, a merge


class Membership(Base):
    """Who may open a book, and as what. Access is always decided here."""

    __tablename__ = "memberships"
    __table_args__ = (Index(None, "user_id"), TABLE_OPTIONS)

    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(words(Role))


class AuditEvent(Base):
    """What happened, when and by whom. Each row carries the hash of the one before, so a changed or missing row shows."""

    __tablename__ = "audit_events"
    __table_args__ = (UniqueConstraint("book_id", "number"), Index(None, "book_id", "subject"), TABLE_OPTIONS)

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    number: Mapped[int]  # 1, 2, 3, … within the book
    at: Mapped[datetime]
    user_id: Mapped[int | None]  # no foreign key: the record outlives the person
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
