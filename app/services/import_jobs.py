"""What jobs do for imports: write the rows of a plan, or take an import out of the books again, some thousands at a time.

Each chunk is a commit of its own, so other writers of the book wait for a chunk at most. A job that dies leaves whole chunks behind;
the next one goes on where it stopped. A lease in the database lets one job at a time work on an import.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, bindparam, delete, select, update
from sqlalchemy.engine import Row

from app.domain.books import AccountKind, Leg, Source, State, TransactionKind
from app.domain.errors import FinTrakError
from app.domain.imports import TO_WRITE, ImportState, RowStatus
from app.domain.pauses import collector_paused
from app.domain.sequences import batched
from app.models.base import table_of
from app.models.statement_import import Import, ImportRow, TransactionSource
from app.models.transaction import Transaction
from app.queries.imports import LEASE
from app.queries.understood import answers_from_json
from app.services import verdicts
from app.services.deps import Deps
from app.services.import_plans import Target, target_of
from app.services.payees import payee_ids
from app.services.posting import Draft, account_kinds, post, unpost
from app.services.uow import BookWork, UnitOfWork, book_work, unit_of_work

CHUNK = 2000
BATCH = 1000

_WRITTEN = (
    "number", "occurred_on", "amount_minor", "payee", "description", "category_id", "fingerprint", "nth",
)  # fmt: skip
"""The columns of a planned row that become its transaction."""

STOPPED = "It stopped because of a fault on our side. What was done stays done; continue to do the rest."


def apply_import(book_id: int, import_id: int, user_id: int | None, *, deps: Deps) -> None:
    """Write the rows of a plan. Does nothing when another job is at it, or it is done."""
    _at_work(
        book_id, import_id, ImportState.APPLYING, lambda lease: _apply(book_id, import_id, user_id, lease, deps), deps
    )


def undo_import(book_id: int, import_id: int, user_id: int | None, *, deps: Deps) -> None:
    """Void everything an import has made, and forget its rows so that they can come again. Does nothing when it is done."""
    _at_work(
        book_id, import_id, ImportState.UNDOING, lambda lease: _undo(book_id, import_id, user_id, lease, deps), deps
    )


def locked_import(work: UnitOfWork, book_id: int, import_id: int) -> Import | None:
    """An import of the book, locked until the commit.

    By its id alone: to find it by the book as well, MariaDB locks the index that the transactions of a job at work refer
    to, and then the row, while the job has the row and waits for the index.
    """
    found = work.session.get(Import, import_id, with_for_update=True, populate_existing=True)
    return found if found is not None and found.book_id == book_id else None


class _Lease:
    """The right to work on an import. Renewed with every chunk; lost to another job when this one was silent too long."""

    def __init__(self, import_id: int, state: ImportState, claimed_at: datetime) -> None:
        self._import_id, self._state, self._claimed_at = import_id, state, claimed_at

    @property
    def is_mine(self) -> ColumnElement[bool]:
        """Whether an import is still in this job's hands."""
        return (Import.id == self._import_id) & (Import.state == self._state) & (Import.claimed_at == self._claimed_at)

    def renew(self, work: BookWork) -> None:
        """Keep it for another while.

        Raises: _LostError when another job has it.
        """
        renewed = work.session.execute(
            update(Import).where(self.is_mine).values(claimed_at=work.now).execution_options(synchronize_session=False)
        )
        if _count(renewed) != 1:
            raise _LostError
        self._claimed_at = work.now


class _LostError(Exception):
    """Another job has taken this import over."""


def _at_work(book_id: int, import_id: int, state: ImportState, do: Callable[[_Lease], None], deps: Deps) -> None:
    """Claim the import and work on it; say so on it when that fails."""
    with unit_of_work(deps) as work:
        found = locked_import(work, book_id, import_id)
        if found is None or found.state != state or (found.claimed_at and found.claimed_at >= work.now - LEASE):
            return
        found.claimed_at, found.error = work.now, None
        lease = _Lease(import_id, state, work.now)
    try:
        do(lease)
    except _LostError:
        return
    except Exception as error:
        reason = error.user_message if isinstance(error, FinTrakError) else STOPPED
        with unit_of_work(deps) as work:
            work.session.execute(
                update(Import)
                .where(lease.is_mine)
                .values(claimed_at=None, error=reason)
                .execution_options(synchronize_session=False)
            )
        raise


