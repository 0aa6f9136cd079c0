"""Generated books for the tests: plain lives with nothing odd in them, and the odd rows named by each test."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta

from app.ml.rows import Row

START = date(2025, 1, 1)
GROCERIES, DINING, TRANSPORT, BILLS, SHOPPING = range(1, 6)
PLACES: Sequence[tuple[str, int, float, float, float]] = (
    # payee, category, visits a day, usual amount in minor units, spread of its logarithm
    ("kirana", GROCERIES, 0.35, 90_000, 0.4),
    ("supermarket", GROCERIES, 0.12, 240_000, 0.35),
    ("cafe", DINING, 0.3, 24_000, 0.3),
    ("biryani house", DINING, 0.1, 60_000, 0.4),
    ("cabs", TRANSPORT, 0.25, 21_000, 0.5),
    ("online shop", SHOPPING, 0.1, 140_000, 0.7),
)


def household(days: int = 240, *, seed: int = 7) -> list[Row]:
    """Groceries, meals, cabs, a daily metro fare, a monthly subscription and a monthly power bill."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for n in range(days):
        day = START + timedelta(days=n)
        for payee, category, rate, usual, spread in PLACES:
            if chance.random() < rate:
                rows.append(spend(day, round(usual * math.exp(chance.gauss(0, spread))), payee, category))
        if day.weekday() < 5:
            rows += [spend(day, 4_000, "metro", TRANSPORT), spend(day, 4_000, "metro", TRANSPORT)]
        if day.day == 5:
            rows.append(spend(day, 49_900, "video service", BILLS))
        if day.day == 12:
            rows.append(spend(day, round(231_000 * math.exp(chance.gauss(0, 0.15))), "bescom", BILLS))
    return [spend(r.occurred_on, r.amount_minor, r.payee_key, r.category_id, id=i) for i, r in enumerate(rows, 1)]


def spend(
    on: date,
    minor: int,
    payee: str | None = "kirana",
    category: int | None = GROCERIES,
    *,
    id: int = 0,  # noqa: A002  the field's own name
    hour: int | None = None,
    is_commitment: bool = False,
) -> Row:
    """One expense."""
    return Row(id, on, minor, payee, category, hour, is_commitment)


def day_after(rows: Sequence[Row], days: int = 1) -> date:
    """A day after the last of some rows."""
    return max(row.occurred_on for row in rows) + timedelta(days=days)
