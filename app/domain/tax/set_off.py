"""Capital losses: which gains of the year they are set off against, and what of them later years may still use."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.facts.reading import NotKnown, facts
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.gains import Gain, gain_on
from app.domain.tax.years import GainKind

LONG = frozenset({GainKind.EQUITY_LONG, GainKind.OTHER_LONG})
CHARGES = {
    "111A": GainKind.EQUITY_SHORT,
    "112A": GainKind.EQUITY_LONG,
    "112": GainKind.OTHER_LONG,
    "115BBH": GainKind.VIRTUAL_ASSET,
    "slab": None,
    "50AA slab": None,
}
# Where two kinds bear the same rate, those without an exemption of their own use a loss first.
_ORDER = (GainKind.EQUITY_SHORT, None, GainKind.OTHER_LONG, GainKind.EQUITY_LONG, GainKind.VIRTUAL_ASSET)


@dataclass(frozen=True, slots=True)
class YearGain:
    """What one kind of asset brought on some day or in some part of a year: a gain, or a loss when negative. Minor units.

    `kind` is None for short-term gains that the slabs tax. `transferred_on` decides the rate.
    """

    kind: GainKind | None
    amount_minor: int
    transferred_on: date

    @property
    def is_long(self) -> bool:
        """Whether it is long-term, whose losses only long-term gains take up."""
        return self.kind in LONG


@dataclass(frozen=True, slots=True)
class SetOff:
    """The gains that are left to tax, and the losses that are left over. Minor units, none negative.

    `gains` have rates of their own; `slab_minor` is taxed with other income. `used_minor` is what losses took off the gains.
    `short_left_minor` and `long_left_minor` may be used in the next eight years, `virtual_lost_minor` never.
    """

    gains: tuple[Gain, ...]
    slab_minor: int
    used_minor: int
    short_left_minor: int
    long_left_minor: int
    virtual_lost_minor: int


@dataclass(slots=True)
class _Pot:
    """A sum of gains that bear one rate."""

    kind: GainKind | None
    rate: Decimal
    left_minor: int

    @property
    def rank(self) -> tuple[Decimal, int]:
        return -self.rate, _ORDER.index(self.kind)


def kind_of_charge(charge: str) -> GainKind | None:
    """The kind behind a charge as `holding.classify` names it; None for the slabs.

    Raises: NotKnown. Source: sections 111A, 112, 112A, 115BBH, 50AA.

    >>> kind_of_charge("112A")
    <GainKind.EQUITY_LONG: 'equity_long'>
    """
    if charge not in CHARGES:
        raise NotKnown(f"How a gain under “{charge[:20]}” is taxed is not known.", field="gains")
    return CHARGES[charge]


def change_of_rates(fy: FiscalYear) -> date | None:
    """The day within a year from which gains bear other rates, if there is one.

    >>> change_of_rates(FiscalYear(2024))
    datetime.date(2024, 7, 23)
    """
    day: date = facts("capital_gains")["holding"]["changed_on"]
    return day if fy.first < day <= fy.last else None


def set_off(
    gains: Iterable[YearGain], *, slab_rate: Decimal, carried_short_minor: int = 0, carried_long_minor: int = 0
) -> SetOff:
    """Set a year's losses off against its gains, then those of earlier years.

    A short-term loss takes up any gain, a long-term loss only long-term ones; the gains that bear most go first. A loss on a
    virtual asset takes up nothing, not even another virtual asset's gain, and ends with the year: give each transfer on its
    own, or gains and losses apart. `slab_rate` is what the slabs would ask of the last rupee: it ranks the gains they tax.

    Units: minor units; rounding: none. Raises: NotKnown for a day without a rate.
    Source: sections 70, 74, 115BBH(2); the order among gains is the taxpayer's choice, as none is written (Circular 721).

    >>> day = date(2025, 6, 1)
    >>> left = set_off([YearGain(GainKind.EQUITY_SHORT, 500, day), YearGain(GainKind.EQUITY_LONG, -800, day)], slab_rate=Decimal("0.3"))
    >>> left.gains[0].amount_minor, left.long_left_minor
    (500, 800)
    """
    sums, short, long, virtual_lost = _summed(gains, slab_rate)
    pots = sorted((_Pot(kind, rate, amount) for (kind, rate), amount in sums.items()), key=lambda pot: pot.rank)
    every = [pot for pot in pots if pot.kind is not GainKind.VIRTUAL_ASSET]
    for_long = [pot for pot in every if pot.kind in LONG]
    before = sum(pot.left_minor for pot in pots)
    long_left, short_left = _taken(for_long, long), _taken(every, short)
    long_left += _taken(for_long, carried_long_minor)
    short_left += _taken(every, carried_short_minor)
    return SetOff(
        gains=tuple(
            Gain(pot.kind, pot.left_minor, pot.rate) for pot in pots if pot.kind is not None and pot.left_minor
        ),
        slab_minor=sum(pot.left_minor for pot in pots if pot.kind is None),
        used_minor=before - sum(pot.left_minor for pot in pots),
        short_left_minor=short_left,
        long_left_minor=long_left,
        virtual_lost_minor=virtual_lost,
    )


def _summed(
    gains: Iterable[YearGain], slab_rate: Decimal
) -> tuple[dict[tuple[GainKind | None, Decimal], int], int, int, int]:
    """Gains by kind and rate, and the losses: short-term, long-term, of virtual assets."""
    sums: dict[tuple[GainKind | None, Decimal], int] = defaultdict(int)
    short = long = virtual = 0
    for gain in gains:
        if gain.amount_minor >= 0:
            rate = slab_rate if gain.kind is None else gain_on(gain.kind, 0, gain.transferred_on).rate
            sums[gain.kind, rate] += gain.amount_minor
        elif gain.kind is GainKind.VIRTUAL_ASSET:
            virtual -= gain.amount_minor
        elif gain.is_long:
            long -= gain.amount_minor
        else:
            short -= gain.amount_minor
    return sums, short, long, virtual


def _taken(pots: Iterable[_Pot], loss_minor: int) -> int:
    """Take a loss off the pots in their order. Returns what is left of it."""
    for pot in pots:
        off = min(loss_minor, pot.left_minor)
        pot.left_minor -= off
        loss_minor -= off
    return loss_minor
