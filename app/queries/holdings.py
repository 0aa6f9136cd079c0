"""Investments as they stand: what is held, its history in lots, its last prices, its worth, and what a year's sales gained."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from sqlalchemy import Column, Select, Table, case, func, select
from sqlalchemy.orm import Session

from app.domain.books import State
from app.domain.fiscal_years import FiscalYear
from app.domain.investments import AssetClass, EventKind, PriceSource, TaxedAs
from app.domain.lots import DIGITS
from app.domain.positions import Currencies, Entry, Position, Step, position, worth
from app.domain.realised import TaxedSale, for_set_off, taxed_sale
from app.domain.tax.set_off import YearGain
from app.models.base import table_of
from app.models.book import Book
from app.models.holding import ExchangeRate, Holding, HoldingEvent, Price
from app.models.transaction import Transaction

MANY_DAYS = 200


@dataclass(frozen=True, slots=True)
class HoldingView:
    """An investment of a book."""

    id: int
    account_id: int
    name: str
    symbol: str
    asset_class: AssetClass
    taxed_as: TaxedAs
    currency: str
    price_source: PriceSource
    price_2018: Decimal | None
    notes: str


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened to a holding, as it was entered. `is_posted` says whether its transaction counts."""

    id: int
    holding_id: int
    kind: EventKind
    on: date
    quantity: Decimal | None
    price: Decimal | None
    fee_minor: int
    old: Decimal | None
    new: Decimal | None
    amount_minor: int | None
    rate: Decimal | None
    account_id: int | None
    transaction_id: int | None
    note: str
    is_posted: bool

    @property
    def entry(self) -> Entry:
        """The event as the domain reckons with it."""
        return Entry(
            self.id, self.kind, self.on, self.quantity, self.price, self.fee_minor, self.old, self.new,
            self.amount_minor or 0, self.rate,
        )  # fmt: skip

    @property
    def is_opening(self) -> bool:
        """Whether it was held already when the book began."""
        return self.kind is EventKind.BUY and self.account_id is None


@dataclass(frozen=True, slots=True)
class Held:
    """A holding with its events and what follows from them."""

    holding: HoldingView
    events: tuple[EventView, ...]
    currencies: Currencies
    position: Position

    def worth_on(self, day: date, quote: "Quote | None", rate: "Quote | None") -> "Worth | None":
        """What it was worth at the end of a day, by the last price before it; none when no price is known.

        A price from before a split or bonus is divided by the shares that came since. Without an exchange rate there is
        no worth in the book's currency.
        """
        quantity = self.position.held_on(day)
        if not quantity:
            return Worth(0, 0, quote)
        if quote is None:
            return None
        with localcontext(prec=DIGITS):
            price = quote.value / self.position.ratio_between(quote.on, day)
        own = worth(quantity, price, self.currencies.own)
        if self.currencies.is_home:
            return Worth(own, own, quote)
        return Worth(own, self.currencies.at_home(own, rate.value) if rate else None, quote)


@dataclass(frozen=True, slots=True)
class Quote:
    """A price or an exchange rate, with its day and where it came from."""

    value: Decimal
    on: date
    source: PriceSource


@dataclass(frozen=True, slots=True)
class Worth:
    """What a holding is worth in its currency and, where the exchange rate is known, in the book's."""

    own_minor: int
    base_minor: int | None
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class RealisedGain:
    """What one lot of a sale brought. Amounts of `taxed` are in the book's currency, those named `own` in the holding's.

    `proceeds_minor` and `paid_minor` are in the book's currency; `taxed.cost_minor` is the cost that counts for tax.
    """

    event_id: int
    holding: HoldingView
    acquired_on: date
    sold_on: date
    quantity: Decimal
    proceeds_minor: int
    paid_minor: int
    own_proceeds_minor: int
    own_paid_minor: int
    taxed: TaxedSale

    @property
    def gain_minor(self) -> int:
        """What it really gained, in the book's currency."""
        return self.proceeds_minor - self.paid_minor

    @property
    def own_gain_minor(self) -> int:
        """What it really gained, in the holding's currency."""
        return self.own_proceeds_minor - self.own_paid_minor