def _apply(book_id: int, import_id: int, user_id: int | None, lease: _Lease, deps: Deps) -> None:
    after, is_done = -1, False
    payees: dict[str, int] = {}
    while not is_done:
        with book_work(deps, book_id, user_id=user_id) as work:
            lease.renew(work)
            found = work.session.get_one(Import, import_id)
            table = table_of(ImportRow)
            rows = work.session.execute(
                select(*(table.c[name] for name in _WRITTEN))
                .where(table.c.import_id == import_id, table.c.number > after, table.c.status.in_(TO_WRITE))
                .order_by(table.c.number)
                .limit(CHUNK)
            ).all()
            is_done = len(rows) < CHUNK
            if rows:
                after = rows[-1].number
                found.done_count += len(rows)
                with collector_paused():
                    _write_chunk(work, found, rows, payees, deps)
            if is_done:
                found.state, found.claimed_at, found.content = ImportState.APPLIED, None, None
                verdicts.count_saved(work, found.done_count, deps=deps)  # together, for one training
                work.audit("import.applied", f"import:{import_id}", after={"rows": found.done_count})


def _write_chunk(work: BookWork, found: Import, rows: Sequence[Row[Any]], payees: dict[str, int], deps: Deps) -> None:
    """Write planned rows. Those that have come into the books since the plan was made are marked instead.

    `payees` holds the ids that earlier chunks have found or made, and gets those of this one.
    """
    table = table_of(ImportRow)
    target = target_of(work.session, found, answers_from_json(found.answers))
    known = _known(work, target.account_id, [row.fingerprint for row in rows])
    fresh = [row for row in rows if (row.fingerprint, row.nth) not in known]
    written = _post(work, found, fresh, target, payees, deps=deps) if fresh else []
    marked = update(table).where(table.c.import_id == found.id)
    gone = [row.number for row in rows if (row.fingerprint, row.nth) in known]
    for numbers in batched(gone, BATCH):
        work.session.execute(marked.where(table.c.number.in_(numbers)).values(status=RowStatus.HERE))
    work.session.execute(
        marked.where(table.c.number.between(rows[0].number, rows[-1].number), table.c.status.in_(TO_WRITE)).values(
            status=RowStatus.WRITTEN
        )
    )
    work.audit(
        "import.rows_written",
        f"import:{found.id}",
        after={"written": len(written), "already_here": len(gone), "digest": _digest(fresh, written)},
    )


def _post(
    work: BookWork, found: Import, rows: Sequence[Row[Any]], target: Target, payees: dict[str, int], *, deps: Deps
) -> list[int]:
    """Rows into transactions, each with its verdict and with the row it came from. Returns their ids in order."""
    payees |= payee_ids(work, {row.payee for row in rows} - payees.keys())
    kinds = account_kinds(work, {target.account_id, *(row.category_id for row in rows)})
    drafts = [_draft(found, row, target, kinds, payees) for row in rows]
    judged = verdicts.judge(work, drafts, kinds, deps=deps)
    drafts = [
        draft if verdict.score is None else replace(draft, score=verdict.score)
        for draft, verdict in zip(drafts, judged, strict=True)
    ]
    written = post(work, drafts, kinds)
    verdicts.keep(work, list(zip(written, judged, strict=True)))
    work.session.connection().execute(
        table_of(TransactionSource).insert(),
        [
            {
                "book_id": work.book.id,
                "account_id": target.account_id,
                "fingerprint": row.fingerprint,
                "nth": row.nth,
                "transaction_id": transaction_id,
            }
            for row, transaction_id in zip(rows, written, strict=True)
        ],
    )
    return written


