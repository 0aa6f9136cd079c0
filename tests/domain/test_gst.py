from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.gst import GstLine, gst_invoice, gst_rates, tax_inside
from app.domain.gst_credits import CreditUse, Head, Heads, set_off
from app.domain.gst_numbers import Gstin, GstinFault, check_sign, is_invoice_number, read_gstin
from app.domain.rounding import Rounding, rounded_minor
from app.domain.rupee_texts import rupees_in_words, short_rupees
from app.domain.tax_at_source import Section, tax_at_source

D = Decimal
LINES = [GstLine(D(3), D("33.33"), D("0.05")), GstLine(D(1), D("99.99"), D("0.18"))]
AMOUNTS = st.integers(0, 10**9)


@pytest.mark.parametrize(("is_intra", "heads"), [(True, (1_150, 1_150, 0)), (False, (0, 0, 2_300))])
def test_an_invoice_splits_its_tax_by_place(is_intra: bool, heads: tuple[int, int, int]) -> None:  # noqa: FBT001
    found = gst_invoice(LINES, is_intra_state=is_intra, is_rounded=True)

    assert (found.sums.central_minor, found.sums.state_minor, found.sums.integrated_minor) == heads
    assert (found.sums.taxable_minor, found.round_off_minor, found.total_minor) == (19_998, 2, 22_300)


def test_a_discount_comes_off_before_tax_and_half_a_paisa_goes_up() -> None:
    found = gst_invoice([GstLine(D("2.5"), D("1999.90"), D("0.40"), 25_075)], is_intra_state=True)
    half = gst_invoice([GstLine(D(1), D("100.20"), D("0.05"))], is_intra_state=True)

    assert (found.sums.taxable_minor, found.sums.central_minor, found.total_minor) == (474_900, 94_980, 664_860)
    assert (half.sums.central_minor, half.total_minor, half.round_off_minor) == (251, 10_522, 0)


@pytest.mark.parametrize(
    "line",
    [
        lambda: GstLine(D(-1), D(1), D("0.18")),
        lambda: GstLine(D(1), D(1), D("18")),
        lambda: GstLine(D(1), D(1), D("0.18"), 101),
        lambda: gst_invoice([], is_intra_state=True),
        lambda: tax_inside(-1, D("0.18"), is_intra_state=True),
    ],
)
def test_an_invoice_that_cannot_be_is_refused(line: object) -> None:
    assert callable(line)
    with pytest.raises(Refused):
        line()


@given(st.integers(0, 10**12), st.sampled_from([D("0.05"), D("0.18"), D("0.4")]), st.booleans())
def test_value_and_tax_inside_a_price_add_up_to_it(price: int, rate: Decimal, is_intra: bool) -> None:  # noqa: FBT001
    found = tax_inside(price, rate, is_intra_state=is_intra)

    assert found.total_minor == price
    assert found.central_minor == found.state_minor


def test_prices_that_include_the_tax() -> None:
    assert tax_inside(118_000, D("0.18"), is_intra_state=True).taxable_minor == 100_000
    assert tax_inside(99_900, D("0.05"), is_intra_state=True).central_minor == 2_379
    assert tax_inside(99_900, D("0.05"), is_intra_state=False).integrated_minor == 4_757


def test_the_rates_change_in_september_2025() -> None:
    assert D("0.28") in gst_rates(date(2025, 9, 21))
    assert D("0.40") in gst_rates(date(2025, 9, 22))
    with pytest.raises(NotKnown):
        gst_rates(date(2017, 6, 30))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27AAPFU0939F1ZV", Gstin("27", "AAPFU0939F")),
        ("27AAPFU0939F1ZA", GstinFault.CHECKSUM),
        ("27AAPFU0939F1Z", GstinFault.LENGTH),
        ("27aapfu0939f1zv", GstinFault.FORMAT),
        ("00AAPFU0939F1ZV", GstinFault.STATE),
        ("39AAPFU0939F1ZV", GstinFault.STATE),
        ("27AAPFU0939F0ZV", GstinFault.FORMAT),
    ],
)
def test_a_registration_number_is_checked_in_order(text: str, expected: Gstin | GstinFault) -> None:
    assert read_gstin(text) == expected


@given(st.integers(0, 13), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_sign_changes_the_check_sign(at: int, sign: str) -> None:
    body = "27AAPFU0939F1Z"
    other = body[:at] + sign + body[at + 1 :]

    assert (check_sign(other) == check_sign(body)) == (other == body)


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [("FT/2026-27/00012", True), ("FT_2026_01", False), ("", False), ("A" * 17, False), ("1\n", False)],
)
def test_an_invoice_number_is_short_and_plain(text: str, is_valid: bool) -> None:  # noqa: FBT001
    assert is_invoice_number(text) is is_valid


def test_integrated_credit_fills_what_the_others_cannot_cover() -> None:
    found = set_off(Heads(10_000, 40_000, 40_000), Heads(50_000, 25_000, 10_000))

    igst, cgst, sgst = Head
    assert found.used == (
        CreditUse(igst, igst, 10_000),
        CreditUse(igst, cgst, 15_000),
        CreditUse(igst, sgst, 25_000),
        CreditUse(cgst, cgst, 25_000),
        CreditUse(sgst, sgst, 10_000),
    )
    assert found.cash == Heads(0, 0, 5_000)


