"""Do the books prove themselves? Recomputes everything that is kept, and compares."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain.alerts import Answer
from app.domain.audit import link_hash
from app.domain.books import MONEY_KINDS, AccountKind, Leg, State, is_balanced
from app.domain.imports import ImportState, RowStatus
from app.domain.periods import Month
from app.domain.recurrence_texts import parse_rule
from app.domain.schedules import OccurrenceState, ScheduleState, is_date_of
from app.models.account import Account
from app.models.anomaly import Alert
from app.models.book import AuditEvent, Book
from app.models.numbers import whole
from app.models.schedule import Occurrence, Schedule
from app.models.statement_import import Import, ImportRow, TransactionSource
from app.models.transaction import AccountMonth, DayTotal, Posting, Transaction
from app.queries.holdings import held_of


@dataclass(frozen=True, slots=True)
class Verification:
    """What was counted in one book, and every difference found, in words."""

    book_id: int
    transactions: int
    legs: int
    events: int
    assets_minor: int
    liabilities_minor: int
    equity_minor: int
    result_minor: int
    differences: tuple[str, ...]


def verify_book(session: Session, book_id: int) -> Verification:
    """Check one book.

    Legs add up to zero, and say the same in both amounts where one currency is both; assets = liabilities + equity + result;
    kept figures and totals = recomputed; what is void can come back; imports, warnings and schedules agree with their transactions;
    the chain of events is whole.
    """
    sums = dict.fromkeys(AccountKind, 0)
    rows = session.execute(
        select(Account.kind, func.sum(Posting.base_minor)).join(Posting, (Posting.account_id == Account.id) & (Posting.book_id == Account.book_id))
        .where(Account.book_id == book_id).group_by(Account.kind)
    )  # fmt: skip
    sums.update({kind: whole(total) for kind, total in rows})
    assets, owed = sums[AccountKind.ASSET], -sums[AccountKind.LIABILITY]
    equity, result = -sums[AccountKind.EQUITY], -sums[AccountKind.INCOME] - sums[AccountKind.EXPENSE]
    found = [
        *_unbalanced(session, book_id),
        *_effects(session, book_id),
        *_months(session, book_id),
        *_days(session, book_id),
        *_currencies(session, book_id),
        *_void(session, book_id),
        *_sources(session, book_id),
        *_scores(session, book_id),
        *_occurrences(session, book_id),
        *_holdings(session, book_id),
    ]
    if assets != owed + equity + result:
        found.append(f"assets {assets} are not liabilities {owed} + equity {equity} + result {result}")
    events, broken = _chain(session, book_id)
    return Verification(
        book_id=book_id,
        transactions=session.scalar(select(func.count()).select_from(Transaction).where(Transaction.book_id == book_id))
        or 0,
        legs=session.scalar(select(func.count()).select_from(Posting).where(Posting.book_id == book_id)) or 0,
        events=events,
        assets_minor=assets,
        liabilities_minor=owed,
        equity_minor=equity,
        result_minor=result,
        differences=tuple(found + broken),
    )


def _unbalanced(session: Session, book_id: int) -> Iterator[str]:
    rows = session.execute(
        select(Posting.transaction_id, func.sum(Posting.base_minor)).where(Posting.book_id == book_id)
        .group_by(Posting.transaction_id).having(func.sum(Posting.base_minor) != 0)
    )  # fmt: skip
    for transaction_id, total in rows:
        yield f"legs of transaction {transaction_id} add up to {whole(total)}"


def _effects(session: Session, book_id: int) -> Iterator[str]:
    """Each transaction's own figures, its date on every leg, and no legs on void ones."""
    amount = Posting.base_minor
    sums = (
        select(
            Posting.transaction_id.label("id"),
            func.sum(case((Account.kind == AccountKind.INCOME, -amount), else_=0)).label("income"),
            func.sum(case((Account.kind == AccountKind.EXPENSE, amount), else_=0)).label("expense"),
            func.sum(case((Account.kind.in_(MONEY_KINDS) & (amount > 0), amount), else_=0)).label("moved"),
            func.min(Posting.occurred_on).label("earliest"),
            func.max(Posting.occurred_on).label("latest"),
        )
        .join(Account, (Account.id == Posting.account_id) & (Account.book_id == Posting.book_id))
        .where(Posting.book_id == book_id)
        .group_by(Posting.transaction_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Transaction.id, Transaction.state, Transaction.occurred_on, Transaction.income_minor, Transaction.expense_minor, Transaction.moved_minor,
            sums.c.income, sums.c.expense, sums.c.moved, sums.c.earliest, sums.c.latest,
        )
        .outerjoin(sums, sums.c.id == Transaction.id)
        .where(Transaction.book_id == book_id)
        .execution_options(yield_per=5000)
    )  # fmt: skip
    for row in rows:
        if row.state == State.VOID:
            if row.earliest is not None:
                yield f"void transaction {row.id} has legs"
            continue
        if row.earliest is None:
            yield f"transaction {row.id} has no legs"
            continue
        income, expense = whole(row.income), whole(row.expense)
        moved = 0 if income or expense else whole(row.moved)
        if (row.income_minor, row.expense_minor, row.moved_minor) != (income, expense, moved):
            yield f"transaction {row.id} keeps {row.income_minor}/{row.expense_minor}/{row.moved_minor}, its legs say {income}/{expense}/{moved}"
        if not row.earliest == row.latest == row.occurred_on:
            yield f"transaction {row.id} and its legs have different dates"