@dataclass(frozen=True, slots=True)
class DividendPaid:
    """A dividend, in the holding's currency and in the book's."""

    event_id: int
    holding: HoldingView
    on: date
    own_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class YearGains:
    """What a financial year's sales gained lot by lot, and its dividends. In the book's currency."""

    fy: FiscalYear
    gains: tuple[RealisedGain, ...]
    dividends: tuple[DividendPaid, ...]

    @property
    def dividends_minor(self) -> int:
        """All dividends together."""
        return sum(each.amount_minor for each in self.dividends)

    @property
    def for_tax(self) -> tuple[YearGain, ...]:
        """The gains and losses as `tax.set_off` takes them, with the cost that counts for tax."""
        return for_set_off((gain.sold_on, gain.taxed) for gain in self.gains)

    @property
    def unknown(self) -> tuple[RealisedGain, ...]:
        """Gains of days or assets that the tax tables do not know."""
        return tuple(gain for gain in self.gains if not gain.taxed.is_known)


_H, _E = table_of(Holding).c, table_of(HoldingEvent).c
_VIEW: tuple[Any, ...] = (
    _H.id, _H.account_id, _H.name, _H.symbol, _H.asset_class, _H.taxed_as, _H.currency, _H.price_source, _H.price_2018, _H.notes,
)  # fmt: skip


def holdings_of(session: Session, book_id: int) -> dict[int, HoldingView]:
    """The investments of a book by id, those that were removed left out, in the order of their names."""
    rows = session.execute(select(*_VIEW).where(_H.book_id == book_id, _H.removed_at.is_(None)))
    views = sorted((HoldingView(*row) for row in rows), key=lambda view: (view.name.casefold(), view.id))
    return {view.id: view for view in views}


def events_of(session: Session, book_id: int, holding_id: int | None = None) -> dict[int, list[EventView]]:
    """The events of a book's investments, or of one of them, in the order they happened; removed ones are left out."""
    conditions = [] if holding_id is None else [_E.holding_id == holding_id]
    found: dict[int, list[EventView]] = defaultdict(list)
    for event in _events(session, book_id, conditions):
        found[event.holding_id].append(event)
    return found


def event_of(session: Session, book_id: int, event_id: int) -> EventView | None:
    """An event of the book; none for one that was removed."""
    return next(iter(_events(session, book_id, [_E.id == event_id])), None)


def _events(session: Session, book_id: int, conditions: Sequence[Any]) -> list[EventView]:
    rows: Sequence[Sequence[Any]] = session.execute(
        select(
            _E.id, _E.holding_id, _E.kind, _E.on, _E.quantity, _E.price, _E.fee_minor, _E.old, _E.new, _E.amount_minor, _E.rate,
            _E.account_id, _E.transaction_id, _E.note, case((Transaction.state == State.POSTED, True), else_=False),
        )
        .outerjoin(Transaction, (Transaction.book_id == _E.book_id) & (Transaction.id == _E.transaction_id))
        .where(_E.book_id == book_id, _E.removed_at.is_(None), *conditions)
        .order_by(_E.holding_id, _E.on, _E.number)
    ).all()  # fmt: skip
    return [EventView(*row) for row in rows]


def held_of(session: Session, book_id: int, book_currency: str) -> list[Held]:
    """Every investment of a book with its whole history, in the order of their names. Two statements."""
    events = events_of(session, book_id)
    return [held(view, events.get(view.id, ()), book_currency) for view in holdings_of(session, book_id).values()]


def held(view: HoldingView, events: Sequence[EventView], book_currency: str) -> Held:
    """An investment with what follows from its events."""
    currencies = Currencies(view.currency, book_currency)
    return Held(view, tuple(events), currencies, position([event.entry for event in events], currencies))


class Quotes:
    """The last price of every holding and the last rate of every currency on or before each of some days. Two statements."""

    def __init__(self, session: Session, book_id: int, days: Sequence[date], *, holding_id: int | None = None) -> None:
        prices, rates = table_of(Price), table_of(ExchangeRate)
        wanted = sorted(set(days))
        mine = [prices.c.book_id == book_id] + ([prices.c.holding_id == holding_id] if holding_id is not None else [])
        self._prices = _by_key(session, _latest(prices, prices.c.holding_id, prices.c.price, mine, wanted))
        rated = [rates.c.book_id == book_id]
        self._rates = _by_key(session, _latest(rates, rates.c.currency, rates.c.rate, rated, wanted))

    def price(self, holding_id: int, day: date) -> Quote | None:
        """The last price of a holding on or before a day."""
        return _last(self._prices.get(holding_id, []), day)

    def rate(self, currency: str, day: date) -> Quote | None:
        """The last rate of a currency on or before a day."""
        return _last(self._rates.get(currency, []), day)

    def worth(self, each: Held, day: date) -> Worth | None:
        """What a holding was worth at the end of a day; none when no price is known."""
        return each.worth_on(day, self.price(each.holding.id, day), self.rate(each.holding.currency, day))


