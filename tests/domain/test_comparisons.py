from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.comparisons import same_days
from app.domain.periods import Month, Span


@pytest.mark.parametrize(
    ("today", "now", "then"),
    [
        (date(2026, 11, 22), (1, 22), (date(2026, 10, 1), date(2026, 10, 22))),
        (date(2026, 3, 31), (1, 31), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2024, 3, 30), (1, 30), (date(2024, 2, 1), date(2024, 2, 29))),
        (date(2026, 2, 28), (1, 28), (date(2026, 1, 1), date(2026, 1, 28))),
        (date(2026, 12, 31), (1, 31), (date(2026, 11, 1), date(2026, 11, 30))),
        (date(2026, 1, 1), (1, 1), (date(2025, 12, 1), date(2025, 12, 1))),
    ],
)
def test_a_running_month_meets_the_same_days_of_the_month_before(
    today: date, now: tuple[int, int], then: tuple[date, date]
) -> None:
    month = Month.of(today)

    compared = same_days(month, month.previous(), today)

    assert (compared.now.first.day, compared.now.last.day) == now
    assert compared.then == Span(*then)
    assert not compared.is_whole


def test_a_month_that_is_over_meets_the_whole_other_month() -> None:
    compared = same_days(Month(2026, 2), Month(2026, 1), date(2026, 3, 1))

    assert compared.now == Span(date(2026, 2, 1), date(2026, 2, 28))
    assert compared.then == Span(date(2026, 1, 1), date(2026, 1, 31))
    assert compared.is_whole


@given(today=st.dates(date(1951, 1, 1), date(2100, 1, 1)), back=st.integers(1, 24))
def test_never_more_days_then_than_now_while_a_month_runs(today: date, back: int) -> None:
    month = Month.of(today)

    compared = same_days(month, month.shift(-back), today)

    assert compared.now.last == today
    assert compared.then.last - compared.then.first <= compared.now.last - compared.now.first
    assert Month.of(compared.then.last) == month.shift(-back)
    assert compared.then.last.day == today.day or (compared.then.last + timedelta(days=1)).day == 1
