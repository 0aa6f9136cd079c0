"""All investments of a book together: what they cost, what they are worth, what they brought, and what they are spread over."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.flows import share
from app.domain.lots import DIGITS
from app.domain.money import from_minor
from app.domain.money_weighted import CashFlow, MoneyWeighted, xirr
from app.domain.schedules import OccurrenceState, ScheduleState
from app.models.holding import InvestmentPlan, Price
from app.models.schedule import Occurrence, Schedule
from app.queries.holdings import Held, HoldingView, Quote, Quotes, events_of, held, held_of, holdings_of


@dataclass(frozen=True, slots=True)
class Return:
    """What money brought: the yearly rate where there is one, and the gain of all time against all money put in."""

    yearly: MoneyWeighted
    gain_minor: int
    put_in_minor: int
    days: int

    @property
    def share(self) -> Decimal | None:
        """The gain as a part of all money put in."""
        return share(self.gain_minor, self.put_in_minor)


@dataclass(frozen=True, slots=True)
class Line:
    """An investment in the list. Unknown is none, never zero. `gain_*` is of what is held, `brought` of all time."""

    held: Held
    quantity: Decimal
    cost_minor: int
    cost_base_minor: int
    quote: Quote | None
    own_minor: int | None
    base_minor: int | None
    brought: Return | None
    today_minor: int | None

    @property
    def holding(self) -> HoldingView:
        """What it is."""
        return self.held.holding

    @property
    def is_home(self) -> bool:
        """Whether it is in the book's currency."""
        return self.held.currencies.is_home

    @property
    def is_held(self) -> bool:
        """Whether some of it is left."""
        return self.quantity > 0

    @property
    def average_cost(self) -> Decimal | None:
        """What one had cost on average."""
        if not self.quantity:
            return None
        with localcontext(prec=DIGITS):
            return from_minor(self.cost_minor, self.held.currencies.own) / self.quantity

    @property
    def gain_minor(self) -> int | None:
        """Worth less cost, in its own currency."""
        return None if self.own_minor is None else self.own_minor - self.cost_minor

    @property
    def gain_base_minor(self) -> int | None:
        """Worth less cost, in the book's currency."""
        return None if self.base_minor is None else self.base_minor - self.cost_base_minor

    @property
    def gain_share(self) -> Decimal | None:
        """The gain as a part of the cost, in its own currency."""
        return None if self.gain_minor is None else share(self.gain_minor, self.cost_minor)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of everything that has a worth: of one class, or in one currency."""

    name: str
    count: int
    base_minor: int
    part: Decimal


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The figures of the page. Amounts in the book's currency; those with a worth only count what has a price."""

    lines: tuple[Line, ...]
    cost_minor: int
    worth_minor: int | None
    priced_cost_minor: int
    unknown: int
    brought: Return | None
    today_minor: int | None
    priced_on: date | None
    classes: tuple[Share, ...]
    currencies: tuple[Share, ...]

    @property
    def gain_minor(self) -> int | None:
        """Worth less what the same investments had cost."""
        return None if self.worth_minor is None else self.worth_minor - self.priced_cost_minor

    @property
    def gain_share(self) -> Decimal | None:
        """The gain as a part of that cost."""
        return None if self.gain_minor is None else share(self.gain_minor, self.priced_cost_minor)

    @property
    def held(self) -> tuple[Line, ...]:
        """What is held, the largest first; what has no price comes last."""
        held = (line for line in self.lines if line.is_held)
        return tuple(sorted(held, key=lambda line: (line.base_minor is None, -(line.base_minor or 0))))

    @property
    def closed(self) -> tuple[Line, ...]:
        """What was sold completely."""
        return tuple(line for line in self.lines if not line.is_held)


@dataclass(frozen=True, slots=True)
class PlanView:
    """A SIP of a holding with its dates that wait."""

    id: int
    holding_id: int
    schedule_id: int
    account_id: int
    amount_minor: int
    fee_minor: int
    rule: str
    first_on: date
    next_on: date | None
    is_automatic: bool
    state: ScheduleState
    waiting: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """What a holding was worth on a day with a price, and what it had cost, in its own currency."""

    on: date
    worth_minor: int
    cost_minor: int


