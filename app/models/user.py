"""People, and the places where they are signed in."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base


class User(Base):
    """A person. The address is kept in lower case and is the only name they sign in with."""

    __tablename__ = "users"
    __table_args__ = (TABLE_OPTIONS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))
    born_on: Mapped[date | None]
    locale: Mapped[str] = mapped_column(String(20))
    timezone: Mapped[str] = mapped_column(String(50))
    theme: Mapped[str] = mapped_column(String(10))
    is_demo: Mapped[bool]
    created_at: Mapped[datetime]


class SignIn(Base):
    """One device where a person is signed in. Ending it signs that device out at its next request."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id"), TABLE_OPTIONS)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the secret in the cookie
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    device: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Invitation(Base):
    """A one-time permission to register, or to set a new password. Only a hash of its secret is kept."""

    __tablename__ = "invitations"
    __table_args__ = (TABLE_OPTIONS,)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
