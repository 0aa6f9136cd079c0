"""Receipts in files, one after another, each as one plain dictionary: what `flask receipts read --json` prints."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from app.domain.errors import FinTrakError
from app.ocr.port import Expectations, PrintedText, ReceiptReader
from app.ocr.wire import FIELDS, to_json


class Piece(Protocol):
    """Text that a file carries itself, with its box."""

    @property
    def left(self) -> float: ...  # noqa: D102 - pixels of the picture, like the next three
    @property
    def top(self) -> float: ...  # noqa: D102
    @property
    def right(self) -> float: ...  # noqa: D102
    @property
    def bottom(self) -> float: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


class Prepared(Protocol):
    """A checked picture, as app.storage.images.check_and_reencode gives it."""

    @property
    def data(self) -> bytes: ...  # noqa: D102 - the clean JPEG
    @property
    def media_type(self) -> str: ...  # noqa: D102
    @property
    def printed(self) -> Sequence[Piece]: ...  # noqa: D102


def read_files(
    paths: Iterable[Path],
    *,
    reader: ReceiptReader,
    prepare: Callable[[bytes], Prepared],
    expect: Expectations | None = None,
) -> Iterator[dict[str, Any]]:
    """One JSON-able dictionary per file, in order; a file that cannot be read says why under "error"."""
    for path in paths:
        try:
            reading = read_prepared(prepare(path.read_bytes()), reader, expect)
        except OSError as problem:
            yield {"file": path.name, "error": f"This file cannot be opened: {problem.strerror}."}
        except FinTrakError as problem:
            yield {"file": path.name, "error": problem.user_message}
        else:
            yield {"file": path.name} | reading


def read_prepared(prepared: Prepared, reader: ReceiptReader, expect: Expectations | None) -> dict[str, Any]:
    """One checked picture's reading in the short form of the command line."""
    printed = tuple(PrintedText(p.left, p.top, p.right, p.bottom, p.text) for p in prepared.printed)
    full = to_json(reader.read(prepared.data, prepared.media_type, printed=printed, expect=expect))
    found = {name: full[name]["value"] for name in FIELDS}
    return found | {
        "items": [{name: item[name] for name in ("description", "quantity", "amount")} for item in full["items"]],
        "items_add_up": full["items_add_up"],
        "confidence": {name: full[name]["confidence"] for name in FIELDS},
        "sure": [name for name in FIELDS if full[name]["is_sure"]],
        "engine": full["engine"],
        "ms": full["milliseconds"],
    }
