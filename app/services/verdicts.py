"""What the detector thinks of transactions: judged before the save, kept with it, counted towards the next training."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Update, delete, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.domain.alerts import Answer
from app.domain.books import AccountKind, TransactionKind, effect
from app.domain.texts import clean, key
from app.jobs.port import JobName
from app.ml.commitments import is_commitment
from app.ml.explain import Wording
from app.ml.model import QUIET, Judging
from app.ml.replay import RETRAIN_EVERY
from app.ml.rows import UNKNOWN, Row, Verdict
from app.models.account import Account
from app.models.anomaly import Alert, BookModel
from app.queries.anomalies import confirmed, expenses
from app.services.deps import Deps
from app.services.payees import NAME_LENGTH
from app.services.posting import Draft
from app.services.uow import BookWork

LEASE = timedelta(minutes=10)
"""A training that takes longer than that was lost with its worker."""
JUDGED_FOR = timedelta(days=400)
"""Of rows brought in together, those older than that are only learnt from: nobody can act on a warning about them."""
REASON_LENGTH = 300

log = logging.getLogger(__name__)


def judge(
    work: BookWork,
    drafts: Sequence[Draft],
    kinds: Mapping[int, AccountKind],
    *,
    deps: Deps,
    replacing: int | None = None,
) -> list[Verdict]:
    """A verdict for each draft, in order. Only expenses are judged; of the others there is nothing to say.

    A missing or broken model, or a fault of the detector, makes the verdicts unknown: nobody's save fails or waits for it.
    `replacing` names the transaction whose legs have just been taken out to be replaced by the one draft. Two statements;
    some more when something is unusual.
    """
    expense_rows = {at: row for at, draft in enumerate(drafts) if (row := _row(draft, kinds))}
    oldest = work.now.date() - JUDGED_FOR
    rows = {at: row for at, row in expense_rows.items() if len(drafts) == 1 or row.occurred_on >= oldest}
    found = dict.fromkeys(range(len(drafts)), QUIET)
    if rows:
        book = _known(work, {row.category_id for row in expense_rows.values() if row.category_id})
        payees = {row.payee_key: drafts[at].payee for at, row in rows.items()}
        asked = [book.dress(row) for row in rows.values()]
        past = [book.dress(row) for at, row in expense_rows.items() if at not in rows]
        try:
            verdicts = _ask(work, book, asked, past, payees, deps=deps, is_saved=replacing is not None)
        except SQLAlchemyError:
            raise
        except Exception:  # whatever is wrong with the detector, the books go on
            log.exception("the detector failed on book %d", work.book.id)
            deps.detector.refresh(work.book.id)
            verdicts = [UNKNOWN] * len(asked)
        if verdicts[0].state == "unknown":
            _repair(work, deps)
        found |= zip(rows, verdicts, strict=True)
    return list(found.values())


def keep(work: BookWork, judged: Sequence[tuple[int, Verdict]]) -> None:
    """Open an alert for each unusual one of some new transactions."""
    rows = [
        {"book_id": work.book.id, "transaction_id": transaction_id, "created_at": work.now, **_alert(verdict)}
        for transaction_id, verdict in judged
        if verdict.is_unusual
    ]
    if rows:
        work.session.execute(insert(Alert), rows)


def replace_alert(work: BookWork, transaction_id: int, verdict: Verdict) -> None:
    """Make the alert of a changed transaction say what is true now.

    One that waits goes when nothing is unusual any more; an answer stays, and opens again only for something new.
    """
    here = (Alert.book_id == work.book.id, Alert.transaction_id == transaction_id)
    if not verdict.is_unusual:
        work.session.execute(delete(Alert).where(*here, Alert.answer == Answer.OPEN))
    elif not _changed(work, update(Alert).where(*here).values(**_alert(verdict))):
        keep(work, [(transaction_id, verdict)])


def count_saved(work: BookWork, count: int, *, deps: Deps) -> None:
    """Count new transactions towards the next training, and ask for it when it is due.

    Once for every twenty saved one by one, once for any number saved together, and again when a training was lost.
    The two statements exclude each other, and each is atomic: whoever claims is the only one, among threads, processes
    and machines. A save that does not claim needs only the first.
    """
    while not _counted(work, count):
        if _claimed(work, count):
            work.after_commit.append(partial(_enqueue, deps, work.book.id))
            return
        _begin_counting(work)


def _counted(work: BookWork, count: int) -> bool:
    statement = update(BookModel).where(
        BookModel.book_id == work.book.id,
        BookModel.pending_count + count < RETRAIN_EVERY,
        or_(BookModel.claimed_at.is_(None), BookModel.claimed_at >= work.now - LEASE),
    )
    return _changed(work, statement.values(pending_count=BookModel.pending_count + count))


def _claimed(work: BookWork, count: int) -> bool:
    statement = update(BookModel).where(
        BookModel.book_id == work.book.id,
        or_(BookModel.pending_count + count >= RETRAIN_EVERY, BookModel.claimed_at < work.now - LEASE),
    )
    values = {"claimed_at": work.now, "pending_count": (BookModel.pending_count + count) % RETRAIN_EVERY}
    return _changed(work, statement.values(values))


def _changed(work: BookWork, statement: Update) -> bool:
    return work.session.connection().execute(statement).rowcount > 0


def claim_training(work: BookWork) -> None:
    """Make a training due now, whatever was counted."""
    _begin_counting(work)
    work.session.execute(update(BookModel).where(BookModel.book_id == work.book.id).values(claimed_at=work.now))


def _begin_counting(work: BookWork) -> None:
    """Make the book's row. The book's lock keeps others from making it as well."""
    if work.session.scalar(select(BookModel.book_id).where(BookModel.book_id == work.book.id)) is None:
        work.session.execute(
            insert(BookModel).values(
                book_id=work.book.id, pending_count=0, claimed_at=None, version=0, checksum=None, row_count=0, trained_at=None,
            )
        )  # fmt: skip


def _repair(work: BookWork, deps: Deps) -> None:
    """Ask for a training because the model cannot be read, unless one is under way."""
    statement = update(BookModel).where(
        BookModel.book_id == work.book.id,
        or_(BookModel.claimed_at.is_(None), BookModel.claimed_at < work.now - LEASE),
    )
    if _changed(work, statement.values(claimed_at=work.now)):
        work.after_commit.append(partial(_enqueue, deps, work.book.id))


def _enqueue(deps: Deps, book_id: int) -> None:
    """Hand the training over. The save is done; when the queue is away, the lease ends and a later save asks again."""
    try:
        deps.jobs.enqueue(JobName.RETRAIN_DETECTOR, book_id=book_id)
    except Exception:  # queues fail in their own ways, and none of them concerns who has just saved
        log.exception("no training for book %d", book_id)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a verdict needs to know of the book: its model, and the names of the categories."""

    version: int
    checksum: str | None
    categories: Mapping[int, str]

    def dress(self, row: Row) -> Row:
        """The row with what the name of its category says."""
        name = self.categories.get(row.category_id or 0, "")
        return Row(
            row.id, row.occurred_on, row.amount_minor, row.payee_key, row.category_id, is_commitment=is_commitment(name)
        )


