"""An investment in two currencies: what every event does to its account, and what is left of it in lots.

Quantities and costs follow `lots`. The cost in the book's currency follows the same lots, so that an account whose lots are all
sold holds exactly nothing in either currency.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from app.domain import lots
from app.domain.errors import InvalidAmount, Refused
from app.domain.investments import EventKind
from app.domain.money import MAX_MINOR, exponent, from_minor, round_half_up

ZERO = Decimal(0)
ONE = Decimal(1)
VALUED_ON = date(2018, 1, 31)
"""The day whose prices count as cost for listed shares and equity funds that were bought by then (section 55(2)(ac))."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as a book keeps it. Amounts in minor units of the holding's currency; `rate` is the book's currency for one of it."""

    id: int
    kind: EventKind
    on: date
    quantity: Decimal | None = None
    price: Decimal | None = None
    fee_minor: int = 0
    old: Decimal | None = None
    new: Decimal | None = None
    amount_minor: int = 0
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Currencies:
    """The currency of a holding and that of its book."""

    own: str
    home: str

    @property
    def is_home(self) -> bool:
        """Whether both are one."""
        return self.own == self.home

    def at_home(self, amount_minor: int, rate: Decimal | None) -> int:
        """An amount of the holding's currency in the book's, at a rate; rounded half-up, once.

        >>> Currencies("USD", "INR").at_home(10_000, Decimal("83.5"))
        835000
        """
        if self.is_home or rate is None:
            return amount_minor
        with localcontext(prec=lots.DIGITS):
            return round_half_up((from_minor(amount_minor, self.own) * rate).scaleb(exponent(self.home)))


@dataclass(frozen=True, slots=True)
class OpenLot:
    """What is left of one purchase, with its cost in both currencies."""

    acquired_on: date
    quantity: Decimal
    cost_minor: int
    cost_base_minor: int


@dataclass(frozen=True, slots=True)
class SoldLot:
    """The part of a sale that one purchase gave. `since_2018` is how many of today's were one on 31 January 2018; none for later purchases."""

    acquired_on: date
    quantity: Decimal
    proceeds_minor: int
    cost_minor: int
    proceeds_base_minor: int
    cost_base_minor: int
    since_2018: Decimal | None

    @property
    def gain_minor(self) -> int:
        """In the holding's currency; a loss is negative."""
        return self.proceeds_minor - self.cost_minor

    @property
    def gain_base_minor(self) -> int:
        """In the book's currency; a loss is negative."""
        return self.proceeds_base_minor - self.cost_base_minor


@dataclass(frozen=True, slots=True)
class Step:
    """What one event did. `holding_*` is what it added to the holding's account, `money_*` to the money account, in either currency.

    `quantity`, `cost_minor` and `cost_base_minor` are what was held after it; `sold` are the lots that a sale took.
    """

    entry: Entry
    holding_minor: int
    holding_base_minor: int
    money_minor: int
    money_base_minor: int
    quantity: Decimal
    cost_minor: int
    cost_base_minor: int
    sold: tuple[SoldLot, ...] = ()

    @property
    def gain_base_minor(self) -> int:
        """What a sale gained, in the book's currency."""
        return sum(lot.gain_base_minor for lot in self.sold)

    @property
    def gain_minor(self) -> int:
        """What a sale gained, in the holding's currency."""
        return sum(lot.gain_minor for lot in self.sold)


@dataclass(frozen=True, slots=True)
class Position:
    """A holding after its whole history: one step for each event, and the lots that are left."""

    steps: tuple[Step, ...] = ()
    lots: tuple[OpenLot, ...] = ()

    @property
    def quantity(self) -> Decimal:
        """How much is held."""
        return self.steps[-1].quantity if self.steps else ZERO

    @property
    def cost_minor(self) -> int:
        """What that had cost, in the holding's currency."""
        return self.steps[-1].cost_minor if self.steps else 0

    @property
    def cost_base_minor(self) -> int:
        """What that had cost, in the book's currency."""
        return self.steps[-1].cost_base_minor if self.steps else 0

    def at(self, day: date) -> Step | None:
        """The last step on or before a day."""
        return next((step for step in reversed(self.steps) if step.entry.on <= day), None)

    def held_on(self, day: date) -> Decimal:
        """How much was held at the end of a day."""
        step = self.at(day)
        return step.quantity if step else ZERO

    def ratio_between(self, earlier: date, later: date) -> Decimal:
        """How many of one on `earlier` there were on `later`, by splits and bonus shares: a price of then is divided by it.

        >>> Position().ratio_between(date(2024, 1, 1), date(2025, 1, 1))
        Decimal('1')
        """
        return _ratio((step.entry for step in self.steps), earlier, later)


