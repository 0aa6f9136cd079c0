"""People, where they are signed in, and who shares a book with whom."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.books import Role
from app.domain.texts import clean
from app.models.base import table_of
from app.models.book import Book, Membership
from app.models.user import Invitation, SignIn, User
from app.queries.books import VIEW, BookView, in_order

LONGEST_SIGN_IN = timedelta(days=90)
EMAIL_LENGTH = 320  # what a form may send; the addresses that are kept are shorter


@dataclass(frozen=True, slots=True)
class Person:
    """A person, as their own pages show them. `seen_at` is when the device they are using was last heard of.

    `books` are those they may open, in the order of `books_of`.
    """

    id: int
    email: str
    name: str
    born_on: date | None
    locale: str
    timezone: str
    theme: str
    is_demo: bool
    seen_at: datetime
    books: tuple[BookView, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """One place where a person is signed in. `key` names it in forms and opens nothing."""

    key: str
    device: str
    address: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A person who may open a book, and as what."""

    user_id: int
    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class OwnedBook:
    """A book with no other owner: it goes when its owner goes. `others` can open it too."""

    id: int
    name: str
    others: int


def email_key(typed: str) -> str:
    """An address as people are looked up by it: in lower case, without outer space and what no database keeps."""
    return clean(typed, EMAIL_LENGTH).lower()


def token_hash(token: str) -> str:
    """What is kept of a secret token: its SHA-256. The token has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


_USER, _SIGN_IN, _MEMBER = table_of(User), table_of(SignIn), table_of(Membership)
_WHO = (
    _USER.c.id, _USER.c.email, _USER.c.name, _USER.c.born_on, _USER.c.locale, _USER.c.timezone, _USER.c.theme, _USER.c.is_demo,
    _SIGN_IN.c.seen_at,
)  # fmt: skip
_SIGNED_IN = (
    select(*_WHO, *VIEW)
    .select_from(_SIGN_IN)
    .join(_USER, _USER.c.id == _SIGN_IN.c.user_id)
    .outerjoin(_MEMBER, _MEMBER.c.user_id == _USER.c.id)
    .outerjoin(table_of(Book), table_of(Book).c.id == _MEMBER.c.book_id)
    .where(_SIGN_IN.c.token_hash == bindparam("token_hash"), _SIGN_IN.c.created_at > bindparam("since"))
)  # built once, asked by every request: the person and all their books


def signed_in(session: Session, token: str, now: datetime) -> Person | None:
    """The person whose device holds this token, for ninety days from when they signed in. One statement."""
    rows = session.execute(_SIGNED_IN, {"token_hash": token_hash(token), "since": now - LONGEST_SIGN_IN}).all()
    if not rows:
        return None
    books = (BookView(*row[len(_WHO) :]) for row in rows if row[len(_WHO)] is not None)
    values: tuple[Any, ...] = (*rows[0][: len(_WHO)], tuple(in_order(books)))
    return Person(*values)


def devices_of(session: Session, user_id: int, token: str, now: datetime) -> list[Device]:
    """Where a person is signed in: this device, then the others, the last heard of first."""
    rows = session.execute(
        select(SignIn.token_hash, SignIn.device, SignIn.address, SignIn.created_at, SignIn.seen_at)
        .where(SignIn.user_id == user_id, SignIn.created_at > now - LONGEST_SIGN_IN)
        .order_by(SignIn.seen_at.desc(), SignIn.token_hash)
    )
    mine = token_hash(token)
    return sorted((Device(*row, row[0] == mine) for row in rows), key=lambda device: not device.is_this)


def link_owner(session: Session, token: str, purpose: str, now: datetime) -> tuple[bool, str]:
    """Whether a one-time link still works, and the address of whom it is for, if it is for somebody."""
    row = session.execute(
        select(User.email)
        .select_from(Invitation)
        .outerjoin(User, User.id == Invitation.user_id)
        .where(Invitation.token_hash == token_hash(token), Invitation.purpose == purpose, Invitation.expires_at > now)
    ).one_or_none()
    return row is not None, (row[0] or "") if row else ""


def members_of(session: Session, book_id: int) -> list[Member]:
    """Everybody who may open a book, owners first."""
    rows = session.execute(
        select(User.id, User.name, User.email, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.book_id == book_id)
        .order_by(User.name, User.id)
    )
    order = list(Role)
    return sorted((Member(*row) for row in rows), key=lambda member: order.index(member.role))


def books_only_of(session: Session, user_id: int) -> list[OwnedBook]:
    """The books that nobody else owns."""
    mine = select(Membership.book_id).where(Membership.user_id == user_id, Membership.role == Role.OWNER)
    shared = select(Membership.book_id).where(Membership.user_id != user_id, Membership.role == Role.OWNER)
    rows = session.execute(
        select(Book.id, Book.name, func.count(Membership.user_id))
        .join(Membership, Membership.book_id == Book.id)
        .where(Book.id.in_(mine), Book.id.not_in(shared))
        .group_by(Book.id, Book.name)
        .order_by(Book.id)
    )
    return [OwnedBook(book_id, name, members - 1) for book_id, name, members in rows]


def everybody(session: Session) -> list[tuple[int, str, str, datetime]]:
    """Id, address, name and first day of everybody but visitors of the demo."""
    rows = session.execute(
        select(User.id, User.email, User.name, User.created_at).where(~User.is_demo).order_by(User.id)
    )
    return [(user_id, email, name, created_at) for user_id, email, name, created_at in rows]
