"""Holdings as lots: what was bought when and for how much, and which of it a sale takes, first in first out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext

from app.domain.errors import Refused
from app.domain.money import exponent, round_half_up

DIGITS = 60  # quantities of 18 decimals times prices of many: nothing is cut on the way
SMALLEST = Decimal("1e-18")  # a wei; a split never leaves less
LARGEST = Decimal("1e18")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Buy:
    """Bought: quantity, price of one in whole currency units, fee in minor units, which adds to the cost."""

    on: date
    quantity: Decimal
    price: Decimal
    fee_minor: int = 0


@dataclass(frozen=True, slots=True)
class Sell:
    """Sold: quantity, price of one in whole currency units, fee in minor units, which lowers the proceeds."""

    on: date
    quantity: Decimal
    price: Decimal
    fee_minor: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """`old` shares become `new` ones. Cost and dates stay."""

    on: date
    old: Decimal
    new: Decimal


@dataclass(frozen=True, slots=True)
class Bonus:
    """`new` free shares for every `held`. They are a lot of their own, at no cost, from this date."""

    on: date
    new: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True)
class Dividend:
    """Money paid out, in minor units. It is income and does not lower the cost."""

    on: date
    amount_minor: int


Event = Buy | Sell | Split | Bonus | Dividend


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one purchase. `cost_minor` is the cost of that rest.

    `whole_cost` and `whole_quantity` are those of the purchase, so that the rounded parts add up to the paisa.
    """

    acquired_on: date
    quantity: Decimal
    cost_minor: int
    whole_cost: Decimal = field(repr=False)
    whole_quantity: Decimal = field(repr=False)


@dataclass(frozen=True, slots=True)
class LotSale:
    """The part of a sale that came from one lot, in minor units."""

    acquired_on: date
    quantity: Decimal
    proceeds_minor: int
    cost_minor: int

    @property
    def gain_minor(self) -> int:
        """Proceeds less cost; a loss is negative."""
        return self.proceeds_minor - self.cost_minor


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale with the lots it took, oldest first."""

    on: date
    lots: tuple[LotSale, ...]

    @property
    def proceeds_minor(self) -> int:
        """What it brought after the fee."""
        return sum(lot.proceeds_minor for lot in self.lots)

    @property
    def cost_minor(self) -> int:
        """What the sold lots had cost."""
        return sum(lot.cost_minor for lot in self.lots)

    @property
    def gain_minor(self) -> int:
        """Proceeds less cost; a loss is negative."""
        return self.proceeds_minor - self.cost_minor


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held after a history, what was sold on the way, and the dividends, in minor units."""

    lots: tuple[Lot, ...] = ()
    sales: tuple[Sale, ...] = ()
    dividends_minor: int = 0

    @property
    def quantity(self) -> Decimal:
        """How much is held."""
        with localcontext(prec=DIGITS):
            return sum((lot.quantity for lot in self.lots), ZERO)

    @property
    def cost_minor(self) -> int:
        """What it had cost."""
        return sum(lot.cost_minor for lot in self.lots)


class Oversold(Refused):
    """A sale of more than was held on that day. There are no negative lots."""

    default_field = "quantity"

    def __init__(self, on: date, held: Decimal) -> None:
        super().__init__(f"On {on:%d.%m.%Y} only {held.normalize():f} were held. More cannot be sold.")


def replay(events: Iterable[Event], currency: str = "INR") -> Holding:
    """The holding after all events, in the order of their dates; on one day in the order given.

    Units: quantities exact to 18 decimals, prices in whole currency units, all else in minor units of `currency`.
    Rounding: cost and proceeds half-up when they enter; a part of a lot or of a sale is the difference of two rounded sums,
        so parts always add up to the whole.
    Raises: Oversold; Refused for a quantity, price or ratio that cannot be meant.
    Source: FIFO per account for demat and fund units (section 45(2A), CBDT Circular 768 of 1998); bonus at no cost (55(2)(aa)).

    >>> events = [Buy(date(2024, 1, 1), Decimal(10), Decimal(100)), Sell(date(2025, 1, 1), Decimal(4), Decimal(150))]
    >>> replay(events).sales[0].gain_minor
    20000
    """
    after = steps(events, currency)
    return after[-1] if after else Holding()


