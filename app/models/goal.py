"""Goals: so much by a day, and what counts towards it."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.worth import GoalBasis
from app.models.base import TABLE_OPTIONS, Base, words


class Goal(Base):
    """An amount that a person wants to have by a day."""

    __tablename__ = "goals"
    __table_args__ = (UniqueConstraint("book_id", "id"), TABLE_OPTIONS)

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    target_minor: Mapped[int]
    by_on: Mapped[date] = mapped_column(Date)
    basis: Mapped[GoalBasis] = mapped_column(words(GoalBasis))
    start_on: Mapped[date] = mapped_column(Date)  # what is saved from here on counts, when savings count
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class GoalAccount(Base):
    """An account whose value counts towards a goal."""

    __tablename__ = "goal_accounts"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "goal_id"], ["goals.book_id", "goals.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["book_id", "account_id"], ["accounts.book_id", "accounts.id"]),
        Index(None, "book_id", "account_id"),
        TABLE_OPTIONS,
    )

    goal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    book_id: Mapped[int]
