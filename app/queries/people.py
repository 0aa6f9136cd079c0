"""People and their sign-ins."""

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.user import SignIn, User


@dataclass(frozen=True, slots=True)
class Person:
    """A person, as their own pages show them."""

    id: int
    email: str
    name: str
    born_on: date | None
    locale: str
    timezone: str
    theme: str
    is_demo: bool


def token_hash(token: str) -> str:
    """What is kept of a secret token: its SHA-256. The token has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in(session: Session, token: str) -> Person | None:
    """The person whose device holds this token."""
    row = session.execute(
        select(User.id, User.email, User.name, User.born_on, User.locale, User.timezone, User.theme, User.is_demo)
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.token_hash == token_hash(token))
    ).one_or_none()
    return row and Person(*row)
