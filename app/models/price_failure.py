"""Why a price or an exchange rate could not be refreshed, and since when. Gone as soon as it could be."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base


class PriceFailure(Base):
    """Of a holding, or of a currency's rate: one of the two is filled."""

    __tablename__ = "price_failures"
    __table_args__ = (
        UniqueConstraint("book_id", "holding_id"),
        UniqueConstraint("book_id", "currency"),
        ForeignKeyConstraint(["book_id", "holding_id"], ["holdings.book_id", "holdings.id"], ondelete="CASCADE"),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    holding_id: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(300))
    since_at: Mapped[datetime]
    last_at: Mapped[datetime]
