"""What a book is worth: today account by account, at the end of every month since its first entry, and why it changed.

The kept month totals say what the books hold; deposits, investments, property and foreign money are then taken at what they are worth.
The number of statements does not depend on the number of entries, months, deposits or investments.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from typing import Any

from sqlalchemy import and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.domain.books import MONEY_KINDS, AccountKind, Subtype
from app.domain.money import exponent, from_minor, round_half_up
from app.domain.periods import Month
from app.domain.worth import GROUP_OF, OWED, Change, Group, Growth, Moved, between
from app.models.account import Account
from app.models.base import table_of
from app.models.numbers import whole
from app.models.transaction import AccountMonth, Posting
from app.queries.accounts import AccountView, accounts_of
from app.queries.holdings import Quotes, held_of, values_by
from app.queries.prices import Rates, rates_until
from app.queries.schemes import scheme_values
from app.queries.valuations import PropertyView, properties_of


class Basis(StrEnum):
    """By what an account is counted."""

    BOOKS = "books"  # what was entered
    ACCRUED = "accrued"  # a deposit with its interest to the day
    PRICE = "price"  # an investment at its last price
    COST = "cost"  # an investment without a price, at what it cost
    VALUATION = "valuation"  # a property at its last valuation
    RATE = "rate"  # foreign money at the last exchange rate


@dataclass(frozen=True, slots=True)
class Line:
    """An account as it counts on the last day. Owned is positive, owed negative; `books_minor` is what was entered."""

    account: AccountView
    group: Group
    value_minor: int
    books_minor: int
    amount_minor: int  # in the account's own currency
    basis: Basis
    property: PropertyView | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """The book at the end of a month, or today: what is owned and owed (both positive), and how much of that the books do not hold."""

    on: date
    own_minor: int
    owe_minor: int
    growth: Growth

    @property
    def month(self) -> Month:
        """The month that it ends."""
        return Month.of(self.on)

    @property
    def worth_minor(self) -> int:
        """What remains."""
        return self.own_minor - self.owe_minor


@dataclass(frozen=True, slots=True)
class Worth:
    """Net worth from the first entry until today. `points` are oldest first; the last one is today's."""

    today: date
    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    moved: tuple[Moved, ...]  # what each month moved, in the order of the points
    properties: tuple[PropertyView, ...]
    flows: Mapping[int, Mapping[int, int]] = field(
        default_factory=dict
    )  # account → place of the month → what was put in
    uncounted: int = 0  # legs of entries dated after today in this month, which do not count yet

    def put_in(self, account_id: int) -> list[int]:
        """What entries put into an account in each month, without its opening balance and what it grew by itself."""
        flows = self.flows.get(account_id, {})
        return [flows.get(at, 0) for at in range(len(self.points))]

    @property
    def now(self) -> Point | None:
        """Today."""
        return self.points[-1] if self.points else None

    def point_before(self, month: Month) -> Point | None:
        """The book just before a month began; none before the first entry."""
        at = bisect_left(self.points, month.first, key=lambda each: each.on)
        return self.points[at - 1] if at else None

    def change(self, first: Month, last: Month) -> Change:
        """Why net worth changed from the beginning of a month to the end of another, which may be the current one."""
        start = self.point_before(first)
        end = self.point_before(last.next()) or start
        within = [moved for point, moved in zip(self.points, self.moved, strict=True) if first <= point.month <= last]
        return Change(
            start.worth_minor if start else 0,
            end.worth_minor if end else 0,
            added(within),
            between(start.growth if start else Growth(), end.growth if end else Growth()),
        )


def added(parts: Sequence[Moved]) -> Moved:
    """Months together."""
    return Moved(
        sum(each.income_minor for each in parts),
        sum(each.expense_minor for each in parts),
        sum(each.opening_minor for each in parts),
        sum(each.repaid_minor for each in parts),
        sum(each.borrowed_minor for each in parts),
        sum(each.cleared_minor for each in parts),
    )


@dataclass(slots=True)
class _Flow:
    """What one account moved in one month."""

    amount: int = 0  # in the account's currency
    debit: int = 0  # these in the book's
    credit: int = 0

    @property
    def base(self) -> int:
        """What it added."""
        return self.debit - self.credit

    def add(self, amount: int, debit: int, credit: int) -> None:
        """Count more of it, or less."""
        self.amount, self.debit, self.credit = self.amount + amount, self.debit + debit, self.credit + credit


@dataclass(frozen=True, slots=True)
class _Ledger:
    """Accounts, months, and what moved on each account in each month until today."""

    accounts: Mapping[int, AccountView]
    months: Sequence[Month]
    days: Sequence[date]
    flows: Mapping[int, Mapping[int, _Flow]]  # account → place of the month → flow
    openings: Mapping[int, Mapping[int, _Flow]] = field(default_factory=dict)
    uncounted: int = 0

    def opened(self, account_id: int, at: int) -> _Flow:
        """What of a month's flow was an opening balance."""
        return self.openings.get(account_id, {}).get(at) or _Flow()

    def balances(self, account_id: int, *, own: bool = False) -> list[int]:
        """What the books hold at the end of each month; with `own` in the account's currency."""
        flows = self.flows.get(account_id, {})
        steps = (flows.get(at) for at in range(len(self.months)))
        return list(accumulate(0 if step is None else step.amount if own else step.base for step in steps))


