"""The kept totals of a book: what dashboards and statements are made of. They cost the same at any number of transactions.

Each statement is built once; a request only fills in its parameters.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import BindParameter, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.domain.books import MONEY_KINDS, AccountKind, Need
from app.domain.flows import Flow
from app.domain.periods import Month, Span
from app.models.account import Account
from app.models.numbers import whole
from app.models.transaction import AccountMonth, DayTotal
from app.queries.accounts import AccountView, Balance

_BOOK: BindParameter[int] = bindparam("book_id")
# Columns of the tables, not of the mapped classes: the rows are plain values, and nothing of the ORM is asked.
_ACCOUNTS, _MONTHS, _DAY_TOTALS = Account.__table__.c, AccountMonth.__table__.c, DayTotal.__table__.c
_NET = _MONTHS.debit_minor - _MONTHS.credit_minor
_BASE_NET = _MONTHS.base_debit_minor - _MONTHS.base_credit_minor

_MOVED = select(_MONTHS.account_id, _MONTHS.month, _BASE_NET).where(
    _MONTHS.book_id == _BOOK, _MONTHS.month.between(bindparam("first"), bindparam("last"))
)
_BALANCES = (
    select(_ACCOUNTS.id, func.sum(_NET), func.sum(_BASE_NET), func.sum(_MONTHS.leg_count))
    .join_from(Account.__table__, AccountMonth.__table__, _MONTHS.account_id == _ACCOUNTS.id)
    .where(_ACCOUNTS.book_id == _BOOK, _ACCOUNTS.kind.in_(MONEY_KINDS), _MONTHS.month <= bindparam("last"))
    .group_by(_ACCOUNTS.id)
)
_DAYS = select(_DAY_TOTALS.day, _DAY_TOTALS.income_minor, _DAY_TOTALS.expense_minor).where(
    _DAY_TOTALS.book_id == _BOOK,
    or_(
        _DAY_TOTALS.day.between(bindparam("first"), bindparam("last")),
        _DAY_TOTALS.day.between(bindparam("other_first"), bindparam("other_last")),
    ),
)


def movements(session: Session, book_id: int, first: Month, last: Month) -> dict[date, dict[int, int]]:
    """What each month (by its first day) added to each account, debit positive, in minor units of the book's currency."""
    months: dict[date, dict[int, int]] = {}
    found = session.execute(_MOVED, {"book_id": book_id, "first": first.first, "last": last.first})
    for account_id, month, minor in found.all():
        months.setdefault(month, {})[account_id] = minor
    return months


def balances_at(session: Session, book_id: int, accounts: Mapping[int, AccountView], last: Month) -> dict[int, Balance]:
    """What every money account that was in use by then held at the end of a month."""
    rows = session.execute(_BALANCES, {"book_id": book_id, "last": last.first}).all()
    return {each: Balance(accounts[each], whole(amount), whole(base), whole(legs)) for each, amount, base, legs in rows}


def day_flows(session: Session, book_id: int, span: Span, other: Span) -> dict[date, Flow]:
    """Income and spending of each day of two spans that has any entry."""
    rows = session.execute(
        _DAYS,
        {
            "book_id": book_id,
            "first": span.first,
            "last": span.last,
            "other_first": other.first,
            "other_last": other.last,
        },
    ).all()
    return {day: Flow(income, expense) for day, income, expense in rows}


def month_flow(moved: Mapping[int, int], accounts: Mapping[int, AccountView]) -> Flow:
    """Income and spending of a month, from what it added to each account."""
    income = expense = 0
    for account_id, minor in moved.items():
        kind = accounts[account_id].kind
        if kind == AccountKind.INCOME:
            income -= minor
        elif kind == AccountKind.EXPENSE:
            expense += minor
    return Flow(income, expense)


def heading_of(account_id: int, accounts: Mapping[int, AccountView]) -> AccountView:
    """The outermost category that this one stands under: itself, when it stands alone."""
    account = accounts[account_id]
    while account.parent_id is not None:
        account = accounts[account.parent_id]
    return account


def by_heading(moved: Mapping[int, int], accounts: Mapping[int, AccountView], kind: AccountKind) -> dict[int, int]:
    """A month's amounts of one kind of category, each part counted under its outermost category. Earned and spent are positive."""
    sign = -1 if kind == AccountKind.INCOME else 1
    sums: dict[int, int] = {}
    for account_id, minor in moved.items():
        if accounts[account_id].kind == kind:
            heading = heading_of(account_id, accounts).id
            sums[heading] = sums.get(heading, 0) + sign * minor
    return sums


def by_need(months: Sequence[Mapping[int, int]], accounts: Mapping[int, AccountView]) -> dict[Need, int]:
    """Spending of some months by whether it was needed."""
    sums = dict.fromkeys(Need, 0)
    for moved in months:
        for account_id, minor in moved.items():
            account = accounts[account_id]
            if account.kind == AccountKind.EXPENSE:
                sums[account.need] += minor
    return sums
