"""Typed and imported text, made fit to keep: one line or several, no control characters, no longer than its place."""

import unicodedata

_KEPT = {"\n", "\t"}
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of the text after it: a name that holds one can make its line, amounts included, read backwards.

Letters turn by themselves, so no script needs them.
"""


def clean(text: str | None, limit: int, *, lines: bool = False) -> str:
    """The text without control characters, turns of direction and outer space, cut to `limit` characters; one line unless `lines`."""
    text = text or ""
    if not text.isprintable():  # only then can there be anything to leave out
        text = "".join(
            c for c in text if c in _KEPT or (c not in _TURNS and unicodedata.category(c) not in {"Cc", "Cs"})
        )
    kept = text if lines else " ".join(text.split())
    return kept.strip()[:limit].rstrip()


def key(text: str) -> str:
    """What makes two names the same: case, width and spacing do not count.

    >>> key("  Big  BAZAAR ") == key("big bazaar")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