def _months(session: Session, book_id: int) -> Iterator[str]:
    kept = {
        (row.account_id, row.month): (row.debit_minor, row.credit_minor, row.base_debit_minor, row.base_credit_minor, row.leg_count)
        for row in session.execute(
            select(
                AccountMonth.account_id, AccountMonth.month, AccountMonth.debit_minor, AccountMonth.credit_minor,
                AccountMonth.base_debit_minor, AccountMonth.base_credit_minor, AccountMonth.leg_count,
            ).where(AccountMonth.book_id == book_id)
        )
    }  # fmt: skip
    recomputed: dict[tuple[int, object], list[int]] = {}
    amount, base = Posting.amount_minor, Posting.base_minor
    rows = session.execute(
        select(
            Posting.account_id, Posting.occurred_on,
            func.sum(case((amount > 0, amount), else_=0)), func.sum(case((amount < 0, -amount), else_=0)),
            func.sum(case((base > 0, base), else_=0)), func.sum(case((base < 0, -base), else_=0)), func.count(),
        )
        .where(Posting.book_id == book_id)
        .group_by(Posting.account_id, Posting.occurred_on)
        .execution_options(yield_per=5000)
    )  # fmt: skip
    for account_id, day, *parts in rows:
        sums = recomputed.setdefault((account_id, Month.of(day).first), [0, 0, 0, 0, 0])
        for at, part in enumerate(parts):
            sums[at] += whole(part)
    for each in sorted(kept.keys() | recomputed.keys(), key=str):
        was, now = kept.get(each, (0, 0, 0, 0, 0)), tuple(recomputed.get(each, (0, 0, 0, 0, 0)))
        if was != now:
            yield f"month totals of account {each[0]} in {each[1]} are {was}, recomputed {now}"


