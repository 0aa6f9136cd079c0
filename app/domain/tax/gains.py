"""Gains with rates of their own: what each bears, the yearly exemption of equity, and the unused part of the basic exemption."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown, facts, in_force, rupees
from app.domain.fiscal_years import FiscalYear
from app.domain.tax.years import GainKind

# Where two kinds bear the same rate, other gains use up an exemption before those of equity do.
_ORDER = (GainKind.EQUITY_SHORT, GainKind.OTHER_LONG, GainKind.EQUITY_LONG, GainKind.VIRTUAL_ASSET)


@dataclass(frozen=True, slots=True)
class Gain:
    """A taxable gain in minor units, losses already set off, with the rate of its day."""

    kind: GainKind
    amount_minor: int
    rate: Decimal

    def __post_init__(self) -> None:
        if self.amount_minor < 0:
            raise Refused("Set losses off first; a gain cannot be negative.", field=self.kind.value)

    @property
    def tax_minor(self) -> Decimal:
        """The tax on it, exact."""
        return self.amount_minor * self.rate


def gain_on(kind: GainKind, amount_minor: int, transferred_on: date) -> Gain:
    """A gain with the rate in force on the day of the transfer.

    Units: minor units. Raises: NotKnown for a day without a rate, Refused for a negative amount.
    Source: sections 111A, 112, 112A and 115BBH; `facts/capital_gains.toml`.

    >>> gain_on(GainKind.EQUITY_SHORT, 100, date(2024, 7, 22)).rate
    Decimal('0.15')
    """
    rows = next(row for row in facts("capital_gains")["rates"] if row["kind"] == kind.value)["periods"]
    return Gain(kind, amount_minor, in_force(rows, transferred_on, "Rates of capital gains")["rate"])


def equity_exemption(fy: FiscalYear) -> int:
    """How much long-term gain of equity is free in a year, in minor units.

    Raises: NotKnown. Source: section 112A(2).

    >>> equity_exemption(FiscalYear(2023))
    10000000
    """
    table = facts("capital_gains")["equity_long_exemption"]
    if str(fy) not in table:
        raise NotKnown(f"The exemption of long-term equity gains for {fy} is not known yet.", field="fy")
    return rupees(table[str(fy)])


def less_basic_exemption(gains: Iterable[Gain], unused_minor: int) -> list[Gain]:
    """What is left of gains when a resident's unused basic exemption is taken off, the dearest first, never off virtual assets.

    Units: minor units.
    Source: provisos to 111A(1), 112(1) and 112A(2); the order is the taxpayer's choice (Circular 721 of 1995).

    >>> less_basic_exemption([Gain(GainKind.EQUITY_SHORT, 300, Decimal("0.2"))], 100)[0].amount_minor
    200
    """
    left = []
    for gain in _dearest_first(gains):
        off = 0 if gain.kind is GainKind.VIRTUAL_ASSET else min(unused_minor, gain.amount_minor)
        unused_minor -= off
        left.append(replace(gain, amount_minor=gain.amount_minor - off))
    return left


def less_equity_exemption(gains: Iterable[Gain], exempt_minor: int) -> list[Gain]:
    """What is left of gains after the yearly exemption of 112A, taken off the dearer rate first.

    Units: minor units. Source: section 112A(2); one limit for a year with two rates, used as is best for the taxpayer.

    >>> less_equity_exemption([Gain(GainKind.EQUITY_LONG, 300, Decimal("0.125"))], 100)[0].amount_minor
    200
    """
    left = []
    for gain in _dearest_first(gains):
        off = min(exempt_minor, gain.amount_minor) if gain.kind is GainKind.EQUITY_LONG else 0
        exempt_minor -= off
        left.append(replace(gain, amount_minor=gain.amount_minor - off))
    return left


@dataclass(frozen=True, slots=True)
class EquityTax:
    """Tax on a year's gains of equity before surcharge and cess. `tax_*` exact in minor units."""

    short_tax_minor: Decimal
    exempt_minor: int
    long_tax_minor: Decimal

    @property
    def tax_minor(self) -> Decimal:
        """Both together."""
        return self.short_tax_minor + self.long_tax_minor


def equity_tax(fy: FiscalYear, gains: Sequence[Gain]) -> EquityTax:
    """Tax on gains of equity in a year, whatever other income there is.

    Units: minor units, not rounded.
    Raises: NotKnown for a year without an exemption.
    Source: sections 111A and 112A.

    >>> equity_tax(FiscalYear(2025), [Gain(GainKind.EQUITY_LONG, 22_500_000, Decimal("0.125"))]).tax_minor
    Decimal('1250000.000')
    """
    taxed = less_equity_exemption(gains, equity_exemption(fy))
    return EquityTax(
        sum((gain.tax_minor for gain in taxed if gain.kind is GainKind.EQUITY_SHORT), Decimal(0)),
        sum(gain.amount_minor for gain in gains) - sum(gain.amount_minor for gain in taxed),
        sum((gain.tax_minor for gain in taxed if gain.kind is GainKind.EQUITY_LONG), Decimal(0)),
    )


def _dearest_first(gains: Iterable[Gain]) -> list[Gain]:
    return sorted(gains, key=lambda gain: (-gain.rate, _ORDER.index(gain.kind)))
