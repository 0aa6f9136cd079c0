"""Files at Cloudinary, delivered only to signed requests: nobody who guesses an address sees a receipt."""

import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import cloudinary.exceptions
import cloudinary.uploader
import cloudinary.utils

from app.storage.port import FileNotKept, StoreUnavailable
from app.storage.sniff import ENDINGS

PRIVATE = {"type": "authenticated", "resource_type": "raw"}  # raw: the bytes come back as they were
SECONDS = 30
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CloudinaryAccount:
    """The three settings, and the address of the service, which tests point at this machine."""

    cloud_name: str
    api_key: str
    api_secret: str = field(repr=False)
    api_host: str = "https://api.cloudinary.com"
    folder: str = "fintrak"


class CloudinaryStore:
    """Keeps files in one folder of a Cloudinary account, named by their content."""

    def __init__(self, account: CloudinaryAccount) -> None:
        self._account = account

    def save(self, data: bytes, media_type: str) -> str:
        """Upload the file; it is kept when this returns."""
        key = f"{self._account.folder}/{hashlib.sha256(data).hexdigest()}.{ENDINGS[media_type]}"
        try:
            kept = cloudinary.uploader.upload(data, public_id=key, overwrite=True, **self._options())
        except cloudinary.exceptions.Error as problem:
            raise StoreUnavailable(str(problem)) from problem
        return str(kept["public_id"])

    def open(self, key: str) -> bytes:
        """The file's bytes, over an address signed for this request."""
        address = cloudinary.utils.private_download_url(key, "", **self._options())
        try:
            with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - the scheme is the account's own
                return bytes(answer.read(LARGEST))
        except urllib.error.HTTPError as problem:
            problem.close()
            if problem.code == HTTPStatus.NOT_FOUND:
                raise FileNotKept(key) from None
            raise StoreUnavailable(f"status {problem.code}") from None
        except OSError as problem:
            raise StoreUnavailable(str(problem)) from problem

    def delete(self, key: str) -> None:
        """Remove the file and every cached copy."""
        try:
            cloudinary.uploader.destroy(key, invalidate=True, **self._options())
        except cloudinary.exceptions.Error as problem:
            raise StoreUnavailable(str(problem)) from problem

    def _options(self) -> dict[str, Any]:
        account = self._account
        return PRIVATE | {
            "cloud_name": account.cloud_name,
            "api_key": account.api_key,
            "api_secret": account.api_secret,
            "upload_prefix": account.api_host,
            "timeout": SECONDS,
        }
