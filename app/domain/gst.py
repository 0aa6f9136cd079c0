"""Goods and services tax on an invoice: each line taxed and rounded by itself, by head, with the total rounded to the rupee if wished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.errors import Refused
from app.domain.facts.reading import RUPEE_MINOR, facts, in_force
from app.domain.money import round_half_up
from app.domain.provident_funds import to_rupee


@dataclass(frozen=True, slots=True)
class GstAmounts:
    """A value before tax and its tax by head, in minor units. Either both halves are there, or the integrated tax."""

    taxable_minor: int
    central_minor: int
    state_minor: int
    integrated_minor: int

    def __add__(self, other: "GstAmounts") -> "GstAmounts":
        return GstAmounts(
            self.taxable_minor + other.taxable_minor,
            self.central_minor + other.central_minor,
            self.state_minor + other.state_minor,
            self.integrated_minor + other.integrated_minor,
        )

    @property
    def tax_minor(self) -> int:
        """All heads."""
        return self.central_minor + self.state_minor + self.integrated_minor

    @property
    def total_minor(self) -> int:
        """Value with tax."""
        return self.taxable_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class GstLine:
    """One line: quantity, price of one in whole rupees, discount in minor units, rate as a fraction (18 % is 0.18)."""

    quantity: Decimal
    price: Decimal
    rate: Decimal
    discount_minor: int = 0

    def __post_init__(self) -> None:
        if self.quantity < 0 or self.price < 0:
            raise Refused("Quantity and price cannot be below zero.", field="quantity")
        _check_rate(self.rate)
        if not 0 <= self.discount_minor <= round_half_up(self.quantity * self.price * RUPEE_MINOR):
            raise Refused("The discount cannot be more than the line.", field="discount")

    @property
    def taxable_minor(self) -> int:
        """Value after the discount, rounded half-up to the paisa."""
        return round_half_up(self.quantity * self.price * RUPEE_MINOR - self.discount_minor)


@dataclass(frozen=True, slots=True)
class GstInvoice:
    """The lines of an invoice, their sum, and what rounding to the rupee adds or takes, in minor units."""

    lines: tuple[GstAmounts, ...]
    sums: GstAmounts
    round_off_minor: int

    @property
    def total_minor(self) -> int:
        """What the client pays."""
        return self.sums.total_minor + self.round_off_minor


def gst_invoice(lines: Sequence[GstLine], *, is_intra_state: bool, is_rounded: bool = False) -> GstInvoice:
    """An invoice's tax: central and state tax when the place of supply is the supplier's own state, integrated tax otherwise.

    Units: minor units. Rounding: value and each head of tax half-up per line; sums are sums of lines; the total to the rupee
        only when asked, as a figure of its own.
    Raises: Refused for an invoice without lines.
    Source: CGST Act sections 9 and 15, IGST Act sections 5, 7 and 8; per-line rounding is our choice. Section 170 rounds
        what a return pays, not each line.

    >>> gst_invoice([GstLine(Decimal(1), Decimal("100.20"), Decimal("0.05"))], is_intra_state=True).total_minor
    10522
    """
    if not lines:
        raise Refused("An invoice needs at least one line.", field="lines")
    taxed = tuple(_taxed(line.taxable_minor, line.rate, is_intra_state=is_intra_state) for line in lines)
    sums = sum(taxed[1:], taxed[0])
    round_off = to_rupee(Decimal(sums.total_minor)) - sums.total_minor if is_rounded else 0
    return GstInvoice(taxed, sums, round_off)


def tax_inside(amount_minor: int, rate: Decimal, *, is_intra_state: bool) -> GstAmounts:
    """The tax inside a price that includes it. Value and tax add up to the price exactly.

    Units: minor units. Rounding: each head half-up; the value is what they leave.
    Raises: Refused for a negative amount or a rate out of range.
    Source: rule 35 of the CGST Rules: tax = price * rate / (100 + rate).

    >>> tax_inside(99_900, Decimal("0.05"), is_intra_state=True).taxable_minor
    95142
    """
    _check_rate(rate)
    if amount_minor < 0:
        raise Refused("Enter an amount of zero or more.", field="amount")
    if is_intra_state:
        half = round_half_up(amount_minor * (rate / 2) / (1 + rate))
        return GstAmounts(amount_minor - 2 * half, half, half, 0)
    tax = round_half_up(amount_minor * rate / (1 + rate))
    return GstAmounts(amount_minor - tax, 0, 0, tax)


def gst_rates(on: date) -> tuple[Decimal, ...]:
    """The rates one may choose from on a day, ascending, as fractions.

    Raises: NotKnown. Source: rate notifications; 56th GST Council from 22 September 2025.

    >>> Decimal("0.12") in gst_rates(date(2025, 9, 22))
    False
    """
    row = in_force(facts("gst")["rates"], on, "Rates of GST")
    return tuple(sorted({*row["standard"], *row["other"]}))


def _taxed(taxable_minor: int, rate: Decimal, *, is_intra_state: bool) -> GstAmounts:
    if is_intra_state:
        half = round_half_up(taxable_minor * (rate / 2))
        return GstAmounts(taxable_minor, half, half, 0)
    return GstAmounts(taxable_minor, 0, 0, round_half_up(taxable_minor * rate))


def _check_rate(rate: Decimal) -> None:
    if not 0 <= rate <= 1:
        raise Refused("The rate of tax lies between 0 and 100 %.", field="gst_rate")
