from datetime import date

import pytest

from app.ocr.dates import dates_of
from app.ocr.layout import Line, Row


def meanings(text: str) -> set[date]:
    return {reading.value for reading in dates_of((Row((Line(0, 0, 100, 20, text),), 10, 20),))}


@pytest.mark.parametrize(
    "text",
    [
        "25/12/2018",
        "25-12-18",
        "25.12.2018",
        "2018-12-25",
        "25 Dec 2018",
        "25-Dec-18",
        "December 25, 2018",
        "20181225",
        "25. Dezember 2018",
    ],
)
def test_christmas_is_found_however_it_is_written(text: str) -> None:
    assert date(2018, 12, 25) in meanings(text)


@pytest.mark.parametrize("text", ["05/01/201822:55:25", "2018-01-0522:55", "05-Jan-201817:20", "05/01/185:02:32 PM"])
def test_a_time_glued_to_a_date_does_not_hide_it(text: str) -> None:
    assert date(2018, 1, 5) in meanings(text)


def test_a_number_before_a_date_does_not_swallow_it() -> None:
    assert date(2018, 3, 21) in meanings("ORD #18 -REG #19- 21/03/2018 19:53:23")


def test_a_print_with_two_meanings_gives_both() -> None:
    assert meanings("03/04/2025") == {date(2025, 4, 3), date(2025, 3, 4)}


@pytest.mark.parametrize("text", ["12:30:45", "31/02/2020", "45/13/2018", "07-3507405", "10.00"])
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert meanings(text) == set()
