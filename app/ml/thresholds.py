"""From surprises to a decision: robust statistical evidence, the forest's voice, and a budget of alerts.

The one formula. Each kind k of alert has evidence e_k, natural log odds that the row deserves a look: a line of WEIGHTS
times the row's surprises. With f the isolation forest's score,

    evidence = ln sum_k exp(e_k) + 4 * (min(max(f, 0.4), 0.8) - 0.5)

and a row is unusual when its evidence reaches the book's threshold. The forest moves the evidence by -0.4 to +1.2: it
can tip a close case, but never alert alone, so every alert has a statistical reason that can be told. Under 50 rows
there is no forest and its term is 0.

The weights are round numbers between those that logistic regressions found on generated households and on real
payments of public bodies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.ml.features import Signal

AMOUNT: Final = "amount"
NEW_PAYEE: Final = "new_payee"
DUPLICATE: Final = "duplicate"
BURST: Final = "burst"
PRICE_JUMP: Final = "price_jump"
ODD_HOUR: Final = "odd_hour"

FIRST_ROWS: Final = 12  # a book with fewer expenses has nothing usual yet, so nothing in it is unusual
FOREST_ROWS: Final = 50  # below that the statistics speak alone
SPEAKS: Final = -4.0  # evidence below that is not worth a name
FOREST_ADDS: Final = 1.2  # the most that the forest can add to evidence
_FOREST_WEIGHT: Final = 4.0
_FOREST_USUAL: Final = 0.5
_COMMITMENT: Final = 1.5  # amounts of contracts are agreed beforehand
_ONE_A_MONTH: Final = -1.15  # evidence at which a book has about one alert a month
_TO_START_WITH: Final = 3  # alerts a book may have beyond its budget, so that a first month can speak
_HALF_AS_MANY: Final = 1.1  # more evidence asked for halves the alerts

WEIGHTS: Final[dict[str, tuple[float, dict[Signal, float]]]] = {
    AMOUNT: (
        -9.9,
        {
            Signal.SLIP: 1.2,
            Signal.OVER_PAYEE: 1.3,
            Signal.OVER_CATEGORY: 2.3,
            Signal.OVER_BOOK: 1.4,
            Signal.KNOWN_PAYEE: 0.4,
            Signal.KNOWN_CATEGORY: 0.5,
        },
    ),
    NEW_PAYEE: (
        -9.85,
        {Signal.OVER_QUARTILE: 2.5, Signal.OVER_BOOK: 1.5, Signal.KNOWN_CATEGORY: 1.0, Signal.FIRST_RATE: 0.5},
    ),
    DUPLICATE: (-6.0, {Signal.REPEAT: 0.8, Signal.COINCIDENCE: 1.5, Signal.MATERIAL: 1.0}),
    BURST: (-7.3, {Signal.BURST: 1.2, Signal.CROWD: 4.0}),
    PRICE_JUMP: (-5.0, {Signal.JUMP: 2.5}),
    ODD_HOUR: (-10.0, {Signal.HOUR: 4.5}),
}
_LINES: Final = {kind: (start, tuple(weights.items())) for kind, (start, weights) in WEIGHTS.items()}


def _line(kind: str, found: Sequence[float]) -> float:
    total, weights = _LINES[kind]
    for signal, weight in weights:
        total += weight * found[signal]
    return total


def evidence(found: Sequence[float], *, is_commitment: bool = False) -> dict[str, float]:
    """Evidence of each kind that applies to a row, from its surprises. Nothing applies to a book's first row."""
    speaking: dict[str, float] = {}
    if found[Signal.FIRST_RATE] > 0.0:
        speaking[NEW_PAYEE] = _line(NEW_PAYEE, found) - _COMMITMENT * is_commitment
    elif found[Signal.OVER_PAYEE] or found[Signal.KNOWN_PAYEE]:
        speaking[AMOUNT] = _line(AMOUNT, found) - _COMMITMENT * is_commitment
    if found[Signal.REPEAT] > 0.0:
        speaking[DUPLICATE] = _line(DUPLICATE, found)
    if found[Signal.BURST] > 0.0:
        speaking[BURST] = _line(BURST, found)
    if found[Signal.JUMP] > 0.0:
        speaking[PRICE_JUMP] = _line(PRICE_JUMP, found)
    if found[Signal.HOUR] > 0.0:
        speaking[ODD_HOUR] = _line(ODD_HOUR, found)
    return speaking


def burst_before(found: Sequence[float]) -> float:
    """The burst evidence of the row before: once a burst has been told, its next rows are the same news."""
    start, _ = _LINES[BURST]
    weights = WEIGHTS[BURST][1]
    return (
        start + weights[Signal.BURST] * found[Signal.BURST_BEFORE] + weights[Signal.CROWD] * found[Signal.CROWD_BEFORE]
    )


def combined(speaking: dict[str, float], forest_score: float | None) -> float:
    """The one formula of this module; -inf when nothing speaks."""
    if not speaking:
        return -math.inf
    total = math.log(math.fsum(map(math.exp, speaking.values())))
    if forest_score is None:
        return total
    return total + _FOREST_WEIGHT * (min(max(forest_score, 0.4), 0.8) - _FOREST_USUAL)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The most unusual rows of a book's last year, and how long that was: what a budget of alerts is measured on.

    `largest` holds evidence in falling order; `months` is at least 1.
    """

    largest: tuple[float, ...] = ()
    months: float = 1.0

    KEPT = 128

    def threshold(self, alerts_a_month: float = 1.0) -> float:
        """The evidence to reach, for a budget of alerts a month.

        Never below what the budget means for books in general, so that a quiet book stays quiet; higher for a book
        whose own past would have exceeded the budget.
        """
        general = _ONE_A_MONTH - _HALF_AS_MANY * math.log2(max(alerts_a_month, 0.01))
        place = int(alerts_a_month * self.months) + _TO_START_WITH
        return max(general, self.largest[place]) if place < len(self.largest) else general
