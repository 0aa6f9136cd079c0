import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from app.ml.forest import Forest, average_path, export, fit


@pytest.fixture(scope="module")
def table() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    numbers = np.random.default_rng(3)
    rows = np.abs(numbers.normal(size=(900, 6)))
    rows[:, 3] = 0.0  # a signal that never spoke
    rows[:, 4] = numbers.integers(0, 3, 900)  # ties
    return rows.astype(np.float32)


@pytest.mark.parametrize("samples", [2, 3, 64, 256])
def test_the_flat_arrays_score_as_scikit_learn_does(
    table: np.ndarray[tuple[int, ...], np.dtype[np.float32]], samples: int
) -> None:
    theirs = IsolationForest(n_estimators=50, max_samples=samples, random_state=1).fit(table)

    ours = export(theirs)

    expected = -theirs.score_samples(table)
    assert np.abs(ours.score_many(table) - expected).max() < 1e-9
    assert max(abs(ours.score(row) - want) for row, want in zip(table[:200], expected, strict=False)) < 1e-9


def test_one_row_and_many_rows_get_the_very_same_score(
    table: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    forest = fit(table)

    assert forest.score_many(table).tolist() == [forest.score(row) for row in table]


def test_the_same_rows_grow_the_same_forest(table: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    assert fit(table).score_many(table).tolist() == fit(table).score_many(table).tolist()


def test_a_lonely_row_scores_above_every_usual_one(
    table: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    forest = fit(table)

    assert forest.score([9.0] * 6) > forest.score_many(table).max()


def test_a_forest_survives_its_arrays(table: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    forest = fit(table)

    again = Forest.from_arrays(forest.to_arrays())

    assert again.score_many(table).tolist() == forest.score_many(table).tolist()


def test_arrays_that_point_outside_of_the_forest_are_refused(
    table: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    arrays = fit(table).to_arrays()
    left = np.array(arrays["left"])
    left[0] = len(left) + 5

    with pytest.raises(ValueError, match="points outside"):
        Forest.from_arrays(arrays | {"left": left})


def test_path_lengths_follow_the_paper() -> None:
    assert [average_path(0), average_path(1), average_path(2)] == [0.0, 0.0, 1.0]
    assert average_path(256) == pytest.approx(10.2448, abs=1e-4)