def _known(work: BookWork, category_ids: set[int]) -> _Known:
    rows = work.session.execute(
        select(Account.id, Account.name, BookModel.version, BookModel.checksum)
        .outerjoin(BookModel, BookModel.book_id == Account.book_id)
        .where(Account.book_id == work.book.id, Account.id.in_(category_ids))
    ).all()
    return _Known(rows[0].version or 0, rows[0].checksum, {row.id: row.name for row in rows})


def _ask(
    work: BookWork,
    book: _Known,
    rows: list[Row],
    past: list[Row],
    payees: Mapping[str | None, str],
    *,
    deps: Deps,
    is_saved: bool,
) -> list[Verdict]:
    """The verdicts on rows; those of the `past` come with them, and are learnt first."""

    def rows_since(last_id: int, limit: int) -> list[Row]:
        saved = expenses(work.session, work.book.id, after_id=last_id, limit=limit)
        return sorted([*saved, *past], key=lambda row: row.occurred_on)[-limit:] if past else saved

    def words(row: Row) -> Wording:
        return Wording(
            money=lambda minor: deps.write_money(minor, work.book.currency),
            payee=payees.get(row.payee_key) if row.payee_key else None,
            category=book.categories.get(row.category_id or 0),
        )

    def informed() -> Judging:
        return Judging(words, confirmed(work.session, work.book.id))

    def judge_one(how: Judging) -> Verdict:
        return deps.detector.judge(
            work.book.id, book.version, rows[0], rows_since=rows_since, checksum=book.checksum, revision=work.book.revision, how=how,
        )  # fmt: skip

    if len(rows) == 1 and not is_saved:
        verdict = judge_one(Judging(words))
        return [judge_one(informed())] if verdict.is_unusual else [verdict]  # answers are read only when they matter
    return deps.detector.judge_many(
        work.book.id, book.version, rows, rows_since=rows_since, checksum=book.checksum,
        revision=work.book.revision + is_saved, how=informed(),
    )  # fmt: skip


def _row(draft: Draft, kinds: Mapping[int, AccountKind]) -> Row | None:
    """A draft as the detector sees it; none unless it is an expense."""
    minor = effect(draft.legs, kinds).expense_minor
    if draft.kind != TransactionKind.EXPENSE or minor <= 0:
        return None
    largest = max(
        (leg for leg in draft.legs if kinds[leg.account_id] == AccountKind.EXPENSE), key=lambda leg: leg.base_minor
    )
    return Row(0, draft.occurred_on, minor, key(clean(draft.payee, NAME_LENGTH)) or None, largest.account_id)


def _alert(verdict: Verdict) -> dict[str, object]:
    return {
        "kinds": ",".join(verdict.kinds),
        "reason": clean(verdict.reason, REASON_LENGTH),
        "usual_low_minor": verdict.usual_low_minor,
        "usual_high_minor": verdict.usual_high_minor,
        "score": verdict.score,
        "answer": Answer.OPEN,
        "answered_at": None,
    }
