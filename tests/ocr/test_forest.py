from pathlib import Path

import numpy as np
import pytest

from app.ocr.forest import RANKERS, Ranker, load, rankers, raw_confidence, save

STUMP = Ranker(
    features=("size",),
    feature=np.array([0, 0, 0], dtype=np.int16),
    threshold=np.array([5.0, 0, 0], dtype=np.float32),
    left=np.array([1, 1, 2], dtype=np.int32),
    right=np.array([2, 1, 2], dtype=np.int32),
    value=np.array([0, -2.0, 2.0], dtype=np.float32),
    roots=np.array([0], dtype=np.int32),
    depth=1,
    start=0.0,
    known_at=np.array([0, 1], dtype=np.float32),
    known_right=np.array([0, 0.8], dtype=np.float32),
    sure_at=0.75,
)


def test_a_candidate_falls_to_the_leaf_its_features_lead_to() -> None:
    low, high = STUMP.chances([{"size": 5.0}, {"size": 5.1}])

    assert low == pytest.approx(1 / (1 + np.exp(2)))
    assert high == pytest.approx(1 / (1 + np.exp(-2)))


def test_confidence_is_what_was_met_and_falls_when_another_comes_near() -> None:
    assert STUMP.confidence(1.0, 0.0) == pytest.approx(0.8)
    assert STUMP.confidence(0.9, 0.9) < STUMP.confidence(0.9, 0.1)
    assert raw_confidence(0.0, 0.0) == 0


def test_rankers_come_back_from_their_file_as_they_went_in(tmp_path: Path) -> None:
    path = tmp_path / "rankers.npz"
    save(path, {"total": STUMP}, {"receipts": 3})

    (again,) = load(path).values()

    assert again.features == STUMP.features
    assert again.chances([{"size": 7.0}]) == STUMP.chances([{"size": 7.0}])


def test_the_trained_file_is_small_and_answers_for_every_field() -> None:
    assert RANKERS.stat().st_size < 300_000
    assert set(rankers()) == {"vendor", "date", "total"}
    assert all(ranker.sure_at >= 0.9 for ranker in rankers().values())
