from decimal import Decimal

import pytest

from app.ocr.amounts import Amount, amounts_of, number
from app.ocr.layout import Line, Row


def found(text: str) -> tuple[Amount, ...]:
    return amounts_of((Row((Line(0, 0, 100, 20, text),), 10, 20),))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("RM 60.30", "60.30"),
        ("Rs.1356.00", "1356.00"),
        ("INR 1651", "1651"),
        ("Rs 1288/-", "1288"),
        ("1,23,456.78", "123456.78"),
        ("1.234,56 EUR", "1234.56"),
        ("12,90 A", "12.90"),
        ("TOTAL:15.00", "15.00"),
        ("1.30*", "1.30"),
        ("6O.30", "60.30"),
    ],
)
def test_an_amount_is_read_as_it_is_written_there(text: str, value: str) -> None:
    assert [amount.value for amount in found(text)] == [Decimal(value)]


@pytest.mark.parametrize("text", ["10.00%", "CS00031663", "INV/2024/6443", "19/10/2018 20:49", "500g", "+603-2856"])
def test_what_is_no_amount_is_left_alone(text: str) -> None:
    assert not [amount for amount in found(text) if amount.has_cents or amount.has_sign]


@pytest.mark.parametrize("text", ["-5.59", "5,99-", "(5.59)"])
def test_a_minus_is_seen_on_either_side(text: str) -> None:
    assert found(text)[0].is_negative


def test_a_quantity_beside_a_price_does_not_join_it() -> None:
    assert [amount.value for amount in found("1 349.00")] == [Decimal(1), Decimal("349.00")]


def test_a_number_too_long_to_be_money_is_none() -> None:
    assert number("999999999999") is None