def steps(events: Iterable[Event], currency: str = "INR") -> list[Holding]:
    """The holding after each event, in the order of `replay`.

    Raises: as `replay`.

    >>> bought = Buy(date(2024, 1, 1), Decimal(10), Decimal(100))
    >>> [after.quantity for after in steps([bought, Split(date(2024, 6, 1), Decimal(1), Decimal(2))])]
    [Decimal('10'), Decimal('20')]
    """
    found: list[Holding] = []
    holding = Holding()
    with localcontext(prec=DIGITS):
        for event in sorted(events, key=lambda event: event.on):
            holding = _after(holding, event, exponent(currency))
            found.append(holding)
    return found


def unrealised_gain(holding: Holding, price: Decimal, currency: str = "INR") -> int:
    """What the holding would gain at this price of one, in minor units, before fees.

    Rounding: half-up, once.

    >>> unrealised_gain(replay([Buy(date(2024, 1, 1), Decimal(10), Decimal(100))]), Decimal("101.5"))
    1500
    """
    with localcontext(prec=DIGITS):
        return round_half_up((holding.quantity * price).scaleb(exponent(currency))) - holding.cost_minor


def _after(holding: Holding, event: Event, places: int) -> Holding:
    match event:
        case Buy():
            check(event.quantity, event.price, fee_minor=event.fee_minor)
            cost = (event.quantity * event.price).scaleb(places) + event.fee_minor
            return replace(holding, lots=(*holding.lots, _lot(event.on, event.quantity, cost)))
        case Sell():
            return _sold(holding, event, places)
        case Split():
            check(event.old)
            check(event.new)
            return replace(holding, lots=tuple(_scaled(lot, event.new / event.old) for lot in holding.lots))
        case Bonus():
            check(event.held)
            check(event.new)
            free = _cut(holding.quantity * event.new / event.held)
            return replace(holding, lots=(*holding.lots, _lot(event.on, free, ZERO))) if free else holding
        case Dividend():
            return replace(holding, dividends_minor=holding.dividends_minor + event.amount_minor)


def _lot(on: date, quantity: Decimal, cost: Decimal) -> Lot:
    return Lot(on, quantity, round_half_up(cost), cost, quantity)


def _scaled(lot: Lot, ratio: Decimal) -> Lot:
    return replace(lot, quantity=_cut(lot.quantity * ratio), whole_quantity=lot.whole_quantity * ratio)


def _sold(holding: Holding, sale: Sell, places: int) -> Holding:
    check(sale.quantity, sale.price, fee_minor=sale.fee_minor)
    if sale.quantity > holding.quantity:
        raise Oversold(sale.on, holding.quantity)
    proceeds = (sale.quantity * sale.price).scaleb(places) - sale.fee_minor
    sold: list[LotSale] = []
    rest: list[Lot] = []
    done = ZERO
    for lot in holding.lots:
        taken = min(lot.quantity, sale.quantity - done)
        if not taken:
            rest.append(lot)
            continue
        kept = lot.quantity - taken
        cost_kept = round_half_up(lot.whole_cost * kept / lot.whole_quantity) if kept else 0
        share = _share(proceeds, done + taken, sale.quantity) - _share(proceeds, done, sale.quantity)
        sold.append(LotSale(lot.acquired_on, taken, share, lot.cost_minor - cost_kept))
        if kept:
            rest.append(replace(lot, quantity=kept, cost_minor=cost_kept))
        done += taken
    return replace(holding, lots=tuple(rest), sales=(*holding.sales, Sale(sale.on, tuple(sold))))


def _share(proceeds: Decimal, part: Decimal, whole: Decimal) -> int:
    return round_half_up(proceeds * part / whole)


def _cut(quantity: Decimal) -> Decimal:
    return quantity.quantize(SMALLEST).normalize()


def check(quantity: Decimal, *prices: Decimal, fee_minor: int = 0) -> None:
    """Refuse a quantity, price or fee that cannot be meant. Reckons to `DIGITS` digits, which the caller sets.

    Raises: Refused with the field to correct.
    """
    if not quantity.is_finite() or not 0 < quantity < LARGEST or quantity != _cut(quantity):
        raise Refused("Enter a quantity above zero, with at most 18 decimals.", field="quantity")
    if fee_minor < 0:
        raise Refused("A fee cannot be below zero.", field="fee")
    if any(not price.is_finite() or price < 0 for price in prices):
        raise Refused("A price cannot be below zero.", field="price")


def held_on(events: Sequence[Event], day: date, currency: str = "INR") -> Holding:
    """The holding at the end of a day, whatever came later.

    Raises: as `replay`.

    >>> held_on([Buy(date(2024, 1, 2), Decimal(1), Decimal(1))], date(2024, 1, 1)).quantity
    Decimal('0')
    """
    return replay([event for event in events if event.on <= day], currency)
