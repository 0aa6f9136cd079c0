"""What is known of a person's credit: scores with their history, accounts with balances from the books, enquiries, the estimate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import Subtype
from app.domain.credit_factors import (
    ENQUIRY_MONTHS,
    CreditEstimate,
    CreditKind,
    credit_estimate,
    factor_values,
)
from app.domain.credit_factors import (
    CreditAccount as Facts,
)
from app.domain.periods import Month
from app.domain.texts import key
from app.models.credit import BureauQuestion, CreditAccount, CreditEnquiry, CreditScore
from app.queries.accounts import AccountView, accounts_of, balances

KINDS = {Subtype.CARD: CreditKind.CARD, Subtype.LOAN: CreditKind.LOAN}


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A score. `change` is against the bureau's one before, in the same range; none where there is no such."""

    id: int
    on: date
    bureau: str
    score: int
    low: int
    high: int
    source: str
    change: int | None = None


@dataclass(frozen=True, slots=True)
class CreditAccountView:
    """A card or loan. `owed_minor` is from the books when `account_id` names one of them, else as stated; both in `currency`."""

    id: int
    kind: CreditKind
    name: str
    account_id: int | None
    owed_minor: int | None
    limit_minor: int | None
    opened_on: date | None
    late: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class EnquiryView:
    """A lender who asked, or the statement that nobody did in the year before that day."""

    id: int
    on: date
    lender: str
    is_none: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """The newest question to a bureau; without `answered_at` it is under way, or was lost."""

    bureau: str
    granted_at: datetime
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Everything on the page. `scores` and `enquiries` are the newest first; `plain` are accounts of the book not described yet."""

    scores: tuple[ScoreView, ...]
    accounts: tuple[CreditAccountView, ...]
    plain: tuple[AccountView, ...]
    enquiries: tuple[EnquiryView, ...]
    estimate: CreditEstimate
    foreign_cards: int
    owed_minor: int  # on cards whose limit is known, in the book's currency
    limit_minor: int

    @property
    def latest(self) -> tuple[ScoreView, ...]:
        """The newest score of each bureau, the newest first."""
        found: dict[str, ScoreView] = {}
        for each in self.scores:
            found.setdefault(key(each.bureau), each)
        return tuple(found.values())


def credit_of(session: Session, book_id: int, currency: str, today: date, *, paid_minor: int = 0) -> Credit:
    """All that is known, as if `paid_minor` more had been paid on cards. At most six statements."""
    known = accounts_of(session, book_id)
    owed = {each.account.id: max(0, -each.amount_minor) for each in balances(session, book_id, known)}
    accounts = tuple(
        _account(row, known, owed, currency)
        for row in session.scalars(
            select(CreditAccount)
            .where(CreditAccount.book_id == book_id, CreditAccount.removed_at.is_(None))
            .order_by(CreditAccount.kind, CreditAccount.id)
        )
    )
    enquiries = enquiries_of(session, book_id)
    at_home = [each for each in accounts if each.currency == currency]
    limited = [
        (each.owed_minor, each.limit_minor)
        for each in at_home
        if each.kind is CreditKind.CARD and each.owed_minor is not None and each.limit_minor
    ]
    described = {each.account_id for each in accounts}
    plain = tuple(
        each for each in known.values() if each.subtype in KINDS and not each.is_archived and each.id not in described
    )
    facts = [_facts(each, currency) for each in accounts] + [Facts(KINDS[each.subtype]) for each in plain]
    return Credit(
        scores=scores_of(session, book_id),
        accounts=accounts,
        plain=plain,
        enquiries=enquiries,
        estimate=credit_estimate(factor_values(_paid(facts, paid_minor), _asked(enquiries, today), today)),
        foreign_cards=sum(each.kind is CreditKind.CARD and each.currency != currency for each in accounts),
        owed_minor=sum(minor for minor, _ in limited),
        limit_minor=sum(limit for _, limit in limited),
    )


def last_question(session: Session, book_id: int) -> QuestionView | None:
    """The newest question to a bureau, if there ever was one."""
    row = session.execute(
        select(BureauQuestion.bureau, BureauQuestion.granted_at, BureauQuestion.answered_at, BureauQuestion.answer)
        .where(BureauQuestion.book_id == book_id)
        .order_by(BureauQuestion.granted_at.desc(), BureauQuestion.id.desc())
        .limit(1)
    ).one_or_none()
    return QuestionView(*row) if row else None


def scores_of(session: Session, book_id: int) -> tuple[ScoreView, ...]:
    """All scores, the newest first, each against the one before of its bureau."""
    rows = session.scalars(
        select(CreditScore)
        .where(CreditScore.book_id == book_id, CreditScore.removed_at.is_(None))
        .order_by(CreditScore.scored_on, CreditScore.id)
    )
    before: dict[str, ScoreView] = {}
    found = []
    for row in rows:
        view = ScoreView(row.id, row.scored_on, row.bureau, row.score, row.low, row.high, row.source)
        last = before.get(key(row.bureau))
        if last and (last.low, last.high) == (view.low, view.high):
            view = replace(view, change=view.score - last.score)
        before[key(row.bureau)] = view
        found.append(view)
    return tuple(reversed(found))


def enquiries_of(session: Session, book_id: int) -> tuple[EnquiryView, ...]:
    """All enquiries and statements, the newest first."""
    rows = session.scalars(
        select(CreditEnquiry)
        .where(CreditEnquiry.book_id == book_id, CreditEnquiry.removed_at.is_(None))
        .order_by(CreditEnquiry.enquired_on.desc(), CreditEnquiry.id.desc())
    )
    return tuple(EnquiryView(row.id, row.enquired_on, row.lender, row.is_none) for row in rows)


def _account(
    row: CreditAccount, known: dict[int, AccountView], owed: dict[int, int], currency: str
) -> CreditAccountView:
    account = known.get(row.account_id) if row.account_id is not None else None
    return CreditAccountView(
        row.id, row.kind, row.name, row.account_id, owed.get(account.id, 0) if account else row.owed_minor, row.limit_minor, row.opened_on,
        row.late, account.currency if account else currency,
    )  # fmt: skip


def _facts(account: CreditAccountView, currency: str) -> Facts:
    """Amounts of another currency cannot be added up, so they are left out."""
    same = account.currency == currency
    return Facts(
        account.kind,
        account.owed_minor if same else None,
        account.limit_minor if same else None,
        account.opened_on,
        account.late,
    )


def _paid(accounts: Sequence[Facts], minor: int) -> list[Facts]:
    """As if so much had been paid, on the fullest card first."""

    def used(each: Facts) -> float:
        return (each.owed_minor or 0) / each.limit_minor if each.kind is CreditKind.CARD and each.limit_minor else 0.0

    found = []
    for each in sorted(accounts, key=used, reverse=True):
        part = min(minor, each.owed_minor or 0) if used(each) else 0
        found.append(replace(each, owed_minor=each.owed_minor - part) if part and each.owed_minor else each)
        minor -= part
    return found


def _asked(enquiries: Sequence[EnquiryView], today: date) -> int | None:
    """How many lenders asked in the last 12 months; none when nothing was ever said about it."""
    since = Month.of(today).shift(-ENQUIRY_MONTHS).up_to(today.day)
    if not enquiries or all(each.is_none and each.on < since for each in enquiries):
        return None
    return sum(not each.is_none and since < each.on <= today for each in enquiries)
