"""Accounts. What the user calls a category is an account of kind income or expense."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.books import AccountKind, Need, Subtype
from app.models.base import TABLE_OPTIONS, Base, words


class Account(Base):
    """A place where money is, comes from or goes to. Archived when no longer wanted, never deleted while used."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("book_id", "id"),  # what composite foreign keys point at
        UniqueConstraint("book_id", "kind", "name_key"),
        ForeignKeyConstraint(["book_id", "parent_id"], ["accounts.book_id", "accounts.id"]),
        TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    kind: Mapped[AccountKind] = mapped_column(words(AccountKind))
    subtype: Mapped[Subtype] = mapped_column(words(Subtype))
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(160))  # casefolded: "food" and "Food" are one category
    currency: Mapped[str] = mapped_column(String(3))  # a category's is always the book's
    parent_id: Mapped[int | None]
    need: Mapped[Need] = mapped_column(words(Need))
    icon: Mapped[str] = mapped_column(String(40))  # a Bootstrap icon's name
    colour: Mapped[int]  # 1 to 8: a series colour of the look
    is_archived: Mapped[bool]
