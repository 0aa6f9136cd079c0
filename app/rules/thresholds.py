"""The limits that findings are measured against, each with where it comes from."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit, as a fraction or a count, and who says so."""

    limit: Decimal
    source: str


_ALL_YOUR_WORTH = "Warren and Tyagi, All Your Worth (2005)"

SAVINGS_RATE = Threshold(Decimal("0.20"), _ALL_YOUR_WORTH)
"""Of income after tax, at least this much is kept."""

ESSENTIAL_SHARE = Threshold(Decimal("0.50"), _ALL_YOUR_WORTH)
"""Of income after tax, at most this much goes to what one cannot do without."""

JUMP = Threshold(Decimal("1.5"), "your own three months before")
"""Times the middle one of the three months before, from which a category has jumped."""

JUMP_WEIGHT = Threshold(Decimal("0.02"), "your own three months before")
"""Of a usual month's spending: a jump smaller than this is not worth a word."""

CASH_DAYS = Threshold(Decimal(27), "the median of small firms, JPMorgan Chase Institute, Cash is King (2016)")
"""Days of costs that the cash at hand should cover."""
