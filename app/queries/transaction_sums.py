"""The totals of everything that fits a list, and of each of its days.

Dates, an account and a category are answered from the totals that are kept with every write, so they cost the same at any size.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.domain.periods import Month
from app.models.numbers import whole
from app.models.transaction import AccountMonth, DayTotal, Posting, Transaction
from app.queries.transaction_filters import Filters, conditions, on_legs, same_transaction


@dataclass(frozen=True, slots=True)
class Sums:
    """Everything that fits a filter: how many, money in, money out (both as they are said, positive) and what remains."""

    count: int = 0
    in_minor: int = 0
    out_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Money in less money out."""
        return self.in_minor - self.out_minor


def sums_of(session: Session, book_id: int, filters: Filters) -> Sums:
    """The totals of everything that fits. One statement; kept totals answer when only dates and accounts narrow the list."""
    if filters.account_ids:
        if filters.only_dates and filters.whole_months and len(filters.account_ids) == 1:
            return _kept_account_sums(session, book_id, filters)
        return _leg_sums(session, book_id, filters)
    if filters.only_dates:
        return _kept_day_sums(session, book_id, filters)
    row = session.execute(
        select(func.count(), func.sum(Transaction.income_minor), func.sum(Transaction.expense_minor)).where(
            *conditions(book_id, filters)
        )
    ).one()
    count, income, expense = (whole(part) for part in row)
    return Sums(count) if filters.is_void else Sums(count, income, expense)


def day_sums(session: Session, book_id: int, filters: Filters, days: Iterable[date]) -> dict[date, int]:
    """What remained of each day of a page, over everything that fits: money in less money out. One statement."""
    wanted = sorted(set(days))
    if not wanted or filters.is_void:
        return {}
    if filters.account_ids:
        flow = _flow(filters)
        rows = session.execute(
            select(Posting.occurred_on, func.sum(flow))
            .join(Transaction, same_transaction())
            .where(*on_legs(book_id, replace(filters, first_on=wanted[0], last_on=wanted[-1]), filters.account_ids))
            .group_by(Posting.occurred_on)
        )
    elif filters.only_dates:
        rows = session.execute(
            select(DayTotal.day, DayTotal.income_minor - DayTotal.expense_minor).where(
                DayTotal.book_id == book_id, DayTotal.day.in_(wanted)
            )
        )
    else:
        rows = session.execute(
            select(Transaction.occurred_on, func.sum(Transaction.income_minor - Transaction.expense_minor))
            .where(*conditions(book_id, replace(filters, first_on=wanted[0], last_on=wanted[-1])))
            .group_by(Transaction.occurred_on)
        )
    sums = {day: whole(total) for day, total in rows}
    return {day: sums.get(day, 0) for day in wanted}


def _flow(filters: Filters) -> ColumnElement[int]:
    """What a leg means to the reader: for a category what came in, for an account what was put in."""
    return -Posting.base_minor if filters.of_category else Posting.amount_minor + 0


def _leg_sums(session: Session, book_id: int, filters: Filters) -> Sums:
    if filters.is_void:
        count = session.scalar(select(func.count()).select_from(Transaction).where(*conditions(book_id, filters)))
        return Sums(count or 0)
    flow = _flow(filters)
    found = select(
        func.count(Posting.transaction_id.distinct()),
        func.sum(case((flow > 0, flow), else_=0)),
        func.sum(case((flow < 0, -flow), else_=0)),
    ).where(*on_legs(book_id, filters, filters.account_ids))
    if not filters.only_dates:
        found = found.join(Transaction, same_transaction())
    return Sums(*(whole(part) for part in session.execute(found).one()))


def _kept_account_sums(session: Session, book_id: int, filters: Filters) -> Sums:
    money = (
        (AccountMonth.base_credit_minor, AccountMonth.base_debit_minor)
        if filters.of_category
        else (AccountMonth.debit_minor, AccountMonth.credit_minor)
    )
    found = select(func.sum(AccountMonth.leg_count), *(func.sum(column) for column in money)).where(
        AccountMonth.book_id == book_id, AccountMonth.account_id == filters.account_ids[0]
    )
    if filters.first_on:
        found = found.where(AccountMonth.month >= filters.first_on)
    if filters.last_on:
        found = found.where(AccountMonth.month <= Month.of(filters.last_on).first)
    return Sums(*(whole(part) for part in session.execute(found).one()))


def _kept_day_sums(session: Session, book_id: int, filters: Filters) -> Sums:
    found = select(
        func.sum(DayTotal.transaction_count), func.sum(DayTotal.income_minor), func.sum(DayTotal.expense_minor)
    ).where(DayTotal.book_id == book_id)
    if filters.first_on:
        found = found.where(DayTotal.day >= filters.first_on)
    if filters.last_on:
        found = found.where(DayTotal.day <= filters.last_on)
    return Sums(*(whole(part) for part in session.execute(found).one()))
