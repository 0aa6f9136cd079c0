"""One month of a book, ready to show: figures beside like ones, where the money went, what is owned, what is new.

Seven statements at most, whatever the number of transactions: kept totals, and lists with a limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.books import (
    MONEY_KINDS,
    AccountKind,
    Need,
    Subtype,
)
from app.domain.comparisons import Compared, same_days
from app.domain.flows import Flow, total
from app.domain.periods import Month, Span
from app.models.transaction import Transaction
from app.queries.accounts import AccountView, Balance, accounts_of
from app.queries.figures import (
    balances_at,
    by_heading,
    by_need,
    day_flows,
    month_flow,
    movements,
)
from app.queries.latest import Entry, OpenAlert, open_alerts, recent_entries
from app.rules.snapshot import CategoryTrend, Snapshot

TREND_MONTHS = 12
SETTLED_MONTHS = 3
CASH_SUBTYPES = frozenset({Subtype.BANK, Subtype.CASH, Subtype.WALLET})


@dataclass(frozen=True, slots=True)
class Comparison:
    """The month beside the same days of another one. `then` is None when that one has no entry at all."""

    days: Compared
    now: Flow
    then: Flow | None


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of the trend, and what the book was worth at its end."""

    month: Month
    flow: Flow
    worth_minor: int
    cash_minor: int


@dataclass(frozen=True, slots=True)
class CategoryFigure:
    """What an outermost category and its parts came to."""

    account: AccountView
    minor: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything that the two dashboards show of a month."""

    month: Month
    today: date
    flow: Flow
    has_later: bool  # entries dated after today are counted in `flow`
    before: Comparison
    year_ago: Comparison
    spent_by_day: tuple[int, ...]  # running totals, day by day; up to today while the month runs
    spent_before_by_day: tuple[int, ...]
    trend: tuple[MonthFigures, ...]  # oldest first, from the first month that has anything
    spending: tuple[CategoryFigure, ...]  # largest first
    earning: tuple[CategoryFigure, ...]
    needs: Mapping[Need, int]
    accounts: tuple[Balance, ...]  # what is owned before what is owed
    recent: tuple[Entry, ...]
    alerts: tuple[OpenAlert, ...]  # the worst of the latest, worst first
    snapshot: Snapshot
    is_new: bool  # nothing was ever entered

    @property
    def is_running(self) -> bool:
        """Whether today is in the month."""
        return Month.of(self.today) == self.month

    @property
    def worth_minor(self) -> int:
        """What is owned less what is owed, at the end of the month."""
        return sum(each.base_minor for each in self.accounts)

    @property
    def cash_minor(self) -> int:
        """What could be paid out today: bank accounts, cash and wallets."""
        return sum(each.base_minor for each in self.accounts if each.account.subtype in CASH_SUBTYPES)


_ANY = select(Transaction.id).where(Transaction.book_id == bindparam("book_id")).limit(1)


def month_dashboard(session: Session, book_id: int, month: Month, *, today: date, recent: int = 8) -> Dashboard:
    """A month of a book as of `today`, with so many of its newest transactions."""
    accounts = accounts_of(session, book_id)
    months = month.last_months(TREND_MONTHS + 1)
    moved = movements(session, book_id, months[0], month)
    held = balances_at(session, book_id, accounts, month)
    before, year_ago, days = _compared(session, book_id, month, today)
    figures = _figures(months, moved, accounts, held)
    has_moved = any(moved.values())
    return Dashboard(
        month=month,
        today=today,
        flow=figures[-1].flow,
        has_later=any(flow for day, flow in days.items() if today < day <= month.last and month.first <= today),
        before=before,
        year_ago=year_ago,
        spent_by_day=_running(days, month, today),
        spent_before_by_day=_running(days, month.previous(), today) if before.then is not None else (),
        trend=_from_first(figures[1:], moved),
        spending=_categories(moved, month, accounts, AccountKind.EXPENSE),
        earning=_categories(moved, month, accounts, AccountKind.INCOME),
        needs=by_need([moved.get(month.first, {})], accounts),
        accounts=_held(accounts, held),
        recent=recent_entries(session, book_id, month, accounts, count=recent),
        alerts=open_alerts(session, book_id),
        snapshot=_snapshot(month, today, moved, accounts, figures[-1].cash_minor),
        is_new=not has_moved and not held and session.scalar(_ANY, {"book_id": book_id}) is None,
    )


def _compared(
    session: Session, book_id: int, month: Month, today: date
) -> tuple[Comparison, Comparison, dict[date, Flow]]:
    """The month beside the one before and the one a year before; and the days that both were added up from."""
    earlier, year_before = month.previous(), month.shift(-TREND_MONTHS)
    days = day_flows(session, book_id, Span(earlier.first, month.last), Span(year_before.first, year_before.last))
    present = {Month.of(day) for day in days}

    def comparison(compared: Compared) -> Comparison:
        now = total(flow for day, flow in days.items() if day in compared.now)
        if Month.of(compared.then.first) not in present:
            return Comparison(compared, now, None)
        return Comparison(compared, now, total(flow for day, flow in days.items() if day in compared.then))

    return comparison(same_days(month, earlier, today)), comparison(same_days(month, year_before, today)), days


def _running(days: Mapping[date, Flow], month: Month, today: date) -> tuple[int, ...]:
    """Spending so far, for each day of the month that is not in the future."""
    last = min(month.last, today) if month.first <= today else month.last
    spent = (days.get(month.up_to(number), Flow()).expense_minor for number in range(1, last.day + 1))
    return tuple(accumulate(spent))


def _figures(
    months: Sequence[Month],
    moved: Mapping[date, Mapping[int, int]],
    accounts: Mapping[int, AccountView],
    held: Mapping[int, Balance],
) -> list[MonthFigures]:
    """Each month's flow; and its worth and cash, counted back from what is held at the end of the last one."""
    cash_ids = {account_id for account_id, account in accounts.items() if account.subtype in CASH_SUBTYPES}
    worth = sum(balance.base_minor for balance in held.values())
    cash = sum(balance.base_minor for account_id, balance in held.items() if account_id in cash_ids)
    figures = []
    for month in reversed(months):
        change = moved.get(month.first, {})
        figures.append(MonthFigures(month, month_flow(change, accounts), worth, cash))
        worth -= sum(minor for account_id, minor in change.items() if accounts[account_id].kind in MONEY_KINDS)
        cash -= sum(minor for account_id, minor in change.items() if account_id in cash_ids)
    return figures[::-1]


