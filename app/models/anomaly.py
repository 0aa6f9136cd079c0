"""What the detector knows of a book, what it warned about, and what people said of its warnings."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base


class BookModel(Base):
    """The trained model of a book, and the claim that lets exactly one worker retrain it."""

    __tablename__ = "book_models"
    __table_args__ = (TABLE_OPTIONS,)

    book_id: Mapped[int] = mapped_column(
        ForeignKey("books.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    pending_count: Mapped[int]  # transactions recorded since the last claim
    claimed_at: Mapped[datetime | None]
    version: Mapped[int]  # 0 while nothing is trained
    checksum: Mapped[str | None] = mapped_column(String(64))
    row_count: Mapped[int]
    trained_at: Mapped[datetime | None]


class Alert(Base):
    """A warning about one transaction, with its reason, until someone answers it."""

    __tablename__ = "alerts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("book_id", "transaction_id"),
        Index(None, "book_id", "answer", "id"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int]
    transaction_id: Mapped[int]
    kinds: Mapped[str] = mapped_column(String(200))  # comma-separated names of the signals that spoke
    reason: Mapped[str] = mapped_column(String(300))
    usual_low_minor: Mapped[int | None]
    usual_high_minor: Mapped[int | None]
    score: Mapped[float]
    answer: Mapped[str] = mapped_column(String(20))  # open, normal, mistake
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
