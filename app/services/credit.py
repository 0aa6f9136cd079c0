"""What people do about their credit: write scores down, bring files of them, describe accounts, note who asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select

from app.domain.books import Subtype
from app.domain.credit_factors import WINDOW_MONTHS, CreditKind
from app.domain.credit_scores import FIRST_DAY, BadScoreFile, Score, bureau_name, check_score
from app.domain.errors import NotInBook, Refused
from app.domain.money import MAX_MINOR
from app.domain.texts import clean, key
from app.models.account import Account
from app.models.credit import CreditAccount, CreditEnquiry, CreditScore
from app.services.credit_bureau import MANUAL, CreditSnapshot
from app.services.deps import Deps
from app.services.schedules import today_of
from app.services.uow import BookWork, book_work

Row = TypeVar("Row", CreditScore, CreditAccount, CreditEnquiry)
NAME_LENGTH = 80
SUBTYPES = {Subtype.CARD: CreditKind.CARD, Subtype.LOAN: CreditKind.LOAN}


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """A card or loan as a person describes it. With `account_id` its balance is read from the books, and its kind follows."""

    kind: CreditKind
    name: str
    account_id: int | None = None
    owed_minor: int | None = None
    limit_minor: int | None = None
    opened_on: date | None = None
    late: int | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """How many scores of a file are new, how many were there already, and the moment, for the undo."""

    new: int
    here: int
    at: datetime


def add_score(book_id: int, score: Score, *, user_id: int | None, deps: Deps) -> int:
    """Write a score down. Returns its id.

    Raises: Refused with the field to correct.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        return _added(work, score, MANUAL)


def change_score(book_id: int, score_id: int, score: Score, *, user_id: int | None, deps: Deps) -> None:
    """Correct a score.

    Raises: NotInBook; Refused with the field to correct.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, CreditScore, score_id, "score")
        _check(work, score, but=score_id)
        before = _said(row)
        row.scored_on, row.bureau = score.on, bureau_name(score.bureau)
        row.score, row.low, row.high = score.score, score.low, score.high
        work.audit("credit_score.changed", f"credit_score:{score_id}", before=before, after=_said(row))


def bring_scores(book_id: int, snapshots: Iterable[CreditSnapshot], *, user_id: int | None, deps: Deps) -> Brought:
    """Keep what a file or a bureau says, all of it or nothing. What is there already is left alone.

    Raises: BadScoreFile that names every score that contradicts one that is there.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        return bring_into(work, snapshots)


def bring_into(work: BookWork, snapshots: Iterable[CreditSnapshot]) -> Brought:
    """`bring_scores` as a part of a larger write."""
    there = {(row.scored_on, key(row.bureau)): row for row in _live(work, CreditScore)}
    today, rows, problems = today_of(work), [], []
    here = 0
    for each in snapshots:
        score = each.score
        check_score(score, today)
        known = there.get((score.on, key(score.bureau)))
        if known is None:
            rows.append(_made(work, score, each.source))
        elif (known.score, known.low, known.high) == (score.score, score.low, score.high):
            here += 1
        else:
            problems.append(f"{score.bureau}, {score.on}: {score.score}, but {known.score} is written down.")
    if problems:
        raise BadScoreFile("Some scores contradict what you wrote down, so nothing was saved.", tuple(problems))
    if rows:
        work.session.add_all(rows)
        work.session.flush()
        ids = [row.id for row in rows]
        work.audit("credit_scores.brought", "credit_scores", after={"ids": ids, "source": rows[0].source})
    return Brought(len(rows), here, work.now)


def take_back_scores(book_id: int, brought_at: datetime, *, user_id: int | None, deps: Deps) -> int:
    """Undo `bring_scores`: remove what came in that moment and was not removed since. Returns how many."""
    with book_work(deps, book_id, user_id=user_id) as work:
        rows = [row for row in _live(work, CreditScore) if row.created_at == brought_at and row.source != MANUAL]
        for row in rows:
            row.removed_at = work.now
        if rows:
            work.audit("credit_scores.taken_back", "credit_scores", before={"ids": [row.id for row in rows]})
        return len(rows)


