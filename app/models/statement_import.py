"""Imports: a bank's file, the plan made from it, and which source rows are already in the books."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base


class Import(Base):
    """One file on its way into one account. What the preview shows is stored, and is exactly what is written."""

    __tablename__ = "imports"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    account_id: Mapped[int | None]
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(
        LargeBinary().with_variant(mysql.LONGBLOB, "mysql", "mariadb")
    )  # kept until applied
    state: Mapped[str] = mapped_column(String(20))  # uploaded, planned, applying, applied, undone, failed
    answers: Mapped[str] = mapped_column(Text)  # JSON: what the user said where the file is doubtful
    understood: Mapped[str] = mapped_column(Text)  # JSON: what the reader found
    row_count: Mapped[int]
    new_count: Mapped[int]
    done_count: Mapped[int]
    error: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[datetime | None]  # the worker that applies it renews this lease
    created_at: Mapped[datetime]


class ImportRow(Base):
    """One planned row of an import."""

    __tablename__ = "import_rows"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "import_id"], ["imports.book_id", "imports.id"], ondelete="CASCADE"),
        TABLE_OPTIONS,
    )

    book_id: Mapped[int]
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0, 1, 2, … in the file's order
    line: Mapped[int]
    occurred_on: Mapped[date] = mapped_column(Date)
    amount_minor: Mapped[int]  # money in positive
    payee: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(500))
    category_id: Mapped[int | None]
    fingerprint: Mapped[str] = mapped_column(String(80))
    nth: Mapped[int]
    raw: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))  # new, here, left_out


class TransactionSource(Base):
    """Which row of which statement a transaction came from. Kept when it is voided, so that a re-import does not bring it back."""

    __tablename__ = "transaction_sources"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(
            ["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"], ondelete="CASCADE"
        ),
        Index(None, "book_id", "transaction_id"),
        TABLE_OPTIONS,
    )

    book_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(String(80), primary_key=True)
    nth: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    transaction_id: Mapped[int]
