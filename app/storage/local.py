"""Files in a folder of this machine, named by their content, outside everything the web serves."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from app.storage.port import FileNotKept
from app.storage.sniff import ENDINGS

KEY = re.compile(r"[0-9a-f]{64}\.[a-z]{3,4}")


class LocalStore:
    """A folder: `ab/cd/abcd….jpg`. The same bytes are kept once; a file is either there whole or not there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def save(self, data: bytes, media_type: str) -> str:
        """Keep the file for good before returning its key."""
        key = f"{hashlib.sha256(data).hexdigest()}.{ENDINGS[media_type]}"
        path = self._path(key)
        if path.is_file() and path.stat().st_size == len(data):
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return key

    def open(self, key: str) -> bytes:
        """The file's bytes. Raises FileNotKept when it is not there."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise FileNotKept(key) from None

    def delete(self, key: str) -> None:
        """Remove the file, if it is there."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise FileNotKept(key)  # never a path somebody else made up
        return self._root / key[:2] / key[2:4] / key


def _sync_folder(folder: Path) -> None:
    """Make the new name as durable as the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
