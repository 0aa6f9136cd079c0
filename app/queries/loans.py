"""Loans as pages read them: their terms and events, what the books say of them, and what became of their instalments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import AccountKind, State, Subtype
from app.domain.errors import NotInBook
from app.domain.loan_plans import Event, EventKind, Keep, LoanStart, Plan, PlanRow, Terms, loan_plan
from app.domain.periods import Month, Span
from app.domain.schedules import OccurrenceState, ScheduleState
from app.models.account import Account
from app.models.loan import Loan, LoanEvent
from app.models.numbers import whole
from app.models.schedule import Occurrence, Schedule
from app.models.transaction import AccountMonth, Posting, Transaction

INCOME_MONTHS = 3


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that changed a loan. `is_void`: its transaction was deleted where transactions are."""

    id: int
    event: Event
    charge_minor: int
    transaction_id: int | None
    is_void: bool


@dataclass(frozen=True)
class LoanView:
    """A loan with everything that follows from what was agreed."""

    id: int
    name: str
    lender: str
    terms: Terms
    start: LoanStart
    started_on: date
    paid_count: int
    fee_minor: int
    account_id: int
    pay_account_id: int
    into_account_id: int | None
    interest_account_id: int
    schedule_id: int
    start_transaction_id: int | None
    is_automatic: bool
    state: ScheduleState
    events: tuple[EventView, ...]

    @cached_property
    def plan(self) -> Plan:
        """Every row of it, with all events."""
        return loan_plan(self.terms, [each.event for each in self.events])

    def planned_minor(self, day: date) -> int:
        """What is owed on a day by plan."""
        return self.plan.balance_on(day) if day >= self.started_on else 0

    def rate_on(self, day: date) -> Decimal:
        """The rate of the coming row."""
        coming = self.plan.after(day)
        return coming[0].annual_rate if coming else self.plan.rows[-1].annual_rate

    def emi_on(self, day: date) -> int:
        """The full instalment that is paid from a day on; 0 when all is paid."""
        return next((row.emi_minor for row in self.plan.after(day) if row.emi_minor and row.is_due), 0)

    def interest_left_minor(self, day: date) -> int:
        """Interest of the rows after a day."""
        return sum(row.interest_minor for row in self.plan.after(day))


@dataclass(frozen=True, slots=True)
class Standing:
    """A loan on a day: what the books say is owed, beside the plan."""

    loan: LoanView
    owed_minor: int
    planned_minor: int
    emi_minor: int
    annual_rate: Decimal
    interest_left_minor: int
    next_row: PlanRow | None
    waiting: int

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be paid."""
        return self.owed_minor != 0 or self.next_row is not None

    @property
    def repaid_part(self) -> Decimal:
        """How much of what was borrowed is repaid, from 0 to 1."""
        part = 1 - Decimal(self.owed_minor) / self.loan.terms.principal_minor
        return max(Decimal(0), min(Decimal(1), part))


@dataclass(frozen=True, slots=True)
class Instalment:
    """What became of a date of a loan. `reason`: why it waits although it should post by itself."""

    due_on: date
    state: OccurrenceState
    transaction_id: int | None
    is_void: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Books:
    """What the books say of one loan. Sums of a financial year; a principal counts when it makes what is owed smaller."""

    owed_minor: int
    year: Span
    year_interest_minor: int
    year_principal_minor: int
    instalments: Mapping[date, Instalment]

    @property
    def waiting(self) -> tuple[Instalment, ...]:
        """Dates that wait for a person."""
        return tuple(each for each in self.instalments.values() if each.state is OccurrenceState.WAITING)


@dataclass(frozen=True, slots=True)
class Card:
    """A credit card or loan account on which something is owed, and which no plan knows."""

    account_id: int
    name: str
    owed_minor: int


def terms_of(row: Loan) -> Terms:
    """What a loan's row says was agreed."""
    return Terms(
        principal_minor=row.principal_minor, annual_rate=row.annual_rate, months=row.months, first_on=row.first_on, day=row.day,
        method=row.method, emi_minor=row.emi_minor, waiting_months=row.waiting_months, waiting_interest=row.waiting_interest,
    )  # fmt: skip


def event_of(row: LoanEvent) -> Event:
    """What an event's row says."""
    return Event(row.occurred_on, EventKind(row.kind), Keep(row.keep), row.amount_minor, row.annual_rate)