def net_worth(session: Session, book_id: int, currency: str, today: date) -> Worth:
    """Everything there is to say about what a book is worth, in its currency."""
    ledger = _ledger(session, book_id, today)
    if not ledger.months:
        return Worth(today, (), (), (), tuple(properties_of(session, book_id)))
    values = _Values(session, book_id, currency, ledger)
    count = len(ledger.months)
    own, owe = [0] * count, [0] * count
    growth: dict[Basis, list[int]] = {basis: [0] * count for basis in Basis}
    lines: list[Line] = []
    for account in ledger.accounts.values():
        if account.kind not in MONEY_KINDS:
            continue
        books = ledger.balances(account.id)
        valued, basis, cause = values.of(account, books)
        group = GROUP_OF[account.subtype]
        side, sign = (owe, -1) if group in OWED else (own, 1)
        for at, value in enumerate(valued):
            side[at] += sign * value
            growth[cause][at] += value - books[at]
        amount_minor = ledger.balances(account.id, own=True)[-1]
        thing = values.properties.get(account.id)
        line = Line(account, group, valued[-1], books[-1], amount_minor, basis, thing)
        if line.value_minor or amount_minor or thing or (account.is_pocket and not account.is_archived):
            lines.append(line)
    grown = (
        Growth(*each)
        for each in zip(*(growth[b] for b in (Basis.PRICE, Basis.ACCRUED, Basis.VALUATION, Basis.RATE)), strict=True)
    )
    points = tuple(Point(*each) for each in zip(ledger.days, own, owe, grown, strict=True))
    put_in = {
        each: {at: flow.base - ledger.opened(each, at).base for at, flow in its.items()}
        for each, its in ledger.flows.items()
    }
    moved, things = tuple(_moved(ledger)), tuple(values.properties.values())
    return Worth(today, points, tuple(lines), moved, things, put_in, ledger.uncounted)


class _Values:
    """What accounts are worth at the end of each month, where that is not what the books hold. Asks only for what the book has."""

    def __init__(self, session: Session, book_id: int, currency: str, ledger: _Ledger) -> None:
        money = [each for each in ledger.accounts.values() if each.kind in MONEY_KINDS]
        has = {each.subtype for each in money}
        self._ledger, self._currency = ledger, currency
        found = properties_of(session, book_id) if Subtype.PROPERTY in has else []
        self.properties = {each.account_id: each for each in found}
        self._schemes = scheme_values(session, book_id, ledger.days) if Subtype.DEPOSIT in has else {}
        self._holdings: dict[int, list[int | None]] = {}
        self._rate: Callable[[str, date], Decimal | None] = Rates({}).at
        if Subtype.HOLDING in has:
            quotes = Quotes(session, book_id, ledger.days)  # the exchange rates of other money are in it as well
            self._holdings = values_by(quotes, held_of(session, book_id, currency), ledger.days)
            self._rate = lambda code, day: None if (found := quotes.rate(code, day)) is None else found.value
        elif any(each.currency != currency for each in money):
            self._rate = rates_until(session, book_id, ledger.days[-1]).at

    def of(self, account: AccountView, books: Sequence[int]) -> tuple[Sequence[int], Basis, Basis]:
        """The values, by what they count today, and as what the difference to the books counts.

        Before the books know an account it is worth nothing in them, although the deposit in it began earlier.
        """
        values, basis = self._known(account, books)
        first = min(self._ledger.flows.get(account.id, {}), default=len(books))
        return [0] * first + list(values[first:]), basis, Basis.PRICE if basis == Basis.COST else basis

    def _known(self, account: AccountView, books: Sequence[int]) -> tuple[Sequence[int], Basis]:
        days = self._ledger.days
        if account.id in self._schemes:
            return self._schemes[account.id], Basis.ACCRUED
        if account.id in self._holdings:
            priced = self._holdings[account.id]
            values = [b if value is None else value for value, b in zip(priced, books, strict=True)]
            return values, Basis.COST if priced[-1] is None else Basis.PRICE
        if thing := self.properties.get(account.id):
            valued = [thing.valued_on(day) for day in days]
            values = [b if value is None else value.value_minor for value, b in zip(valued, books, strict=True)]
            return values, Basis.VALUATION
        if account.currency != self._currency and self._rate(account.currency, days[-1]) is not None:
            amounts = self._ledger.balances(account.id, own=True)
            rates = [self._rate(account.currency, day) for day in days]
            return [
                b if rate is None else _converted(amount, account.currency, rate, self._currency)
                for amount, rate, b in zip(amounts, rates, books, strict=True)
            ], Basis.RATE
        return books, Basis.BOOKS


