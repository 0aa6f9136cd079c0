"""Receipts: the stored picture and what was read in it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base


class Receipt(Base):
    """A checked, re-encoded upload. It belongs to a book; transactions point at it."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("book_id", "id"), Index(None, "book_id", "sha256"), TABLE_OPTIONS)

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))  # of the upload as it came
    storage: Mapped[str] = mapped_column(String(20))  # which store holds it
    storage_key: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(50))
    width: Mapped[int]
    height: Mapped[int]
    reading: Mapped[str | None] = mapped_column(Text)  # JSON of ocr.ReceiptReading; none while unread
    search_text: Mapped[str] = mapped_column(Text, default="")  # what was read, casefolded; empty while unread
    created_at: Mapped[datetime]
