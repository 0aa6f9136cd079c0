"""Financial years by name: 2025-26 runs from April 2025 to March 2026, 2026 is a calendar year."""

import re
from dataclasses import dataclass
from datetime import date

from app.domain.errors import Refused
from app.domain.periods import Span, fiscal_year

QUARTER_MONTHS = 3
MONTHS = 12
INDIAN_FIRST_MONTH = 4
_LABEL = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class FiscalYear:
    """A financial year that begins on the first of `first_month` of the year `starts_in`.

    >>> str(FiscalYear(2025)), FiscalYear(2023).days
    ('2025-26', 366)
    """

    starts_in: int
    first_month: int = INDIAN_FIRST_MONTH

    @classmethod
    def of(cls, day: date, first_month: int = INDIAN_FIRST_MONTH) -> "FiscalYear":
        """The year that holds `day`.

        Raises: Refused when there is no such month to begin in.
        """
        if not 1 <= first_month <= MONTHS:
            raise Refused("Choose the month in which the financial year begins.", field="fiscal_year_start")
        return cls(fiscal_year(day, first_month).first.year, first_month)

    @classmethod
    def parse(cls, label: str) -> "FiscalYear":
        """Read "2025-26", an Indian financial year.

        Raises: Refused when it is no such year.
        """
        found = _LABEL.fullmatch(label)
        if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
            raise Refused(f"“{label[:20]}” is not a financial year like 2025-26.", field="fy")
        return cls(int(found[1]))

    def __str__(self) -> str:
        if self.first_month == 1:
            return str(self.starts_in)
        return f"{self.starts_in}-{(self.starts_in + 1) % 100:02d}"

    @property
    def span(self) -> Span:
        """Its first and last day."""
        return fiscal_year(date(self.starts_in, self.first_month, 1), self.first_month)

    @property
    def first(self) -> date:
        """Its first day."""
        return self.span.first

    @property
    def last(self) -> date:
        """Its last day."""
        return self.span.last

    @property
    def days(self) -> int:
        """365, or 366 when it holds a 29 February."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def quarter(self, day: date) -> int:
        """Which quarter of the year a day lies in, 1 to 4.

        >>> FiscalYear(2025).quarter(date(2026, 3, 31))
        4
        """
        return (day.month - self.first_month) % MONTHS // QUARTER_MONTHS + 1
