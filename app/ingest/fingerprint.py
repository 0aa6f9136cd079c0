"""The identity of a row across files: a versioned hash of its source line, and which of its twins it is."""

import hashlib
from collections import Counter
from collections.abc import Sequence

VERSION = "1"
_DIGITS = 32


def fingerprint(raw: str) -> str:
    """The versioned fingerprint of one source line: its text, not its bytes, so that a changed encoding or line end changes nothing.

    >>> fingerprint("2026-04-01,Tea,-10.00") == fingerprint("2026-04-01,Tea,-10.00 ")
    True
    """
    digest = hashlib.sha256(raw.rstrip().encode("utf-8", "surrogatepass")).hexdigest()
    return f"{VERSION}:{digest[:_DIGITS]}"


def identity_text(raw: str, cells: Sequence[str], serial: int | None) -> str:
    """What identifies the line: its raw text, or, where a column only numbers the lines of this file, its other cells."""
    if serial is None:
        return raw
    return "\x1f".join(cell for index, cell in enumerate(cells) if index != serial)


class Occurrences:
    """Counts equal fingerprints in one file, so that genuine twins stay two."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def nth(self, fingerprint_: str) -> int:
        """1 for the first row with this fingerprint in the file, 2 for the second, and so on."""
        self._seen[fingerprint_] += 1
        return self._seen[fingerprint_]
