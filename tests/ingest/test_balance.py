from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from app.ingest.balance import check, signs_from

AMOUNTS = st.lists(st.integers(1, 10**9), min_size=3, max_size=40)


@given(AMOUNTS, st.integers(-(10**9), 10**9), st.booleans())
def test_a_true_chain_is_proved_in_either_order(amounts: list[int], opening: int, is_newest_first: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    balances = list(accumulate(amounts, initial=opening))[1:]
    step = -1 if is_newest_first else 1

    fit = check(amounts[::step], balances[::step], is_ascending=not is_newest_first)

    assert fit.is_proved
    assert not fit.is_turned


@given(AMOUNTS, st.integers(-(10**9), 10**9), st.booleans())
def test_exchanged_directions_are_found_out(amounts: list[int], opening: int, is_newest_first: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    balances = list(accumulate(amounts, initial=opening))[1:]
    step = -1 if is_newest_first else 1

    fit = check([-amount for amount in amounts[::step]], balances[::step], is_ascending=not is_newest_first)

    assert fit.is_turned


def test_balances_once_a_day_are_summed_over() -> None:
    assert check([10, 20, -5, 7], [110, None, None, 132], is_ascending=True).is_proved


def test_the_balance_before_the_row_is_a_layout_of_its_own() -> None:
    fit = check([10, 20, -5], [100, 110, 130], is_ascending=True)

    assert fit.is_proved
    assert not fit.layout.is_after


def test_one_wrong_step_is_counted() -> None:
    fit = check([10, 20, 30, 40], [10, 30, 61, 101], is_ascending=True)

    assert (fit.steps, fit.held, fit.is_proved, fit.is_turned) == (3, 2, False, False)


def test_unsigned_amounts_take_their_signs_from_the_balance_except_the_oldest() -> None:
    assert signs_from([10, 20, 5], [100, 80, 85], is_ascending=True) == ([-10, -20, 5], 0)
    assert signs_from([100, 20, 5], [100, 80, 85], is_ascending=True) == ([100, -20, 5], None)
    assert signs_from([10, 20, 5], [100, 81, 85], is_ascending=True) is None
