"""Typed and imported text, made fit to keep: one line or several, no control characters, no longer than its place."""

import unicodedata

_KEPT = {"\n", "\t"}


def clean(text: str | None, limit: int, *, lines: bool = False) -> str:
    """The text without control characters and outer space, cut to `limit` characters; one line unless `lines`."""
    kept = "".join(c for c in text or "" if c in _KEPT or unicodedata.category(c) not in {"Cc", "Cs"})
    kept = kept if lines else " ".join(kept.split())
    return kept.strip()[:limit].rstrip()


def key(text: str) -> str:
    """What makes two names the same: case, width and spacing do not count.

    >>> key("  Big  BAZAAR ") == key("big bazaar")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
