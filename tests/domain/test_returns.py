from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.growth import compound_growth, currency_gain, growth_rate
from app.domain.money_weighted import CashFlow, Xirr, xirr


def _flows(*flows: tuple[str, int]) -> list[CashFlow]:
    return [CashFlow(date.fromisoformat(on), amount * 100) for on, amount in flows]


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        (_flows(("2025-01-01", -1000), ("2026-01-01", 1100)), "0.100000"),
        (
            _flows(
                ("2008-01-01", -10000), ("2008-03-01", 2750), ("2008-10-30", 4250), ("2009-02-15", 3250), ("2009-04-01", 2750)
            ),
            "0.373363",
        ),
        (_flows(("2020-01-01", -1000), ("2021-01-01", 750), ("2022-01-01", 500)), "0.175009"),
        (_flows(("2024-01-01", -100000), ("2025-01-01", 60000)), "-0.399162"),
        (_flows(("2024-03-05", -5000), ("2024-01-05", -5000), ("2024-02-05", -5000), ("2024-12-31", 16200)), "0.088645"),
        (_flows(("2024-01-01", -100), ("2024-01-02", 100)), "0.000000"),
    ],
)  # fmt: skip
def test_the_money_weighted_return(flows: list[CashFlow], rate: str) -> None:
    found = xirr(flows)

    assert (found.status, found.rate) == (Xirr.OK, Decimal(rate))


@pytest.mark.parametrize(
    ("flows", "status"),
    [
        ([], Xirr.NO_SIGN_CHANGE),
        (_flows(("2024-01-01", -100), ("2025-01-01", -100)), Xirr.NO_SIGN_CHANGE),
        (_flows(("2024-01-01", -100), ("2025-01-01", 0)), Xirr.NO_SIGN_CHANGE),
        (_flows(("2024-01-01", -100), ("2024-01-01", 120)), Xirr.SINGLE_DATE),
        (_flows(("2024-01-01", -100), ("2024-01-02", 200)), Xirr.NO_ROOT),
        (_flows(("2024-01-01", -100), ("2024-06-01", 100), ("2024-06-01", -100)), Xirr.NO_ROOT),
        (_flows(("2021-01-01", -1000), ("2022-01-01", 2000), ("2023-01-01", -1100)), Xirr.NO_ROOT),
    ],
)
def test_a_return_that_does_not_exist_says_why(flows: list[CashFlow], status: Xirr) -> None:
    found = xirr(flows)

    assert (found.status, found.rate, found.rates) == (status, None, ())


def test_several_returns_are_all_shown_and_none_is_picked() -> None:
    found = xirr(_flows(("2021-01-01", -1000), ("2022-01-01", 2300), ("2023-01-01", -1320)))

    assert (found.status, found.rate) == (Xirr.MULTIPLE, None)
    assert found.rates == (Decimal("0.100000"), Decimal("0.200000"))


def test_three_returns_are_found() -> None:
    # (x - 1.1)(x - 1.2)(x - 1.5) = x^3 - 3.8 x^2 + 4.77 x - 1.98, one year apart
    found = xirr(_flows(("2021-01-01", -10000), ("2022-01-01", 38000), ("2023-01-01", -47700), ("2024-01-01", 19800)))

    assert found.rates == (Decimal("0.100000"), Decimal("0.200000"), Decimal("0.500000"))


def test_a_return_that_only_touches_zero_is_found() -> None:
    found = xirr(_flows(("2021-01-01", -100), ("2022-01-01", 220), ("2023-01-01", -121)))

    assert (found.status, found.rate) == (Xirr.OK, Decimal("0.100000"))


@given(st.integers(1, 10**6), st.integers(1, 20_000))
def test_money_that_grew_at_a_rate_shows_that_rate(thousandths: int, days: int) -> None:
    start = date(2000, 1, 1)
    end = start + timedelta(days=days)
    rate = compound_growth(1_000, thousandths, start, end)

    found = xirr([CashFlow(start, -1_000), CashFlow(end, thousandths)])

    assert rate is not None
    if Decimal("-0.9998") < rate < 100:
        assert found.rate is not None
        assert abs(found.rate - rate) < Decimal("0.000001")
    else:
        assert found.status in {Xirr.OK, Xirr.NO_ROOT}


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(-(10**8), 10**8)), min_size=2, max_size=15))
def test_every_return_found_balances_the_flows(drawn: list[tuple[int, int]]) -> None:
    start = date(2010, 1, 1)
    flows = [CashFlow(start + timedelta(days=after), amount) for after, amount in drawn]
    first = min(after for after, amount in drawn if amount) if any(amount for _, amount in drawn) else 0

    for rate in xirr(flows).rates:
        around = [
            sum(
                (amount / (1 + rate + step) ** (Decimal(after - first) / 365) for after, amount in drawn),
                Decimal(0),
            )
            for step in (Decimal("-0.000002"), Decimal(0), Decimal("0.000002"))
            if rate + step > -1
        ]
        size = sum((abs(amount) / (1 + rate) ** (Decimal(after - first) / 365) for after, amount in drawn), Decimal(0))
        assert min(around) <= 0 <= max(around) or min(map(abs, around)) < size * Decimal("1e-6")


@pytest.mark.parametrize(
    ("start", "end", "until", "rate"),
    [
        (10_000_000, 20_000_000, date(2025, 1, 1), "0.148524"),
        (10_000_000, 0, date(2025, 1, 1), "-1"),
        (0, 1_000, date(2021, 1, 1), None),
        (1_000, -1, date(2021, 1, 1), None),
        (1_000, 2_000, date(2020, 1, 1), None),
    ],
)
def test_compound_growth_between_two_values(start: int, end: int, until: date, rate: str | None) -> None:
    found = compound_growth(start, end, date(2020, 1, 1), until)

    assert (None if found is None else round(found, 6)) == (None if rate is None else Decimal(rate))


def test_growth_from_nothing_means_nothing() -> None:
    assert growth_rate(0, 5_000_000) is None
    assert growth_rate(80_000_000, 65_000_000) == Decimal("-0.1875")


def test_a_gain_abroad_is_cut_into_price_and_currency() -> None:
    found = currency_gain(Decimal("12.5"), (Decimal("180.20"), Decimal("82.75")), (Decimal("231.40"), Decimal("87.10")))

    assert (found.cost_minor, found.value_minor, found.gain_minor) == (18_639_438, 25_193_675, 6_554_238)
    assert (found.price_effect_minor, found.currency_effect_minor) == (5_296_000, 1_258_238)
    with pytest.raises(Refused):
        currency_gain(Decimal(-1), (Decimal(1), Decimal(1)), (Decimal(1), Decimal(1)))


def test_money_that_goes_back_and_forth_for_years_still_has_its_return() -> None:
    start = date(2000, 1, 1)
    flows = [CashFlow(start + timedelta(days=7 * week), 900 if week % 2 else -1_000) for week in range(400)]

    found = xirr([*flows, CashFlow(start + timedelta(days=2_800), 30_000)])

    assert found.status is Xirr.OK
    assert found.rate is not None
    assert Decimal("0.05") < found.rate < Decimal("0.15")
