"""The chain of events of a book: each link's hash covers the link before it, so a changed or missing row shows."""

import hashlib
import json
from collections.abc import Sequence


def link_hash(previous: str, said: Sequence[object]) -> str:
    """The hash of one event: SHA-256 over the previous hash and everything the event says."""
    text = json.dumps([previous, *said], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
