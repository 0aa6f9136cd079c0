from datetime import date
from decimal import Decimal

import pytest

from app.ocr.parse import in_words, parse
from app.ocr.port import Expectations, NothingToRead
from app.ocr.wire import from_json, to_json
from tests.ocr.papers import TEA_HOUSE, lines_of


def test_a_clear_bill_gives_its_vendor_day_and_total() -> None:
    reading = parse(lines_of(TEA_HOUSE))

    assert (reading.vendor.value, reading.date.value, reading.total.value) == (
        "MEERA TEA HOUSE PVT LTD",
        date(2025, 2, 14),
        Decimal("194.00"),
    )


def test_a_clear_bill_gives_its_smaller_fields_too() -> None:
    reading = parse(lines_of(TEA_HOUSE))

    assert reading.currency.value == "INR"
    assert reading.payment.value == "upi"
    assert reading.invoice_number.value == "TH/2041"
    assert reading.tax.value == Decimal("9.26")
    assert reading.tax_id.value == "27AAPFU0939F1ZV"
    assert reading.tax_id.is_sure


def test_items_carry_their_quantities_and_prove_the_part_sum() -> None:
    reading = parse(lines_of(TEA_HOUSE))

    assert [(item.description, item.quantity, item.amount) for item in reading.items] == [
        ("Masala Chai", Decimal(2), Decimal("80.00")),
        ("Vada Pav", Decimal(3), Decimal("105.00")),
    ]
    assert reading.items_add_up


def test_items_that_do_not_add_up_are_never_called_proven() -> None:
    paper = [row.replace("105.00", "150.00") for row in TEA_HOUSE]

    assert not parse(lines_of(paper)).items_add_up


def test_the_box_of_the_total_lies_on_the_row_of_the_total() -> None:
    lines = lines_of(TEA_HOUSE)
    printed = next(line for line in lines if line.text == "Rs. 194.00")

    assert parse(lines).total.box in {
        (line.left, line.top, line.right, line.bottom) for line in lines if line is printed or line.text == "194.00"
    }


def test_smudged_print_is_never_sure_and_says_why() -> None:
    total = parse(lines_of(TEA_HOUSE, score=0.7)).total

    assert not total.is_sure
    assert total.why is not None
    assert "smudged" in total.why


def test_a_missing_day_is_left_open_and_says_so() -> None:
    paper = [row for row in TEA_HOUSE if "Date" not in row]

    day = parse(lines_of(paper)).date

    assert day.value is None
    assert day.confidence == 0
    assert day.why == "We found no date on this receipt."


def test_a_day_that_can_mean_two_follows_the_owners_habit() -> None:
    paper = [row.replace("14/02/2025", "03/04/2025") for row in TEA_HOUSE]

    assert parse(lines_of(paper)).date.value == date(2025, 4, 3)
    assert parse(lines_of(paper), Expectations(month_first=True)).date.value == date(2025, 3, 4)


def test_the_books_currency_is_taken_when_none_is_printed() -> None:
    reading = parse(lines_of(("CORNER SHOP", "Date: 14/02/2025", "Bread | 2.50", "Total | 2.50")), Expectations("EUR"))

    assert (reading.currency.value, reading.currency.is_sure) == ("EUR", False)


@pytest.mark.parametrize("lines", [(), lines_of(("a", "b")), lines_of(TEA_HOUSE, score=0.3)])
def test_noise_is_refused_rather_than_read(lines: tuple[object, ...]) -> None:
    with pytest.raises(NothingToRead):
        parse(lines)  # type: ignore[arg-type]


def test_a_reading_survives_the_way_through_json() -> None:
    reading = parse(lines_of(TEA_HOUSE))

    assert from_json(to_json(reading)) == reading


def test_values_are_spoken_as_people_write_them() -> None:
    assert in_words(date(2025, 2, 7)) == "7 February 2025"
    assert in_words(Decimal("1234.5")) == "1,234.50"
