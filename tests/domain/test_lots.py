from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.lots import Bonus, Buy, Dividend, Event, Oversold, Sell, Split, held_on, replay, unrealised_gain

D = Decimal


def test_a_sale_takes_the_oldest_lots_first_and_shares_its_fee_by_quantity() -> None:
    held = replay(
        [
            Buy(date(2024, 1, 10), D(100), D(250), 2_000),
            Buy(date(2024, 6, 10), D(50), D(300), 1_500),
            Sell(date(2025, 2, 1), D(120), D(350), 3_000),
        ]
    )

    (sale,) = held.sales
    assert (sale.proceeds_minor, sale.cost_minor, sale.gain_minor) == (4_197_000, 3_102_600, 1_094_400)
    assert [(lot.quantity, lot.cost_minor, lot.gain_minor) for lot in sale.lots] == [
        (D(100), 2_502_000, 995_500),
        (D(20), 600_600, 98_900),
    ]
    assert (held.quantity, held.cost_minor) == (D(30), 900_900)


def test_a_split_keeps_cost_and_dates() -> None:
    held = replay(
        [
            Buy(date(2023, 5, 1), D(10), D(1000)),
            Split(date(2024, 5, 1), D(1), D(5)),
            Sell(date(2025, 5, 2), D(20), D(260)),
        ]
    )

    assert held.sales[0].gain_minor == 120_000
    assert [(lot.acquired_on, lot.quantity, lot.cost_minor) for lot in held.lots] == [
        (date(2023, 5, 1), D(30), 600_000)
    ]


def test_bonus_shares_are_a_lot_of_their_own_at_no_cost() -> None:
    held = replay(
        [
            Buy(date(2023, 5, 1), D(10), D(1000)),
            Bonus(date(2024, 5, 1), D(1), D(1)),
            Sell(date(2025, 6, 1), D(15), D(600)),
        ]
    )

    assert [lot.gain_minor for lot in held.sales[0].lots] == [-400_000, 300_000]
    assert (held.lots[0].acquired_on, held.lots[0].cost_minor) == (date(2024, 5, 1), 0)


def test_crypto_keeps_all_its_decimals() -> None:
    held = replay(
        [
            Buy(date(2024, 1, 1), D("0.12345678"), D(3_500_000)),
            Buy(date(2024, 2, 1), D("0.05"), D(4_200_000)),
            Sell(date(2025, 1, 1), D("0.15"), D(8_000_000)),
        ]
    )

    assert [(lot.cost_minor, lot.gain_minor) for lot in held.sales[0].lots] == [
        (43_209_873, 55_555_551),
        (11_148_152, 10_086_424),
    ]
    assert (held.quantity, held.cost_minor) == (D("0.02345678"), 9_851_848)


def test_dividends_do_not_lower_the_cost_and_later_events_do_not_count_yet() -> None:
    events: list[Event] = [
        Buy(date(2024, 1, 1), D(10), D(100)),
        Dividend(date(2024, 6, 1), 5_000),
        Sell(date(2025, 1, 1), D(10), D(120)),
    ]

    assert held_on(events, date(2024, 12, 31)).dividends_minor == 5_000
    assert held_on(events, date(2024, 12, 31)).cost_minor == 100_000
    assert replay(events).lots == ()
    assert unrealised_gain(held_on(events, date(2024, 6, 1)), D("112.345")) == 12_345


def test_a_bonus_on_nothing_is_nothing() -> None:
    assert replay([Bonus(date(2024, 5, 1), D(1), D(1))]).lots == ()


def test_an_amount_in_yen_has_no_decimals() -> None:
    assert replay([Buy(date(2024, 1, 1), D(3), D("33.5"))], "JPY").cost_minor == 101


@pytest.mark.parametrize("sold", ["6", "5.000000000000000001"])
def test_more_than_is_held_cannot_be_sold(sold: str) -> None:
    with pytest.raises(Oversold, match="only 5 were held"):
        replay([Buy(date(2024, 1, 1), D(5), D(10)), Sell(date(2024, 2, 1), D(sold), D(12))])


def test_a_sale_before_the_purchase_is_refused_whatever_the_order_given() -> None:
    with pytest.raises(Oversold):
        replay([Buy(date(2024, 2, 1), D(5), D(10)), Sell(date(2024, 1, 1), D(5), D(12))])


@pytest.mark.parametrize(
    "event",
    [
        Buy(date(2024, 1, 1), D(0), D(1)),
        Buy(date(2024, 1, 1), D("NaN"), D(1)),
        Buy(date(2024, 1, 1), D("1e-19"), D(1)),
        Buy(date(2024, 1, 1), D("1e18"), D(1)),
        Buy(date(2024, 1, 1), D(1), D(-1)),
        Buy(date(2024, 1, 1), D(1), D(1), -1),
        Split(date(2024, 1, 1), D(0), D(1)),
        Bonus(date(2024, 1, 1), D(1), D(-1)),
    ],
)
def test_an_event_nobody_can_mean_is_refused(event: Event) -> None:
    with pytest.raises(Refused):
        replay([event])


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    quantities = st.decimals("0.0001", "1000", places=4)
    prices = st.decimals("0", "5000", places=2)
    events: list[Event] = [Buy(date(2020, 1, 1), draw(quantities), draw(prices), draw(st.integers(0, 500)))]
    for number in range(draw(st.integers(0, 12))):
        on = date(2020, 1, 2) + timedelta(days=number)
        held = replay(events).quantity
        kind = draw(st.sampled_from(["buy", "sell", "split", "bonus"]))
        if kind == "sell" and held:
            part = draw(st.sampled_from([D("0.25"), D("0.5"), D(1)]))
            events.append(
                Sell(on, (held * part).quantize(D("1e-10")), draw(prices)) if part < 1 else Sell(on, held, D(1))
            )
        elif kind == "split":
            events.append(Split(on, D(draw(st.integers(1, 3))), D(draw(st.integers(1, 10)))))
        elif kind == "bonus":
            events.append(Bonus(on, D(1), D(draw(st.integers(1, 4)))))
        else:
            events.append(Buy(on, draw(quantities), draw(prices)))
    try:
        replay(events)
    except Refused:  # a rounded part of very little may be nothing, or more than all
        return events[:1]
    return events


@given(histories())
def test_lots_are_the_holding_and_no_paisa_of_cost_is_lost_after_any_history(events: list[Event]) -> None:
    held = replay(events)
    bought = sum(replay([event]).cost_minor for event in events if isinstance(event, Buy))

    assert all(lot.quantity > 0 for lot in held.lots)
    assert held.cost_minor + sum(sale.cost_minor for sale in held.sales) == bought
    for event, sale in zip([event for event in events if isinstance(event, Sell)], held.sales, strict=True):
        assert sum((lot.quantity for lot in sale.lots), D(0)) == event.quantity
    dates = [lot.acquired_on for lot in held.lots]
    assert dates == sorted(dates)
