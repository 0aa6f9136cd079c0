from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.amounts import decide_mark, is_readable, minor_units, written_amount


def value(text: str, mark: str = ".") -> Decimal:
    amount = written_amount(text)
    assert amount is not None
    sign = -1 if amount.sign < 0 or amount.mark == "out" else 1
    return sign * Decimal(minor_units(amount, mark, 2)).scaleb(-2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1,23,456.78", "-123456.78"), ("(45.00)", "-45.00"), ("45.00 Dr", "-45.00"), ("1,000.00 Cr", "1000.00"), ("₹ 1,200", "1200"), ("−12", "-12"),
        ("30.00-", "-30.00"), ("1.5E+3", "1500"), ("Rs. 2,00,000.00", "200000"), ("-₹75.50", "-75.50"), ("₹-24.50", "-24.50"), ("+10.00", "10"),
        ("-1\u00a0000.00", "-1000"), ("99.99DR", "-99.99"), ("$1,234.50", "1234.50"), ("+ £1,100.00", "1100"), ("- $12.30", "-12.30"), ("12 EUR", "12"),
        ("11'373.94", "11373.94"), ("د.ا.\u200f4.750", "4.75"), ("0.005", "0.01"),
    ],
)  # fmt: skip
def test_every_way_of_writing_an_amount_is_read(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["", "-", "12.30.45", "01.06.2023", "abc", "12abc", "1,2,3", "(45.00", "NL00ASNB9999999999", "--5", "1.2.3,4,5"],
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert written_amount(text) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("-1.450", "-1450"), ("1.000,0", "1000"), ("5,5", "5.5"), ("1.234.567", "1234567")]
)
def test_a_decimal_comma_turns_the_dot_into_a_grouping_mark(text: str, expected: str) -> None:
    assert value(text, ",") == Decimal(expected)


def test_the_mark_is_proved_by_any_amount_of_the_column() -> None:
    column = [amount for text in ("-1.450", "1.000,0", "-8,67") if (amount := written_amount(text))]

    assert decide_mark(column, "EUR") == (",", False)
    assert all(is_readable(amount, ",") for amount in column)


def test_three_digits_after_the_only_mark_are_thousands_unless_the_currency_has_three_decimals() -> None:
    column = [amount for text in ("1.450", "2.300") if (amount := written_amount(text))]

    assert decide_mark(column, "EUR") == (",", False)
    assert decide_mark(column, "JOD") == (".", True)


def test_an_amount_against_the_mark_of_its_column_is_not_readable() -> None:
    amount = written_amount("1.234,56")

    assert amount is not None
    assert not is_readable(amount, ".")


@given(st.integers(-(10**12), 10**12), st.sampled_from([(",", "."), (".", ","), ("'", "."), (" ", ","), ("", ".")]))
def test_a_written_amount_reads_back_exactly(minor: int, marks: tuple[str, str]) -> None:
    group, point = marks
    whole, cents = divmod(abs(minor), 100)
    text = f"{'-' if minor < 0 else ''}{whole:,}".replace(",", group) + f"{point}{cents:02d}"

    assert value(text, point) == Decimal(minor).scaleb(-2)
