import random
from pathlib import Path

import numpy as np
import pytest

from app.ml import features
from app.ml.model import Judging, Model, train
from app.ml.rows import Row
from app.ml.store import ModelStore, from_bytes, to_bytes
from tests.ml.streams import DINING, day_after, spend


@pytest.fixture(params=["folder", "url"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models" if request.param == "folder" else f"file://{tmp_path}/shared")


def model_file(tmp_path: Path) -> Path:
    (path,) = tmp_path.rglob("*.fmodel")
    return path


def test_a_loaded_model_judges_as_the_saved_one(store: ModelStore, model: Model, rows: list[Row]) -> None:
    store.save(7, 3, model)

    again = store.load(7, 3)

    assert again is not None
    for row in (rows[-1], spend(day_after(rows), 900_000, "casino", DINING)):
        assert again.judge(row, Judging()) == model.judge(row, Judging())
    assert (again.last_id, again.calibration) == (model.last_id, model.calibration)


def test_a_young_books_model_needs_no_forest(store: ModelStore, rows: list[Row]) -> None:
    store.save(7, 1, train(rows[:30]))

    again = store.load(7, 1)

    assert again is not None
    assert again.forest is None
    assert train([]).judge(rows[0], Judging()).score is None


@pytest.mark.parametrize("cut", [0, 10, 40, 2_000, -1])
def test_a_truncated_file_is_unknown(tmp_path: Path, model: Model, cut: int) -> None:
    store = ModelStore(tmp_path)
    store.save(7, 1, model)
    path = model_file(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])

    assert store.load(7, 1) is None


def test_a_file_with_any_byte_changed_is_unknown(tmp_path: Path, model: Model) -> None:
    store = ModelStore(tmp_path)
    store.save(7, 1, model)
    path = model_file(tmp_path)
    whole = path.read_bytes()
    chance = random.Random(1)
    for place in [chance.randrange(len(whole)) for _ in range(60)]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        assert store.load(7, 1) is None


def test_a_model_of_another_book_or_version_is_unknown(tmp_path: Path, model: Model) -> None:
    store = ModelStore(tmp_path)
    store.save(7, 1, model)
    model_file(tmp_path).rename(tmp_path / "book-8-v1.fmodel")

    assert store.load(8, 1) is None
    assert store.load(7, 1) is None


def test_a_well_formed_file_of_foreign_arrays_is_unknown(tmp_path: Path, model: Model) -> None:
    """Whoever writes a valid checksum can still only hand over numbers, and wrong ones count as no model."""
    arrays = model.to_arrays()
    for name in sorted(arrays):

        class Spoilt(Model):
            broken = name

            def to_arrays(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
                kept = dict(arrays)
                del kept[self.broken]
                return kept

        data = to_bytes(Spoilt(), 7, 1)
        (tmp_path / "book-7-v1.fmodel").write_bytes(data)
        loaded = ModelStore(tmp_path).load(7, 1)
        assert loaded is None or (name.startswith("forest.roots") and loaded.forest is None)


def test_other_features_make_a_model_unknown(store: ModelStore, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(7, 1, model)

    monkeypatch.setattr(features, "VERSION", features.VERSION + 1)

    assert store.load(7, 1) is None


def test_saving_keeps_the_version_before_and_no_older_one(store: ModelStore, rows: list[Row]) -> None:
    small = train(rows[:20])
    for version in (1, 2, 3, 10):
        store.save(7, version, small)
    store.save(77, 1, small)

    assert sorted(store.versions(7)) == [3, 10]
    assert store.versions(77) == [1]


def test_deleting_a_book_leaves_nothing_of_it(store: ModelStore, rows: list[Row], tmp_path: Path) -> None:
    store.save(7, 1, train(rows[:20]))
    store.save(7, 2, train(rows[:20]))

    store.delete(7)
    store.delete(7)

    assert store.load(7, 2) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ModelStore(tmp_path)
    store.save(7, 1, model)

    def full(_number: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("app.ml.store.os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        store.save(7, 1, train([]))

    assert [path.name for path in tmp_path.iterdir()] == ["book-7-v1.fmodel"]
    assert store.load(7, 1) is not None


def test_nothing_is_unpickled(model: Model) -> None:
    with pytest.raises(ValueError, match="format"):
        from_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.", 7, 1)
    assert b"O'" not in to_bytes(model, 7, 1)[:20]
