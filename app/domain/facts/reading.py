"""Facts of law by date: one TOML file per subject, beside this module. What is not written there is not known, and says so.

Every file keeps its sources and how certain they are. Amounts are whole rupees, rates exact fractions.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.errors import Refused

RUPEE_MINOR = 100
Row = Mapping[str, Any]


class NotKnown(Refused):
    """A year, a day or a place the facts do not cover. Nothing is guessed from its neighbours."""


@cache
def facts(subject: str) -> Row:
    """A file of facts, read once; its fractions are Decimals.

    >>> facts("gst")["rates"][0]["standard"][1]
    Decimal('0.05')
    """
    path = Path(__file__).with_name(f"{subject}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def in_force(rows: Sequence[Row], on: date, what: str) -> Row:
    """The row whose `from` and `to` (both included) hold the day.

    Raises: NotKnown, saying what is missing for which day.

    >>> in_force([{"from": date(2024, 1, 1), "rate": 1}], date(2024, 6, 1), "Rates")["rate"]
    1
    """
    for row in rows:
        if row.get("from", date.min) <= on <= row.get("to", date.max):
            return row
    raise NotKnown(f"{what} for {on:%d.%m.%Y} are not known yet.")


def rupees(amount: int) -> int:
    """Whole rupees, as the files write them, in paise.

    >>> rupees(1_50_000)
    15000000
    """
    return amount * RUPEE_MINOR
