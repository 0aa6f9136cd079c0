"""Receipts' files, for taking them along and for removing them."""

import logging

from app.domain.errors import FinTrakError
from app.storage.cloudinary import CloudinaryAccount, CloudinaryStore
from app.storage.local import LocalStore
from app.storage.port import FileStore
from app.web.deps import current_settings

log = logging.getLogger(__name__)


def open_file(storage: str, key: str) -> bytes | None:
    """The bytes of a stored file; none when its store does not have it or does not answer, which must not stop a download."""
    try:
        return _store(storage).open(key)
    except FinTrakError as error:
        log.warning("a receipt's file cannot be read from %s: %s", storage, type(error).__name__)
        return None


def delete_file(storage: str, key: str) -> None:
    """Remove a stored file. Its row is gone already, so a store that does not answer is only noted."""
    try:
        _store(storage).delete(key)
    except FinTrakError as error:
        log.warning("a receipt's file cannot be removed from %s: %s", storage, type(error).__name__)


def _store(storage: str) -> FileStore:
    settings = current_settings()
    if storage == "cloudinary":
        return CloudinaryStore(
            CloudinaryAccount(
                settings.cloudinary_cloud_name,
                settings.cloudinary_api_key,
                settings.cloudinary_api_secret.get_secret_value(),
            )
        )
    return LocalStore(settings.data_dir / "receipts")
