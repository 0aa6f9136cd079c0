from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.investments import EventKind
from app.domain.positions import VALUED_ON, Currencies, Entry, position, price_of_one, units_for, worth

RUPEES, DOLLARS = Currencies("INR", "INR"), Currencies("USD", "INR")
START = date(2023, 4, 1)


def buy(on: date, quantity: str, price: str, fee_minor: int = 0, rate: str | None = None) -> Entry:
    return Entry(
        1, EventKind.BUY, on, Decimal(quantity), Decimal(price), fee_minor, rate=Decimal(rate) if rate else None
    )


def sell(on: date, quantity: str, price: str, fee_minor: int = 0, rate: str | None = None) -> Entry:
    return Entry(
        2, EventKind.SELL, on, Decimal(quantity), Decimal(price), fee_minor, rate=Decimal(rate) if rate else None
    )


def test_a_sale_takes_the_oldest_lot_first_and_not_the_average() -> None:
    found = position([buy(START, "10", "100"), buy(START, "10", "200"), sell(START, "10", "300")], RUPEES)

    assert found.steps[2].gain_minor == 200_000
    assert [(lot.quantity, lot.cost_minor) for lot in found.lots] == [(Decimal(10), 200_000)]


def test_a_gain_abroad_counts_in_the_currency_of_the_book_and_not_as_rupees() -> None:
    found = position([buy(START, "10", "100", rate="80"), sell(START, "10", "100", rate="85")], DOLLARS)

    assert found.steps[1].gain_minor == 0
    assert found.steps[1].gain_base_minor == 500_000
    assert (found.cost_minor, found.cost_base_minor) == (0, 0)


def test_a_fee_of_its_own_changes_neither_lots_nor_cost() -> None:
    found = position([buy(START, "1", "100"), Entry(3, EventKind.FEE, START, amount_minor=2_000)], RUPEES)

    assert (found.steps[1].money_minor, found.cost_minor, found.quantity) == (-2_000, 10_000, Decimal(1))


def test_a_sale_knows_how_many_of_its_shares_were_one_in_2018() -> None:
    split = Entry(3, EventKind.SPLIT, date(2020, 5, 5), old=Decimal(1), new=Decimal(5))
    bought = [buy(VALUED_ON, "10", "100"), buy(VALUED_ON + timedelta(1), "10", "100")]

    [old, new] = position([*bought, split, sell(date(2026, 1, 1), "100", "50")], RUPEES).steps[-1].sold

    assert (old.since_2018, new.since_2018) == (Decimal(5), None)


def test_an_old_price_is_divided_by_the_shares_that_came_since() -> None:
    bonus = Entry(3, EventKind.BONUS, date(2024, 5, 5), old=Decimal(1), new=Decimal(1))
    split = Entry(4, EventKind.SPLIT, date(2024, 6, 5), old=Decimal(2), new=Decimal(10))
    found = position([buy(START, "10", "100"), bonus, split], RUPEES)

    assert found.ratio_between(START, date(2024, 12, 31)) == 10
    assert found.ratio_between(date(2024, 5, 5), date(2024, 6, 4)) == 1


@pytest.mark.parametrize(
    ("entries", "currencies", "field"),
    [
        ([sell(START, "1", "100")], RUPEES, "quantity"),
        ([buy(START + timedelta(1), "1", "100"), sell(START, "1", "100")], RUPEES, "quantity"),
        ([buy(START, "1", "100"), sell(START, "1.000001", "100")], RUPEES, "quantity"),
        ([buy(START, "0", "100")], RUPEES, "quantity"),
        ([buy(START, "-1", "100")], RUPEES, "quantity"),
        ([buy(START, "1", "-1")], RUPEES, "price"),
        ([buy(START, "1", "1", -1)], RUPEES, "fee"),
        ([buy(START, "1", "1"), sell(START, "1", "1", 101)], RUPEES, "fee"),
        ([buy(START, "100000000", "100000000")], RUPEES, "quantity"),
        ([buy(START, "1", "1")], DOLLARS, "rate"),
        ([buy(START, "1", "1", rate="0.0001")], DOLLARS, "rate"),
        ([buy(START, "1000000", "1000000", rate="100000000")], DOLLARS, "rate"),
        ([buy(START, "1", "1"), Entry(3, EventKind.SPLIT, START, old=Decimal(0), new=Decimal(1))], RUPEES, "quantity"),
        ([buy(START, "1", "1"), Entry(3, EventKind.DIVIDEND, START)], RUPEES, "amount"),
    ],
)
def test_what_cannot_have_happened_is_refused(entries: list[Entry], currencies: Currencies, field: str) -> None:
    with pytest.raises(Refused) as caught:
        position(entries, currencies)

    assert caught.value.field == field


