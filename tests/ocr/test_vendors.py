import pytest

from app.ocr.layout import rows_of
from app.ocr.vendors import clean_name, vendor_candidates
from tests.ocr.papers import TEA_HOUSE, lines_of


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        (
            "NORTH HILL HARDWARE ENTERPRISE(EAST PARK) S0N 8HD (822737-X)",
            "NORTH HILL HARDWARE ENTERPRISE (EAST PARK) SDN BHD",
        ),
        ("GREEN LANE TEA SDN BHDI", "GREEN LANE TEA SDN BHD"),
        ("BLUE B00KS &GIFTS", "BLUE BOOKS & GIFTS"),
        ("Paid to Asha Salon", "Asha Salon"),
        ("SIX & COMPANY", "SIX & COMPANY"),
    ],
)
def test_a_name_is_cleaned_of_numbers_and_misread_letters(printed: str, name: str) -> None:
    assert clean_name(printed) == name


def test_a_name_over_two_rows_is_one_of_the_candidates() -> None:
    rows = rows_of(lines_of(("ROSE GARDEN VEGETARIAN", "RESTAURANT PVT LTD", *TEA_HOUSE[1:])))

    assert "ROSE GARDEN VEGETARIAN RESTAURANT PVT LTD" in {candidate.value for candidate in vendor_candidates(rows)}


def test_an_empty_page_has_no_candidates() -> None:
    assert vendor_candidates(()) == ()
