"""Schedules: what comes again, what became of each of its dates, and who may run them now."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.books import Direction
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState
from app.models.base import TABLE_OPTIONS, Base, words


class Schedule(Base):
    """Something that comes again on a rule. One of kind `transaction` says here what it posts; the others belong to a salary, a loan, …, which knows."""

    __tablename__ = "schedules"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "to_account_id"], ["accounts.book_id", "accounts.id"]),
        Index(None, "state", "next_on"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    kind: Mapped[ScheduleKind] = mapped_column(words(ScheduleKind))
    name: Mapped[str] = mapped_column(String(120))
    rule: Mapped[str] = mapped_column(String(300))  # RFC 5545, read from `first_on`
    first_on: Mapped[date] = mapped_column(Date)
    next_on: Mapped[date | None] = mapped_column(Date)  # the first date that nothing was decided about
    is_automatic: Mapped[bool]  # posts by itself; otherwise it asks
    state: Mapped[ScheduleState] = mapped_column(words(ScheduleState))
    expected_minor: Mapped[int]  # what comes in (or goes out, negative) next time, in the book's currency
    direction: Mapped[Direction | None] = mapped_column(words(Direction))  # from here on as in TransactionCommand
    account_id: Mapped[int | None]
    amount_minor: Mapped[int | None]
    to_account_id: Mapped[int | None]
    to_amount_minor: Mapped[int | None]
    base_minor: Mapped[int | None]
    payee: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(1000))
    tags: Mapped[str] = mapped_column(String(1000))  # with commas between them
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]  # removed by a person, who may still undo it


class ScheduleLine(Base):
    """A part of what a schedule posts, in one category."""

    __tablename__ = "schedule_lines"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "schedule_id"], ["schedules.book_id", "schedules.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["book_id", "category_id"], ["accounts.book_id", "accounts.id"]),
        TABLE_OPTIONS,
    )

    schedule_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0, 1, 2, …
    book_id: Mapped[int]
    category_id: Mapped[int]
    amount_minor: Mapped[int]


class Occurrence(Base):
    """One date of a schedule that something was decided about. Its key makes sure that it is posted once."""

    __tablename__ = "occurrences"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "schedule_id"], ["schedules.book_id", "schedules.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"]),
        Index(None, "book_id", "state", "due_on"),
        Index(None, "book_id", "transaction_id"),
        TABLE_OPTIONS,
    )

    schedule_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    due_on: Mapped[date] = mapped_column(Date, primary_key=True)
    book_id: Mapped[int]
    state: Mapped[OccurrenceState] = mapped_column(words(OccurrenceState))
    transaction_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(300))  # why it waits although the schedule posts by itself
    decided_at: Mapped[datetime]


class Lease(Base):
    """Which process may do a thing that only one may do, and until when."""

    __tablename__ = "leases"
    __table_args__ = (TABLE_OPTIONS,)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]
