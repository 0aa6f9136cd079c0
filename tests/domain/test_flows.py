from decimal import Decimal

import pytest

from app.domain.flows import Flow, share, total


def test_what_is_kept_is_income_less_spending() -> None:
    assert Flow(100_000, 77_000).kept_minor == 23_000
    assert Flow(100_000, 77_000).kept_rate == Decimal("0.23")
    assert Flow(100_000, 130_000).kept_rate == Decimal("-0.3")


@pytest.mark.parametrize("income", [0, -500])
def test_without_income_there_is_no_rate(income: int) -> None:
    assert Flow(income, 77_000).kept_rate is None
    assert share(10, income) is None


def test_flows_add_up_and_none_make_an_empty_one() -> None:
    assert total([Flow(5, 3), Flow(-1, 4)]) == Flow(4, 7)
    assert not total([])
    assert Flow(1, 0)
    assert Flow(0, -1)