def holding_values(
    session: Session, book_id: int, book_currency: str, days: Sequence[date]
) -> dict[int, list[int | None]]:
    """Account → what the investment in it was worth on each day, in minor units of the book's currency.

    0 when nothing was held; None when something was and no price, or no exchange rate, is known on or before the day.
    """
    return values_by(Quotes(session, book_id, days), held_of(session, book_id, book_currency), days)


def values_by(quotes: Quotes, holdings: Sequence[Held], days: Sequence[date]) -> dict[int, list[int | None]]:
    """As `holding_values`, of holdings and quotes that were read already."""
    return {
        each.holding.account_id: [at.base_minor if (at := quotes.worth(each, day)) else None for day in days]
        for each in holdings
    }


def gains_of_year(session: Session, book_id: int, fy: FiscalYear) -> YearGains:
    """What the sales of a financial year gained, lot by lot, oldest sale first, with its dividends."""
    currency = session.scalars(select(Book.currency).where(Book.id == book_id)).one()
    return year_gains(held_of(session, book_id, currency), fy)


def year_gains(holdings: Sequence[Held], fy: FiscalYear) -> YearGains:
    """As `gains_of_year`, of holdings that were read already."""
    gains, dividends = [], []
    for each in holdings:
        for step in each.position.steps:
            if step.entry.on not in fy:
                continue
            gains += _gains(each, step)
            if step.entry.kind is EventKind.DIVIDEND:
                dividends.append(
                    DividendPaid(step.entry.id, each.holding, step.entry.on, step.money_minor, step.money_base_minor)
                )
    return YearGains(
        fy,
        tuple(sorted(gains, key=lambda gain: (gain.sold_on, gain.holding.name.casefold(), gain.event_id))),
        tuple(sorted(dividends, key=lambda paid: (paid.on, paid.event_id))),
    )


def _gains(each: Held, step: Step) -> list[RealisedGain]:
    sold_on = step.entry.on
    return [
        RealisedGain(
            step.entry.id, each.holding, lot.acquired_on, sold_on, lot.quantity, lot.proceeds_base_minor, lot.cost_base_minor,
            lot.proceeds_minor, lot.cost_minor,
            taxed_sale(lot, sold_on, each.holding.taxed_as, each.currencies, each.holding.price_2018),
        )
        for lot in step.sold
    ]  # fmt: skip


def _latest(
    table: Table, key: Column[Any], value: Column[Any], conditions: Sequence[Any], days: Sequence[date]
) -> Select[Any]:
    """The rows that are the last on or before any of the days (sorted). Of very many days: every row up to the last."""
    told = select(key, table.c.on, value, table.c.source)
    until = [*conditions, table.c.on <= (days[-1] if days else date.min)]
    if len(days) > MANY_DAYS:
        return told.where(*until).order_by(key, table.c.on)
    group: list[Any] = [key]
    if len(days) > 1:
        group.append(case(*((table.c.on <= day, at) for at, day in enumerate(days))))
    last = select(key.label("key"), func.max(table.c.on).label("last")).where(*until).group_by(*group).subquery()
    return (
        told.join(last, (key == last.c.key) & (table.c.on == last.c.last)).where(*conditions).order_by(key, table.c.on)
    )


def _by_key(session: Session, query: Select[Any]) -> Mapping[Any, list[Quote]]:
    found: dict[Any, list[Quote]] = defaultdict(list)
    for key, on, value, source in session.execute(query):
        found[key].append(Quote(value, on, source))
    return found


def _last(quotes: Sequence[Quote], day: date) -> Quote | None:
    at = bisect_right(quotes, day, key=lambda quote: quote.on)
    return quotes[at - 1] if at else None
