"""Deposits and savings schemes: what was agreed. What was really paid in and out is in the books."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.fixed_deposits import Payout
from app.domain.scheme_entries import EntryPart
from app.domain.scheme_kinds import SchemeKind
from app.domain.scheme_plans import Compounding
from app.models.base import TABLE_OPTIONS, Base, words


class Scheme(Base):
    """One deposit, certificate or fund. It keeps an account of its own, whose postings are what went in and out."""

    __tablename__ = "schemes"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "from_account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "payout_account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "income_account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "tax_account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "instalment_schedule_id"], ["schedules.book_id", "schedules.id"]),
        ForeignKeyConstraint(["book_id", "interest_schedule_id"], ["schedules.book_id", "schedules.id"]),
        ForeignKeyConstraint(["book_id", "maturity_schedule_id"], ["schedules.book_id", "schedules.id"]),
        Index(None, "book_id", "removed_at"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    account_id: Mapped[int]
    kind: Mapped[SchemeKind] = mapped_column(words(SchemeKind))
    name: Mapped[str] = mapped_column(String(80))
    institution: Mapped[str] = mapped_column(String(80))
    number_end: Mapped[str] = mapped_column(String(8))  # the last digits of its number, no more
    opened_on: Mapped[date] = mapped_column(Date)
    starts_on: Mapped[date] = mapped_column(Date)  # from when the books know it
    matures_on: Mapped[date] = mapped_column(Date)
    tenor_months: Mapped[int]
    tenor_days: Mapped[int]
    principal_minor: Mapped[int]  # what went in at the start; for one that was taken over, what was in it
    rate: Mapped[Decimal | None]  # none for a rate that floats, and for what doubles
    is_own_rate: Mapped[bool]  # written by a person, not notified
    compounding: Mapped[Compounding] = mapped_column(words(Compounding))
    payout: Mapped[Payout | None] = mapped_column(words(Payout))
    instalment_minor: Mapped[int]
    instalment_months: Mapped[int]  # months between two instalments; 0 for none
    instalments_from: Mapped[date | None] = mapped_column(Date)
    paid_before: Mapped[int]  # instalments that had been paid when it was taken over
    is_taken_over: Mapped[bool]  # it was there before the books knew it
    from_account_id: Mapped[int | None]  # where the money comes from
    payout_account_id: Mapped[int | None]
    income_account_id: Mapped[int]  # the category of its interest
    tax_account_id: Mapped[int | None]  # the category of tax held back from it
    tax_rate: Mapped[Decimal | None]
    penalty_rate: Mapped[Decimal | None]
    is_joint: Mapped[bool]
    nominee: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(1000))
    instalment_schedule_id: Mapped[int | None]
    interest_schedule_id: Mapped[int | None]  # payments of interest, or its yearly credit
    maturity_schedule_id: Mapped[int | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_with: Mapped[str | None] = mapped_column(Text)  # what its removal took out of the books


class SchemeRate(Base):
    """From when on a floating scheme earns another rate, as a person says it."""

    __tablename__ = "scheme_rates"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "scheme_id"], ["schemes.book_id", "schemes.id"], ondelete="CASCADE"),
        TABLE_OPTIONS,
    )

    scheme_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    book_id: Mapped[int]
    rate: Mapped[Decimal]


class SchemeEntry(Base):
    """A transaction that a scheme posted, and what it was for."""

    __tablename__ = "scheme_entries"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "scheme_id"], ["schemes.book_id", "schemes.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"], ondelete="CASCADE"
        ),
        Index(None, "book_id", "scheme_id"),
        TABLE_OPTIONS,
    )

    transaction_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    book_id: Mapped[int]
    scheme_id: Mapped[int]
    part: Mapped[EntryPart] = mapped_column(words(EntryPart))
