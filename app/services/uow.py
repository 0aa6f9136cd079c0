"""The unit of work: one write, one commit, one link in the book's chain of events, and what follows after the commit."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.audit import link_hash
from app.domain.errors import NotInBook
from app.models.book import AuditEvent, Book
from app.services.deps import Deps

W = TypeVar("W", bound="UnitOfWork")

WRITE = {"fintrak_write": True}
"""Execution option of a connection that will write: SQLite takes its write lock at BEGIN, not half-way."""


def canonical(value: Mapping[str, Any] | None) -> str | None:
    """JSON that is the same text for the same value."""
    return (
        None
        if value is None
        else json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    )


@dataclass(slots=True)
class UnitOfWork:
    """A write in progress. Services get it from `unit_of_work` or `book_work`."""

    session: Session
    now: datetime
    user_id: int | None = None
    after_commit: list[Callable[[], None]] = field(default_factory=list)


@dataclass(slots=True)
class BookWork(UnitOfWork):
    """A write into one book, whose row is locked until the commit."""

    book: Book = field(kw_only=True)

    def audit(
        self,
        action: str,
        subject: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Add an event to the book's chain."""
        number, previous = self.book.audit_length + 1, self.book.audit_hash
        was, became = canonical(before), canonical(after)
        own = link_hash(previous, [number, self.now.isoformat(), self.user_id, action, subject, was, became])
        self.session.execute(
            insert(AuditEvent).values(
                book_id=self.book.id, number=number, at=self.now, user_id=self.user_id, action=action, subject=subject,
                before=was, after=became, previous_hash=previous, hash=own,
            )
        )  # fmt: skip
        self.book.audit_length, self.book.audit_hash = number, own


@contextmanager
def unit_of_work(deps: Deps, *, user_id: int | None = None) -> Iterator[UnitOfWork]:
    """Everything inside commits together, or not at all. After-commit callbacks run only when it did."""
    session = _begin(deps)
    work = UnitOfWork(session, deps.now(), user_id)
    yield from _finish(session, work)


@contextmanager
def book_work(deps: Deps, book_id: int, *, user_id: int | None = None) -> Iterator[BookWork]:
    """A unit of work on one book. Writers of the same book wait for each other here.

    Raises: NotInBook when there is no such book.
    """
    session = _begin(deps)
    book = session.scalars(
        select(Book).where(Book.id == book_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if book is None:
        session.rollback()
        raise NotInBook("book", book_id, book_id)
    work = BookWork(session, deps.now(), user_id, book=book)
    yield from _finish(session, work)


def _begin(deps: Deps) -> Session:
    """End the reading transaction, whose view of the data may be old, and begin a writing one."""
    session = deps.session
    session.rollback()
    session.connection(execution_options=WRITE)
    return session


def _finish(session: Session, work: W) -> Iterator[W]:
    try:
        yield work
        session.commit()
    except BaseException:
        session.rollback()
        raise
    for callback in work.after_commit:
        callback()
