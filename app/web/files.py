"""Receipts' files, for taking them along and for removing them."""

import logging

from app.domain.errors import FinTrakError
from app.services.receipt_files import StoredFile
from app.web.deps import current_deps

log = logging.getLogger(__name__)


def open_file(storage: str, key: str) -> bytes | None:
    """The bytes of a stored file; none when its store does not have it or does not answer, which must not stop a download."""
    try:
        return current_deps().receipt_files.open(StoredFile(storage, key))
    except FinTrakError as error:
        log.warning("a receipt's file cannot be read from %s: %s", storage, type(error).__name__)
        return None


def delete_file(storage: str, key: str) -> None:
    """Remove a stored file. Its row is gone already, so a store that does not answer is only noted."""
    current_deps().receipt_files.delete(StoredFile(storage, key))
