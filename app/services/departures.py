"""How people leave, and what leaves with them."""

from collections.abc import Callable

from sqlalchemy import delete, select, update

from app.domain.errors import Refused
from app.models.account import Account
from app.models.base import Base
from app.models.book import Book, Membership
from app.models.receipt import Receipt
from app.models.user import User
from app.queries.people import books_only_of
from app.services.anomalies import forget
from app.services.deps import Deps
from app.services.passwords import is_password
from app.services.uow import BookWork, UnitOfWork, unit_of_work

DeleteFile = Callable[[str, str], None]
"""Removes one stored file: which store, and its key there."""


def delete_account(user_id: int, *, password: str, delete_file: DeleteFile, deps: Deps) -> None:
    """Remove a person, everything of theirs, and every book that nobody else owns, with all that is in it.

    Books with another owner stay, and so do their records of who did what: these hold a number, no name.
    Visitors of the demo have no password and are not asked for one. Files and models go after the commit; a file that
    another book keeps as well stays.
    Raises: Refused beside `password`.
    """
    person = deps.session.execute(select(User.password_hash, User.is_demo).where(User.id == user_id)).one()
    if not person.is_demo and not is_password(password, person.password_hash):
        raise Refused("This is not your password.", field="password")
    files: set[tuple[str, str]] = set()
    with unit_of_work(deps, user_id=user_id) as work:
        _lock_books_of(work, user_id)
        owned = [book.id for book in books_only_of(work.session, user_id)]
        for book_id in owned:
            files |= remove_book(work, book_id)
        _note_in_others(work, user_id)
        for table in reversed(Base.metadata.sorted_tables):
            if any(key.column.table is User.__table__ for key in table.foreign_keys):
                [column] = {key.parent for key in table.foreign_keys if key.column.table is User.__table__}
                work.session.execute(delete(table).where(column == user_id))
        work.session.execute(delete(User).where(User.id == user_id))
    for storage, key in sorted(files - _still_kept(deps, files)):
        delete_file(storage, key)
    forget(owned, deps=deps)


def _lock_books_of(work: UnitOfWork, user_id: int) -> None:
    """Keep every other writer out until the commit: no save, and no other owner who leaves at the same time."""
    work.session.execute(
        select(Book.id)
        .join(Membership, Membership.book_id == Book.id)
        .where(Membership.user_id == user_id)
        .order_by(Book.id)
        .with_for_update(of=Book)
    ).all()


def remove_book(work: UnitOfWork, book_id: int) -> set[tuple[str, str]]:
    """Remove a locked book with every row in it, in an order that every database accepts. Returns the files that its receipts had."""
    files = work.session.execute(select(Receipt.storage, Receipt.storage_key).where(Receipt.book_id == book_id))
    found = {(storage, key) for storage, key in files}
    work.session.execute(update(Account).where(Account.book_id == book_id).values(parent_id=None))
    for table in reversed(Base.metadata.sorted_tables):
        if "book_id" in table.c:
            work.session.execute(delete(table).where(table.c.book_id == book_id))
    work.session.execute(delete(Book).where(Book.id == book_id))
    return found


def _note_in_others(work: UnitOfWork, user_id: int) -> None:
    """The books that stay record that the person left."""
    shared = select(Book).join(Membership, Membership.book_id == Book.id).where(Membership.user_id == user_id)
    for book in work.session.scalars(shared.order_by(Book.id).with_for_update()).all():
        inside = BookWork(work.session, work.now, user_id, book=book)
        inside.audit("member.removed", f"user:{user_id}")


def _still_kept(deps: Deps, files: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of these files, those that a receipt of another book points at: equal pictures are stored once."""
    keys = sorted(key for _, key in files)
    kept: set[tuple[str, str]] = set()
    for start in range(0, len(keys), 500):
        rows = deps.session.execute(
            select(Receipt.storage, Receipt.storage_key).where(Receipt.storage_key.in_(keys[start : start + 500]))
        )
        kept.update((storage, key) for storage, key in rows)
    return kept
