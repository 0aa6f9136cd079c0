"""What people do about themselves: register, say who they are, set and change their password."""

import secrets
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.domain.books import BookKind
from app.domain.errors import Refused
from app.domain.texts import clean
from app.domain.zones import known_zones
from app.jobs.port import JobName
from app.models.user import Invitation, SignIn, User
from app.queries.people import token_hash
from app.services.books import start_book
from app.services.deps import Deps
from app.services.one_time_links import Purpose, issue, use, withdraw
from app.services.passwords import is_password, new_password_hash
from app.services.uow import UnitOfWork, unit_of_work

NAME_LENGTH = 80
EMAIL_LENGTH = 254
THEMES = ("auto", "light", "dark")
EARLIEST_BIRTH = date(1900, 1, 1)

Policy = Literal["open", "invite", "closed"]


@dataclass(frozen=True, slots=True)
class Registration:
    """Who wants an account. `invitation` is the secret of the link they came by, if they came by one."""

    email: str
    name: str
    password: str
    locale: str
    timezone: str
    currency: str
    with_business: bool = False
    invitation: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says of themselves."""

    name: str
    born_on: date | None
    locale: str
    timezone: str
    theme: str


def normal_email(text: str) -> str:
    """An address in lower case. Raises: Refused beside `email`. No look-up: a server may stand in a network of its own."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Refused("Write an e-mail address, like asha@example.com.", field="email") from error
    if len(address := found.normalized.lower()) > EMAIL_LENGTH:
        raise Refused("This address is too long.", field="email")
    return address


def register(wanted: Registration, *, policy: Policy, site: str, deps: Deps) -> int | None:
    """Make an account with a personal book, and a business one if wanted. Returns the person's id when they can be signed in now.

    The answer must not tell which addresses have an account. With a mail server it is the same in both cases, and so is the
    work: for a taken address everything is made under another name and thrown away. A mail then goes to the address: to a new
    person the link without which they cannot sign in, to the owner of an account the news that somebody tried. Without a mail server a new person
    is signed in at once, which no server could hide; for a taken address nothing happens, and the page offers to sign in.
    `site` is the address of this server for links in mails.
    Raises: Refused with the field to correct, or when the server takes no new people this way.
    """
    email, name = normal_email(wanted.email), _name(wanted.name)
    password_hash = new_password_hash(wanted.password, email=email, name=name)
    if policy == "closed":
        raise Refused("This server takes no new accounts.")
    try:
        with unit_of_work(deps) as work:
            if policy == "invite":
                use(work, wanted.invitation, Purpose.REGISTER)
            is_taken = work.session.scalar(select(User.id).where(User.email == email)) is not None
            user_id = _begin_person(
                work, wanted, f"{secrets.token_hex(16)}@taken.invalid" if is_taken else email, name, password_hash
            )
            if deps.mailer.is_configured:
                issue(work, Purpose.CONFIRM, user_id)
                work.after_commit.append(
                    partial(deps.jobs.enqueue, JobName.ANSWER_REGISTRATION, email=email, site=site)
                )
            if is_taken:
                work.session.rollback()
    except IntegrityError:  # somebody was faster with the same address
        is_taken = True
    return None if is_taken or deps.mailer.is_configured else user_id


def _begin_person(work: UnitOfWork, wanted: Registration, email: str, name: str, password_hash: str) -> int:
    user = User(
        email=email, name=name, password_hash=password_hash, born_on=None, locale=wanted.locale,
        timezone=_zone(wanted.timezone), theme="auto", is_demo=False, created_at=work.now,
    )  # fmt: skip
    work.session.add(user)
    work.session.flush()
    work.user_id = user.id
    kinds = [(BookKind.PERSONAL, "Personal"), *([(BookKind.BUSINESS, "Business")] if wanted.with_business else [])]
    for kind, title in kinds:
        start_book(work, user.id, kind=kind, name=title, currency=wanted.currency, timezone=user.timezone)
    return user.id


