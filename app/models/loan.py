"""Loans: what was agreed, where their money is kept, and what changed on the way."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.loan_plans import EventKind, Keep, LoanStart, Method
from app.domain.moratoriums import MoratoriumInterest
from app.models.base import TABLE_OPTIONS, Base, words


class Loan(Base):
    """A loan. What is owed is in the books, on an account of its own; what is to come follows from the terms and the events."""

    __tablename__ = "loans"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        UniqueConstraint("book_id", "schedule_id"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "pay_account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "into_account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "interest_account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "charges_account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "schedule_id"], ["schedules.book_id", "schedules.id"]),
        ForeignKeyConstraint(["book_id", "start_transaction_id"], ["transactions.book_id", "transactions.id"]),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    lender: Mapped[str] = mapped_column(String(120))
    principal_minor: Mapped[int]  # from here on as in domain.loan_plans.Terms
    annual_rate: Mapped[Decimal]
    months: Mapped[int]
    first_on: Mapped[date] = mapped_column(Date)
    day: Mapped[int]
    method: Mapped[Method] = mapped_column(words(Method))
    emi_minor: Mapped[int | None]
    waiting_months: Mapped[int]
    waiting_interest: Mapped[MoratoriumInterest] = mapped_column(words(MoratoriumInterest))
    start: Mapped[LoanStart] = mapped_column(words(LoanStart))
    started_on: Mapped[date] = mapped_column(Date)  # the day from which the books know it
    paid_count: Mapped[int]  # rows of the plan that were paid before the books knew it
    fee_minor: Mapped[int]
    account_id: Mapped[int]  # its own account: what is owed
    pay_account_id: Mapped[int]
    into_account_id: Mapped[int | None]
    interest_account_id: Mapped[int]
    charges_account_id: Mapped[int]
    schedule_id: Mapped[int]
    start_transaction_id: Mapped[int | None]  # the money that came, or the opening balance
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_with: Mapped[str | None] = mapped_column(Text)


class LoanEvent(Base):
    """Something that changed a loan: an extra payment, another rate, another balance."""

    __tablename__ = "loan_events"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        ForeignKeyConstraint(["book_id", "loan_id"], ["loans.book_id", "loans.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"]),
        Index(None, "book_id", "loan_id", "occurred_on"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int]
    loan_id: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(words(EventKind))
    occurred_on: Mapped[date] = mapped_column(Date)
    keep: Mapped[Keep] = mapped_column(words(Keep))
    amount_minor: Mapped[int]
    annual_rate: Mapped[Decimal]
    charge_minor: Mapped[int]  # what the lender took for it
    transaction_id: Mapped[int | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_with: Mapped[str | None] = mapped_column(Text)
