"""Months and financial years, without a time zone and without a clock."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month.

    >>> str(Month(2026, 11).next().next())
    '2027-01'
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (date.min.year <= self.year <= date.max.year and 1 <= self.number <= 12):  # noqa: PLR2004 - months of a year
            raise ValueError(f"no such month: {self.year}-{self.number}")

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that holds `day`."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-11".

        Raises: ValueError when it is no month.
        """
        year, _, number = text.partition("-")
        if not (year.isascii() and year.isdecimal() and number.isascii() and number.isdecimal()):
            raise ValueError(f"not a month: {text!r}")
        return cls(int(year), int(number))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, self.length)

    @property
    def length(self) -> int:
        """How many days it has."""
        return calendar.monthrange(self.year, self.number)[1]

    def shift(self, months: int) -> "Month":
        """The month so many months later, or earlier when negative."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, index + 1)

    def next(self) -> "Month":
        """The following month."""
        return self.shift(1)

    def previous(self) -> "Month":
        """The month before."""
        return self.shift(-1)

    def up_to(self, day_number: int) -> date:
        """The same day of this month, or its last one when it is shorter: comparisons are like with like."""
        return date(self.year, self.number, min(day_number, self.length))

    def last_months(self, count: int) -> list["Month"]:
        """`count` months that end with this one, oldest first."""
        return [self.shift(-back) for back in range(count - 1, -1, -1)]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def fiscal_year(day: date, first_month: int) -> Span:
    """The financial year that holds `day`, when years begin on the first of `first_month` (4 in India).

    >>> fiscal_year(date(2026, 3, 31), 4).first
    datetime.date(2025, 4, 1)
    """
    start = day.year if day.month >= first_month else day.year - 1
    begin = Month(start, first_month)
    return Span(begin.first, begin.shift(11).last)
