import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.ml import memory
from app.ml.features import PAYEES, BookMemory, Signal
from app.ml.rows import Row
from tests.ml.streams import BILLS, DINING, GROCERIES, START, TRANSPORT, day_after, household, spend


def remembered(rows: list[Row]) -> BookMemory:
    book = BookMemory()
    for row in rows:
        book.add(row)
    return book


def test_the_first_row_of_a_book_surprises_nobody() -> None:
    assert not any(BookMemory().features(spend(START, 5_000_000)))


def test_looking_at_a_row_changes_nothing(rows: list[Row]) -> None:
    book = remembered(rows)
    odd = spend(day_after(rows), 9_000_000, "casino", DINING)

    first = book.features(odd)

    assert book.features(odd) == first
    assert book.features(rows[-1]) == remembered(rows).features(rows[-1])


def test_a_row_is_judged_by_the_rows_before_it_only(rows: list[Row]) -> None:
    seen = [remembered(rows[:n]).features(rows[n]) for n in range(0, len(rows), 50)]
    book = BookMemory()
    walked = []
    for n, row in enumerate(rows):
        if n % 50 == 0:
            walked.append(book.features(row))
        book.add(row)

    assert walked == seen


def test_small_amounts_are_never_large(rows: list[Row]) -> None:
    found = remembered(rows).features(spend(day_after(rows), 1, "kirana"))

    assert found[Signal.SLIP] == found[Signal.OVER_BOOK] == found[Signal.JUMP] == 0.0
    assert found[Signal.OVER_PAYEE] == -1.0


def test_the_very_digits_of_an_earlier_payment_times_ten_weigh_more_than_a_like_amount(rows: list[Row]) -> None:
    book = remembered([*rows, spend(day_after(rows), 88_737, "kirana")])
    on = day_after(rows, 5)

    slip, spike = (book.features(spend(on, minor, "kirana"))[Signal.SLIP] for minor in (887_370, 887_371))

    assert slip == pytest.approx(spike + 0.7, abs=0.001)
    assert spike > 1.0


def test_a_level_reached_lately_is_no_news_the_second_time(rows: list[Row]) -> None:
    on = day_after(rows)
    first = remembered(rows).features(spend(on, 900_000, "bescom", BILLS))
    again = remembered([*rows, spend(on, 900_000, "bescom", BILLS)]).features(
        spend(on + timedelta(days=30), 900_000, "bescom", BILLS)
    )

    assert again[Signal.SLIP] < first[Signal.SLIP] / 2


def test_the_same_amount_again_is_rare_at_a_shop_and_usual_on_the_metro(rows: list[Row]) -> None:
    on = day_after(rows)
    book = remembered([*rows, spend(on, 123_400, "kirana"), spend(on, 4_000, "metro", TRANSPORT)])

    shop = book.features(spend(on, 123_400, "kirana"))
    metro = book.features(spend(on, 4_000, "metro", TRANSPORT))

    assert shop[Signal.REPEAT] > 1.5
    assert shop[Signal.COINCIDENCE] > 2.0
    assert metro[Signal.REPEAT] < 0.1


@pytest.mark.parametrize(("gap", "repeats"), [(0, True), (2, True), (3, False), (-2, True), (-3, False)])
def test_a_duplicate_lies_within_two_days_either_way(rows: list[Row], gap: int, *, repeats: bool) -> None:
    on = day_after(rows, 9)
    book = remembered([*rows, spend(on, 123_400, "kirana")])

    found = book.features(spend(on + timedelta(days=gap), 123_400, "kirana"))

    assert (found[Signal.REPEAT] > 0) is repeats


def test_a_steady_subscription_jumps_and_a_wobbling_bill_does_not(rows: list[Row]) -> None:
    book = remembered(rows)
    on = date(2025, 9, 5)

    jump = book.features(spend(on, 69_900, "video service", BILLS))[Signal.JUMP]
    small_rise = book.features(spend(on, 52_900, "video service", BILLS))[Signal.JUMP]
    bill = book.features(spend(on, 330_000, "bescom", BILLS))[Signal.JUMP]

    assert jump > 1.5
    assert small_rise == bill == 0.0


def test_a_burst_is_more_than_the_busiest_two_days_so_far(rows: list[Row]) -> None:
    book = remembered(rows)
    on = day_after(rows)
    bursts = []
    for n in range(9):
        row = spend(on, 30_000 + n, f"place {n}", DINING)
        bursts.append(book.features(row)[Signal.BURST])
        book.add(row)

    assert bursts[0] == 0.0
    assert bursts[-1] > 3.0
    assert bursts == sorted(bursts)


def test_people_who_often_try_new_places_are_not_surprised_by_one() -> None:
    chance = random.Random(5)
    on = [START + timedelta(days=n) for n in range(120)]
    loyal = remembered([spend(day, chance.randrange(20_000, 40_000), "canteen", DINING) for day in on])
    curious = remembered([spend(day, chance.randrange(20_000, 40_000), f"place {day}", DINING) for day in on])
    new = spend(on[-1], 30_000, "bistro", DINING)

    assert loyal.features(new)[Signal.FIRST_RATE] > 1.0 > curious.features(new)[Signal.FIRST_RATE]


def test_the_hour_is_odd_only_against_the_books_own_hours() -> None:
    by_day = remembered([spend(START + timedelta(days=n), 5_000, hour=9 + n % 10) for n in range(150)])
    by_night = remembered([spend(START + timedelta(days=n), 5_000, hour=n % 6) for n in range(150)])
    at_three = spend(START + timedelta(days=151), 5_000, hour=3)

    assert by_day.features(at_three)[Signal.HOUR] > 1.0
    assert by_night.features(at_three)[Signal.HOUR] == 0.0


def test_without_a_payee_the_category_stands_in(rows: list[Row]) -> None:
    book = remembered([replace(row, payee_key=None) for row in rows])

    large = book.features(spend(day_after(rows), 5_000_000, None, GROCERIES))

    assert large[Signal.SLIP] > 1.0
    assert large[Signal.FIRST_RATE] == 0.0


def test_refunds_and_zero_are_neither_judged_nor_learnt(rows: list[Row]) -> None:
    book = remembered(rows)
    for minor in (0, -50_000):
        refund = spend(day_after(rows), minor, "new shop")
        assert not any(book.features(refund))
        book.add(refund)

    assert book.rows == len(rows)


def test_memory_stays_bounded() -> None:
    book = BookMemory()
    for n in range(PAYEES + 300):
        book.add(spend(START + timedelta(days=n // 20), 10_000 + n, f"payee {n}"))
    for n in range(500):
        book.add(spend(START + timedelta(days=300 + n), 10_000 + n, "payee 9"))

    assert len(book.payees) == PAYEES
    assert "payee 0" not in book.payees
    assert len(book.payees["payee 9"].amounts) == memory.PAYEE_ROWS
    assert len(book.categories[GROCERIES].amounts) == memory.CATEGORY_ROWS


def test_a_memory_survives_its_arrays_and_goes_on_alike() -> None:
    rows = [replace(row, hour=row.id % 24) for row in household(seed=11)]
    rows[40:45] = [replace(row, payee_key=None, category_id=None) for row in rows[40:45]]
    half = len(rows) // 2
    book = remembered(rows[:half])

    again = BookMemory.from_arrays(book.to_arrays())

    for row in rows[half:]:
        assert again.features(row) == book.features(row)
        book.add(row)
        again.add(row)
