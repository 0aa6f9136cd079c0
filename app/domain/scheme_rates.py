"""Rates of government savings schemes, by the day an account was opened or a quarter began."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.facts.reading import NotKnown, facts, in_force


@dataclass(frozen=True, slots=True)
class SchemeRate:
    """A yearly rate as a fraction, with how sure it is and where it was announced."""

    rate: Decimal
    certainty: str
    source: str


def scheme_rate(scheme: str, on: date) -> SchemeRate:
    """The notified rate of a scheme (ppf, nsc, kvp, scss, ssy, mis, savings, rd_5y, td_1y, td_2y, td_3y, td_5y) on a day.

    NSC, KVP, SCSS, MIS, TD and RD keep the rate of their first day; PPF and SSY change with the quarter.

    Units: a yearly fraction. Raises: NotKnown for a scheme or a quarter that has not been confirmed.
    Source: quarterly memoranda of the Department of Economic Affairs; `facts/small_savings.toml`.

    >>> scheme_rate("ppf", date(2026, 3, 31)).rate
    Decimal('0.071')
    """
    row = in_force(facts("small_savings")["periods"], on, "Rates of savings schemes")
    if scheme not in row["rates"]:
        raise NotKnown(f"There is no savings scheme “{scheme[:40]}”.", field="scheme")
    return SchemeRate(row["rates"][scheme], row["certainty"], row["source"])


def nearest_rate(scheme: str, on: date) -> SchemeRate:
    """The last notified rate before a day that is not confirmed itself, or the first one after it: to be shown as assumed.

    Raises: NotKnown for a scheme without any rate.

    >>> nearest_rate("ppf", date(2026, 11, 22)).rate
    Decimal('0.071')
    """
    rows = [row for row in facts("small_savings")["periods"] if scheme in row["rates"]]
    if not rows:
        raise NotKnown(f"There is no savings scheme “{scheme[:40]}”.", field="scheme")
    before = [row for row in rows if row["from"] <= on]
    row = max(before, key=lambda row: row["from"]) if before else min(rows, key=lambda row: row["from"])
    return SchemeRate(row["rates"][scheme], row["certainty"], row["source"])


@dataclass(frozen=True, slots=True)
class DoublingTime:
    """In how many months a Kisan Vikas Patra doubles, with how sure that is and where it was announced."""

    months: int
    certainty: str
    source: str


def doubling_time(on: date) -> DoublingTime:
    """In how many months a Kisan Vikas Patra bought on a day doubles.

    Raises: NotKnown for a day that has not been confirmed. Source: as `scheme_rate`.

    >>> doubling_time(date(2025, 10, 31)).months
    115
    """
    row = in_force(facts("small_savings")["periods"], on, "Rates of savings schemes")
    return DoublingTime(row["kvp_months"], row["certainty"], row["source"])
