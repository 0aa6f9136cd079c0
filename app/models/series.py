"""What a person said about series that were found in the history of a book."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base


class DismissedSeries(Base):
    """A series that is not to be offered again, with its amount then: another amount of the same payee is another matter."""

    __tablename__ = "dismissed_series"
    __table_args__ = (TABLE_OPTIONS,)

    book_id: Mapped[int] = mapped_column(
        ForeignKey("books.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    series_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    typical_minor: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))  # as it was shown
    dismissed_at: Mapped[datetime]
