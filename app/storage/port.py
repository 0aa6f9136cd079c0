"""The port behind which receipts' files are kept."""

from typing import Protocol

from app.domain.errors import FinTrakError


class FileStore(Protocol):
    """Keeps files under keys it chooses. A key is safe in a database, and says nothing about the file."""

    def save(self, data: bytes, media_type: str) -> str:
        """Keep the file for good before returning its key. Saving the same bytes again gives the same key."""
        ...

    def open(self, key: str) -> bytes:
        """The file's bytes. Raises FileNotKept when the store does not have it."""
        ...

    def delete(self, key: str) -> None:
        """Remove the file. Removing one that is not there is no error."""
        ...


class FileNotKept(FinTrakError):  # noqa: N818 - reads as the sentence it is
    """The store does not have this file."""

    user_message = "This file is not in our store any more."


class StoreUnavailable(FinTrakError):  # noqa: N818 - reads as the sentence it is
    """The store cannot be reached or refused; nothing was kept."""

    user_message = "The place where files are kept does not answer. Nothing was saved; please try again in a moment."
