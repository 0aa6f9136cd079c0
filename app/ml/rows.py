"""What goes into the detector and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """One expense of a book, as the detector sees it.

    `amount_minor` is positive, in the book's currency. `payee_key` is the normalised payee; without one only the
    category speaks. `is_commitment` marks categories of contracts (rent, insurance, loan, tax, fees), where a first
    large payment is no surprise; `commitments.is_commitment` tells it from a category's name.
    """

    id: int
    occurred_on: date
    amount_minor: int
    payee_key: str | None = None
    category_id: int | None = None
    hour: int | None = None
    is_commitment: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """The owner said: this is normal.

    It covers amounts from `low_minor` to `high_minor` at the payee (any payee of the category when `payee_key` is
    None). `kind` names the pattern that was confirmed, such as "duplicate"; "any" covers every pattern.
    """

    payee_key: str | None
    category_id: int | None
    low_minor: int
    high_minor: int
    kind: str = "any"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the detector thinks of one row.

    `score`, from 0 to 1, is about the chance that the row deserves a look; it is never rounded, so rows can be ranked by
    it. None means that there is nothing to judge by: with state "unknown" because the book's model could not be read,
    with "known" because nothing about the row can be compared. `kinds` come strongest first. `reason` is a sentence for the
    owner, empty unless unusual. `suppressed` tells that feedback silenced an alert.
    """

    score: float | None
    is_unusual: bool
    kinds: tuple[str, ...]
    reason: str
    usual_low_minor: int | None
    usual_high_minor: int | None
    state: Literal["known", "unknown"]
    suppressed: bool = False


UNKNOWN = Verdict(None, False, (), "", None, None, "unknown")
