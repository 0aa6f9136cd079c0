import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidAmount
from app.domain.money import (
    INDIAN,
    MAX_MINOR,
    NumberStyle,
    allocate,
    exponent,
    from_minor,
    money_parts,
    parse_amount,
    round_half_up,
    short_money,
    to_minor,
)

STYLES = {
    "India": INDIAN,
    "Britain": NumberStyle(".", ",", (3,)),
    "Germany": NumberStyle(",", ".", (3,)),
    "France": NumberStyle(",", "\u202f", (3,)),
    "Switzerland": NumberStyle(".", "’", (3,)),
}
CURRENCIES = ("INR", "USD", "JPY", "KWD", "XXX")
amounts = st.integers(-MAX_MINOR + 1, MAX_MINOR - 1)


@given(minor=amounts, currency=st.sampled_from(CURRENCIES), style=st.sampled_from(list(STYLES.values())))
def test_what_is_written_reads_back_as_the_same_amount(minor: int, currency: str, style: NumberStyle) -> None:
    written = str(money_parts(minor, currency, style, ""))

    assert parse_amount(written, currency, style) == minor


@given(minor=amounts, currency=st.sampled_from(CURRENCIES))
def test_minor_units_and_decimals_are_two_ways_to_say_one_amount(minor: int, currency: str) -> None:
    assert to_minor(from_minor(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("typed", "style", "minor"),
    [
        ("1,23,456.78", "India", 12345678),
        ("₹ 1,23,456.78", "India", 12345678),
        ("1.234,56", "Germany", 123456),
        ("1,234.56", "Germany", 123456),
        ("1 234,56", "France", 123456),
        ("1’234.56", "Switzerland", 123456),
        ("250+120*2", "India", 49000),
        ("(250+120)×2", "India", 74000),
        ("100/3", "India", 3333),
        ("1.2L", "India", 12000000),
        ("2Cr", "India", 2000000000),
        ("45k", "India", 4500000),
        ("1.5 lakh", "India", 15000000),
        ("−5", "India", -500),
        (".5", "India", 50),
        ("5.", "India", 500),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, style: str, minor: int) -> None:
    assert parse_amount(typed, "INR", STYLES[style]) == minor


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "abc", "nan", "inf", "-inf", "1e5", "1.234.5", "12,34", "1,2345", "0x10", "5 INR 3", "5 INR 300", "5 3", "1/0", "((((((((((1))))))))))",
        "(1", "1)", "+", "1+", "10.005", "9" * 30, "9" * 81, "🙂", "५००", "1\x00", "1;2", "__import__('os')",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_in_words(typed: str) -> None:
    with pytest.raises(InvalidAmount) as refusal:
        parse_amount(typed, "INR", INDIAN)

    assert refusal.value.user_message.endswith((".", "00."))
    assert refusal.value.field == "amount"


@given(st.text(max_size=90))
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    try:
        minor = parse_amount(text, "INR", INDIAN)
    except InvalidAmount:
        return
    assert abs(minor) <= MAX_MINOR


def test_a_currency_says_how_many_decimals_it_takes() -> None:
    assert [exponent(code) for code in ("INR", "JPY", "KWD", "UYI", "UYW")] == [2, 0, 3, 0, 4]
    assert parse_amount("1,234", "JPY", INDIAN) == 1234
    assert parse_amount("1.234", "KWD", INDIAN) == 1234
    with pytest.raises(InvalidAmount, match="no decimals"):
        parse_amount("12.5", "JPY", INDIAN)


@given(total=amounts, weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
def test_parts_add_up_to_the_whole_and_differ_from_fair_shares_by_less_than_one(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


@given(total=amounts, weights=st.lists(st.integers(0, 1000), min_size=1, max_size=10).filter(any))
def test_money_out_is_cut_like_money_in(total: int, weights: list[int]) -> None:
    assert allocate(-total, weights) == [-part for part in allocate(total, weights)]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1]])
def test_nothing_can_be_cut_by_weights_that_say_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)


def test_halves_go_away_from_zero() -> None:
    from decimal import Decimal  # noqa: PLC0415 - only here

    assert [round_half_up(Decimal(text)) for text in ("2.5", "-2.5", "2.4999", "0.5")] == [3, -3, 2, 1]


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (0, "₹0"),
        (99_900, "₹999"),
        (1_00_000, "₹1K"),
        (15_000_000, "₹1.5L"),
        (2_000_000_000, "₹2Cr"),
        (-15_000_000, "−₹1.5L"),
    ],
)
def test_axes_count_in_lakhs_and_crores_in_india(minor: int, text: str) -> None:
    assert short_money(minor, "INR", INDIAN, "₹") == text


def test_a_rounded_amount_never_shows_a_minus_before_zero() -> None:
    assert str(money_parts(-40, "INR", INDIAN, "₹", decimals=False)) == "₹0"
    assert str(money_parts(-50, "INR", INDIAN, "₹", decimals=False)) == "−₹1"
    assert str(money_parts(250, "INR", INDIAN, "₹", signed=True)) == "+₹2.50"
