"""Series are found among everyday rows, and everyday rows are left alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.books import Direction
from app.domain.periods import Month
from app.domain.recurring_series import AmountKind
from app.domain.series_beats import Beat
from app.domain.series_changes import Change, ChangeKind
from app.domain.series_in_history import Entry, FoundSeries, series_in

START = Month(2024, 9)
TODAY = date(2026, 11, 22)


def rows(payee: str, paid: list[tuple[date, int]], *, first: int = 0, is_agreed: bool = False) -> list[Entry]:
    return [Entry(first + i, on, payee, "a", Direction.OUT, minor, is_agreed) for i, (on, minor) in enumerate(paid)]


def monthly(day: int, minor: int, count: int = 26, start: Month = START) -> list[tuple[date, int]]:
    return [(start.shift(n).up_to(day), minor) for n in range(count)]


def only(entries: list[Entry], today: date = TODAY) -> FoundSeries:
    (found,) = series_in(entries, today)
    return found


def kinds(found: FoundSeries) -> list[ChangeKind]:
    return [change.kind for change in found.changes]


def everyday(seed: int, count: int = 300) -> Iterator[Entry]:
    """Shops at odd times with odd amounts, and a daily fare that is always the same."""
    random = Random(seed)
    for i in range(count):
        on = date(2024, 9, 1) + timedelta(days=random.randrange(800))
        yield Entry(
            10_000 + i, on, f"shop {random.randrange(12)}", "a", Direction.OUT, random.randrange(50, 5000) * 100
        )
    for i in range(count):
        on = date(2024, 9, 1) + timedelta(days=random.randrange(800))
        yield Entry(20_000 + i, on, "tea", "a", Direction.OUT, 3_000)


@pytest.mark.parametrize(
    ("paid", "beat", "next_on"),
    [
        ([(date(2026, 8, 3) + timedelta(days=7 * n), 20_000) for n in range(16)], Beat.WEEKLY, date(2026, 11, 23)),
        ([(date(2026, 3, 6) + timedelta(days=14 * n), 20_000) for n in range(19)], Beat.FORTNIGHTLY, date(2026, 11, 27)),
        ([(date(2026, 2, 1) + timedelta(days=28 * n), 29_900) for n in range(11)], Beat.EVERY_28_DAYS, date(2026, 12, 6)),
        ([(date(2026, 1, 1) + timedelta(days=84 * n), 85_900) for n in range(4)], Beat.EVERY_84_DAYS, date(2026, 12, 3)),
        (monthly(31, 49_900), Beat.MONTHLY, date(2026, 11, 30)),
        ([(START.shift(3 * n).up_to(15), 2_500_000) for n in range(9)], Beat.QUARTERLY, date(2026, 12, 15)),
        ([(START.shift(6 * n).up_to(10), 400_000) for n in range(5)], Beat.HALF_YEARLY, date(2027, 3, 10)),
        ([(date(2024, 12, 20), 149_900), (date(2025, 12, 20), 149_900)], Beat.YEARLY, date(2026, 12, 20)),
    ],
)  # fmt: skip
def test_what_comes_again_is_found_with_its_next_day(paid: list[tuple[date, int]], beat: Beat, next_on: date) -> None:
    found = only(rows("A", paid))
    assert (found.beat, found.next_on, found.amount_kind) == (beat, next_on, AmountKind.FIXED)
    assert len(found.entries) == len(paid)
    assert found.changes == ()


@given(
    day=st.integers(1, 31),
    seed=st.integers(0, 10_000),
    missed=st.sets(st.integers(1, 24), max_size=3),
    late=st.integers(0, 3),
)
@settings(max_examples=40, deadline=None)
def test_a_bill_is_found_among_purchases_whatever_its_day_and_though_months_are_missed(
    day: int, seed: int, missed: set[int], late: int
) -> None:
    random = Random(seed)
    bill = [
        (on + timedelta(days=random.randint(0, late)), minor)
        for n, (on, minor) in enumerate(monthly(day, 64_900))
        if n not in missed
    ]
    found = series_in([*everyday(seed), *rows("Broadband", bill)], TODAY)
    assert [(each.payee, each.beat) for each in found] == [("Broadband", Beat.MONTHLY)]
    assert {entry.id for entry in found[0].entries} == set(range(len(bill)))


@given(seed=st.integers(0, 100_000))
@settings(max_examples=40, deadline=None)
def test_everyday_purchases_are_no_series(seed: int) -> None:
    assert series_in(everyday(seed), TODAY) == []


def test_weekly_shopping_has_its_day_but_no_price() -> None:
    random = Random(5)
    shopping = [
        (date(2025, 1, 4) + timedelta(days=7 * n), random.randrange(900, 4200) * 100) for n in range(90) if n % 5
    ]
    assert series_in(rows("Market", shopping), TODAY) == []


def test_a_subscription_is_told_apart_from_purchases_at_the_same_shop() -> None:
    random = Random(3)
    bought = [
        (date(2024, 9, 1) + timedelta(days=random.randrange(800)), random.randrange(300, 9000) * 100) for _ in range(70)
    ]
    found = only([*rows("Amazon", monthly(12, 14_900)), *rows("Amazon", bought, first=100)])
    assert {entry.id for entry in found.entries} == set(range(26))


def test_a_new_price_at_a_shop_with_other_purchases_is_one_series() -> None:
    random = Random(4)
    bought = [
        (date(2024, 9, 1) + timedelta(days=random.randrange(800)), random.randrange(2000, 9000) * 100)
        for _ in range(50)
    ]
    paid = monthly(12, 14_900, 13) + monthly(12, 29_900, 13, START.shift(13))
    found = only([*rows("Amazon", paid), *rows("Amazon", bought, first=100)])
    assert found.changes == (Change(ChangeKind.ROSE, date(2025, 10, 12), 14_900, 29_900),)


def test_two_charges_a_day_and_two_days_a_month_are_two_series_each() -> None:
    twins = [each for paid in monthly(3, 500_000) for each in (paid, paid)]
    assert [len(found.entries) for found in series_in(rows("SIP", twins), TODAY)] == [26, 26]
    two_days = monthly(5, 500_000) + monthly(20, 500_000)
    found = series_in(rows("SIP", two_days), TODAY)
    assert sorted(each.anchor for each in found) == [5, 20]


def test_a_salary_keeps_its_rhythm_over_weekends_and_a_bonus() -> None:
    paid = []
    for n in range(26):
        last = START.shift(n).last
        paid.append((last - timedelta(days=max(0, last.weekday() - 4)), 8_000_000 if n < 19 else 8_800_000))
    paid.append((date(2026, 3, 16), 20_000_000))
    found = only(rows("Employer", paid))
    assert (found.beat, found.typical_minor) == (Beat.MONTHLY, 8_800_000)
    assert found.changes == (Change(ChangeKind.ROSE, date(2026, 4, 30), 8_000_000, 8_800_000),)
    assert 26 not in {entry.id for entry in found.entries}


def test_a_price_that_rises_falls_or_is_charged_once_is_told_with_its_day() -> None:
    paid = monthly(5, 44_900)
    paid[9:] = [(on, 49_900) for on, _ in paid[9:]]
    paid[14] = (paid[14][0], 99_800)
    paid[20:] = [(on, 39_900) for on, _ in paid[20:]]
    assert only(rows("Netflix", paid)).changes == (
        Change(ChangeKind.ROSE, paid[9][0], 44_900, 49_900),
        Change(ChangeKind.ONCE, paid[14][0], 49_900, 99_800),
        Change(ChangeKind.FELL, paid[20][0], 49_900, 39_900),
    )


def test_a_second_charge_in_one_period_is_told() -> None:
    paid = monthly(5, 49_900)
    found = only(rows("Netflix", [*paid, (paid[20][0] + timedelta(days=2), 49_900)]))
    assert found.changes == (Change(ChangeKind.DOUBLED, paid[20][0] + timedelta(days=2), 49_900, 49_900),)
    assert len(found.entries) == 27


def test_what_was_missed_twice_has_stopped_and_what_is_a_few_days_late_has_not() -> None:
    gym = monthly(10, 150_000, 20)
    assert kinds(only(rows("Gym", gym))) == [ChangeKind.STOPPED]
    last = gym[-1][0]
    late = Month.of(last).next().up_to(18)
    assert kinds(only(rows("Gym", gym), late)) == []


def test_a_pause_does_not_break_a_series() -> None:
    paid = monthly(10, 150_000)
    found = only(rows("Gym", paid[:10] + paid[16:]))
    assert len(found.entries) == 20
    assert found.changes == ()


def test_power_bills_that_swing_with_the_seasons_and_grow_are_variable_and_drift() -> None:
    swing = [100, 105, 110, 120, 150, 200, 210, 190, 150, 120, 105, 100]
    paid = [(on, (1 if n < 12 else 1.15) * swing[n % 12] * 1_000) for n, (on, _) in enumerate(monthly(9, 1))]
    found = only(rows("Power", [(on, int(minor)) for on, minor in paid]))
    assert (found.amount_kind, kinds(found)) == (AmountKind.VARIABLE, [ChangeKind.DRIFTED_UP])


def test_a_premium_needs_two_years_and_agreement() -> None:
    twice = [(date(2024, 12, 20), 2_500_000), (date(2025, 12, 16), 2_610_000)]
    assert only(rows("LIC", twice, is_agreed=True)).beat == Beat.YEARLY
    assert series_in(rows("Sari shop", twice), TODAY) == []
    assert series_in(rows("LIC", twice[:1], is_agreed=True), TODAY) == []


def test_income_and_spending_with_one_payee_are_two_things() -> None:
    paid = rows("Sister", monthly(5, 100_000))
    back = [Entry(500 + e.id, e.on, e.payee, e.category, Direction.IN, e.amount_minor) for e in paid]
    assert {each.direction for each in series_in(paid + back, TODAY)} == {Direction.IN, Direction.OUT}