def add_account_facts(book_id: int, facts: AccountFacts, *, user_id: int | None, deps: Deps) -> int:
    """Describe a card or loan. Returns its id.

    Raises: NotInBook for an account of another book; Refused with the field to correct.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        facts = _checked(work, facts)
        row = CreditAccount(book_id=book_id, created_at=work.now, removed_at=None, **_columns(facts))
        work.session.add(row)
        work.session.flush()
        work.audit("credit_account.added", f"credit_account:{row.id}", after=_columns(facts))
        return row.id


def change_account_facts(
    book_id: int, credit_account_id: int, facts: AccountFacts, *, user_id: int | None, deps: Deps
) -> None:
    """Correct what is known of a card or loan.

    Raises: as `add_account_facts`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, CreditAccount, credit_account_id, "credit account")
        facts = _checked(work, facts, but=credit_account_id)
        before = {name: getattr(row, name) for name in _columns(facts)}
        for name, value in _columns(facts).items():
            setattr(row, name, value)
        work.audit(
            "credit_account.changed", f"credit_account:{credit_account_id}", before=before, after=_columns(facts)
        )


def add_enquiry(book_id: int, on: date, lender: str, *, user_id: int | None, deps: Deps) -> int:
    """Note that a lender asked a bureau. Returns its id.

    Raises: Refused with the field to correct.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        return _asked(work, on, lender, is_none=False)


def change_enquiry(book_id: int, enquiry_id: int, on: date, lender: str, *, user_id: int | None, deps: Deps) -> None:
    """Correct when a lender asked, or who it was.

    Raises: NotInBook; Refused with the field to correct.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, CreditEnquiry, enquiry_id, "enquiry")
        if row.is_none:
            raise NotInBook("enquiry", enquiry_id, book_id)
        before = {"on": row.enquired_on, "lender": row.lender}
        row.enquired_on, row.lender = _past(work, on, "enquired_on"), _lender(lender)
        after = {"on": row.enquired_on, "lender": row.lender}
        work.audit("credit_enquiry.changed", f"credit_enquiry:{enquiry_id}", before=before, after=after)


def say_no_enquiries(book_id: int, *, user_id: int | None, deps: Deps) -> int:
    """State that no lender asked in the year up to today. Returns the statement's id.

    Raises: Refused when somebody did.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        today = today_of(work)
        for row in _live(work, CreditEnquiry):
            if row.is_none and row.enquired_on == today:
                return row.id
            if not row.is_none and (today - row.enquired_on).days <= DAYS_OF_YEAR:
                raise Refused(f"{row.lender} asked in the last 12 months. Remove that first if it did not.")
        return _asked(work, today, "", is_none=True)


def set_score_removed(book_id: int, score_id: int, *, is_removed: bool, user_id: int | None, deps: Deps) -> str:
    """Take a score out of sight, or bring it back. Returns whose it is.

    Raises: NotInBook; Refused when another one of that day has come meanwhile.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, CreditScore, score_id, "score", removed=True)
        if not is_removed and row.removed_at is not None:
            _check(work, Score(row.scored_on, row.bureau, row.score, row.low, row.high), but=score_id)
        _turn(work, row, "credit_score", is_removed=is_removed)
        return row.bureau


def set_account_removed(
    book_id: int, credit_account_id: int, *, is_removed: bool, user_id: int | None, deps: Deps
) -> str:
    """Take a card or loan out of sight, or bring it back. Returns its name.

    Raises: NotInBook; Refused when its account was described anew meanwhile.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, CreditAccount, credit_account_id, "credit account", removed=True)
        if not is_removed and row.removed_at is not None and row.account_id is not None:
            _check_account(work, row.account_id, but=credit_account_id)
        _turn(work, row, "credit_account", is_removed=is_removed)
        return row.name


def set_enquiry_removed(book_id: int, enquiry_id: int, *, is_removed: bool, user_id: int | None, deps: Deps) -> str:
    """Take an enquiry out of sight, or bring it back. Returns the lender, or nothing for a statement that nobody asked.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = _row(work, CreditEnquiry, enquiry_id, "enquiry", removed=True)
        _turn(work, row, "credit_enquiry", is_removed=is_removed)
        return row.lender


DAYS_OF_YEAR = 365


def _added(work: BookWork, score: Score, source: str) -> int:
    _check(work, score)
    row = _made(work, score, source)
    work.session.add(row)
    work.session.flush()
    work.audit("credit_score.added", f"credit_score:{row.id}", after=_said(row) | {"source": source})
    return row.id


def _made(work: BookWork, score: Score, source: str) -> CreditScore:
    return CreditScore(
        book_id=work.book.id, scored_on=score.on, bureau=bureau_name(score.bureau), score=score.score, low=score.low, high=score.high,
        source=source, created_at=work.now, removed_at=None,
    )  # fmt: skip