def position(entries: Sequence[Entry], currencies: Currencies) -> Position:
    """A holding after all its events. Entries come in the order in which they happened.

    Units: minor units of either currency. Rounding: what is paid and what comes in half-up once in its own currency, then once
        in the book's; parts of a lot so that they add up to the whole.
    Raises: Oversold for a sale of more than was held; Refused for a quantity, price, ratio or rate that cannot be meant.

    >>> day = date(2025, 1, 1)
    >>> bought = Entry(1, EventKind.BUY, day, Decimal(2), Decimal(100), rate=Decimal(80))
    >>> sold = Entry(2, EventKind.SELL, day, Decimal(1), Decimal(110), rate=Decimal(90))
    >>> after = position([bought, sold], Currencies("USD", "INR"))
    >>> after.steps[1].gain_base_minor, after.lots[0].cost_base_minor
    (190000, 800000)
    """
    entries = sorted(entries, key=lambda entry: entry.on)
    paid = [_money(entry, currencies) for entry in entries]
    moving = [at for at, entry in enumerate(entries) if entry.kind is not EventKind.FEE]
    own = lots.steps([_own(entries[at]) for at in moving], currencies.own)
    if currencies.is_home:
        home = own  # the same figures, rounded once
    else:
        home = lots.steps([_at_home(entries[at], paid[at][1]) for at in moving], currencies.home)
    found: list[Step] = []
    before_own = before_home = lots.Holding()
    quantity, cost, cost_base = ZERO, 0, 0
    after = dict(zip(moving, zip(own, home, strict=True), strict=True))
    for at, entry in enumerate(entries):
        own_now, home_now = after.get(at, (before_own, before_home))
        was, was_base = cost, cost_base
        sold: tuple[SoldLot, ...] = ()
        match entry.kind:
            case EventKind.BUY:  # only the new lot adds: summing all of them each time would take long for many
                with localcontext(prec=lots.DIGITS):
                    quantity += own_now.lots[-1].quantity
                cost, cost_base = cost + own_now.lots[-1].cost_minor, cost_base + home_now.lots[-1].cost_minor
            case EventKind.SELL:
                sold = _sold(entries, at, (own_now, home_now), paid[at])
                quantity, cost, cost_base = own_now.quantity, own_now.cost_minor, home_now.cost_minor
            case EventKind.SPLIT | EventKind.BONUS:
                quantity = own_now.quantity
        found.append(Step(entry, cost - was, cost_base - was_base, *paid[at], quantity, cost, cost_base, sold))
        before_own, before_home = own_now, home_now
    left = zip(before_own.lots, before_home.lots, strict=True)
    return Position(
        tuple(found),
        tuple(OpenLot(lot.acquired_on, lot.quantity, lot.cost_minor, other.cost_minor) for lot, other in left),
    )


def worth(quantity: Decimal, price: Decimal, currency: str) -> int:
    """What a quantity is worth at a price of one, in minor units; rounded half-up, once.

    >>> worth(Decimal("12.5"), Decimal("101.37"), "INR")
    126713
    """
    with localcontext(prec=lots.DIGITS):
        return round_half_up((quantity * price).scaleb(exponent(currency)))


def price_of_one(total_minor: int, quantity: Decimal, currency: str) -> Decimal:
    """The price of one that makes a quantity cost this total, to eighteen decimals.

    Raises: Refused for a quantity that is not above zero.

    >>> price_of_one(100_000, Decimal("8.123"), "INR")
    Decimal('123.107226394189338914')
    """
    if quantity <= 0:
        raise Refused("Write a quantity above zero.", field="quantity")
    with localcontext(prec=lots.DIGITS):
        return (from_minor(total_minor, currency) / quantity).quantize(lots.SMALLEST).normalize()


def units_for(amount_minor: int, price: Decimal, currency: str, places: int) -> Decimal:
    """How many units an amount buys at a price, half-up at `places` decimals.

    Raises: Refused when that is not one of the smallest part, or for a price that is not above zero.

    >>> units_for(500_000, Decimal("61.7"), "INR", 3)
    Decimal('81.037')
    """
    if price <= 0:
        raise Refused("The price must be above zero.", field="price")
    with localcontext(prec=lots.DIGITS):
        units = Decimal(round_half_up((from_minor(amount_minor, currency) / price).scaleb(places))).scaleb(-places)
    if not 0 < units < lots.LARGEST:
        raise Refused("This amount buys nothing at that price.", field="amount")
    return units


def whole_units_for(amount_minor: int, price: Decimal, currency: str) -> Decimal:
    """How many whole units an amount pays for: shares are bought whole, and the rest of the money stays.

    Raises: Refused when it does not pay for one, or for a price that is not above zero.

    >>> whole_units_for(500_000, Decimal("1567.35"), "INR")
    Decimal('3')
    """
    if price <= 0:
        raise Refused("The price must be above zero.", field="price")
    with localcontext(prec=lots.DIGITS):
        units = from_minor(amount_minor, currency) // price
    if not 0 < units < lots.LARGEST:
        raise Refused("This amount does not pay for one at that price.", field="amount")
    return units


