"""What rules found, in the words and figures of who reads it."""

from dataclasses import dataclass

from app.domain.periods import Month
from app.rules.findings import Amount, Finding, Gravity, Months, Share, Value
from app.web.formats import MONTHS, money, pct

TONES = {Gravity.GOOD: "ok", Gravity.WATCH: "warn", Gravity.ACT: "bad"}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding, ready to show."""

    title: str
    text: str
    measure: str
    tone: str
    icon: str


def tell(finding: Finding) -> Told:
    """Fill the holes of a finding's words with its figures."""
    values = {name: _written(value) for name, value in finding.values.items()}
    return Told(
        finding.title.format_map(values),
        finding.text.format_map(values),
        finding.measure.format_map(values),
        TONES[finding.gravity],
        finding.icon,
    )


def months_in_words(first: Month, last: Month) -> str:
    """November 2026; August to October 2026; December 2025 to February 2026."""
    if first == last:
        return f"{MONTHS[last.number - 1]} {last.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{MONTHS[first.number - 1]}{year} to {MONTHS[last.number - 1]} {last.year}"


def _written(value: Value) -> str:
    if isinstance(value, Amount):
        return money(value.minor, decimals=False)
    if isinstance(value, Share):
        return pct(value.fraction)
    if isinstance(value, Months):
        return months_in_words(value.first, value.last)
    return str(value)