def loans_of(session: Session, book_id: int, *, loan_id: int | None = None) -> list[LoanView]:
    """The loans of a book that were not removed, by name. Two statements."""
    query = (
        select(Loan, Schedule.is_automatic, Schedule.state)
        .join(Schedule, (Schedule.id == Loan.schedule_id) & (Schedule.book_id == Loan.book_id))
        .where(Loan.book_id == book_id, Loan.removed_at.is_(None))
    )
    rows = session.execute(query if loan_id is None else query.where(Loan.id == loan_id)).all()
    if not rows:
        return []
    events = _events(session, book_id, [row.id for row, _, _ in rows])
    views = [_view(row, events.get(row.id, ()), is_automatic, state) for row, is_automatic, state in rows]
    return sorted(views, key=lambda view: (view.name.casefold(), view.id))


def loan_of(session: Session, book_id: int, loan_id: int) -> LoanView:
    """One loan.

    Raises: NotInBook, also for one that was removed.
    """
    found = loans_of(session, book_id, loan_id=loan_id)
    if not found:
        raise NotInBook("loan", loan_id, book_id)
    return found[0]


def _events(session: Session, book_id: int, loan_ids: Sequence[int]) -> dict[int, tuple[EventView, ...]]:
    rows = session.execute(
        select(LoanEvent, Transaction.state)
        .outerjoin(
            Transaction, (Transaction.id == LoanEvent.transaction_id) & (Transaction.book_id == LoanEvent.book_id)
        )
        .where(LoanEvent.book_id == book_id, LoanEvent.loan_id.in_(loan_ids), LoanEvent.removed_at.is_(None))
        .order_by(LoanEvent.occurred_on, LoanEvent.id)
    ).all()
    events: dict[int, tuple[EventView, ...]] = {}
    for row, state in rows:
        view = EventView(row.id, event_of(row), row.charge_minor, row.transaction_id, state == State.VOID)
        events[row.loan_id] = (*events.get(row.loan_id, ()), view)
    return events


def _view(row: Loan, events: tuple[EventView, ...], is_automatic: bool, state: ScheduleState) -> LoanView:  # noqa: FBT001 - a column
    return LoanView(
        id=row.id, name=row.name, lender=row.lender, terms=terms_of(row), start=LoanStart(row.start), started_on=row.started_on,
        paid_count=row.paid_count, fee_minor=row.fee_minor, account_id=row.account_id, pay_account_id=row.pay_account_id,
        into_account_id=row.into_account_id, interest_account_id=row.interest_account_id, schedule_id=row.schedule_id,
        start_transaction_id=row.start_transaction_id, is_automatic=is_automatic, state=ScheduleState(state), events=events,
    )  # fmt: skip


def owed_on(session: Session, book_id: int, account_ids: Iterable[int], day: date) -> dict[int, int]:
    """What is owed on each of these accounts at the end of a day, in minor units; what is owned is negative."""
    rows = session.execute(
        select(Posting.account_id, func.sum(Posting.amount_minor))
        .where(Posting.book_id == book_id, Posting.account_id.in_(set(account_ids)), Posting.occurred_on <= day)
        .group_by(Posting.account_id)
    )
    return {account_id: -whole(total) for account_id, total in rows}


def standings(session: Session, book_id: int, loans: Sequence[LoanView], day: date) -> list[Standing]:
    """Where each loan is on a day. Two statements."""
    owed = owed_on(session, book_id, [loan.account_id for loan in loans], day)
    waiting = dict(
        session.execute(
            select(Occurrence.schedule_id, func.count())
            .where(
                Occurrence.book_id == book_id,
                Occurrence.schedule_id.in_([loan.schedule_id for loan in loans]),
                Occurrence.state == OccurrenceState.WAITING,
            )
            .group_by(Occurrence.schedule_id)
        ).all()
    )
    return [_standing(loan, owed.get(loan.account_id, 0), waiting.get(loan.schedule_id, 0), day) for loan in loans]


def _standing(loan: LoanView, owed_minor: int, waiting: int, day: date) -> Standing:
    coming = [row for row in loan.plan.after(day) if row.is_due]
    return Standing(
        loan=loan, owed_minor=owed_minor, planned_minor=loan.planned_minor(day), emi_minor=loan.emi_on(day), annual_rate=loan.rate_on(day),
        interest_left_minor=loan.interest_left_minor(day), next_row=coming[0] if coming else None, waiting=waiting,
    )  # fmt: skip


