"""Where receipts' files are kept: in the first store that takes one; each file's store is remembered with it."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import FinTrakError
from app.domain.sequences import batched
from app.models.receipt import Receipt
from app.storage.port import FileNotKept, FileStore, StoreUnavailable

BATCH = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's place: the name of its store, and its key there."""

    storage: str
    key: str


class ReceiptFiles:
    """Several stores by name, in the order they are asked to keep a new file. The last one should be this machine."""

    def __init__(self, stores: Mapping[str, FileStore]) -> None:
        if not stores:
            raise ValueError("at least one store is needed")
        self._stores = dict(stores)

    def save(self, data: bytes, media_type: str) -> StoredFile:
        """Keep a file for good. A store that does not answer is passed over. Raises: StoreUnavailable when none takes it."""
        for name, store in self._stores.items():
            try:
                return StoredFile(name, store.save(data, media_type))
            except (StoreUnavailable, OSError) as problem:
                log.warning("a receipt's file cannot be kept in %s: %s", name, type(problem).__name__)
        raise StoreUnavailable("no store took the file")

    def open(self, file: StoredFile) -> bytes:
        """The file's bytes. Raises: FileNotKept, or StoreUnavailable."""
        return self._store(file).open(file.key)

    def delete(self, file: StoredFile) -> None:
        """Remove a file. Nothing points at it any more, so a store that does not answer is only noted."""
        try:
            self._store(file).delete(file.key)
        except (FinTrakError, OSError) as problem:
            log.warning("a receipt's file cannot be removed from %s: %s", file.storage, type(problem).__name__)

    def delete_unused(self, session: Session, files: Collection[StoredFile]) -> None:
        """Remove those files that no receipt of any book points at: equal pictures are stored once."""
        for file in sorted(set(files) - _used(session, files), key=lambda each: (each.storage, each.key)):
            self.delete(file)

    def _store(self, file: StoredFile) -> FileStore:
        try:
            return self._stores[file.storage]
        except KeyError:  # a store that was configured when the file was kept, and is not any more
            raise FileNotKept(f"{file.storage}:{file.key}") from None


def _used(session: Session, files: Collection[StoredFile]) -> set[StoredFile]:
    used: set[StoredFile] = set()
    for keys in batched(sorted({file.key for file in files}), BATCH):
        rows = session.execute(select(Receipt.storage, Receipt.storage_key).where(Receipt.storage_key.in_(keys)))
        used.update(StoredFile(storage, key) for storage, key in rows)
    return used
