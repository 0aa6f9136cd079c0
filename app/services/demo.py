"""Demo data: a person with two years of invented books, to look around in."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.domain.books import AccountKind, Leg, Need, Source, Subtype, TransactionKind, kind_of
from app.domain.demo import DemoAccount, DemoBook, DemoEntry
from app.domain.demo_household import household
from app.domain.demo_studio import studio
from app.domain.errors import Refused
from app.domain.texts import key
from app.models.account import Account
from app.models.book import Book
from app.models.user import User
from app.services import verdicts
from app.services.accounts import SIDES
from app.services.books import start_book
from app.services.demo_wealth import add_wealth
from app.services.departures import DeleteFile, delete_account
from app.services.deps import Deps
from app.services.passwords import hash_password
from app.services.payees import payee_ids
from app.services.posting import Draft, post
from app.services.uow import BookWork, UnitOfWork, unit_of_work

NAME = "Asha Rao"
VISITORS = "example.invalid"
"""Visitors get an address here: nobody can have one, so nobody can register it."""
NAMED = "demo@fintrak.local"
KEPT_FOR = timedelta(hours=24)
SEED = 20_261
JUDGED_DAYS = 45
"""Entries of the last weeks are shown to the detector; it has learnt from those before."""


def start_visit(*, locale: str, timezone: str, currency: str, delete_file: DeleteFile, deps: Deps) -> int:
    """A throw-away person with two books. Visitors of the day before are removed. Returns the new person's id."""
    _remove_old_visitors(delete_file, deps)
    email = f"{secrets.token_hex(12)}@{VISITORS}"
    return _person(email, "", locale=locale, timezone=timezone, currency=currency, deps=deps)


def renew_named(*, locale: str, timezone: str, currency: str, delete_file: DeleteFile, deps: Deps) -> str:
    """The person demo@fintrak.local with fresh books. Returns their new password, which is kept nowhere.

    Safe to repeat: the former one and everything of theirs goes first.
    Raises: Refused when a real person has that address.
    """
    former = deps.session.execute(select(User.id, User.is_demo).where(User.email == NAMED)).one_or_none()
    if former and not former.is_demo:
        raise Refused(f"{NAMED} is a person with an account of their own.")
    if former:
        delete_account(former.id, password="", delete_file=delete_file, deps=deps)
    password = secrets.token_urlsafe(12)
    kept = hash_password(password)
    _person(NAMED, kept, locale=locale, timezone=timezone, currency=currency, deps=deps)
    return password


def _remove_old_visitors(delete_file: DeleteFile, deps: Deps) -> None:
    old = deps.session.scalars(
        select(User.id).where(
            User.is_demo, User.created_at < deps.now() - KEPT_FOR, User.email.endswith(f"@{VISITORS}")
        )
    ).all()
    for user_id in old:
        delete_account(user_id, password="", delete_file=delete_file, deps=deps)


def _person(email: str, password_hash: str, *, locale: str, timezone: str, currency: str, deps: Deps) -> int:
    last_day = deps.now().astimezone(ZoneInfo(timezone)).date()
    home, firm = household(SEED, last_day), studio(SEED, last_day)
    with unit_of_work(deps) as work:
        user = User(
            email=email, name=NAME, password_hash=password_hash, born_on=None, locale=locale,
            timezone=timezone, theme="auto", is_demo=True, created_at=work.now,
        )  # fmt: skip
        work.session.add(user)
        work.session.flush()
        work.user_id = user_id = user.id
        ids = [_book(work, user_id, each, timezone=timezone, currency=currency, deps=deps) for each in (home, firm)]
    add_wealth(ids[0], user_id, currency=currency, first_day=home.opened_on, last_day=last_day, seed=SEED, deps=deps)
    return user_id


def _book(work: UnitOfWork, user_id: int, invented: DemoBook, *, timezone: str, currency: str, deps: Deps) -> int:
    book_id = start_book(work, user_id, kind=invented.kind, name=invented.name, currency=currency, timezone=timezone)
    book = work.session.get_one(Book, book_id)
    fill(BookWork(work.session, work.now, user_id, work.after_commit, book=book), invented, deps=deps)
    return book_id


def fill(work: BookWork, invented: DemoBook, *, deps: Deps) -> int:
    """Write an invented book into a new one, with one event in its chain. Returns how many transactions it has."""
    accounts = _accounts(work, invented.accounts)
    ids = {name: account.id for name, account in accounts.items()}
    kinds = {account.id: account.kind for account in accounts.values()}
    openings = [_opening(invented, each, accounts) for each in invented.accounts if each.opening_minor]
    payees = payee_ids(work, {entry.payee for entry in invented.entries})
    first_judged = invented.entries[-1].occurred_on - timedelta(days=JUDGED_DAYS)
    known = [each for each in invented.entries if each.occurred_on < first_judged]
    judged = [each for each in invented.entries if each.occurred_on >= first_judged]
    post(work, [*openings, *_drafts(known, ids, kinds, payees)], kinds)
    drafts = _drafts(judged, ids, kinds, payees)
    found = verdicts.judge(work, drafts, kinds, deps=deps)
    drafts = [replace(draft, score=verdict.score) for draft, verdict in zip(drafts, found, strict=True)]
    written = post(work, drafts, kinds)
    verdicts.keep(work, list(zip(written, found, strict=True)))
    count = len(openings) + len(invented.entries)
    verdicts.count_saved(work, count, deps=deps)
    work.audit("demo.filled", "book", after={"transactions": count, "seed": SEED})
    return count


def _accounts(work: BookWork, wanted: Sequence[DemoAccount]) -> dict[str, Account]:
    """The book's accounts by name, with those that a new book does not have."""
    query = select(Account).where(Account.book_id == work.book.id)
    has = {account.name for account in work.session.scalars(query)}
    for each in wanted:
        if each.name not in has:
            work.session.add(
                Account(
                    book_id=work.book.id,
                    kind=SIDES[each.subtype],
                    subtype=each.subtype,
                    name=each.name,
                    name_key=key(each.name),
                    currency=work.book.currency,
                    parent_id=None,
                    need=Need.NONE,
                    icon=each.icon,
                    colour=each.colour,
                    is_archived=False,
                )
            )
    work.session.flush()
    return {account.name: account for account in work.session.scalars(query)}


def _opening(invented: DemoBook, wanted: DemoAccount, accounts: dict[str, Account]) -> Draft:
    account = accounts[wanted.name]
    equity = next(each for each in accounts.values() if each.subtype == Subtype.OPENING)
    minor = wanted.opening_minor if account.kind == AccountKind.ASSET else -wanted.opening_minor
    return Draft(
        occurred_on=invented.opened_on,
        kind=TransactionKind.OPENING,
        legs=(Leg(account.id, minor, minor), Leg(equity.id, -minor, -minor)),
        source=Source.DEMO,
        description=f"Opening balance of {account.name}",
    )


def _drafts(
    entries: Sequence[DemoEntry], ids: dict[str, int], kinds: dict[int, AccountKind], payees: dict[str, int]
) -> list[Draft]:
    return [
        Draft(
            occurred_on=entry.occurred_on,
            kind=kind_of({kinds[ids[name]] for name, _ in entry.legs}),
            legs=tuple(Leg(ids[name], minor, minor) for name, minor in entry.legs),
            source=Source.DEMO,
            payee_id=payees.get(entry.payee),
            payee=entry.payee,
            description=entry.description,
            tags=entry.tags,
        )
        for entry in entries
    ]