def _check(work: BookWork, score: Score, *, but: int | None = None) -> None:
    named = Score(score.on, bureau_name(score.bureau), score.score, score.low, score.high)
    check_score(named, today_of(work))
    for row in _live(work, CreditScore):
        if row.id != but and row.scored_on == score.on and key(row.bureau) == key(named.bureau):
            raise Refused(f"{row.bureau} has a score of that day already: {row.score}.", field="scored_on")


def _checked(work: BookWork, facts: AccountFacts, *, but: int | None = None) -> AccountFacts:
    name, kind, owed = clean(facts.name, NAME_LENGTH), facts.kind, facts.owed_minor
    if facts.account_id is not None:
        account = work.session.execute(
            select(Account.name, Account.subtype).where(Account.book_id == work.book.id, Account.id == facts.account_id)
        ).one_or_none()
        if account is None or account.subtype not in SUBTYPES:
            raise NotInBook("account", facts.account_id, work.book.id)
        _check_account(work, facts.account_id, but=but)
        name, kind, owed = name or account.name, SUBTYPES[account.subtype], None
    if not name:
        raise Refused("Write a name, or choose one of your accounts.", field="name")
    for field, minor in (("limit", facts.limit_minor), ("owed", owed)):
        if minor is not None and not 0 <= minor <= MAX_MINOR:
            raise Refused("Write an amount from zero up.", field=field)
    if facts.limit_minor == 0:
        raise Refused("Write a limit above zero, or leave it out.", field="limit")
    if facts.late is not None and not 0 <= facts.late <= WINDOW_MONTHS:
        raise Refused(f"Write a number from 0 to {WINDOW_MONTHS}.", field="late")
    opened = _past(work, facts.opened_on, "opened_on") if facts.opened_on is not None else None
    return AccountFacts(kind, name, facts.account_id, owed, facts.limit_minor, opened, facts.late)


def _check_account(work: BookWork, account_id: int, *, but: int | None) -> None:
    if any(row.account_id == account_id and row.id != but for row in _live(work, CreditAccount)):
        raise Refused("This account is described already.", field="account_id")


def _asked(work: BookWork, on: date, lender: str, *, is_none: bool) -> int:
    row = CreditEnquiry(
        book_id=work.book.id, enquired_on=_past(work, on, "enquired_on"), lender="" if is_none else _lender(lender), is_none=is_none,
        created_at=work.now, removed_at=None,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    after = {"on": row.enquired_on, "lender": row.lender, "is_none": is_none}
    work.audit("credit_enquiry.added", f"credit_enquiry:{row.id}", after=after)
    return row.id


def _lender(text: str) -> str:
    name = clean(text, NAME_LENGTH)
    if not name:
        raise Refused("Write who asked.", field="lender")
    return name


def _past(work: BookWork, day: date, field: str) -> date:
    if day > today_of(work):
        raise Refused("This day has not come yet.", field=field)
    if day < FIRST_DAY:
        raise Refused(f"Write a day from {FIRST_DAY.year} on.", field=field)
    return day


def _live(work: BookWork, model: type[Row]) -> list[Row]:
    return list(
        work.session.scalars(select(model).where(model.book_id == work.book.id, model.removed_at.is_(None))).all()
    )


def _row(work: BookWork, model: type[Row], row_id: int, what: str, *, removed: bool = False) -> Row:
    row = work.session.scalars(select(model).where(model.book_id == work.book.id, model.id == row_id)).one_or_none()
    if row is None or (row.removed_at is not None and not removed):
        raise NotInBook(what, row_id, work.book.id)
    return row


def _turn(work: BookWork, row: CreditScore | CreditAccount | CreditEnquiry, what: str, *, is_removed: bool) -> None:
    if (row.removed_at is not None) == is_removed:
        return
    row.removed_at = work.now if is_removed else None
    work.audit(f"{what}.removed" if is_removed else f"{what}.restored", f"{what}:{row.id}")


def _said(row: CreditScore) -> dict[str, Any]:
    return {"on": row.scored_on, "bureau": row.bureau, "score": row.score, "low": row.low, "high": row.high}


def _columns(facts: AccountFacts) -> dict[str, Any]:
    return {
        "kind": facts.kind, "name": facts.name, "account_id": facts.account_id, "owed_minor": facts.owed_minor,
        "limit_minor": facts.limit_minor, "opened_on": facts.opened_on, "late": facts.late,
    }  # fmt: skip