def answer_registration(email: str, site: str, *, deps: Deps) -> None:
    """The mail after a registration: the link to a new person, a word to the owner of an account that was there before.

    The first does not say the name: whoever registers chooses it, and could write to strangers by it.
    """
    with unit_of_work(deps) as work:
        person = work.session.execute(select(User.id, User.name).where(User.email == email)).one_or_none()
        if person is None:
            return
        user_id, name = person
        token = issue(work, Purpose.CONFIRM, user_id) if _is_unconfirmed(work, user_id) else None
    if token:
        text = f"Hello,\n\nyour account is ready. Open this link within 7 days and sign in with the password you chose:\n\n{site}/confirm/{token}\n\nIf it was not you, ignore this mail. Without the link nobody can use the account.\n"
        deps.mailer.send(email, "Confirm your address for FinTrak", text)
    else:
        text = f"Hello {name},\n\nsomebody tried to make an account with this address, which has one already. If it was you, sign in:\n\n{site}/login\n\nThere you can also set a new password. If it was not you, there is nothing to do.\n"
        deps.mailer.send(email, "You already have an account", text)


def invite(*, deps: Deps) -> str:
    """The secret of a link by which one person can register within seven days."""
    with unit_of_work(deps) as work:
        return issue(work, Purpose.REGISTER)


def change_profile(user_id: int, profile: Profile, *, deps: Deps) -> None:
    """Keep what a person says of themselves. Raises: Refused with the field to correct."""
    with unit_of_work(deps, user_id=user_id) as work:
        if profile.theme not in THEMES:
            raise Refused("Choose light, dark, or as the device.", field="theme")
        if profile.born_on and not EARLIEST_BIRTH <= profile.born_on <= work.now.date():
            raise Refused("Write the day you were born, or leave it empty.", field="born_on")
        user = work.session.get_one(User, user_id)
        user.name, user.timezone = _name(profile.name), _zone(profile.timezone)
        user.born_on, user.locale, user.theme = profile.born_on, profile.locale, profile.theme


def change_password(user_id: int, *, current: str, new: str, token: str, deps: Deps) -> None:
    """Set a new password and sign out every device but the one whose token is given. Raises: Refused with the field to correct."""
    email, name, kept = deps.session.execute(
        select(User.email, User.name, User.password_hash).where(User.id == user_id)
    ).one()
    if not is_password(current, kept):
        raise Refused("This is not your current password.", field="current")
    password_hash = new_password_hash(new, email=email, name=name)
    with unit_of_work(deps, user_id=user_id) as work:
        work.session.get_one(User, user_id).password_hash = password_hash
        withdraw(work, Purpose.RESET, user_id)
        others = (SignIn.user_id == user_id, SignIn.token_hash != token_hash(token))
        work.session.execute(delete(SignIn).where(*others))


def issue_reset(email: str, *, deps: Deps) -> str | None:
    """The secret of a link that sets a new password, for half an hour; None when nobody has this address."""
    with unit_of_work(deps) as work:
        user_id = work.session.scalar(select(User.id).where(User.email == email, ~User.is_demo))
        return None if user_id is None else issue(work, Purpose.RESET, user_id)


def ask_for_reset(email: str, site: str, *, deps: Deps) -> None:
    """Have a link mailed if somebody has this address; nobody learns whether. Raises: Refused beside `email`."""
    deps.jobs.enqueue(JobName.SEND_RESET, email=normal_email(email), site=site)


def send_reset(email: str, site: str, *, deps: Deps) -> None:
    """Mail such a link. A job, so that the page that asks for it takes as long for an address that nobody has."""
    if token := issue_reset(email, deps=deps):
        text = f"Hello,\n\nopen this link within 30 minutes to set a new password:\n\n{site}/reset/{token}\n\nIf you did not ask for it, ignore this mail: your password stays as it is.\n"
        deps.mailer.send(email, "Set a new password for FinTrak", text)


def reset_password(token: str, new: str, *, deps: Deps) -> None:
    """Set a new password by a link, which also proves the address, and sign out everywhere.

    Raises: Refused when the link does not work any more, or beside `password`, and then the link still works.
    """
    with unit_of_work(deps) as work:
        user_id = use(work, token, Purpose.RESET)
        user = work.session.get_one(User, user_id)
        user.password_hash = new_password_hash(new, email=user.email, name=user.name)
        withdraw(work, Purpose.CONFIRM, user.id)
        work.session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def _is_unconfirmed(work: UnitOfWork, user_id: int) -> bool:
    waiting = select(Invitation.user_id).where(Invitation.user_id == user_id, Invitation.purpose == Purpose.CONFIRM)
    return work.session.scalar(waiting) is not None


def _name(text: str) -> str:
    if not (name := clean(text, NAME_LENGTH)):
        raise Refused("Write your name.", field="name")
    return name


def _zone(name: str) -> str:
    if name not in known_zones():
        raise Refused("Choose a time zone from the list.", field="timezone")
    return name
