"""What people do with whole books: open one, rename it, archive it."""

from sqlalchemy import func, select

from app.domain.books import BookKind, Role
from app.domain.chart import STARTERS
from app.domain.errors import Refused
from app.domain.texts import clean, key
from app.domain.zones import known_zones
from app.models.account import Account
from app.models.book import AuditEvent, Book, Membership
from app.services.deps import Deps
from app.services.uow import BookWork, UnitOfWork, book_work, unit_of_work

NAME_LENGTH = 80
MAX_BOOKS = 50


def open_book(
    user_id: int, *, kind: BookKind, name: str, currency: str, timezone: str, deps: Deps, fiscal_year_start: int = 4
) -> int:
    """Make a book with its starting accounts and categories, owned by the person. Returns its id.

    Raises: Refused for a blank name, an unknown time zone, or more than fifty books.
    """
    with unit_of_work(deps, user_id=user_id) as work:
        own = (  # not those that others opened to them
            select(func.count())
            .select_from(Membership)
            .join(AuditEvent, (AuditEvent.book_id == Membership.book_id) & (AuditEvent.number == 1))
            .where(Membership.user_id == user_id, AuditEvent.user_id == user_id)
        )
        if (work.session.scalar(own) or 0) >= MAX_BOOKS:
            raise Refused(f"One person can open at most {MAX_BOOKS} books.")
        return start_book(
            work,
            user_id,
            kind=kind,
            name=name,
            currency=currency,
            timezone=timezone,
            fiscal_year_start=fiscal_year_start,
        )


def start_book(
    work: UnitOfWork,
    user_id: int,
    *,
    kind: BookKind,
    name: str,
    currency: str,
    timezone: str,
    fiscal_year_start: int = 4,
) -> int:
    """As `open_book`, inside a unit of work that does more: registration, demo data."""
    book = Book(
        kind=kind,
        name=_name(name),
        currency=_currency(currency),
        fiscal_year_start=_month(fiscal_year_start),
        timezone=_zone(timezone),
        is_archived=False,
        created_at=work.now,
        audit_length=0,
        audit_hash="",
        revision=0,
    )
    work.session.add(book)
    work.session.flush()
    work.session.add(Membership(book_id=book.id, user_id=user_id, role=Role.OWNER))
    ids: dict[tuple[str, str], int] = {}
    for starter in STARTERS[kind]:
        account = Account(
            book_id=book.id,
            kind=starter.kind,
            subtype=starter.subtype,
            name=starter.name,
            name_key=key(starter.name),
            currency=book.currency,
            parent_id=ids[starter.kind, starter.parent] if starter.parent else None,
            need=starter.need,
            icon=starter.icon,
            colour=starter.colour,
            is_archived=False,
        )
        work.session.add(account)
        work.session.flush()
        ids[starter.kind, starter.name] = account.id
    inside = BookWork(work.session, work.now, user_id, book=book)
    inside.audit("book.opened", "book", after={"kind": kind, "name": book.name, "currency": book.currency})
    return book.id


def change_book(
    book_id: int, *, name: str, fiscal_year_start: int, timezone: str, user_id: int | None, deps: Deps
) -> None:
    """Rename a book, or change when its financial year begins and its time zone.

    Raises: Refused with the field to correct.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        book = work.book
        before = {"name": book.name, "fiscal_year_start": book.fiscal_year_start, "timezone": book.timezone}
        book.name, book.fiscal_year_start, book.timezone = _name(name), _month(fiscal_year_start), _zone(timezone)
        work.audit(
            "book.changed",
            "book",
            before=before,
            after={"name": book.name, "fiscal_year_start": book.fiscal_year_start, "timezone": book.timezone},
        )


def archive_book(book_id: int, *, is_archived: bool, user_id: int | None, deps: Deps) -> None:
    """Put a book away, or bring it back. An archived book can be read and exported, and leaves the switcher."""
    with book_work(deps, book_id, user_id=user_id) as work:
        if work.book.is_archived != is_archived:
            work.book.is_archived = is_archived
            work.audit("book.archived" if is_archived else "book.unarchived", "book")


def _name(name: str) -> str:
    if not (text := clean(name, NAME_LENGTH)):
        raise Refused("Give the book a name.", field="name")
    return text


def _currency(currency: str) -> str:
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):  # noqa: PLR2004 - ISO 4217
        raise Refused("Choose a currency.", field="currency")
    return currency


def _month(number: int) -> int:
    if not 1 <= number <= 12:  # noqa: PLR2004 - months of a year
        raise Refused("Choose the month in which the financial year begins.", field="fiscal_year_start")
    return number


def _zone(name: str) -> str:
    if name not in known_zones():
        raise Refused("Choose a time zone from the list.", field="timezone")
    return name