def test_central_credit_pays_integrated_but_never_state_tax() -> None:
    assert set_off(Heads(0, 5_000, 20_000), Heads(0, 15_000, 0)).credit_left == Heads(0, 10_000, 0)
    assert set_off(Heads(5_000, 1_000, 0), Heads(0, 9_000, 0)).cash == Heads(0, 0, 0)
    with pytest.raises(Refused):
        Heads(-1)


@given(st.builds(Heads, AMOUNTS, AMOUNTS, AMOUNTS), st.builds(Heads, AMOUNTS, AMOUNTS, AMOUNTS))
def test_credit_and_cash_pay_all_tax_with_the_least_cash(owed: Heads, credit: Heads) -> None:
    found = set_off(owed, credit)

    used = sum(use.amount_minor for use in found.used)
    assert used + found.cash.total_minor == owed.total_minor
    assert used + found.credit_left.total_minor == credit.total_minor
    central_only = max(0, owed.cgst_minor - credit.cgst_minor)
    state_only = max(0, owed.sgst_minor - credit.sgst_minor)
    after_igst = credit.igst_minor - owed.igst_minor
    if after_igst >= 0:  # integrated credit is left for the shortfalls, and nothing can pay more of them
        assert found.cash.total_minor == max(0, central_only + state_only - after_igst)


@pytest.mark.parametrize(
    ("section", "payee", "year", "payments", "tax"),
    [
        (Section.CONTRACT, "individual_huf", 2025, [25_000, 35_000, 20_000, 25_000, 10_000], [0, 350, 0, 700, 100]),
        (Section.CONTRACT, "other", 2025, [30_000, 30_001], [0, 600.02]),
        (Section.PROFESSIONAL, "any", 2025, [30_000, 20_000, 1_000, 40_000], [0, 0, 5_100, 4_000]),
        (Section.PROFESSIONAL, "any", 2024, [30_000, 1_000], [0, 3_100]),
        (Section.BANK_INTEREST, "other", 2025, [50_000, 1_000], [0, 5_100]),
        (Section.BANK_INTEREST, "senior", 2025, [50_000, 50_000], [0, 0]),
        (Section.RENT, "land_building_furniture", 2025, [50_000, 50_001], [0, 5_000.10]),
        (Section.RENT, "plant_machinery", 2024, [200_000, 50_000], [0, 5_000]),
        (Section.COMMISSION, "any", 2026, [20_000, 1_000], [0, 420]),
    ],
)
def test_tax_is_held_back_above_the_limits(
    section: Section, payee: str, year: int, payments: list[int], tax: list[float]
) -> None:
    found = tax_at_source(section, payee, FiscalYear(year), [payment * 100 for payment in payments])

    assert found == [round(amount * 100) for amount in tax]


def test_without_a_pan_a_fifth_is_held_back() -> None:
    assert tax_at_source(Section.TECHNICAL, "any", FiscalYear(2025), [6_000_000], has_pan=False) == [1_200_000]


@pytest.mark.parametrize(
    ("section", "payee", "year"),
    [(Section.COMMISSION, "any", 2024), (Section.CONTRACT, "any", 2025), (Section.RENT, "any", 2027)],
)
def test_rates_nobody_wrote_down_are_not_guessed(section: Section, payee: str, year: int) -> None:
    with pytest.raises(NotKnown):
        tax_at_source(section, payee, FiscalYear(year), [100])
    with pytest.raises(Refused):
        tax_at_source(Section.CONTRACT, "other", FiscalYear(2025), [-1])


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (123_456_789, "Rupees Twelve Lakh Thirty Four Thousand Five Hundred Sixty Seven and Eighty Nine Paise Only"),
        (0, "Rupees Zero Only"),
        (10_000_000, "Rupees One Lakh Only"),
        (1_000_000_005, "Rupees One Crore and Five Paise Only"),
        (100, "Rupees One Only"),
        (-2_000, "Minus Rupees Twenty Only"),
        (100_000_000_000, "Rupees One Hundred Crore Only"),
        (1_234_500_000_000, "Rupees One Thousand Two Hundred Thirty Four Crore Fifty Lakh Only"),
    ],
)
def test_rupees_are_written_in_words(minor: int, words: str) -> None:
    assert rupees_in_words(minor) == words


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (99_900, "₹999.00"),
        (123_456_700, "₹12.35 L"),
        (-2_500_000_000, "−₹2.50 Cr"),
        (999_999_900, "₹100.00 L"),
        (100_000, "₹1.00 K"),
    ],
)
def test_rupees_in_short(minor: int, text: str) -> None:
    assert short_rupees(minor) == text


@pytest.mark.parametrize(
    ("minor", "text"),
    [("99999.5", "₹1,000.00"), ("9999999.9", "₹100.00 K"), ("100000.0", "₹1.00 K"), ("-0.4", "₹0.00")],
)
def test_the_unit_of_rupees_in_short_is_chosen_before_rounding(minor: str, text: str) -> None:
    assert short_rupees(D(minor)) == text


@pytest.mark.parametrize(
    ("amount", "currency", "up", "even"),
    [
        ("2.345", "INR", 235, 234),
        ("-2.345", "INR", -235, -234),
        ("1234.5", "JPY", 1235, 1234),
        ("1.0005", "KWD", 1001, 1000),
    ],
)
def test_halves_go_up_or_to_the_even_neighbour(amount: str, currency: str, up: int, even: int) -> None:
    assert rounded_minor(D(amount), currency) == up
    assert rounded_minor(D(amount), currency, Rounding.HALF_EVEN) == even
