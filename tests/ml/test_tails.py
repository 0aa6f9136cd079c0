import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.ml.tails import LARGEST, count_tail, quantile, student_tail


@pytest.mark.parametrize("z", [0.1, 1.0, 3.0, 20.0, 59.0, 61.0, 200.0])
def test_the_amount_tail_is_students(z: float) -> None:
    assert student_tail(z) == pytest.approx(-math.log10(2 * stats.t(4).sf(z)), abs=0.002)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_larger_amount_is_never_less_surprising(a: float, b: float) -> None:
    low, high = sorted((student_tail(a), student_tail(b)))
    assert (student_tail(min(a, b)), student_tail(max(a, b))) == (low, high) or abs(low - high) < 1e-3
    assert 0.0 <= high <= LARGEST


@pytest.mark.parametrize(("count", "expected", "shape"), [(4, 1.0, 4.0), (9, 2.5, 1.0), (6, 0.3, 100.0)])
def test_the_burst_tail_is_the_negative_binomial(count: int, expected: float, shape: float) -> None:
    law = stats.nbinom(shape, shape / (shape + expected))
    assert count_tail(count, expected, shape) == pytest.approx(-math.log10(law.sf(count - 1)), rel=1e-6)


def test_a_count_that_was_expected_says_nothing() -> None:
    assert count_tail(2, 3.0, 4.0) == 0.0
    assert count_tail(400, 0.01, 4.0) == LARGEST


def test_quantiles_lie_between_the_values() -> None:
    values = sorted(random.Random(2).random() for _ in range(31))
    assert quantile([4.0], 0.9) == 4.0
    assert quantile([1.0, 2.0], 0.25) == 1.25
    assert quantile(values, 0.5) == values[15]
