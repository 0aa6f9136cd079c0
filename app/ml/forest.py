"""An isolation forest as flat arrays: fitted by scikit-learn, scored without it.

A call into scikit-learn costs milliseconds for one row, nearly all of it checks and thread pools. The same trees as
arrays give the same figure in tens of microseconds, and a process that only scores never imports scikit-learn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.generic]

TREES: Final = 64
SAMPLES: Final = 256
_SEED: Final = 20
_EULER: Final = float(np.euler_gamma)
_BLOCK: Final = 512


def average_path(rows: int) -> float:
    """Mean depth at which a random tree isolates one of `rows` rows.

    Source: Liu, Ting, Zhou: Isolation Forest (2008), equation 1.
    """
    if rows <= 2:  # noqa: PLR2004  one row needs no cut, two rows need one
        return float(max(rows, 1) - 1)
    return 2.0 * (math.log(rows - 1.0) + _EULER) - 2.0 * (rows - 1.0) / rows


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees laid end to end. The right child of a node stands beside its left one; a leaf is its own child.

    A row goes right where its feature is greater than the threshold. Thresholds are rounded down to 32 bits, which
    changes no decision because scikit-learn compares features of 32 bits. `depth` and `size` of the leaf reached give
    the length of the path.
    """

    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int8]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int32]
    depth: npt.NDArray[np.uint8]
    size: npt.NDArray[np.uint16]
    samples: int
    levels: int
    paths: Floats  # average_path of 0 … samples, so that a leaf needs to store only its size

    def score(self, row: Sequence[float] | Floats) -> float:
        """How easily one row is set apart: about 0.5 for a usual one, towards 1 for a lonely one."""
        x = np.asarray(row, np.float32)
        node = self.roots
        for _ in range(self.levels):
            node = self.left[node] + (x[self.feature[node]] > self.threshold[node])
        length = float((self.depth[node] + self.paths[self.size[node]]).sum())
        return self._score(length)

    def score_many(self, rows: npt.ArrayLike) -> Floats:
        """The same for every row of a table."""
        table = np.asarray(rows, np.float32)
        scores = np.empty(len(table))
        for start in range(0, len(table), _BLOCK):
            block = table[start : start + _BLOCK]
            lines = np.arange(len(block))[:, None]
            node = np.broadcast_to(self.roots, (len(block), len(self.roots)))
            for _ in range(self.levels):
                node = self.left[node] + (block[lines, self.feature[node]] > self.threshold[node])
            # Row by row, in the same order as for one row alone, so that both give the same last digit.
            lengths = self.depth[node] + self.paths[self.size[node]]
            scores[start : start + _BLOCK] = [self._score(float(line.sum())) for line in lengths]
        return scores

    def _score(self, length: float) -> float:
        return float(2.0 ** (-length / (len(self.roots) * float(self.paths[self.samples]))))

    def to_arrays(self) -> dict[str, Numbers]:
        """The trees for the model file."""
        return {
            "roots": self.roots,
            "feature": self.feature,
            "threshold": self.threshold,
            "left": self.left,
            "depth": self.depth,
            "size": self.size,
            "shape": np.array([self.samples, self.levels], np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Forest:
        """The reverse of `to_arrays`. Raises KeyError or ValueError when the arrays are not of that making."""
        samples, levels = arrays["shape"].tolist()
        nodes = len(arrays["left"])
        if any(len(arrays[name]) != nodes for name in ("feature", "threshold", "depth", "size")):
            raise ValueError("the arrays of a forest differ in length")
        if not nodes or arrays["left"].min() < 0 or arrays["left"].max() >= nodes:
            raise ValueError("a forest points outside of itself")
        return cls(
            roots=arrays["roots"],
            feature=arrays["feature"],
            threshold=arrays["threshold"],
            left=arrays["left"],
            depth=arrays["depth"],
            size=arrays["size"],
            samples=samples,
            levels=levels,
            paths=_paths(samples),
        )


def fit(rows: npt.ArrayLike) -> Forest:
    """A forest for a table of at least two rows. The same table gives the same forest."""
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415  takes a second to import; only trainers need it

    return export(
        IsolationForest(n_estimators=TREES, max_samples=min(SAMPLES, len(np.asarray(rows))), random_state=_SEED).fit(
            np.asarray(rows, np.float32)
        )
    )


def export(fitted: Any) -> Forest:
    """The trees of a fitted scikit-learn IsolationForest that uses every feature in every tree."""
    roots: list[int] = []
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    depth: list[int] = []
    size: list[int] = []
    for estimator in fitted.estimators_:
        tree = estimator.tree_
        lefts, rights = tree.children_left.tolist(), tree.children_right.tolist()
        features, thresholds, sizes = tree.feature.tolist(), tree.threshold.tolist(), tree.n_node_samples.tolist()
        roots.append(len(left))
        waiting = [(0, 0)]  # nodes in the order of their places: siblings side by side
        placed = len(left) + 1
        for node, level in waiting:
            is_leaf = lefts[node] < 0
            feature.append(0 if is_leaf else features[node])
            threshold.append(math.inf if is_leaf else thresholds[node])
            left.append(len(left) if is_leaf else placed)
            depth.append(level)
            size.append(sizes[node])
            if not is_leaf:
                waiting += [(lefts[node], level + 1), (rights[node], level + 1)]
                placed += 2
    samples = int(fitted.max_samples_)
    return Forest(
        roots=np.array(roots, np.int32),
        feature=np.array(feature, np.int8),
        threshold=_rounded_down(np.array(threshold)),
        left=np.array(left, np.int32),
        depth=np.array(depth, np.uint8),
        size=np.array(size, np.uint16),
        samples=samples,
        levels=max(depth),
        paths=_paths(samples),
    )


def _rounded_down(values: Floats) -> npt.NDArray[np.float32]:
    near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)


def _paths(samples: int) -> Floats:
    return np.array([average_path(rows) for rows in range(samples + 1)])
