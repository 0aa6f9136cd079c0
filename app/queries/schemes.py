"""Deposits and savings schemes as the books know them: what was agreed, what really went in and out, and what each is worth."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind
from app.domain.errors import NotInBook, Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.fixed_deposits import Payout
from app.domain.provident_funds import Movement
from app.domain.schedules import OccurrenceState
from app.domain.scheme_closing import EarlyTerms, EarlyValue, early_value
from app.domain.scheme_entries import EntryPart
from app.domain.scheme_kinds import KINDS, Family, KindFacts, SchemeKind
from app.domain.scheme_plans import (
    Compounding,
    Course,
    Plan,
    Standing,
    course_of,
    interest_between,
    interest_by_year,
    value_at_maturity,
)
from app.models.account import Account
from app.models.base import table_of
from app.models.schedule import Occurrence
from app.models.scheme import Scheme, SchemeEntry, SchemeRate
from app.models.transaction import Posting

SOON_DAYS = 30
_S, _R, _E, _P = table_of(Scheme).c, table_of(SchemeRate).c, table_of(SchemeEntry).c, table_of(Posting).c
_O, _A = table_of(Occurrence).c, table_of(Account).c


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction of a scheme: what went into its account (out of it when negative), its interest, and tax held back."""

    transaction_id: int
    part: EntryPart
    occurred_on: date
    moved_minor: int
    interest_minor: int
    tax_minor: int

    @property
    def paid_minor(self) -> int:
        """What went in, or what came out after tax."""
        if self.part in {EntryPart.PAYOUT, EntryPart.CLOSING}:
            return self.interest_minor - self.tax_minor - self.moved_minor
        return self.moved_minor


@dataclass(frozen=True, slots=True)
class SchemeView:
    """A deposit or scheme with its plan. `balance_minor` is what the books say is in its account."""

    id: int
    account_id: int
    kind: SchemeKind
    name: str
    institution: str
    number_end: str
    opening_minor: int
    tenor_months: int
    tenor_days: int
    is_own_rate: bool
    is_taken_over: bool
    from_account_id: int | None
    payout_account_id: int | None
    income_account_id: int
    tax_rate: Decimal | None
    penalty_rate: Decimal | None
    is_joint: bool
    nominee: str
    note: str
    instalment_schedule_id: int | None
    interest_schedule_id: int | None
    maturity_schedule_id: int | None
    plan: Plan
    entries: tuple[Entry, ...]
    balance_minor: int
    closed_on: date | None

    @property
    def facts(self) -> KindFacts:
        """What holds for every scheme of its kind."""
        return KINDS[self.kind]

    @property
    def takes_deposits(self) -> bool:
        """Whether more can be paid in by hand."""
        return self.plan.family in {Family.FUND, Family.INSTALMENTS}

    @property
    def early_terms(self) -> EarlyTerms:
        """What is known about closing it early without asking the bank."""
        return EarlyTerms(self.penalty_rate or Decimal(0))

    def standing(self, course: Course, day: date) -> Standing:
        """How it stands on a day: nothing any more from the day it was closed."""
        if self.closed_on is not None and day >= self.closed_on:
            return Standing()
        return course(day)


@dataclass(frozen=True, slots=True)
class SchemeFigures:
    """What a list says of a scheme, in minor units of the book's currency. `early` is none when closing now is not possible or not known; `locked` says why."""

    scheme: SchemeView
    invested_minor: int
    worth_minor: int
    maturity_minor: int
    year_interest_minor: int
    earned_minor: int
    early: EarlyValue | None
    locked: str
    days_left: int

    @property
    def received_interest_minor(self) -> int:
        """The interest that the books say came, or was credited."""
        return sum(entry.interest_minor for entry in self.scheme.entries)

    @property
    def is_open(self) -> bool:
        """Whether it was not closed."""
        return self.scheme.closed_on is None

    @property
    def has_matured(self) -> bool:
        """Whether its end has come, and nobody has said that it was paid out."""
        return self.is_open and self.days_left <= 0

    @property
    def is_soon(self) -> bool:
        """Whether its end comes within a month."""
        return self.is_open and 0 < self.days_left <= SOON_DAYS


@dataclass(frozen=True, slots=True)
class Maturing:
    """A deposit that ends: when, and what it pays then in minor units of the book's currency."""

    scheme_id: int
    name: str
    matures_on: date
    value_minor: int


@dataclass(frozen=True, slots=True)
class YearFigures:
    """Interest of a scheme in one financial year, in minor units: what it earned, what came out or was credited, and tax held back."""

    year: FiscalYear
    earned_minor: int
    paid_minor: int
    tax_minor: int


