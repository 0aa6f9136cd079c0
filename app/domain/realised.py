"""What a sale of an investment is for Indian tax: its term, its charge, and the cost that counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum

from app.domain.anniversaries import months_later
from app.domain.facts.reading import NotKnown, facts
from app.domain.fiscal_years import FiscalYear
from app.domain.investments import TaxedAs
from app.domain.lots import DIGITS
from app.domain.money import round_half_up
from app.domain.positions import Currencies, OpenLot, SoldLot, worth
from app.domain.tax.gain_costs import cost_inflation_index, grandfathered_cost
from app.domain.tax.holding import Term, classify
from app.domain.tax.set_off import YearGain, kind_of_charge
from app.domain.tax.years import GainKind

LONG_EQUITY = "112A"
LONG_OTHER = "112"
NOT_INDEXED = frozenset({TaxedAs.LISTED_BOND, TaxedAs.UNLISTED_BOND})
"""Bonds and debentures never had their cost indexed (third proviso to section 48)."""


class CostRule(StrEnum):
    """Which cost counts."""

    PAID = "paid"
    VALUE_2018 = "value_2018"
    INDEXED = "indexed"


@dataclass(frozen=True, slots=True)
class TaxedSale:
    """A part of a sale as tax sees it, in minor units of the book's currency.

    Where the rules of its day are not known, `term` is none. `kind` is none where the slabs tax the gain.
    """

    term: Term | None
    charge: str
    kind: GainKind | None
    cost_minor: int
    rule: CostRule
    gain_minor: int
    needs_2018: bool
    """It was bought by 31 January 2018, and its price on that day is not known: the cost may be too low."""

    @property
    def is_known(self) -> bool:
        """Whether the rules of its day are in our tables."""
        return self.term is not None


def taxed_sale(
    lot: SoldLot, sold_on: date, taxed_as: TaxedAs, currencies: Currencies, price_2018: Decimal | None = None
) -> TaxedSale:
    """What a part of a sale is for tax.

    Units: minor units of the book's currency; `price_2018` of one in the holding's. Rounding: half-up, each cost once.
    Raises: nothing; what the tables do not know comes back without a term.
    Source: `tax.holding`, `tax.gain_costs`; cost indexed for charge 112 until 22 July 2024 (section 48, second proviso).

    >>> lot = SoldLot(date(2024, 1, 1), Decimal(1), 300, 100, 300, 100, None)
    >>> taxed_sale(lot, date(2025, 6, 1), TaxedAs.LISTED_EQUITY, Currencies("INR", "INR")).charge
    '112A'
    """
    paid = lot.cost_base_minor
    try:
        holding = classify(taxed_as.value, lot.acquired_on, sold_on)
        kind = kind_of_charge(holding.charge)
    except NotKnown:
        return TaxedSale(None, "", None, paid, CostRule.PAID, lot.gain_base_minor, needs_2018=False)
    cost, rule, needs_2018 = paid, CostRule.PAID, False
    if holding.charge == LONG_EQUITY and lot.since_2018 is not None and currencies.is_home:
        if price_2018 is None:
            needs_2018 = True
        else:
            with localcontext(prec=DIGITS):
                value = worth(lot.quantity / lot.since_2018, price_2018, currencies.own)
            cost = grandfathered_cost(paid, value, lot.proceeds_base_minor)
    elif holding.charge == LONG_OTHER and taxed_as not in NOT_INDEXED and sold_on < changed_on():
        cost = _indexed(paid, lot.acquired_on, sold_on)
    if cost != paid:
        rule = CostRule.VALUE_2018 if holding.charge == LONG_EQUITY else CostRule.INDEXED
    return TaxedSale(
        holding.term, holding.charge, kind, cost, rule, lot.proceeds_base_minor - cost, needs_2018=needs_2018
    )


@dataclass(frozen=True, slots=True)
class LotTerm:
    """How a lot would count if it were sold today. `long_on` is the first day on which it would be long-term, when that is to come."""

    term: Term | None
    charge: str = ""
    long_on: date | None = None


def lot_term(lot: OpenLot, taxed_as: TaxedAs, today: date) -> LotTerm:
    """Whether a lot is short-term or long-term today, and from when it is long-term.

    >>> lot = OpenLot(date(2026, 1, 31), Decimal(1), 100, 100)
    >>> lot_term(lot, TaxedAs.LISTED_EQUITY, date(2026, 11, 22)).long_on
    datetime.date(2027, 2, 1)
    """
    try:
        holding = classify(taxed_as.value, lot.acquired_on, max(today, lot.acquired_on))
    except NotKnown:
        return LotTerm(None)
    is_waiting = holding.term is Term.SHORT and holding.months is not None
    long_on = months_later(lot.acquired_on, holding.months or 0) + timedelta(1) if is_waiting else None
    return LotTerm(holding.term, holding.charge, long_on)


def for_set_off(sales: Iterable[tuple[date, TaxedSale]]) -> tuple[YearGain, ...]:
    """The gains of a year as `tax.set_off` takes them, each on its own; what the tables do not know is left out."""
    return tuple(YearGain(sale.kind, sale.gain_minor, sold_on) for sold_on, sale in sales if sale.is_known)


def changed_on() -> date:
    """From when the Finance (No. 2) Act of 2024 taxes gains: other rates and terms, and no indexing."""
    day: date = facts("capital_gains")["holding"]["changed_on"]
    return day


def _indexed(cost_minor: int, acquired_on: date, sold_on: date) -> int:
    bought, sold = (cost_inflation_index(FiscalYear.of(day)) for day in (acquired_on, sold_on))
    return round_half_up(Decimal(cost_minor) * sold / bought)
