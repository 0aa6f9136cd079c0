"""Things that are worth something and have no price: a house, land, a vehicle, jewellery; and what they were worth, when, by whose word."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.worth import PropertyKind
from app.models.base import TABLE_OPTIONS, Base, words


class Property(Base):
    """One such thing. Its account in the books holds it at what it cost."""

    __tablename__ = "properties"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        UniqueConstraint("book_id", "account_id"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], ["transactions.book_id", "transactions.id"]),
        ForeignKeyConstraint(["book_id", "sale_id"], ["transactions.book_id", "transactions.id"]),
        Index(None, "book_id", "transaction_id"),
        Index(None, "book_id", "sale_id"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    account_id: Mapped[int]
    kind: Mapped[PropertyKind] = mapped_column(words(PropertyKind))
    notes: Mapped[str] = mapped_column(String(1000))
    transaction_id: Mapped[int]  # how it came: an opening balance, or a purchase
    sale_id: Mapped[int | None]  # how it left
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_with: Mapped[str | None] = mapped_column(Text)


class Valuation(Base):
    """What a property was worth on a day, in the book's currency. It holds until the next one."""

    __tablename__ = "valuations"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),
        UniqueConstraint("book_id", "property_id", "on"),
        ForeignKeyConstraint(["book_id", "property_id"], ["properties.book_id", "properties.id"], ondelete="CASCADE"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int]
    property_id: Mapped[int]
    on: Mapped[date] = mapped_column(Date)
    value_minor: Mapped[int]
    note: Mapped[str] = mapped_column(String(300))  # who says so: a bank, a neighbour's sale, the jeweller
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