def schemes_of(session: Session, book_id: int, *, scheme_id: int | None = None) -> list[SchemeView]:
    """Every scheme of a book that was not removed, those that end first before the others: five statements for any number."""
    chosen = select(*_S).where(_S.book_id == book_id, _S.removed_at.is_(None)).order_by(_S.matures_on, _S.id)
    rows = session.execute(chosen if scheme_id is None else chosen.where(_S.id == scheme_id)).all()
    if not rows:
        return []
    ids = select(_S.id).where(_S.book_id == book_id)
    accounts: Select[tuple[int]] = select(_S.account_id).where(_S.book_id == book_id)
    if scheme_id is not None:
        ids, accounts = ids.where(_S.id == scheme_id), accounts.where(_S.id == scheme_id)
    rates: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    found = select(_R.scheme_id, _R.from_on, _R.rate).where(_R.book_id == book_id, _R.scheme_id.in_(ids))
    for each, first, rate in session.execute(found.order_by(_R.from_on)):
        rates[each].append((first, rate))
    legs: dict[int, list[Any]] = defaultdict(list)
    joined = (
        select(_E.scheme_id, _E.part, _E.transaction_id, _P.occurred_on, _P.account_id, _P.amount_minor, _A.kind)
        .join_from(table_of(SchemeEntry), table_of(Posting), (_P.transaction_id == _E.transaction_id) & (_P.book_id == _E.book_id))
        .join(table_of(Account), (_A.id == _P.account_id) & (_A.book_id == _P.book_id))
        .where(_E.book_id == book_id, _E.scheme_id.in_(ids))
        .order_by(_P.occurred_on, _P.transaction_id, _P.id)
    )  # fmt: skip
    for leg in session.execute(joined):
        legs[leg.scheme_id].append(leg)
    moves: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    moved = select(_P.account_id, _P.occurred_on, _P.amount_minor, _P.transaction_id).where(
        _P.book_id == book_id, _P.account_id.in_(accounts)
    )
    for account_id, day, amount, transaction_id in session.execute(moved.order_by(_P.occurred_on, _P.id)):
        moves[account_id].append((day, amount, transaction_id))
    skipped: dict[int, list[date]] = defaultdict(list)
    funds = [row.interest_schedule_id for row in rows if KINDS[row.kind].family == Family.FUND]
    if any(funds):
        left_out = select(_O.schedule_id, _O.due_on).where(
            _O.book_id == book_id, _O.schedule_id.in_(funds), _O.state == OccurrenceState.SKIPPED
        )
        for schedule_id, day in session.execute(left_out):
            skipped[schedule_id].append(day)
    return [
        _view(row, rates[row.id], legs[row.id], moves[row.account_id], skipped.get(row.interest_schedule_id, ()))
        for row in rows
    ]


def scheme_of(session: Session, book_id: int, scheme_id: int) -> SchemeView:
    """One scheme of a book.

    Raises: NotInBook, also for one that was removed.
    """
    found = schemes_of(session, book_id, scheme_id=scheme_id)
    if not found:
        raise NotInBook("scheme", scheme_id, book_id)
    return found[0]


def scheme_values(session: Session, book_id: int, days: Sequence[date]) -> dict[int, list[int]]:
    """What every scheme is worth on each of these days, by its account, in minor units of the book's currency.

    0 before it starts and from the day it was closed; accrued meanwhile, and frozen from its end until it is paid out.
    Five statements for any number of schemes and days. Money that moved in its account outside its rule counts as it is.
    """
    values = {}
    for scheme in schemes_of(session, book_id):
        course = course_of(scheme.plan)
        values[scheme.account_id] = [scheme.standing(course, day).value_minor for day in days]
    return values


def maturing(session: Session, book_id: int, start: date, end: date) -> list[Maturing]:
    """Open deposits that end from `start` to `end`, both included, in order, with what they pay then.

    Instalments that are planned from `start` on are taken as paid.
    """
    return [
        Maturing(each.id, each.name, each.plan.matures_on, value_at_maturity(each.plan, start))
        for each in schemes_of(session, book_id)
        if each.closed_on is None and start <= each.plan.matures_on <= end
    ]


def figures_of(scheme: SchemeView, today: date, first_month: int) -> SchemeFigures:
    """What a list says of a scheme today; its year is the financial year of the book."""
    course, plan = course_of(scheme.plan), scheme.plan
    day = today if scheme.closed_on is None else scheme.closed_on - timedelta(days=1)
    standing, year = course(day), FiscalYear.of(today, first_month)
    early, locked = None, ""
    if scheme.closed_on is None:
        try:
            early = early_value(plan, max(today, plan.starts_on), scheme.early_terms)
        except Refused as error:
            locked = error.user_message
    return SchemeFigures(
        scheme,
        standing.paid_in_minor,
        scheme.standing(course, today).value_minor,
        value_at_maturity(plan, today),
        interest_between(course, year.first, min(day, year.last)) if day >= year.first else 0,
        standing.earned_minor,
        early,
        locked,
        (plan.matures_on - today).days,
    )


