"""The detector's training, and what people answer to its warnings."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, null, select, update

from app.domain.alerts import Answer
from app.domain.errors import NotInBook
from app.ml.detector import Trained
from app.ml.model import TRAINING_ROWS
from app.models.anomaly import Alert, BookModel
from app.models.book import Book
from app.queries.anomalies import confirmed, expenses
from app.services.deps import Deps
from app.services.uow import book_work
from app.services.verdicts import claim_training

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given: what it was before, and the transaction that it is about."""

    transaction_id: int
    before: Answer
    after: Answer


def answer(alert_id: int, said: Answer, *, book_id: int, user_id: int | None, deps: Deps) -> Answered:
    """Note what a person says of a warning. It counts from the next save on; `Answer.OPEN` takes it back.

    Raises: NotInBook when the warning is not the book's.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        alert = work.session.scalars(select(Alert).where(Alert.book_id == book_id, Alert.id == alert_id)).one_or_none()
        if alert is None:
            raise NotInBook("alert", alert_id, book_id)
        before = Answer(alert.answer)
        if before != said:
            alert.answer, alert.answered_at = said, None if said == Answer.OPEN else work.now
            about = {"transaction": alert.transaction_id, "reason": alert.reason}
            work.audit(
                "alert.answered",
                f"alert:{alert_id}",
                before={"answer": before, **about},
                after={"answer": said, **about},
            )
        return Answered(alert.transaction_id, before, said)


def retrain(book_id: int, *, deps: Deps) -> Trained | None:
    """Train the detector on a book as it is now, when a claim waits for that. Returns nothing when none does.

    Reading and fitting hold no lock. Two trainings at once do no harm: each writes a file of its own, named by the moment
    it began, and the database follows the later one. A claim made meanwhile stays for the job that it enqueued. The model
    of a book that is gone is removed.
    """
    session = deps.session
    session.rollback()
    known = session.execute(
        select(Book.id, BookModel.version, BookModel.claimed_at)
        .outerjoin(BookModel, BookModel.book_id == Book.id)
        .where(Book.id == book_id)
    ).one_or_none()
    if known is None:
        deps.detector.forget(book_id)
        return None
    if known.claimed_at is None:
        return None
    rows, feedback = expenses(session, book_id, limit=TRAINING_ROWS), confirmed(session, book_id)
    session.rollback()
    version = max(known.version + 1, (deps.now() - _EPOCH) // timedelta(microseconds=1))
    trained = deps.detector.train(book_id, version, rows, feedback=feedback)
    try:
        _note(book_id, trained, known.claimed_at, deps=deps)
    except NotInBook:
        deps.detector.forget(book_id)
        return None
    log.info("trained the detector of book %d on %d rows", book_id, trained.rows)
    return trained


def retrain_now(book_id: int, *, deps: Deps) -> Trained | None:
    """Train on a book although nothing is due, as an operator may ask.

    Raises: NotInBook when there is no such book.
    """
    with book_work(deps, book_id) as work:
        claim_training(work)
    return retrain(book_id, deps=deps)


def forget(book_ids: Iterable[int], *, deps: Deps) -> None:
    """Remove what was learnt of books that are gone. A store that is away keeps files that nobody asks for any more."""
    for book_id in book_ids:
        try:
            deps.detector.forget(book_id)
        except Exception:  # stores fail in their own ways; the books are gone already
            log.exception("the model of book %d stays in its store", book_id)


def _note(book_id: int, trained: Trained, claim: datetime, *, deps: Deps) -> None:
    """Name the version in the database, unless a later one is there, and end the claim that it answers."""
    with book_work(deps, book_id) as work:
        work.session.execute(
            update(BookModel)
            .where(BookModel.book_id == book_id, BookModel.version < trained.version)
            .values(
                version=trained.version,
                checksum=trained.checksum,
                row_count=trained.rows,
                trained_at=work.now,
                claimed_at=case((BookModel.claimed_at == claim, null()), else_=BookModel.claimed_at),
            )
        )
