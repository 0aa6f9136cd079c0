"""Imports: the list of them, one with what was understood of its file, and its planned rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import NotInBook
from app.domain.imports import ALREADY_HERE, AT_WORK, NOT_WRITTEN, TO_WRITE, ImportState, RowStatus
from app.models.account import Account
from app.models.statement_import import Import, ImportRow, TransactionSource
from app.queries.understood import Answers, Understood, answers_from_json, from_json

LEASE = timedelta(seconds=60)
"""How long a worker may be silent before its import counts as left alone."""

PAGE = 50
MOST_LISTED = 50

SHOWN: Mapping[str, frozenset[RowStatus]] = {
    "new": TO_WRITE | {RowStatus.WRITTEN},
    "here": ALREADY_HERE,
    "left": NOT_WRITTEN,
}
"""The filters of the rows of an import."""


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import in a list. `is_stalled`: it should be at work, and nobody is."""

    id: int
    file_name: str
    account_id: int | None
    account: str
    currency: str
    state: ImportState
    row_count: int
    new_count: int
    done_count: int
    error: str | None
    created_at: datetime
    is_stalled: bool

    @property
    def is_at_work(self) -> bool:
        """Whether a job should be working on it."""
        return self.state in AT_WORK


@dataclass(frozen=True, slots=True)
class ImportPage:
    """An import with what was understood of its file and what the user said about it."""

    view: ImportView
    understood: Understood | None
    answers: Answers


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of an import. `transaction_id` is what is in the books for it."""

    number: int
    line: int
    occurred_on: date
    amount_minor: int
    payee: str
    description: str
    category_id: int | None
    status: RowStatus
    transaction_id: int | None

    @property
    def is_included(self) -> bool:
        """Whether it will be written."""
        return self.status in TO_WRITE


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Some rows of an import in the order of the file, and where the pages before and after begin."""

    rows: tuple[PlannedRow, ...]
    before: int | None
    after: int | None


def imports_of(session: Session, book_id: int, now: datetime) -> list[ImportView]:
    """The newest imports of a book."""
    rows = session.execute(_views(book_id).order_by(Import.id.desc()).limit(MOST_LISTED))
    return [_view(row, now) for row in rows]


def import_view(session: Session, book_id: int, import_id: int, now: datetime) -> ImportView:
    """One import.

    Raises: NotInBook.
    """
    row = session.execute(_views(book_id).where(Import.id == import_id)).one_or_none()
    if row is None:
        raise NotInBook("import", import_id, book_id)
    return _view(row, now)


def import_page(session: Session, book_id: int, import_id: int, now: datetime) -> ImportPage:
    """One import with what was understood of its file.

    Raises: NotInBook.
    """
    view = import_view(session, book_id, import_id, now)
    understood, answers = session.execute(
        select(Import.understood, Import.answers).where(Import.book_id == book_id, Import.id == import_id)
    ).one()
    return ImportPage(view, from_json(understood), answers_from_json(answers))


def status_counts(session: Session, book_id: int, import_id: int) -> dict[RowStatus, int]:
    """How many rows of an import have each status."""
    rows = session.execute(
        select(ImportRow.status, func.count())
        .where(ImportRow.book_id == book_id, ImportRow.import_id == import_id)
        .group_by(ImportRow.status)
    )
    return {RowStatus(status): count for status, count in rows}


def planned_rows(
    session: Session, book_id: int, view: ImportView, shown: str | None, *, after: int = -1, before: int | None = None
) -> PlanPage:
    """A page of rows: those after a number, or those before one. `shown` is one of SHOWN; anything else shows all."""
    statement = select(
        ImportRow.number, ImportRow.line, ImportRow.occurred_on, ImportRow.amount_minor, ImportRow.payee, ImportRow.description,
        ImportRow.category_id, ImportRow.status, ImportRow.fingerprint, ImportRow.nth,
    ).where(ImportRow.book_id == book_id, ImportRow.import_id == view.id)  # fmt: skip
    if statuses := SHOWN.get(shown or ""):
        statement = statement.where(ImportRow.status.in_(statuses))
    backwards = before is not None
    if backwards:
        statement = statement.where(ImportRow.number < before).order_by(ImportRow.number.desc())
    else:
        statement = statement.where(ImportRow.number > after).order_by(ImportRow.number)
    rows = session.execute(statement.limit(PAGE + 1)).all()
    has_more, rows = len(rows) > PAGE, list(rows[:PAGE])
    if backwards:
        rows.reverse()
    known = _written(session, book_id, view.account_id, [row.fingerprint for row in rows])
    planned = tuple(
        PlannedRow(
            row.number, row.line, row.occurred_on, row.amount_minor, row.payee, row.description, row.category_id,
            RowStatus(row.status), known.get((row.fingerprint, row.nth)),
        )
        for row in rows
    )  # fmt: skip
    has_before, has_after = (has_more, bool(rows)) if backwards else (after >= 0 and bool(rows), has_more)
    return PlanPage(planned, rows[0].number if has_before else None, rows[-1].number if has_after else None)


def _written(session: Session, book_id: int, account_id: int | None, prints: list[str]) -> dict[tuple[str, int], int]:
    if account_id is None or not prints:
        return {}
    rows = session.execute(
        select(TransactionSource.fingerprint, TransactionSource.nth, TransactionSource.transaction_id).where(
            TransactionSource.book_id == book_id,
            TransactionSource.account_id == account_id,
            TransactionSource.fingerprint.in_(set(prints)),
        )
    )
    return {(fingerprint, nth): transaction_id for fingerprint, nth, transaction_id in rows}


def _views(book_id: int) -> Any:
    return (
        select(
            Import.id, Import.file_name, Import.account_id, Account.name, Account.currency, Import.state, Import.row_count,
            Import.new_count, Import.done_count, Import.error, Import.created_at, Import.claimed_at,
        )
        .join(Account, Account.id == Import.account_id, isouter=True)
        .where(Import.book_id == book_id)
    )  # fmt: skip


def _view(row: Any, now: datetime) -> ImportView:
    state = ImportState(row.state)
    return ImportView(
        id=row.id,
        file_name=row.file_name,
        account_id=row.account_id,
        account=row.name or "",
        currency=row.currency or "",
        state=state,
        row_count=row.row_count,
        new_count=row.new_count,
        done_count=row.done_count,
        error=row.error,
        created_at=row.created_at,
        is_stalled=state in AT_WORK and (row.claimed_at is None or row.claimed_at < now - LEASE),
    )
