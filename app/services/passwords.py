"""Passwords as they are kept: argon2id, which makes every guess cost memory and time."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.errors import Refused
from app.domain.passwords import normal, password_fault

HASHER = PasswordHasher()
"""argon2id with the library's current advice for servers (RFC 9106, low memory)."""


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(normal(password))


def new_password_hash(password: str, *, email: str, name: str) -> str:
    """What is kept of a newly chosen password. Raises: Refused beside `password` when it will not do."""
    if fault := password_fault(password, email=email, name=name):
        raise Refused(fault, field="password")
    return hash_password(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password. Without a kept one it takes as long and is not: time tells nobody which people exist."""
    try:
        HASHER.verify(kept or _nobodys(HASHER), normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def renewed_hash(password: str, kept: str) -> str | None:
    """A new hash of a password that was just checked, when today's costs are higher than those it was kept with."""
    return hash_password(password) if HASHER.check_needs_rehash(kept) else None


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("the password of nobody")