def test_units_and_totals_are_found_from_each_other() -> None:
    assert units_for(500_000, Decimal("61.7"), "INR", 3) == Decimal("81.037")
    price = price_of_one(500_000, Decimal("81.037"), "INR")
    assert worth(Decimal("81.037"), price, "INR") == 500_000
    with pytest.raises(Refused):
        units_for(1, Decimal(1_000_000), "INR", 3)


DAYS = st.integers(0, 1000).map(lambda days: START + timedelta(days))
QUANTITIES = st.decimals("0.001", "5000", places=3)
PRICES = st.decimals("0", "9999.99", places=2)
RATES = st.decimals("0.5", "120", places=4)
RATIOS = st.integers(1, 20).map(Decimal)


@st.composite
def histories(draw: Callable[..., Any]) -> list[Entry]:
    """A valid history, drawn as people would: a sale never takes more than is held by then."""
    entries: list[Entry] = []
    for number, on in enumerate(sorted(draw(st.lists(DAYS, min_size=1, max_size=12)))):
        kind = draw(st.sampled_from(list(EventKind))) if entries else EventKind.BUY
        common: dict[str, Any] = {"rate": draw(RATES), "fee_minor": draw(st.integers(0, 500))}
        if kind is EventKind.SELL:
            held = position(entries, DOLLARS).quantity
            part = draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.013")]))
            quantity, price = (held * part).quantize(Decimal("1e-18")), draw(PRICES)
            common["fee_minor"] = 0
            if worth(quantity, price, "USD") > 1:
                entries.append(Entry(number, kind, on, quantity, price, **common))
        elif kind is EventKind.BUY:
            entries.append(Entry(number, kind, on, draw(QUANTITIES), draw(PRICES), **common))
        elif kind in {EventKind.SPLIT, EventKind.BONUS}:
            entries.append(Entry(number, kind, on, old=draw(RATIOS), new=draw(RATIOS)))
        else:
            entries.append(Entry(number, kind, on, amount_minor=draw(st.integers(100, 10_000)), rate=common["rate"]))
    return entries


@settings(max_examples=50, deadline=None)
@given(histories(), st.sampled_from([RUPEES, DOLLARS]))
def test_after_any_history_lots_are_the_holding_and_no_cost_is_lost(
    entries: list[Entry], currencies: Currencies
) -> None:
    found = position(entries, currencies)

    assert sum(lot.quantity for lot in found.lots) == found.quantity
    assert sum(lot.cost_minor for lot in found.lots) == found.cost_minor == sum(s.holding_minor for s in found.steps)
    assert sum(lot.cost_base_minor for lot in found.lots) == sum(s.holding_base_minor for s in found.steps)
    bought = [step for step in found.steps if step.entry.kind is EventKind.BUY]
    sold = [lot for step in found.steps for lot in step.sold]
    assert found.cost_minor + sum(lot.cost_minor for lot in sold) == -sum(step.money_minor for step in bought)
    assert found.cost_base_minor + sum(lot.cost_base_minor for lot in sold) == -sum(s.money_base_minor for s in bought)
    if currencies.is_home:
        assert all(step.holding_minor == step.holding_base_minor for step in found.steps)
        assert all(lot.gain_minor == lot.gain_base_minor for lot in sold)
    for step in found.steps:
        if step.entry.kind is EventKind.SELL:
            assert sum(lot.proceeds_minor for lot in step.sold) == step.money_minor
            assert sum(lot.proceeds_base_minor for lot in step.sold) == step.money_base_minor
        if not step.quantity:
            assert (step.cost_minor, step.cost_base_minor) == (0, 0)
