"""Transactions, their legs, and the totals that are kept with them in the same database transaction."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.books import Source, State, TransactionKind
from app.models.base import TABLE_OPTIONS, Base, words


class Payee(Base):
    """Someone paid or paying, known by one name in a book."""

    __tablename__ = "payees"
    __table_args__ = (UniqueConstraint("book_id", "id"), UniqueConstraint("book_id", "name_key"), TABLE_OPTIONS)

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(240))


class Transaction(Base):
    """One event. Its legs are in `postings` while it is posted, in `void_legs` while it is void."""

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        UniqueConstraint("book_id", "submission_key"),
        ForeignKeyConstraint(["book_id", "payee_id"], ["payees.book_id", "payees.id"]),
        ForeignKeyConstraint(["book_id", "receipt_id"], ["receipts.book_id", "receipts.id"]),
        ForeignKeyConstraint(["book_id", "import_id"], ["imports.book_id", "imports.id"]),
        Index(None, "book_id", "state", "occurred_on", "id"),  # the list, newest first
        Index(None, "book_id", "payee_id", "occurred_on"),
        Index(None, "book_id", "receipt_id"),
        Index(None, "book_id", "import_id"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    occurred_on: Mapped[date] = mapped_column(Date)
    kind: Mapped[TransactionKind] = mapped_column(words(TransactionKind))
    state: Mapped[State] = mapped_column(words(State))
    source: Mapped[Source] = mapped_column(words(Source))
    payee_id: Mapped[int | None]
    description: Mapped[str] = mapped_column(String(500))  # as the bank or the receipt says it
    note: Mapped[str] = mapped_column(String(1000))
    search_text: Mapped[str] = mapped_column(Text)  # payee, description, note and tags, casefolded
    income_minor: Mapped[int]  # these three are sums of the legs in the book's currency:
    expense_minor: Mapped[int]  # see domain.books.Effect
    moved_minor: Mapped[int]
    receipt_id: Mapped[int | None]
    import_id: Mapped[int | None]
    submission_key: Mapped[str | None] = mapped_column(String(36))  # one form, sent twice, posts once
    score: Mapped[float | None]  # how unusual the detector found it: unknown, or from 0
    void_legs: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Posting(Base):
    """One leg of a transaction: debit positive, credit negative. The legs of a transaction add up to zero in `base_minor`."""

    __tablename__ = "postings"
    __table_args__ = (
        # An account or transaction of another book cannot be referenced, whatever the code above does.
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(
            ["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"], ondelete="CASCADE"
        ),
        CheckConstraint("amount_minor <> 0 OR base_minor <> 0", name="says_something"),
        Index(None, "book_id", "account_id", "occurred_on", "transaction_id"),
        # With the account in it, it covers what lists ask: SQLite, which knows no figures of a table, would otherwise
        # take the index above and read every leg of the book.
        Index(None, "book_id", "transaction_id", "account_id"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int]
    transaction_id: Mapped[int]
    account_id: Mapped[int]
    amount_minor: Mapped[int]  # in the account's currency
    base_minor: Mapped[int]  # in the book's currency
    occurred_on: Mapped[date] = mapped_column(
        Date
    )  # repeated from the transaction so that one index answers every statement


class TransactionTag(Base):
    """A word that a person put on a transaction."""

    __tablename__ = "transaction_tags"
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"], ondelete="CASCADE"
        ),
        Index(None, "book_id", "transaction_id", "tag"),  # covers, for the same reason as that of the legs
        TABLE_OPTIONS,
    )

    book_id: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)
    transaction_id: Mapped[int] = mapped_column(primary_key=True)


class AccountMonth(Base):
    """What moved on one account in one month. Dashboards and statements read these, so they cost the same at any size."""

    __tablename__ = "account_months"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        Index(None, "book_id", "month"),
        TABLE_OPTIONS,
    )

    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(Date, primary_key=True)  # its first day
    book_id: Mapped[int]
    debit_minor: Mapped[int]  # in the account's currency
    credit_minor: Mapped[int]
    base_debit_minor: Mapped[int]  # in the book's currency
    base_credit_minor: Mapped[int]
    leg_count: Mapped[int]


class DayTotal(Base):
    """Income, spending and transfers of one day of a book, so that 1–22 November compares with 1–22 October."""

    __tablename__ = "day_totals"
    __table_args__ = (TABLE_OPTIONS,)

    book_id: Mapped[int] = mapped_column(
        ForeignKey("books.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    income_minor: Mapped[int]
    expense_minor: Mapped[int]
    moved_minor: Mapped[int]
    transaction_count: Mapped[int]
