from datetime import date, timedelta

import pytest

from app.ml import thresholds
from app.ml.explain import Wording, reason, usual_range
from app.ml.features import BookMemory
from app.ml.rows import Row
from tests.ml.streams import BILLS, GROCERIES, SHOPPING, START, spend


def rupees(minor: int) -> str:
    return f"₹{minor / 100:,.2f}"


def book(rows: list[Row]) -> BookMemory:
    memory = BookMemory()
    for row in rows:
        memory.add(row)
    return memory


POWER = [spend(START + timedelta(days=30 * n), 231_000, "bescom", BILLS) for n in range(7)]
SHOES = [spend(START + timedelta(days=n), 10_000 * (n + 1), f"shop {n}", SHOPPING) for n in range(130)]


def test_a_large_amount_names_how_many_times_the_usual() -> None:
    row = spend(date(2025, 9, 1), 684_200, "bescom", BILLS)

    text = reason(book(POWER), row, thresholds.AMOUNT, Wording(rupees, payee="BESCOM"))

    assert text == "₹6,842.00 is about 3 times your usual ₹2,310.00 at BESCOM."


def test_an_exact_slip_names_the_earlier_payment() -> None:
    row = spend(date(2025, 9, 1), 2_310_000, "bescom", BILLS)

    text = reason(book(POWER), row, thresholds.AMOUNT, Wording(rupees))

    assert text == "₹23,100.00 is 10 times the ₹2,310.00 you paid before here."


def test_a_first_purchase_is_counted_against_the_category() -> None:
    row = spend(date(2025, 9, 1), 1_285_000, "boutique", SHOPPING)

    text = reason(book(SHOES), row, thresholds.NEW_PAYEE, Wording(rupees, category="Shopping"))

    assert text == "Your first purchase here, and larger than 98 of your last 100 in Shopping."


def test_the_largest_so_far_says_so() -> None:
    row = spend(date(2025, 9, 1), 9_000_000, "boutique", SHOPPING)

    text = reason(book(SHOES), row, thresholds.NEW_PAYEE, Wording(rupees))

    assert text == "Your first purchase here, and larger than any of your last 100."


@pytest.mark.parametrize(
    ("days", "when"),
    [(0, "on the same day"), (1, "the day before"), (2, "2 days ago"), (-1, "1 day later"), (-2, "2 days later")],
)
def test_a_duplicate_says_when(days: int, when: str) -> None:
    row = spend(POWER[-1].occurred_on + timedelta(days=days), 231_000, "bescom", BILLS)

    assert reason(book(POWER), row, thresholds.DUPLICATE, Wording(rupees)) == f"Same amount here {when}."


def test_without_a_payee_the_category_is_named() -> None:
    nameless = [spend(row.occurred_on, row.amount_minor, None, BILLS) for row in POWER]
    row = spend(POWER[-1].occurred_on, 231_000, None, BILLS)
    words = Wording(rupees, category="Bills")

    assert reason(book(nameless), row, thresholds.DUPLICATE, words) == "Same amount in Bills on the same day."


def test_a_price_jump_names_the_rise_and_the_rhythm() -> None:
    plan = [spend(START + timedelta(days=30 * n), 49_900, "video", BILLS) for n in range(6)]
    row = spend(START + timedelta(days=180), 69_000, "video", BILLS)

    assert reason(book(plan), row, thresholds.PRICE_JUMP, Wording(rupees)) == "Up 38% from ₹499.00 each month."


def test_a_burst_counts_the_purchases() -> None:
    today = START + timedelta(days=200)
    rows = [*SHOES, *(spend(today, 5_000 + n, "shop 1", SHOPPING) for n in range(6))]

    text = reason(
        book(rows), spend(today, 7_000, "shop 2", SHOPPING), thresholds.BURST, Wording(rupees, category="Shopping")
    )

    assert text == "7 purchases in Shopping within 2 days; you seldom have more than 2."


def test_the_usual_range_is_the_payees_then_the_categorys_then_the_books() -> None:
    memory = book([*POWER, *SHOES])

    assert usual_range(memory, spend(START, 1, "bescom", BILLS)) == (231_000, 231_000)
    low, high = usual_range(memory, spend(START, 1, "new", SHOPPING)) or (0, 0)
    assert 10_000 < low < high < 1_300_000
    assert usual_range(memory, spend(START, 1, "new", GROCERIES)) is not None
    assert usual_range(BookMemory(), spend(START, 1)) is None
