"""Boosted trees as flat arrays: a trained ranker is a few hundred small numbers, and needs nothing but numpy to answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RANKERS = Path(__file__).with_name("rankers.npz")


@dataclass(frozen=True, slots=True)
class Ranker:
    """One field's trees, and how far its answers may be believed.

    A node goes left when its feature is at most its threshold; a leaf points to itself. `known_at` and `known_right` turn a
    raw score into the share of right answers seen at that score on receipts the trees had not learned from. `sure_at` is the
    confidence from which on such answers were right 99 times in 100.
    """

    features: tuple[str, ...]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]
    roots: NDArray[np.int32]
    depth: int
    start: float
    known_at: NDArray[np.float32]
    known_right: NDArray[np.float32]
    sure_at: float

    def chances(self, rows: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
        """For each candidate, how likely it is the field's answer (0..1), seen on its own."""
        if not rows:
            return np.zeros(0)
        table = np.array([[row[name] for name in self.features] for row in rows], dtype=np.float32)
        node = np.broadcast_to(self.roots, (len(table), len(self.roots))).copy()
        candidate = np.arange(len(table))[:, None]
        for _ in range(self.depth):
            goes_left = table[candidate, self.feature[node]] <= self.threshold[node]
            node = np.where(goes_left, self.left[node], self.right[node])
        raw = self.start + self.value[node].sum(axis=1, dtype=np.float64)
        chances: NDArray[np.float64] = 1 / (1 + np.exp(-raw))
        return chances

    def confidence(self, best: float, second: float) -> float:
        """How often an answer that stood out like this was right (0..1)."""
        return float(np.interp(raw_confidence(best, second), self.known_at, self.known_right))


def raw_confidence(best: float, second: float) -> float:
    """How far the best candidate stands out: its chance, less where another comes near."""
    return best * best / (best + second) if best > 0 else 0.0


@cache
def rankers() -> Mapping[str, Ranker]:
    """The trained rankers that come with FinTrak, by field: vendor, date, total."""
    return load(RANKERS)


def load(path: Path) -> Mapping[str, Ranker]:
    """The rankers in a file written by `save`."""
    with np.load(path, allow_pickle=False) as stored:
        return {
            field: Ranker(
                features=tuple(about["features"]),
                **{name: stored[f"{field}.{name}"] for name in ARRAYS},
                depth=about["depth"],
                start=about["start"],
                sure_at=about["sure_at"],
            )
            for field, about in json.loads(str(stored["about"]))["fields"].items()
        }


def save(path: Path, fields: Mapping[str, Ranker], figures: Mapping[str, Any]) -> None:
    """Write rankers to one small file, with the figures they reached."""
    about = {
        "figures": figures,
        "fields": {
            field: {
                "features": ranker.features,
                "depth": ranker.depth,
                "start": ranker.start,
                "sure_at": ranker.sure_at,
            }
            for field, ranker in fields.items()
        },
    }
    arrays = {f"{field}.{name}": getattr(ranker, name) for field, ranker in fields.items() for name in ARRAYS}
    np.savez_compressed(path, about=np.array(json.dumps(about)), **arrays)


ARRAYS = ("feature", "threshold", "left", "right", "value", "roots", "known_at", "known_right")