def _converted(amount_minor: int, currency: str, rate: Decimal, home: str) -> int:
    return round_half_up((from_minor(amount_minor, currency) * rate).scaleb(exponent(home)))


def _moved(ledger: _Ledger) -> list[Moved]:
    """What each month moved, from its flows."""
    months = [
        dict.fromkeys(("income", "expense", "opening", "repaid", "borrowed", "cleared"), 0) for _ in ledger.months
    ]
    for account_id, flows in ledger.flows.items():
        account = ledger.accounts[account_id]
        for at, flow in flows.items():
            month, before = months[at], ledger.opened(account_id, at)
            if account.kind == AccountKind.INCOME:
                month["income"] -= flow.base
            elif account.kind == AccountKind.EXPENSE:
                month["expense"] += flow.base
            elif account.kind == AccountKind.EQUITY:
                month["opening"] -= flow.base
            elif account.subtype == Subtype.LOAN:
                month["repaid"] += flow.debit - before.debit
                month["borrowed"] += flow.credit - before.credit
            elif account.kind == AccountKind.LIABILITY:
                month["cleared"] += flow.base - before.base
    return [Moved(**{f"{name}_minor": minor for name, minor in month.items()}) for month in months]


_MONTHS, _LEGS, _ACCOUNTS = table_of(AccountMonth).c, table_of(Posting).c, table_of(Account).c


def _ledger(session: Session, book_id: int, today: date) -> _Ledger:
    """Three statements: the accounts, their months, and what lies after today or was an opening balance."""
    accounts = accounts_of(session, book_id)
    this_month = Month.of(today)
    rows: Sequence[Any] = session.execute(
        select(
            _MONTHS.account_id, _MONTHS.month, _MONTHS.debit_minor - _MONTHS.credit_minor,
            _MONTHS.base_debit_minor, _MONTHS.base_credit_minor, _MONTHS.leg_count,
        ).where(_MONTHS.book_id == book_id, _MONTHS.month <= this_month.first)
    ).all()  # fmt: skip
    used = [row[1] for row in rows if row[5]]
    if not used:
        return _Ledger(accounts, (), (), {})
    first = Month.of(min(used))
    months = [
        first.shift(at) for at in range((this_month.year - first.year) * 12 + this_month.number - first.number + 1)
    ]
    place = {month.first: at for at, month in enumerate(months)}
    flows: dict[int, dict[int, _Flow]] = {}
    for account_id, month, amount, debit, credit, legs in rows:
        if legs:
            flows.setdefault(account_id, {})[place[month]] = _Flow(amount, debit, credit)
    openings: dict[int, dict[int, _Flow]] = {}
    uncounted = 0
    for is_later, account_id, day, *sums in _apart(session, book_id, accounts, today):
        amount, debit, credit, legs = (whole(each) for each in sums)
        if is_later:
            flows[account_id][place[this_month.first]].add(-amount, -debit, -credit)
            uncounted += legs
        elif (at := place.get(Month.of(day).first)) is not None:
            openings.setdefault(account_id, {}).setdefault(at, _Flow()).add(amount, debit, credit)
    return _Ledger(accounts, months, [*(month.last for month in months[:-1]), today], flows, openings, uncounted)


def _apart(session: Session, book_id: int, accounts: Mapping[int, AccountView], today: date) -> Sequence[Any]:
    """One statement: by account, what is dated after today in this month; and the legs of each opening balance.

    These are looked for from the side of equity, which has few legs: asking for money accounts would read all of theirs.
    """
    postings, opened_postings = table_of(Posting), table_of(Posting).alias("opened")
    opened = opened_postings.c
    later = (
        select(
            literal(1), _LEGS.account_id, func.max(_LEGS.occurred_on), func.sum(_LEGS.amount_minor),
            func.sum(case((_LEGS.base_minor > 0, _LEGS.base_minor), else_=0)),
            func.sum(case((_LEGS.base_minor < 0, -_LEGS.base_minor), else_=0)), func.count(),
        )
        .where(
            _LEGS.book_id == book_id, _LEGS.account_id.in_(accounts), _LEGS.occurred_on > today,
            _LEGS.occurred_on <= Month.of(today).last,
        )
        .group_by(_LEGS.account_id)
    )  # fmt: skip
    equity = [each.id for each in accounts.values() if each.kind == AccountKind.EQUITY]
    openings = (
        select(
            literal(0), opened.account_id, opened.occurred_on, opened.amount_minor,
            case((opened.base_minor > 0, opened.base_minor), else_=0),
            case((opened.base_minor < 0, -opened.base_minor), else_=0), literal(1),
        )
        .join_from(
            postings, opened_postings,
            and_(opened.book_id == _LEGS.book_id, opened.transaction_id == _LEGS.transaction_id),
        )
        .where(_LEGS.book_id == book_id, _LEGS.account_id.in_(equity), _LEGS.occurred_on <= today)
    )  # fmt: skip
    return session.execute(union_all(later, openings)).all()
