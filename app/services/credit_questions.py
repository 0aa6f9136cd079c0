"""Asking a bureau: a person consents, a job asks, and what comes of it is kept with the consent."""

from datetime import timedelta

from sqlalchemy import select

from app.domain.credit_scores import BadScoreFile
from app.domain.errors import NotInBook, Refused
from app.jobs.port import JobName
from app.models.credit import BureauQuestion
from app.services.credit import bring_into
from app.services.credit_bureau import Answer, BureauUnavailable, Consent, NoHistory, NotConfigured
from app.services.deps import Deps
from app.services.uow import BookWork, book_work

PURPOSE = "Show the person their own score"
LASTS = timedelta(hours=24)
WAIT = timedelta(minutes=10)
"""A question without an answer after that was lost, and may be asked again."""
NOT_CONNECTED = "No bureau is connected."


def ask_bureau(book_id: int, *, user_id: int, deps: Deps) -> int:
    """Keep a person's consent and let a job ask. Returns the question's id; the one that is under way, if any.

    Raises: Refused when no bureau is connected.
    """
    bureau = deps.credit_bureau
    if not bureau.name:
        raise Refused(NOT_CONNECTED)
    with book_work(deps, book_id, user_id=user_id) as work:
        under_way = work.session.scalar(
            select(BureauQuestion.id).where(
                BureauQuestion.book_id == book_id,
                BureauQuestion.answered_at.is_(None),
                BureauQuestion.granted_at > work.now - WAIT,
            )
        )
        if under_way is not None:
            return under_way
        row = BureauQuestion(
            book_id=book_id, bureau=bureau.name[:60], user_ref=str(user_id), purpose=PURPOSE, granted_at=work.now,
            expires_at=work.now + LASTS, answered_at=None, answer="",
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        question_id = row.id
        work.audit("bureau.asked", f"bureau_question:{question_id}", after={"bureau": row.bureau, "purpose": PURPOSE})
        work.after_commit.append(
            lambda: deps.jobs.enqueue(JobName.FETCH_SCORES, book_id=book_id, question_id=question_id)
        )
        return question_id


def fetch_scores(book_id: int, question_id: int, *, deps: Deps) -> None:
    """The job: ask once, keep the scores and what came of it. Run again, it changes nothing."""
    row = deps.session.execute(
        select(
            BureauQuestion.user_ref, BureauQuestion.purpose, BureauQuestion.granted_at, BureauQuestion.expires_at
        ).where(
            BureauQuestion.book_id == book_id, BureauQuestion.id == question_id, BureauQuestion.answered_at.is_(None)
        )
    ).one_or_none()
    deps.session.rollback()  # nobody's server is waited for inside a transaction
    if row is None:
        return
    answer: Answer | str
    if deps.now() > row.expires_at:
        answer = "The consent had ended before the bureau was asked."
    else:
        try:
            answer = deps.credit_bureau.fetch(row.user_ref, Consent(row.purpose, row.granted_at, row.expires_at))
        except BureauUnavailable as error:
            answer = error.user_message
    try:
        _settle(book_id, question_id, answer, deps)
    except (BadScoreFile, Refused) as error:
        _settle(book_id, question_id, f"Its answer does not fit: {error.user_message}", deps)


def _settle(book_id: int, question_id: int, answer: Answer | str, deps: Deps) -> None:
    with book_work(deps, book_id) as work:
        row = work.session.scalars(
            select(BureauQuestion).where(BureauQuestion.book_id == book_id, BureauQuestion.id == question_id)
        ).one_or_none()
        if row is None:
            raise NotInBook("bureau question", question_id, book_id)
        if row.answered_at is not None:
            return
        row.answer, row.answered_at = _words(work, answer)[:300], work.now
        work.audit("bureau.answered", f"bureau_question:{question_id}", after={"answer": row.answer})


def _words(work: BookWork, answer: Answer | str) -> str:
    match answer:
        case str():
            return answer
        case NotConfigured():
            return NOT_CONNECTED
        case NoHistory():
            return "It has no score yet: the history is too short, or there is none."
        case snapshots:
            brought = bring_into(work, snapshots)
            new = "1 new score" if brought.new == 1 else f"{brought.new or 'No'} new scores"
            return f"{new}, {brought.here} here already." if brought.here else f"{new}."
