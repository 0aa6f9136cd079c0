"""The kept totals of a book: what dashboards and statements are made of. They cost the same at any number of transactions.

Each statement is built once; a request only fills in its parameters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.domain.books import MONEY_KINDS, AccountKind, Need, Subtype
from app.domain.flows import Flow
from app.domain.periods import Month, Span
from app.models.account import Account
from app.models.numbers import whole
from app.models.transaction import AccountMonth, DayTotal


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account or category, as pages show it."""

    id: int
    kind: AccountKind
    subtype: Subtype
    name: str
    currency: str
    parent_id: int | None
    need: Need
    icon: str
    colour: int
    is_archived: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds (debit positive), in its own currency and in the book's at the rates it was booked at."""

    amount_minor: int = 0
    base_minor: int = 0


_BOOK: BindParameter[int] = bindparam("book_id")
_NET = AccountMonth.debit_minor - AccountMonth.credit_minor
_BASE_NET = AccountMonth.base_debit_minor - AccountMonth.base_credit_minor

_ACCOUNTS = (
    select(
        Account.id,
        Account.kind,
        Account.subtype,
        Account.name,
        Account.currency,
        Account.parent_id,
        Account.need,
        Account.icon,
        Account.colour,
        Account.is_archived,
    )
    .where(Account.book_id == _BOOK)
    .order_by(Account.id)
)
_MOVED = select(AccountMonth.account_id, AccountMonth.month, _BASE_NET).where(
    AccountMonth.book_id == _BOOK, AccountMonth.month.between(bindparam("first"), bindparam("last"))
)
_BALANCES = (
    select(Account.id, func.sum(_NET), func.sum(_BASE_NET))
    .join(AccountMonth, AccountMonth.account_id == Account.id)
    .where(Account.book_id == _BOOK, Account.kind.in_(MONEY_KINDS), AccountMonth.month <= bindparam("last"))
    .group_by(Account.id)
)
_DAYS = select(DayTotal.day, DayTotal.income_minor, DayTotal.expense_minor).where(
    DayTotal.book_id == _BOOK,
    or_(
        DayTotal.day.between(bindparam("first"), bindparam("last")),
        DayTotal.day.between(bindparam("other_first"), bindparam("other_last")),
    ),
)


def accounts_of(session: Session, book_id: int) -> dict[int, AccountView]:
    """Every account and category of a book, by id, archived ones included."""
    rows = session.execute(_ACCOUNTS, {"book_id": book_id})
    return {values[0]: AccountView(*values) for values in map(tuple, rows)}


def movements(session: Session, book_id: int, first: Month, last: Month) -> dict[date, dict[int, int]]:
    """What each month (by its first day) added to each account, debit positive, in minor units of the book's currency."""
    months: dict[date, dict[int, int]] = {}
    for account_id, month, minor in session.execute(
        _MOVED, {"book_id": book_id, "first": first.first, "last": last.first}
    ):
        months.setdefault(month, {})[account_id] = minor
    return months


def balances(session: Session, book_id: int, last: Month) -> dict[int, Balance]:
    """What every money account that was ever used holds at the end of a month."""
    rows = session.execute(_BALANCES, {"book_id": book_id, "last": last.first})
    return {account_id: Balance(whole(amount), whole(base)) for account_id, amount, base in rows}


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
    )
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
