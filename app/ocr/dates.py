"""Dates printed on a receipt, with every sensible meaning of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.ocr.layout import Line, Row

Form = Literal["year_first", "day_first", "month_first", "named_month"]

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january januari",
            "feb februar february februari",
            "mar mär mrz märz march mac",
            "apr april",
            "may mai mei",
            "jun juni june",
            "jul juli july julai",
            "aug august ogos",
            "sep sept september",
            "oct okt october oktober",
            "nov november",
            "dec dez dis december dezember disember",
        ),
        start=1,
    )
    for name in names.split()
}
END = r"(?!\d)|(?=\d{1,2}:\d{2})"  # recognisers often glue the time to the date: 05/01/201822:55
NUMERIC = re.compile(
    rf"(?<!\d)(?<!\d[.,/])(\d{{1,2}})\s?([-./,:·])\s?(\d{{1,2}})\s?\2\s?(20\d{{2}}|19\d{{2}}|\d{{2}})(?:{END})"
)
YEAR_FIRST = re.compile(rf"(?<!\d)(20\d{{2}})\s?([-./,·])\s?(\d{{1,2}})\s?\2\s?(\d{{2}}|\d)(?:{END})")
NAMED = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s\-./,']*({'|'.join(sorted(MONTHS, key=len, reverse=True))})[a-z]*[\s\-./,']*(20\d{{2}}|\d{{2}})(?:{END})",
    re.IGNORECASE,
)
MONTH_FIRST_NAMED = re.compile(
    rf"(?<![a-z])({'|'.join(sorted(MONTHS, key=len, reverse=True))})[a-z]*[\s\-./,']*(\d{{1,2}})(?:st|nd|rd|th)?[\s\-./,']+(20\d{{2}}|\d{{2}})(?:{END})",
    re.IGNORECASE,
)
PACKED = re.compile(r"(?<!\d)(20[0-4]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
CLOCK = re.compile(r"\d{1,2}\s?[:.]\s?\d{2}\s?(?:[:.]\s?\d{2})?\s?(?:[ap]\.?m|uhr)?", re.IGNORECASE)
EARLIEST, LATEST = 1995, 2049
CENTURY = 2000


@dataclass(frozen=True, slots=True)
class DateReading:
    """One meaning of one printed date."""

    value: date
    form: Form
    row: int
    line: Line
    before: str
    after: str
    has_full_year: bool
    mark: str
    is_ambiguous: bool  # the same print can also mean another day


def dates_of(rows: tuple[Row, ...]) -> tuple[DateReading, ...]:
    """Every meaning of every date on the receipt, top to bottom."""
    return tuple(reading for index, row in enumerate(rows) for line in row.lines for reading in _dates_in(line, index))


def _dates_in(line: Line, row: int) -> Iterator[DateReading]:
    text = re.sub(r"(?<=\d)[oO](?=[\d\-./]|\b)|(?<=[-./])[oO](?=\d)", "0", line.text)
    text = re.sub(r"\b0(?=ct)", "O", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d)[lI](?=[\d\-./])|(?<=[-./])[lI](?=\d)", "1", text)
    for match in YEAR_FIRST.finditer(text):
        if value := _day(int(match[1]), int(match[3]), int(match[4])):
            yield _reading(match, value, "year_first", line, row, full=True, mark=match[2], ambiguous=False)
    for match in NUMERIC.finditer(text):
        if match[2] in ":,·" and len(match[4]) != 4:  # noqa: PLR2004 - 12:30:45 is a time
            continue
        yield from _meanings(match, line, row)
    for pattern, order in ((NAMED, (3, 2, 1)), (MONTH_FIRST_NAMED, (3, 1, 2))):
        for match in pattern.finditer(text):
            year, month, day = (match[group] for group in order)
            if value := _day(int(year), MONTHS[month.casefold()], int(day)):
                yield _reading(match, value, "named_month", line, row, full=len(year) == 4, mark="", ambiguous=False)  # noqa: PLR2004
    for match in PACKED.finditer(text):
        if value := _day(int(match[1]), int(match[2]), int(match[3])):
            yield _reading(match, value, "year_first", line, row, full=True, mark="none", ambiguous=False)


def _meanings(match: re.Match[str], line: Line, row: int) -> Iterator[DateReading]:
    one, two, three = int(match[1]), int(match[3]), int(match[4])
    has_full_year = len(match[4]) == 4  # noqa: PLR2004
    meanings: list[tuple[Form, date | None]] = [
        ("day_first", _day(three, two, one)),
        ("month_first", _day(three, one, two)),
    ]
    if not has_full_year:
        meanings.append(("year_first", _day(one, two, three)))
    found: dict[date, Form] = {}
    for form, value in meanings:
        if value:
            found.setdefault(value, form)
    for value, form in found.items():
        yield _reading(match, value, form, line, row, full=has_full_year, mark=match[2], ambiguous=len(found) > 1)


def _reading(
    match: re.Match[str], value: date, form: Form, line: Line, row: int, *, full: bool, mark: str, ambiguous: bool
) -> DateReading:
    text = match.string
    return DateReading(value, form, row, line, text[: match.start()], text[match.end() :], full, mark, ambiguous)


def _day(year: int, month: int, day: int) -> date | None:
    year = year + CENTURY if year < 100 else year  # noqa: PLR2004 - two digits
    if not EARLIEST <= year <= LATEST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
