"""Short-term or long-term: how long each kind of asset must be held, and which charge its gain bears."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.anniversaries import months_later
from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown, Row, facts, in_force


class Term(StrEnum):
    """How a gain counts."""

    SHORT = "short"
    LONG = "long"
    NONE = "none"
    """The asset knows no terms, as crypto."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a transfer is for tax: its term, the charge (a section of the Act of 1961, or the slabs), and the months that decide.

    `months` is None where the time held does not matter.
    """

    term: Term
    charge: str
    months: int | None


def classify(asset: str, acquired_on: date, transferred_on: date) -> Holding:
    """How the gain of a transfer is taxed. Long-term means held for MORE than the months: on the day itself it is still short.

    Raises: NotKnown for an asset or a day outside the facts, Refused for a transfer before the acquisition.
    Source: sections 2(42A), 50AA, 115BBH; Act of 2025: 2(101); `facts/capital_gains.toml`.

    >>> classify("listed_equity_stt", date(2025, 1, 1), date(2026, 1, 1)).charge
    '111A'
    """
    if transferred_on < acquired_on:
        raise Refused("It cannot be sold before it was bought.", field="transferred")
    table = facts("capital_gains")["holding"]
    in_force([{"from": table["known_from"], "to": table["known_to"]}], transferred_on, "Holding periods")
    if flat := _row(table["flat"], asset):
        return Holding(Term.NONE, flat["charge"], None)
    row = _row(table["assets"], asset)
    if row is None:
        raise NotKnown(f"How “{asset[:40]}” is taxed is not known.", field="asset")
    if acquired_on >= row.get("deemed_if_acquired_from", date.max) or transferred_on >= row.get(
        "deemed_if_transferred_from", date.max
    ):
        return Holding(Term.SHORT, "50AA slab", None)
    months: int = row["since" if transferred_on >= table["changed_on"] else "before"]
    is_long = transferred_on > months_later(acquired_on, months)
    return Holding(Term.LONG if is_long else Term.SHORT, row["long" if is_long else "short"], months)


def _row(rows: list[Row], asset: str) -> Row | None:
    return next((row for row in rows if row["asset"] == asset), None)
