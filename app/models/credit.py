"""What a person knows of their credit: scores of bureaus, accounts with limits, and lenders who asked."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.credit_factors import CreditKind
from app.models.base import TABLE_OPTIONS, Base, words


class CreditScore(Base):
    """A bureau's score on a day, with the range that it is in."""

    __tablename__ = "credit_scores"
    __table_args__ = (UniqueConstraint("book_id", "id"), Index(None, "book_id", "scored_on"), TABLE_OPTIONS)

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    scored_on: Mapped[date] = mapped_column(Date)
    bureau: Mapped[str] = mapped_column(String(60))
    score: Mapped[int]
    low: Mapped[int]
    high: Mapped[int]
    source: Mapped[str] = mapped_column(String(20))  # manual, report_upload or api
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]  # removed by a person, who may still undo it


class CreditAccount(Base):
    """A card or loan as lenders know it. One of the book's accounts brings its balance along; any other is stated."""

    __tablename__ = "credit_accounts"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        Index(None, "book_id", "account_id"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    kind: Mapped[CreditKind] = mapped_column(words(CreditKind))
    name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None]
    owed_minor: Mapped[
        int | None
    ]  # where no account of the book says it; like the limit in that account's currency, or the book's
    limit_minor: Mapped[int | None]
    opened_on: Mapped[date | None] = mapped_column(Date)
    late: Mapped[int | None]  # payments that came late in the last 24 months
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class BureauQuestion(Base):
    """A question to a bureau: the consent that it rests on, and what came of it."""

    __tablename__ = "bureau_questions"
    __table_args__ = (UniqueConstraint("book_id", "id"), Index(None, "book_id", "granted_at"), TABLE_OPTIONS)

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    bureau: Mapped[str] = mapped_column(String(60))
    user_ref: Mapped[str] = mapped_column(String(40))  # who is asked about, as the bureau's side knows them
    purpose: Mapped[str] = mapped_column(String(120))
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(300))  # in words, once there is one


class CreditEnquiry(Base):
    """A lender who asked a bureau about the person. With `is_none` it says that nobody asked in the year before that day."""

    __tablename__ = "credit_enquiries"
    __table_args__ = (UniqueConstraint("book_id", "id"), Index(None, "book_id", "enquired_on"), TABLE_OPTIONS)

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    enquired_on: Mapped[date] = mapped_column(Date)
    lender: Mapped[str] = mapped_column(String(80))
    is_none: Mapped[bool]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
