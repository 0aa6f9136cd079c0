"""Secrets that work once: to register by invitation, to confirm an address, to set a new password. Only their hashes are kept."""

import secrets
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, select

from app.domain.errors import Refused
from app.models.user import Invitation
from app.queries.people import token_hash
from app.services.uow import UnitOfWork

USED_UP = "This link has been used, or it is too old. Ask for a new one."


class Purpose(StrEnum):
    """What a link allows, once."""

    REGISTER = "register"
    CONFIRM = "confirm"
    RESET = "reset"


LIFETIME = {
    Purpose.REGISTER: timedelta(days=7),
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.RESET: timedelta(minutes=30),
}


def issue(work: UnitOfWork, purpose: Purpose, user_id: int | None = None) -> str:
    """A new secret. A person has at most one for each purpose: an older one stops working."""
    token = secrets.token_urlsafe(32)
    if user_id is not None:
        withdraw(work, purpose, user_id)
    # An address waits to be confirmed as long as its row stands, so those rows outlive their links.
    old = (Invitation.expires_at <= work.now) & (Invitation.purpose != Purpose.CONFIRM)
    work.session.execute(delete(Invitation).where(old))
    expires_at = work.now + LIFETIME[purpose]
    work.session.add(Invitation(token_hash=token_hash(token), purpose=purpose, user_id=user_id, expires_at=expires_at))
    return token


def withdraw(work: UnitOfWork, purpose: Purpose, user_id: int) -> None:
    """Make a person's link for this purpose useless."""
    work.session.execute(delete(Invitation).where(Invitation.purpose == purpose, Invitation.user_id == user_id))


def use(work: UnitOfWork, token: str, purpose: Purpose) -> int | None:
    """Use a secret up. Returns whose it is, if it is somebody's. Of two who use it at once, one gets it.

    Raises: Refused when it is unknown, used or too old.
    """
    mine = (
        Invitation.token_hash == token_hash(token),
        Invitation.purpose == purpose,
        Invitation.expires_at > work.now,
    )
    row = work.session.execute(select(Invitation.user_id).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise Refused(USED_UP)
    work.session.execute(delete(Invitation).where(*mine))
    user_id: int | None = row[0]
    return user_id