def books_of(session: Session, book_id: int, loan: LoanView, day: date, year: Span) -> Books:
    """What the books say of one loan on a day, and in a financial year. Three statements."""
    instalments = {
        each.due_on: each
        for each in (
            Instalment(due_on, OccurrenceState(state), transaction_id, posted == State.VOID, reason or "")
            for due_on, state, transaction_id, reason, posted in session.execute(
                select(
                    Occurrence.due_on, Occurrence.state, Occurrence.transaction_id, Occurrence.reason, Transaction.state
                )
                .outerjoin(
                    Transaction,
                    (Transaction.id == Occurrence.transaction_id) & (Transaction.book_id == Occurrence.book_id),
                )
                .where(Occurrence.book_id == book_id, Occurrence.schedule_id == loan.schedule_id)
                .order_by(Occurrence.due_on)
            )
        )
    }
    legs = session.execute(
        select(Posting.occurred_on, Posting.amount_minor).where(
            Posting.book_id == book_id,
            Posting.account_id == loan.account_id,
            Posting.occurred_on <= max(day, year.last),
        )
    ).all()
    interest = session.scalar(
        select(func.sum(Posting.amount_minor))
        .join(
            Occurrence,
            (Occurrence.transaction_id == Posting.transaction_id) & (Occurrence.book_id == Posting.book_id),
        )
        .join(Account, (Account.id == Posting.account_id) & (Account.book_id == Posting.book_id))
        .where(
            Occurrence.book_id == book_id,
            Occurrence.schedule_id == loan.schedule_id,
            Account.kind == AccountKind.EXPENSE,
            Posting.occurred_on >= year.first,
            Posting.occurred_on <= year.last,
        )
    )
    return Books(
        owed_minor=-sum(amount for on, amount in legs if on <= day),
        year=year,
        year_interest_minor=whole(interest),
        year_principal_minor=sum(amount for on, amount in legs if amount > 0 and on in year),
        instalments=instalments,
    )


def monthly_income(session: Session, book_id: int, day: date) -> int | None:
    """Average income of the last whole months, in minor units of the book's currency; none when a month of them had none."""
    months = Month.of(day).previous().last_months(INCOME_MONTHS)
    rows = dict(
        session.execute(
            select(
                AccountMonth.month,
                func.sum(AccountMonth.base_credit_minor - AccountMonth.base_debit_minor),
            )
            .join(Account, (Account.id == AccountMonth.account_id) & (Account.book_id == AccountMonth.book_id))
            .where(
                AccountMonth.book_id == book_id,
                AccountMonth.month >= months[0].first,
                AccountMonth.month <= months[-1].first,
                Account.kind == AccountKind.INCOME,
            )
            .group_by(AccountMonth.month)
        ).all()
    )
    sums = [whole(rows.get(month.first)) for month in months]
    return sum(sums) // len(sums) if min(sums) > 0 else None


def cards_of(session: Session, book_id: int, day: date, *, currency: str, known: Iterable[int]) -> list[Card]:
    """Cards and loan accounts in the book's currency on which something is owed, without those of `known`."""
    rows = session.execute(
        select(Account.id, Account.name, func.sum(AccountMonth.credit_minor - AccountMonth.debit_minor))
        .join(AccountMonth, (AccountMonth.account_id == Account.id) & (AccountMonth.book_id == Account.book_id))
        .where(
            Account.book_id == book_id,
            Account.subtype.in_([Subtype.CARD, Subtype.LOAN]),
            Account.currency == currency,
            Account.is_archived.is_(False),
            AccountMonth.month <= day,
        )
        .group_by(Account.id, Account.name)
    )
    left_out = set(known)
    cards = [Card(account_id, name, whole(total)) for account_id, name, total in rows if account_id not in left_out]
    return sorted(
        (card for card in cards if card.owed_minor > 0), key=lambda card: (card.name.casefold(), card.account_id)
    )


def earliest_change(loan: LoanView, instalments: Mapping[date, Instalment]) -> date:
    """The first day on which something can still change a loan: what is in the books stays as it is."""
    posted = [each.due_on for each in instalments.values() if each.state is OccurrenceState.POSTED]
    return max([loan.started_on, *posted])