def _money(entry: Entry, currencies: Currencies) -> tuple[int, int]:
    """What the event moves on the money account, in the holding's currency and in the book's."""
    if not currencies.is_home and entry.kind not in {EventKind.SPLIT, EventKind.BONUS}:
        _check_rate(entry.rate, currencies)
    match entry.kind:
        case EventKind.BUY:
            amount = -_counted(_times(entry, currencies.own) + entry.fee_minor)
        case EventKind.SELL:
            amount = _counted(_times(entry, currencies.own) - entry.fee_minor)
            if amount < 0:
                raise Refused("The fee is more than the sale brings.", field="fee")
        case EventKind.DIVIDEND:
            amount = _positive(entry.amount_minor)
        case EventKind.FEE:
            amount = -_positive(entry.amount_minor)
        case _:
            amount = 0
    base = currencies.at_home(amount, entry.rate)
    if abs(base) > MAX_MINOR:
        raise InvalidAmount("At this exchange rate it is more than an amount can be.", field="rate")
    if amount and not base:
        raise Refused(f"This is less than the smallest amount in {currencies.home}.", field="rate")
    return amount, base


def _times(entry: Entry, currency: str) -> Decimal:
    """Quantity times price in minor units, exact."""
    quantity, price = entry.quantity or ZERO, ZERO if entry.price is None else entry.price
    with localcontext(prec=lots.DIGITS):
        lots.check(quantity, price, fee_minor=entry.fee_minor)
        return (quantity * price).scaleb(exponent(currency))


def _counted(amount: Decimal) -> int:
    if abs(amount) > MAX_MINOR:
        raise InvalidAmount("Quantity times price is more than an amount can be.", field="quantity")
    with localcontext(prec=lots.DIGITS):
        return round_half_up(amount)


def _positive(amount_minor: int) -> int:
    if not 0 < amount_minor <= MAX_MINOR:
        raise InvalidAmount("Write an amount above zero.")
    return amount_minor


def _check_rate(rate: Decimal | None, currencies: Currencies) -> None:
    if rate is None or not rate.is_finite() or rate <= 0:
        raise Refused(f"Write how much {currencies.home} one {currencies.own} was.", field="rate")


def _own(entry: Entry) -> lots.Event:
    quantity, price = entry.quantity or ZERO, entry.price or ZERO
    match entry.kind:
        case EventKind.BUY:
            return lots.Buy(entry.on, quantity, price, entry.fee_minor)
        case EventKind.SELL:
            return lots.Sell(entry.on, quantity, price, entry.fee_minor)
        case _:
            return _the_same(entry)


def _at_home(entry: Entry, money_base: int) -> lots.Event:
    """The same event with its cost as it was in the book's currency. A price of zero and a fee make exactly that cost."""
    match entry.kind:
        case EventKind.BUY:
            return lots.Buy(entry.on, entry.quantity or ZERO, ZERO, -money_base)
        case EventKind.SELL:
            return lots.Sell(entry.on, entry.quantity or ZERO, ZERO)
        case _:
            return _the_same(entry)


def _the_same(entry: Entry) -> lots.Event:
    match entry.kind:
        case EventKind.SPLIT:
            return lots.Split(entry.on, entry.old or ZERO, entry.new or ZERO)
        case EventKind.BONUS:
            return lots.Bonus(entry.on, entry.new or ZERO, entry.old or ZERO)
        case _:
            return lots.Dividend(entry.on, entry.amount_minor)


def _sold(
    entries: Sequence[Entry], at: int, after: tuple[lots.Holding, lots.Holding], money: tuple[int, int]
) -> tuple[SoldLot, ...]:
    own, home = after
    whole, done = entries[at].quantity or ZERO, ZERO
    found = []
    with localcontext(prec=lots.DIGITS):
        split = _ratio(entries[: at + 1], VALUED_ON, entries[at].on, EventKind.SPLIT)
        for part, other in zip(own.sales[-1].lots, home.sales[-1].lots, strict=True):
            base = part.proceeds_minor
            if own is not home:
                base = _share(money[1], done + part.quantity, whole) - _share(money[1], done, whole)
            done += part.quantity
            found.append(
                SoldLot(
                    part.acquired_on,
                    part.quantity,
                    part.proceeds_minor,
                    part.cost_minor,
                    base,
                    other.cost_minor,
                    split if part.acquired_on <= VALUED_ON else None,
                )
            )
    return tuple(found)


def _share(amount_minor: int, part: Decimal, whole: Decimal) -> int:
    return round_half_up(amount_minor * part / whole)


def _ratio(entries: Iterable[Entry], earlier: date, later: date, *kinds: EventKind) -> Decimal:
    ratio = ONE
    with localcontext(prec=lots.DIGITS):
        for entry in entries:
            if earlier < entry.on <= later and entry.old and entry.new and (not kinds or entry.kind in kinds):
                more = entry.new if entry.kind is EventKind.SPLIT else entry.old + entry.new
                ratio = ratio * more / entry.old
    return ratio