def _draft(
    found: Import, row: Row[Any], target: Target, kinds: Mapping[int, AccountKind], payees: Mapping[str, int]
) -> Draft:
    occurred_on, amount_minor, payee, description, category_id = tuple(row)[1:6]
    base_minor = target.base_minor(amount_minor)
    is_income = kinds[category_id] == AccountKind.INCOME
    return Draft(
        occurred_on=occurred_on,
        kind=TransactionKind.INCOME if is_income else TransactionKind.EXPENSE,
        legs=(
            Leg(category_id, -base_minor, -base_minor),
            Leg(target.account_id, amount_minor, base_minor),
        ),
        source=Source.IMPORT,
        payee_id=payees.get(payee),
        payee=payee,
        description=description,
        import_id=found.id,
    )


def _known(work: BookWork, account_id: int, prints: Sequence[str]) -> set[tuple[str, int]]:
    known: set[tuple[str, int]] = set()
    for batch in batched(prints, BATCH):
        rows = work.session.execute(
            select(TransactionSource.fingerprint, TransactionSource.nth).where(
                TransactionSource.book_id == work.book.id,
                TransactionSource.account_id == account_id,
                TransactionSource.fingerprint.in_(batch),
            )
        )
        known.update((fingerprint, nth) for fingerprint, nth in rows)
    return known


def _digest(rows: Sequence[Row[Any]], ids: Sequence[int]) -> str:
    """What was written, in one hash: the number of each row with all that was taken from it, and the transaction it became."""
    digest = hashlib.sha256()
    for row, transaction_id in zip(rows, ids, strict=True):
        digest.update(repr((transaction_id, row.number, row.occurred_on.isoformat(), *row[2:])).encode())
    return digest.hexdigest()


def _undo(book_id: int, import_id: int, user_id: int | None, lease: _Lease, deps: Deps) -> None:
    is_done = False
    while not is_done:
        with book_work(deps, book_id, user_id=user_id) as work:
            lease.renew(work)
            found = work.session.get_one(Import, import_id)
            ids = list(
                work.session.scalars(
                    select(Transaction.id)
                    .join(TransactionSource, _is_source_of_transaction())
                    .where(Transaction.book_id == book_id, Transaction.import_id == import_id)
                    .distinct()
                    .order_by(Transaction.id)
                    .limit(CHUNK)
                )
            )
            is_done = len(ids) < CHUNK
            if ids:
                voided = _void_chunk(work, ids)
                found.done_count = max(0, found.done_count - len(ids))
                work.book.revision += 1
                work.audit(
                    "import.rows_voided",
                    f"import:{import_id}",
                    before={
                        "voided": voided,
                        "digest": hashlib.sha256(json.dumps(ids).encode()).hexdigest(),
                    },
                )
            if is_done:
                found.state, found.claimed_at, found.done_count = ImportState.UNDONE, None, 0
                work.audit("import.undone", f"import:{import_id}")


def _is_source_of_transaction() -> Any:
    return (TransactionSource.book_id == Transaction.book_id) & (TransactionSource.transaction_id == Transaction.id)


def _void_chunk(work: BookWork, ids: Sequence[int]) -> int:
    """Void these transactions and forget which rows they came from. Those that are void already stay so; the others are counted."""
    table = table_of(Transaction)
    posted = [
        transaction_id
        for batch in batched(ids, BATCH)
        for transaction_id in work.session.scalars(
            select(table.c.id).where(
                table.c.book_id == work.book.id, table.c.id.in_(batch), table.c.state == State.POSTED
            )
        )
    ]
    legs = unpost(work, posted)
    if posted:
        work.session.connection().execute(
            update(table)
            .where(table.c.book_id == work.book.id, table.c.id == bindparam("key_id"))
            .values(state=State.VOID, void_legs=bindparam("legs"), updated_at=work.now),
            [
                {
                    "key_id": transaction_id,
                    "legs": json.dumps(
                        [[leg.account_id, leg.amount_minor, leg.base_minor] for leg in legs[transaction_id]]
                    ),
                }
                for transaction_id in posted
            ],
        )
    for batch in batched(ids, BATCH):
        work.session.execute(
            delete(TransactionSource).where(
                TransactionSource.book_id == work.book.id, TransactionSource.transaction_id.in_(batch)
            )
        )
    return len(posted)


def _count(result: Any) -> int:
    """How many rows a statement changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0