def years_of(scheme: SchemeView, today: date, first_month: int) -> list[YearFigures]:
    """Interest of every financial year so far: what was earned by the rule, and what the books say was paid, credited and held back.

    A scheme that was closed early earned in its last year what makes the whole equal to what was paid.
    """
    paid: dict[FiscalYear, list[int]] = defaultdict(lambda: [0, 0])
    for entry in scheme.entries:
        sums = paid[FiscalYear.of(entry.occurred_on, first_month)]
        sums[0] += entry.interest_minor
        sums[1] += entry.tax_minor
    until, course = scheme.closed_on or today, course_of(scheme.plan)
    earned = {each.year: each.earned_minor for each in interest_by_year(scheme.plan, course, until, first_month)}
    for entry in scheme.entries:
        if entry.part == EntryPart.CLOSING:
            year = FiscalYear.of(entry.occurred_on, first_month)
            received = entry.interest_minor - entry.moved_minor
            earned[year] = earned.get(year, 0) + received - course(entry.occurred_on).value_minor
    return [
        YearFigures(year, earned.get(year, 0), *paid.get(year, (0, 0)))
        for year in sorted(
            {year for year, each in earned.items() if each} | {year for year, sums in paid.items() if any(sums)}
        )
    ]


def _view(
    row: Any,
    rates: Sequence[tuple[date, Decimal]],
    legs: Iterable[Any],
    moves: Sequence[tuple[date, int, int]],
    skipped: Iterable[date],
) -> SchemeView:
    entries = _entries(row, legs)
    closings = [entry.occurred_on for entry in entries.values() if entry.part == EntryPart.CLOSING]
    return SchemeView(
        id=row.id, account_id=row.account_id, kind=row.kind, name=row.name, institution=row.institution, number_end=row.number_end,
        opening_minor=row.principal_minor,
        tenor_months=row.tenor_months, tenor_days=row.tenor_days, is_own_rate=row.is_own_rate, is_taken_over=row.is_taken_over, from_account_id=row.from_account_id,
        payout_account_id=row.payout_account_id, income_account_id=row.income_account_id, tax_rate=row.tax_rate,
        penalty_rate=row.penalty_rate, is_joint=row.is_joint, nominee=row.nominee, note=row.note,
        instalment_schedule_id=row.instalment_schedule_id, interest_schedule_id=row.interest_schedule_id,
        maturity_schedule_id=row.maturity_schedule_id,
        plan=_plan(row, rates, entries, moves, skipped),
        entries=tuple(entries.values()),
        balance_minor=sum(amount for _, amount, _ in moves),
        closed_on=max(closings, default=None),
    )  # fmt: skip


def _entries(row: Any, legs: Iterable[Any]) -> dict[int, Entry]:
    """Its transactions that are posted: a deleted one has no legs."""
    found: dict[int, Entry] = {}
    for leg in legs:
        entry = found.get(leg.transaction_id) or Entry(
            leg.transaction_id, EntryPart(leg.part), leg.occurred_on, 0, 0, 0
        )
        if leg.account_id == row.account_id:
            entry = replace(entry, moved_minor=entry.moved_minor + leg.amount_minor)
        elif leg.kind == AccountKind.INCOME:  # whichever category it is in by now
            entry = replace(entry, interest_minor=entry.interest_minor - leg.amount_minor)
        elif leg.kind == AccountKind.EXPENSE:
            entry = replace(entry, tax_minor=entry.tax_minor + leg.amount_minor)
        found[leg.transaction_id] = entry
    return found


def _plan(
    row: Any,
    rates: Sequence[tuple[date, Decimal]],
    entries: Mapping[int, Entry],
    moves: Sequence[tuple[date, int, int]],
    skipped: Iterable[date],
) -> Plan:
    grows_by_deposits = KINDS[row.kind].family in {Family.FUND, Family.INSTALMENTS}
    known = {EntryPart.CREDIT, EntryPart.CLOSING}
    if not grows_by_deposits or row.paid_before:
        known.add(EntryPart.OPENING)
    free = [
        Movement(max(day, row.starts_on), amount)
        for day, amount, transaction_id in moves
        if transaction_id not in entries or entries[transaction_id].part not in known
    ]
    inside = [move for move in free if grows_by_deposits and move.on < row.matures_on]
    credited = {FiscalYear.of(day).starts_in: 0 for day in skipped}
    for entry in entries.values():
        if entry.part == EntryPart.CREDIT:
            credited[FiscalYear.of(entry.occurred_on).starts_in] = entry.moved_minor
    return Plan(
        kind=SchemeKind(row.kind),
        opened_on=row.opened_on,
        matures_on=row.matures_on,
        starts_on=row.starts_on,
        principal_minor=0 if grows_by_deposits else row.principal_minor,
        rate=row.rate,
        compounding=Compounding(row.compounding),
        payout=Payout(row.payout) if row.payout else None,
        instalment_minor=row.instalment_minor,
        instalment_months=row.instalment_months,
        instalments_from=row.instalments_from,
        paid_before=row.paid_before,
        deposits=tuple(inside),
        rates=tuple(rates),
        credits=credited,
        others=tuple(move for move in free if move not in inside),
    )