def _from_first(figures: Sequence[MonthFigures], moved: Mapping[date, Mapping[int, int]]) -> tuple[MonthFigures, ...]:
    """The months from the first one that has entries or was worth something: a young book has a short trend, not a row of zeros."""
    for at, each in enumerate(figures):
        if each.worth_minor or moved.get(each.month.first):
            return tuple(figures[at:])
    return ()


def _categories(
    moved: Mapping[date, Mapping[int, int]], month: Month, accounts: Mapping[int, AccountView], kind: AccountKind
) -> tuple[CategoryFigure, ...]:
    sums = by_heading(moved.get(month.first, {}), accounts, kind)
    figures = (CategoryFigure(accounts[account_id], minor) for account_id, minor in sums.items() if minor)
    return tuple(sorted(figures, key=lambda each: (-each.minor, each.account.name)))


def _held(accounts: Mapping[int, AccountView], held: Mapping[int, Balance]) -> tuple[Balance, ...]:
    """Accounts in use, what is owned before what is owed; those put away only while they hold something."""
    shown = (
        held.get(each.id, Balance(each, 0, 0, 0))
        for each in accounts.values()
        if each.id in held or (each.is_pocket and not each.is_archived)
    )
    return tuple(
        sorted(
            (each for each in shown if each.amount_minor or each.base_minor or not each.account.is_archived),
            key=lambda each: (each.account.kind != AccountKind.ASSET, -abs(each.base_minor), each.account.id),
        )
    )


def _snapshot(
    month: Month,
    today: date,
    moved: Mapping[date, Mapping[int, int]],
    accounts: Mapping[int, AccountView],
    cash_minor: int,
) -> Snapshot:
    last = month if month.last < today else month.previous()
    settled = last.last_months(SETTLED_MONTHS)
    now = by_heading(moved.get(month.first, {}), accounts, AccountKind.EXPENSE)
    earlier = [
        by_heading(moved.get(each.first, {}), accounts, AccountKind.EXPENSE)
        for each in month.previous().last_months(SETTLED_MONTHS)
    ]
    return Snapshot(
        month=month,
        settled_months=tuple(settled),
        settled=tuple(month_flow(moved.get(each.first, {}), accounts) for each in settled),
        essential_minor=by_need([moved.get(each.first, {}) for each in settled], accounts)[Need.ESSENTIAL],
        categories=tuple(
            CategoryTrend(accounts[account_id].name, minor, tuple(sums.get(account_id, 0) for sums in earlier))
            for account_id, minor in now.items()
        ),
        cash_minor=cash_minor,
    )