def portfolio(session: Session, book_id: int, book_currency: str, today: date) -> Portfolio:
    """Every investment of a book, and all of them together. Four statements."""
    yesterday = today - timedelta(days=1)
    quotes = Quotes(session, book_id, [yesterday, today])
    lines = [_line(each, quotes, today) for each in held_of(session, book_id, book_currency)]
    held = [line for line in lines if line.is_held]
    priced = [line for line in held if line.base_minor is not None]
    worth = sum(line.base_minor or 0 for line in priced)
    known = [line for line in lines if line.base_minor is not None]
    changes = [line.today_minor for line in held if line.today_minor is not None]
    days = [line.quote.on for line in held if line.quote is not None]
    return Portfolio(
        lines=tuple(lines),
        cost_minor=sum(line.cost_base_minor for line in held),
        worth_minor=worth if priced or (lines and not held) else None,
        priced_cost_minor=sum(line.cost_base_minor for line in priced),
        unknown=len(held) - len(priced),
        brought=_together(known, today) if known else None,
        today_minor=sum(changes) if changes else None,
        priced_on=max(days, default=None),
        classes=_shares([(line.holding.asset_class.value, line) for line in priced], worth),
        currencies=_shares([(line.holding.currency, line) for line in priced], worth),
    )


def holding_line(session: Session, book_id: int, book_currency: str, holding_id: int, today: date) -> Line | None:
    """One investment; none when the book has no such one. Four statements."""
    view = holdings_of(session, book_id).get(holding_id)
    if view is None:
        return None
    events = events_of(session, book_id, holding_id).get(holding_id, ())
    quotes = Quotes(session, book_id, [today - timedelta(days=1), today], holding_id=holding_id)
    return _line(held(view, events, book_currency), quotes, today)