def _days(session: Session, book_id: int) -> Iterator[str]:
    kept = {
        row.day: (row.income_minor, row.expense_minor, row.moved_minor, row.transaction_count)
        for row in session.execute(
            select(
                DayTotal.day,
                DayTotal.income_minor,
                DayTotal.expense_minor,
                DayTotal.moved_minor,
                DayTotal.transaction_count,
            ).where(DayTotal.book_id == book_id)
        )
    }
    rows = session.execute(
        select(
            Transaction.occurred_on,
            func.sum(Transaction.income_minor),
            func.sum(Transaction.expense_minor),
            func.sum(Transaction.moved_minor),
            func.count(),
        )
        .where(Transaction.book_id == book_id, Transaction.state == State.POSTED)
        .group_by(Transaction.occurred_on)
    )
    recomputed = {day: tuple(whole(part) for part in parts) for day, *parts in rows}
    for day in sorted(kept.keys() | recomputed.keys()):
        if kept.get(day, (0, 0, 0, 0)) != recomputed.get(day, (0, 0, 0, 0)):
            yield f"day totals of {day} are {kept.get(day)}, recomputed {recomputed.get(day)}"


def _currencies(session: Session, book_id: int) -> Iterator[str]:
    """An account in the book's currency moves by the same amount in both columns; any other one to the same side in both."""
    amount, base = Posting.amount_minor, Posting.base_minor
    is_home = Account.currency == Book.currency
    rows = session.execute(
        select(Posting.transaction_id, Posting.account_id, amount, base)
        .join(Account, (Account.id == Posting.account_id) & (Account.book_id == Posting.book_id))
        .join(Book, Book.id == Posting.book_id)
        .where(
            Posting.book_id == book_id,
            or_(and_(is_home, amount != base), and_(amount > 0, base < 0), and_(amount < 0, base > 0)),
        )
    )
    for transaction_id, account_id, amount_minor, base_minor in rows:
        yield f"transaction {transaction_id} moves account {account_id} by {amount_minor}, in the book's currency by {base_minor}"


def _void(session: Session, book_id: int) -> Iterator[str]:
    """A void transaction keeps balanced legs on accounts of the book, a posted one keeps none."""
    accounts = set(session.scalars(select(Account.id).where(Account.book_id == book_id)))
    rows = session.execute(
        select(Transaction.id, Transaction.state, Transaction.void_legs)
        .where(
            Transaction.book_id == book_id,
            or_(Transaction.state == State.VOID, Transaction.void_legs.is_not(None)),
        )
        .execution_options(yield_per=5000)
    )
    for transaction_id, state, kept in rows:
        legs = [Leg(*leg) for leg in json.loads(kept or "[]")]
        if state != State.VOID:
            yield f"transaction {transaction_id} is posted and keeps the legs of a void one"
        elif not legs or not is_balanced(legs) or not {leg.account_id for leg in legs} <= accounts:
            yield f"void transaction {transaction_id} could not come back"


def _sources(session: Session, book_id: int) -> Iterator[str]:
    """A row of a statement leads to a transaction of an import, whose finished state counts its rows."""
    strays = session.scalars(
        select(TransactionSource.transaction_id)
        .join(
            Transaction,
            (Transaction.id == TransactionSource.transaction_id) & (Transaction.book_id == TransactionSource.book_id),
        )
        .where(TransactionSource.book_id == book_id, Transaction.import_id.is_(None))
    )
    for transaction_id in strays:
        yield f"transaction {transaction_id} has the row of a statement and no import"
    written = (
        select(func.count())
        .where(
            ImportRow.book_id == Import.book_id,
            ImportRow.import_id == Import.id,
            ImportRow.status == RowStatus.WRITTEN,
        )
        .scalar_subquery()
    )
    made = (
        select(func.count())
        .where(Transaction.book_id == Import.book_id, Transaction.import_id == Import.id)
        .scalar_subquery()
    )
    finished = select(Import.id, written, made).where(Import.book_id == book_id, Import.state == ImportState.APPLIED)
    for import_id, rows, transactions in session.execute(finished):
        if rows != transactions:
            yield f"import {import_id} wrote {rows} rows and has {transactions} transactions"


