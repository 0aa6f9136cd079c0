from pathlib import Path

import pytest

from app.storage.local import LocalStore
from app.storage.port import FileNotKept


def test_a_file_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)

    key = store.save(b"picture", "image/jpeg")

    assert key.endswith(".jpg")
    assert store.open(key) == b"picture"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)

    assert store.save(b"picture", "image/jpeg") == store.save(b"picture", "image/jpeg")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_file_that_a_crash_left_short_is_written_again(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    key = store.save(b"picture", "image/jpeg")
    next(path for path in tmp_path.rglob("*.jpg")).write_bytes(b"pic")

    store.save(b"picture", "image/jpeg")

    assert store.open(key) == b"picture"


def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_error(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    key = store.save(b"picture", "image/jpeg")

    store.delete(key)
    store.delete(key)

    with pytest.raises(FileNotKept):
        store.open(key)


@pytest.mark.parametrize("key", ["../secret.jpg", "/etc/passwd", "", "a" * 64, f"{'a' * 64}.jpg/../../x"])
def test_a_made_up_key_never_becomes_a_path(key: str, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")

    with pytest.raises(FileNotKept):
        LocalStore(tmp_path / "files").open(key)


def test_no_half_written_file_is_left_behind_when_the_disk_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device", str(descriptor))

    monkeypatch.setattr("os.fsync", refuse)

    with pytest.raises(OSError, match="No space"):
        LocalStore(tmp_path).save(b"picture", "image/jpeg")

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