def path_of(session: Session, book_id: int, each: Held, today: date, *, most: int = 120) -> list[Point]:
    """What a holding was worth on the days that have a price, oldest first; of very many days every so-manieth, and the last."""
    rows = session.execute(
        select(Price.on, Price.price, Price.source)
        .where(Price.book_id == book_id, Price.holding_id == each.holding.id, Price.on <= today)
        .order_by(Price.on)
    ).all()
    found = []
    for on, price, source in rows:
        step = each.position.at(on)
        value = each.worth_on(on, Quote(price, on, source), None)
        if step is not None and step.quantity and value is not None:
            found.append(Point(on, value.own_minor, step.cost_minor))
    every = -(-len(found) // most) or 1
    return [point for at, point in enumerate(found) if at % every == 0 or at == len(found) - 1]


def plans_of(session: Session, book_id: int, holding_id: int) -> list[PlanView]:
    """The SIPs of a holding that were not removed, each with the dates that wait for a person. Two statements."""
    return _plans(session, book_id, InvestmentPlan.holding_id == holding_id)


def plan_of(session: Session, book_id: int, plan_id: int) -> PlanView | None:
    """A SIP of the book; none for one that was removed."""
    return next(iter(_plans(session, book_id, InvestmentPlan.id == plan_id)), None)


def _plans(session: Session, book_id: int, condition: ColumnElement[bool]) -> list[PlanView]:
    rows = session.execute(
        select(
            InvestmentPlan.id, InvestmentPlan.holding_id, InvestmentPlan.schedule_id, InvestmentPlan.account_id,
            InvestmentPlan.amount_minor, InvestmentPlan.fee_minor, Schedule.rule, Schedule.first_on, Schedule.next_on,
            Schedule.is_automatic, Schedule.state,
        )
        .join(Schedule, (Schedule.book_id == InvestmentPlan.book_id) & (Schedule.id == InvestmentPlan.schedule_id))
        .where(InvestmentPlan.book_id == book_id, condition, Schedule.removed_at.is_(None))
        .order_by(InvestmentPlan.id)
    ).all()  # fmt: skip
    if not rows:
        return []
    waiting: dict[int, list[tuple[date, str]]] = defaultdict(list)
    asked = session.execute(
        select(Occurrence.schedule_id, Occurrence.due_on, Occurrence.reason)
        .where(
            Occurrence.book_id == book_id,
            Occurrence.schedule_id.in_([row.schedule_id for row in rows]),
            Occurrence.state == OccurrenceState.WAITING,
        )
        .order_by(Occurrence.due_on)
    )
    for schedule_id, due_on, reason in asked:
        waiting[schedule_id].append((due_on, reason or ""))
    return [_plan(row, waiting[row.schedule_id]) for row in rows]


def _plan(row: Any, waiting: Sequence[tuple[date, str]]) -> PlanView:
    return PlanView(
        row.id, row.holding_id, row.schedule_id, row.account_id, row.amount_minor, row.fee_minor, row.rule, row.first_on, row.next_on,
        row.is_automatic, row.state, tuple(waiting),
    )  # fmt: skip


@lru_cache(maxsize=512)
def _yearly(flows: tuple[CashFlow, ...]) -> MoneyWeighted:
    """Searching takes a second where thousands of flows go both ways, and the flows of a holding seldom change."""
    return xirr(flows)


def _line(each: Held, quotes: Quotes, today: date) -> Line:
    quote = quotes.price(each.holding.id, today)
    own = each.worth_on(_latest(each, today), quote, quotes.rate(each.holding.currency, today))
    quantity = each.position.quantity
    return Line(
        held=each,
        quantity=quantity,
        cost_minor=each.position.cost_minor,
        cost_base_minor=each.position.cost_base_minor,
        quote=quote,
        own_minor=own.own_minor if own else None,
        base_minor=own.base_minor if own else None,
        brought=_return(_flows(each, own.own_minor, today, at_home=False), own.own_minor, today) if own else None,
        today_minor=_change(each, quotes, today) if quantity else None,
    )


def _latest(each: Held, today: date) -> date:
    """Today, or the day of an event that is dated tomorrow already."""
    return max(today, each.position.steps[-1].entry.on) if each.position.steps else today


def _change(each: Held, quotes: Quotes, today: date) -> int | None:
    """What new prices and rates since yesterday added to what is held today, in the book's currency."""
    yesterday, latest = today - timedelta(days=1), _latest(each, today)
    then = each.worth_on(
        latest, quotes.price(each.holding.id, yesterday), quotes.rate(each.holding.currency, yesterday)
    )
    now = each.worth_on(latest, quotes.price(each.holding.id, today), quotes.rate(each.holding.currency, today))
    if then is None or now is None or then.base_minor is None or now.base_minor is None:
        return None
    return now.base_minor - then.base_minor


def _flows(each: Held, worth_minor: int, today: date, *, at_home: bool) -> list[CashFlow]:
    moved = [
        CashFlow(step.entry.on, step.money_base_minor if at_home else step.money_minor) for step in each.position.steps
    ]
    return [*moved, CashFlow(_latest(each, today), worth_minor)]


def _return(flows: Sequence[CashFlow], worth_minor: int, today: date) -> Return:
    put_in = -sum(flow.amount_minor for flow in flows if flow.amount_minor < 0)
    first = min(flow.on for flow in flows)
    last = max((flow.on for flow in flows if flow.amount_minor), default=today) if not worth_minor else today
    return Return(_yearly(tuple(flows)), sum(flow.amount_minor for flow in flows), put_in, max(0, (last - first).days))


def _together(lines: Sequence[Line], today: date) -> Return:
    flows = [flow for line in lines for flow in _flows(line.held, line.base_minor or 0, today, at_home=True)]
    return _return(flows, sum(line.base_minor or 0 for line in lines), today)


def _shares(named: Sequence[tuple[str, Line]], worth_minor: int) -> tuple[Share, ...]:
    sums: dict[str, list[int]] = defaultdict(list)
    for name, line in named:
        sums[name].append(line.base_minor or 0)
    found = (
        Share(name, len(each), sum(each), share(sum(each), worth_minor) or Decimal(0)) for name, each in sums.items()
    )
    return tuple(sorted(found, key=lambda part: (-part.base_minor, part.name)))
