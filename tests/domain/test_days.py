from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.card_cycles import card_cycle
from app.domain.errors import Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.local_days import local_day, month_instants
from app.domain.periods import Month
from app.domain.recurring_series import AmountKind, Cadence, NotRecurring, Paid, Series, find_series


@pytest.mark.parametrize(
    ("day", "first_month", "expected"),
    [
        (date(2026, 3, 31), 4, ("2025-26", date(2025, 4, 1), date(2026, 3, 31), 4, 365)),
        (date(2026, 4, 1), 4, ("2026-27", date(2026, 4, 1), date(2027, 3, 31), 1, 365)),
        (date(2024, 2, 29), 4, ("2023-24", date(2023, 4, 1), date(2024, 3, 31), 4, 366)),
        (date(2026, 12, 31), 1, ("2026", date(2026, 1, 1), date(2026, 12, 31), 4, 365)),
        (date(2026, 7, 1), 7, ("2026-27", date(2026, 7, 1), date(2027, 6, 30), 1, 365)),
    ],
)
def test_a_financial_year_has_a_name_ends_and_quarters(
    day: date, first_month: int, expected: tuple[str, date, date, int, int]
) -> None:
    year = FiscalYear.of(day, first_month)

    assert (str(year), year.first, year.last, year.quarter(day), year.days) == expected
    assert day in year


@given(st.integers(1901, 2099))
def test_the_name_of_a_year_is_read_back(year: int) -> None:
    assert FiscalYear.parse(str(FiscalYear(year))) == FiscalYear(year)


@pytest.mark.parametrize("label", ["2025", "2025-27", "25-26", "", "2025-26x"])
def test_a_label_that_names_no_year_is_refused(label: str) -> None:
    with pytest.raises(Refused):
        FiscalYear.parse(label)


def test_a_year_begins_in_a_month() -> None:
    with pytest.raises(Refused):
        FiscalYear.of(date(2025, 1, 1), 13)


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("Asia/Kolkata", datetime(2026, 2, 28, 18, 30, tzinfo=UTC), datetime(2026, 3, 31, 18, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 1, 5, tzinfo=UTC), datetime(2026, 4, 1, 4, tzinfo=UTC)),
    ],
)
def test_a_month_begins_at_local_midnight(zone: str, start: datetime, end: datetime) -> None:
    instants = month_instants(Month(2026, 3), zone)

    assert (instants.start_at, instants.end_at) == (start, end)
    assert local_day(start, zone) == date(2026, 3, 1)


def test_a_late_evening_in_utc_is_the_next_day_in_india() -> None:
    assert local_day(datetime(2026, 3, 31, 18, 30, tzinfo=UTC), "Asia/Kolkata") == date(2026, 4, 1)
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2026, 3, 31, 18, 30), "Asia/Kolkata")  # noqa: DTZ001 - what is refused
    with pytest.raises(Refused):
        local_day(datetime(2026, 3, 31, tzinfo=UTC), "Mars/Olympus")


@pytest.mark.parametrize(
    ("bought", "day", "credit", "statement", "due", "free"),
    [
        (date(2026, 2, 15), 15, 20, date(2026, 2, 15), date(2026, 3, 7), 20),
        (date(2026, 2, 16), 15, 20, date(2026, 3, 15), date(2026, 4, 4), 47),
        (date(2026, 2, 10), 31, 18, date(2026, 2, 28), date(2026, 3, 18), 36),
    ],
)
def test_a_purchase_stands_on_the_next_statement(  # noqa: PLR0917 - a table
    bought: date, day: int, credit: int, statement: date, due: date, free: int
) -> None:
    cycle = card_cycle(bought, day, credit)

    assert (cycle.statement_on, cycle.due_on, cycle.free_days) == (statement, due, free)


@pytest.mark.parametrize(("day", "credit"), [(0, 20), (32, 20), (15, -1), (15, 91)])
def test_a_card_without_a_cycle_is_refused(day: int, credit: int) -> None:
    with pytest.raises(Refused):
        card_cycle(date(2026, 2, 15), day, credit)


def _paid(*payments: tuple[str, int]) -> list[Paid]:
    return [Paid(date.fromisoformat(on), amount) for on, amount in payments]


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        (
            _paid(("2026-03-05", 499), ("2026-01-05", 499), ("2026-02-05", 499), ("2026-04-05", 499)),
            Series(Cadence.MONTHLY, AmountKind.FIXED, 499, date(2026, 5, 5)),
        ),
        (
            _paid(("2026-01-31", 85), ("2026-02-28", 85), ("2026-03-31", 85)),
            Series(Cadence.MONTHLY, AmountKind.FIXED, 85, date(2026, 4, 30)),
        ),
        (
            _paid(("2026-01-05", 1000), ("2026-01-12", 1301), ("2026-01-19", 1100), ("2026-01-26", 900)),
            Series(Cadence.WEEKLY, AmountKind.VARIABLE, 1050, date(2026, 2, 2)),
        ),
        (
            _paid(("2026-01-05", 9), ("2026-01-19", 9), ("2026-02-02", 9)),
            Series(Cadence.FORTNIGHTLY, AmountKind.FIXED, 9, date(2026, 2, 16)),
        ),
        (
            _paid(("2025-11-30", 9), ("2026-02-28", 9), ("2026-05-30", 9)),
            Series(Cadence.QUARTERLY, AmountKind.FIXED, 9, date(2026, 8, 30)),
        ),
        (
            _paid(("2023-06-10", 9), ("2024-06-10", 9), ("2025-06-12", 9)),
            Series(Cadence.YEARLY, AmountKind.FIXED, 9, date(2026, 6, 10)),
        ),
        (_paid(("2026-01-05", 499), ("2026-02-05", 499)), NotRecurring.TOO_FEW),
        (_paid(("2026-01-02", 9), ("2026-01-09", 9), ("2026-02-27", 9), ("2026-05-20", 9)), NotRecurring.IRREGULAR),
        (_paid(("2026-01-05", 100), ("2026-02-05", 136), ("2026-03-05", 100)), NotRecurring.AMOUNTS),
    ],
)
def test_payments_show_their_rhythm_or_why_they_have_none(
    payments: list[Paid], expected: Series | NotRecurring
) -> None:
    assert find_series(payments) == expected