def _scores(session: Session, book_id: int) -> Iterator[str]:
    """A warning that waits says what its transaction keeps of the detector's verdict."""
    rows = session.execute(
        select(Alert.id, Alert.score, Transaction.score)
        .join(Transaction, (Transaction.id == Alert.transaction_id) & (Transaction.book_id == Alert.book_id))
        .where(Alert.book_id == book_id, Alert.answer == Answer.OPEN)
    )
    for alert_id, said, kept in rows:
        if said != kept:
            yield f"warning {alert_id} says {said}, its transaction {kept}"


def _occurrences(session: Session, book_id: int) -> Iterator[str]:
    """What a schedule posted is in the book; its next date is one of its rule, and nothing was decided about it."""
    lost = session.execute(
        select(Occurrence.schedule_id, Occurrence.due_on)
        .outerjoin(
            Transaction,
            (Transaction.id == Occurrence.transaction_id) & (Transaction.book_id == Occurrence.book_id),
        )
        .where(
            Occurrence.book_id == book_id,
            or_(
                and_(Occurrence.transaction_id.is_not(None), Transaction.id.is_(None)),
                and_(Occurrence.transaction_id.is_not(None), Occurrence.state != OccurrenceState.POSTED),
            ),
        )
    )
    for schedule_id, day in lost:
        yield f"schedule {schedule_id} names a transaction for {day} that it did not post"
    schedules = session.execute(
        select(Schedule.id, Schedule.rule, Schedule.first_on, Schedule.next_on, Schedule.state, Occurrence.due_on.label("decided_on"))
        .outerjoin(
            Occurrence,
            (Occurrence.schedule_id == Schedule.id)
            & (Occurrence.book_id == Schedule.book_id)
            & (Occurrence.due_on == Schedule.next_on),
        )
        .where(Schedule.book_id == book_id)
    )  # fmt: skip
    for row in schedules:
        if row.decided_on is not None:
            yield f"schedule {row.id} goes on with {row.next_on}, which was decided about"
        elif row.next_on is None and row.state != ScheduleState.ENDED:
            yield f"schedule {row.id} has no next date and has not ended"
        elif row.next_on is not None and not is_date_of(parse_rule(row.rule), row.first_on, row.next_on):
            yield f"schedule {row.id} goes on with {row.next_on}, which its rule does not have"


def _chain(session: Session, book_id: int) -> tuple[int, list[str]]:
    """Walk the chain of events. The hash is recomputed as `services.uow` computes it."""
    previous, number = "", 0
    differences: list[str] = []
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.book_id == book_id)
        .order_by(AuditEvent.number)
        .execution_options(yield_per=2000)
    )
    for event in events:
        number += 1
        own = link_hash(
            previous,
            [event.number, event.at.isoformat(), event.user_id, event.action, event.subject, event.before, event.after],
        )
        if event.number != number or event.previous_hash != previous or event.hash != own:
            differences.append(f"event {event.number} breaks the chain")
            previous, number = event.hash, event.number
            continue
        previous = event.hash
    head = session.execute(select(Book.audit_length, Book.audit_hash).where(Book.id == book_id)).one()
    if (head.audit_length, head.audit_hash) != (number, previous):
        differences.append(f"the chain has {number} events, the book says {head.audit_length}")
    return number, differences


def _holdings(session: Session, book_id: int) -> Iterator[str]:
    """What the account of an investment holds is what its lots had cost, in both currencies."""
    currency = session.scalar(select(Book.currency).where(Book.id == book_id)) or ""
    held = held_of(session, book_id, currency)
    rows = session.execute(
        select(Posting.account_id, func.sum(Posting.amount_minor), func.sum(Posting.base_minor))
        .where(Posting.book_id == book_id, Posting.account_id.in_([each.holding.account_id for each in held]))
        .group_by(Posting.account_id)
    )
    sums = {account_id: (whole(amount), whole(base)) for account_id, amount, base in rows}
    for each in held:
        lots = (each.position.cost_minor, each.position.cost_base_minor)
        books = sums.get(each.holding.account_id, (0, 0))
        if lots != books:
            yield f"investment {each.holding.name}: its lots cost {lots}, its account holds {books}"
