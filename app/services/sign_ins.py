"""What people do on their devices: sign in, sign out here or there."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from app.domain.errors import Refused
from app.domain.texts import clean
from app.models.user import Invitation, SignIn, User
from app.queries.people import LONGEST_SIGN_IN, email_key, token_hash
from app.services.deps import Deps
from app.services.one_time_links import USED_UP, Purpose, use
from app.services.passwords import is_password, renewed_hash
from app.services.uow import UnitOfWork, unit_of_work

WRONG = "The e-mail address or the password is not right."
NOTED_EVERY = timedelta(hours=1)


def sign_in(email: str, password: str, *, device: str, address: str, deps: Deps) -> str:
    """Check a password and return the secret of the new sign-in. It takes as long for an address that nobody has.

    Raises: Refused, with the same words for a wrong address, a wrong password and an address that is not confirmed.
    """
    user = _checked(email, password, deps=deps)
    unconfirmed = select(Invitation.user_id).where(Invitation.user_id == user.id, Invitation.purpose == Purpose.CONFIRM)
    if deps.session.scalar(unconfirmed) is not None:
        raise Refused(WRONG)
    newer = renewed_hash(password, user.password_hash)
    with unit_of_work(deps, user_id=user.id) as work:
        if newer:
            work.session.execute(update(User).where(User.id == user.id).values(password_hash=newer))
        return _begin(work, user.id, device, address)


def confirm_and_sign_in(token: str, email: str, password: str, *, device: str, address: str, deps: Deps) -> str:
    """Confirm an address by the link that was mailed to it, and sign in.

    The link alone is not enough: whoever registers somebody else's address would have it confirmed by its owner.
    Raises: Refused.
    """
    user = _checked(email, password, deps=deps)
    with unit_of_work(deps, user_id=user.id) as work:
        if use(work, token, Purpose.CONFIRM) != user.id:
            raise Refused(USED_UP)
        return _begin(work, user.id, device, address)


def begin_sign_in(user_id: int, *, device: str, address: str, deps: Deps) -> str:
    """A sign-in of somebody who need not show a password: after registering, or to look at the demo."""
    with unit_of_work(deps, user_id=user_id) as work:
        return _begin(work, user_id, device, address)


def sign_out(token: str, *, deps: Deps) -> None:
    """End the sign-in of this device."""
    with unit_of_work(deps) as work:
        work.session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def sign_out_device(user_id: int, key: str, *, deps: Deps) -> bool:
    """End one of a person's sign-ins. Whether there was such a one."""
    with unit_of_work(deps, user_id=user_id) as work:
        ended = work.session.execute(
            delete(SignIn)
            .where(SignIn.user_id == user_id, SignIn.token_hash == clean(key, 64))
            .returning(SignIn.user_id)
        )
        return ended.first() is not None


def sign_out_elsewhere(user_id: int, token: str, *, deps: Deps) -> None:
    """End all of a person's sign-ins but this one."""
    with unit_of_work(deps, user_id=user_id) as work:
        work.session.execute(delete(SignIn).where(SignIn.user_id == user_id, SignIn.token_hash != token_hash(token)))


def note_seen(token: str, *, deps: Deps) -> None:
    """Remember that this device was heard of now."""
    with unit_of_work(deps) as work:
        work.session.execute(update(SignIn).where(SignIn.token_hash == token_hash(token)).values(seen_at=work.now))


def _checked(email: str, password: str, *, deps: Deps) -> User:
    """The person with this address and password, looked up and hashed outside any write."""
    user = deps.session.scalars(select(User).where(User.email == email_key(email))).one_or_none()
    if not is_password(password, user.password_hash if user else None) or user is None:
        raise Refused(WRONG)
    return user


def _begin(work: UnitOfWork, user_id: int, device: str, address: str) -> str:
    token = secrets.token_urlsafe(32)
    over = (SignIn.user_id == user_id, SignIn.created_at <= work.now - LONGEST_SIGN_IN)
    work.session.execute(delete(SignIn).where(*over))
    work.session.add(
        SignIn(
            token_hash=token_hash(token), user_id=user_id, device=clean(device, 200), address=address[:45],
            created_at=work.now, seen_at=work.now,
        )
    )  # fmt: skip
    return token
