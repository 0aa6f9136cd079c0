"""Where models are kept: one small checked file for each version, in a folder or at any fsspec URL.

A file is a line that names the format, the SHA-256 of the rest, and an npz archive of plain arrays. It is never a
pickle, so reading one can do no more than yield numbers.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import secrets
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.ml.model import Model

_log = logging.getLogger(__name__)

_MAGIC: Final = b"FinTrak anomaly model 1\n"
_DIGEST: Final = hashlib.sha256().digest_size
_KEPT: Final = 2  # the latest version and the one before it, which another process may just be opening
# Everything that a damaged or foreign file can raise on its way from bytes to a model.
_UNREADABLE: Final = (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, OverflowError, zipfile.BadZipFile)


def to_bytes(model: Model, book_id: int, version: int) -> bytes:
    """A model as the contents of its file, bound to its book and version."""
    body = io.BytesIO()
    np.savez_compressed(body, allow_pickle=False, owner=np.array([book_id, version], np.int64), **model.to_arrays())
    return _MAGIC + hashlib.sha256(body.getvalue()).digest() + body.getvalue()


def from_bytes(data: bytes, book_id: int, version: int) -> Model:
    """The model in a file. Raises ValueError or KeyError when it is damaged, or of another book, version or making."""
    if not data.startswith(_MAGIC):
        raise ValueError("not a model of this format")
    start = len(_MAGIC) + _DIGEST
    if hashlib.sha256(data[start:]).digest() != data[len(_MAGIC) : start]:
        raise ValueError("the checksum differs")
    with np.load(io.BytesIO(data[start:]), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    if arrays["owner"].tolist() != [book_id, version]:
        raise ValueError("the model of another book or version")
    return Model.from_arrays(arrays)


class ModelStore:
    """Model files under a root: a folder, or a URL that fsspec knows when several machines share them.

    `load` never raises: whatever is wrong with a file, the model is unknown and will be trained again.
    """

    def __init__(self, root: str | Path) -> None:
        self._files: _Folder | _Remote = _Remote(str(root)) if "://" in str(root) else _Folder(Path(root))

    def save(self, book_id: int, version: int, model: Model) -> str:
        """Put a version in place, whole or not at all, and drop versions that nobody can still ask for.

        Gives the SHA-256 of the file in hexadecimal, for the database to remember. Raises OSError when it cannot write.
        """
        data = to_bytes(model, book_id, version)
        self._files.write(_name(book_id, version), data)
        versions = sorted(self.versions(book_id))
        for old in versions[: versions.index(version) + 1][:-_KEPT]:
            self._files.delete(_name(book_id, old))
        return hashlib.sha256(data).hexdigest()

    def load(self, book_id: int, version: int, checksum: str | None = None) -> Model | None:
        """The model, or None when it is missing, truncated, foreign, tampered with or from other features.

        `checksum` is what `save` gave: with it, a file that somebody replaced by another valid one is found out too.
        """
        try:
            data = self._files.read(_name(book_id, version))
        except FileNotFoundError:
            return None
        except _UNREADABLE:
            _log.warning("model %d of book %d cannot be fetched", version, book_id, exc_info=True)
            return None
        if checksum is not None and hashlib.sha256(data).hexdigest() != checksum:
            _log.warning("model %d of book %d is not the one that was saved", version, book_id)
            return None
        try:
            return from_bytes(data, book_id, version)
        except _UNREADABLE as error:
            _log.warning("model %d of book %d is not usable: %s", version, book_id, error)
            return None

    def versions(self, book_id: int) -> list[int]:
        """The versions in the store, in no order."""
        prefix = f"{_prefix(book_id)}"
        stems = (name.removeprefix(prefix).removesuffix(".fmodel") for name in self._files.names(prefix))
        return [int(stem) for stem in stems if stem.isdecimal()]

    def delete(self, book_id: int) -> None:
        """Forget a book: remove every version of its model."""
        for version in self.versions(book_id):
            self._files.delete(_name(book_id, version))


def _prefix(book_id: int) -> str:
    return f"book-{book_id}-v"


def _name(book_id: int, version: int) -> str:
    return f"{_prefix(book_id)}{version}.fmodel"


class _Folder:
    """Files in a local folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> bytes:
        return (self._root / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        """Temporary file, fsync, rename: after a crash there is the old file or the new one, never half of one."""
        self._root.mkdir(parents=True, exist_ok=True)
        temporary = self._root / f".{name}.{secrets.token_hex(4)}"
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._root / name)
        finally:
            temporary.unlink(missing_ok=True)
        folder = os.open(self._root, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def names(self, prefix: str) -> list[str]:
        return [path.name for path in self._root.glob(f"{prefix}*")]

    def delete(self, name: str) -> None:
        (self._root / name).unlink(missing_ok=True)


class _Remote:
    """Files at an fsspec URL."""

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs  # noqa: PLC0415  only those who share models need it

        self._fs: Any
        self._fs, root = url_to_fs(url)
        self._root = str(root).rstrip("/")

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def read(self, name: str) -> bytes:
        return bytes(self._fs.cat_file(self._path(name)))

    def write(self, name: str, data: bytes) -> None:
        """Under a temporary name first; a reader that still meets half a file finds the checksum wrong."""
        self._fs.makedirs(self._root, exist_ok=True)
        temporary = self._path(f".{name}.{secrets.token_hex(4)}")
        self._fs.pipe_file(temporary, data)
        self._fs.mv(temporary, self._path(name))

    def names(self, prefix: str) -> list[str]:
        return [str(path).rsplit("/", 1)[-1] for path in self._fs.glob(self._path(f"{prefix}*"))]

    def delete(self, name: str) -> None:
        if self._fs.exists(self._path(name)):
            self._fs.rm_file(self._path(name))
