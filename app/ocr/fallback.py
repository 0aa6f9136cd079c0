"""Several engines in order: the first that can read the receipt answers, and says which ones could not."""

from collections.abc import Sequence
from dataclasses import replace

from app.ocr.port import (
    Expectations,
    NothingToRead,
    PrintedText,
    ReaderUnavailable,
    ReadingFailed,
    ReceiptReader,
    ReceiptReading,
)


class FallbackReader:
    """Asks its engines one after another. A picture without text is refused by the first that sees it: no other need look."""

    def __init__(self, readers: Sequence[ReceiptReader]) -> None:
        if not readers:
            raise ValueError("at least one engine is needed")
        self._readers = tuple(readers)
        self.name = "+".join(reader.name for reader in readers)

    def read(
        self, data: bytes, media_type: str, *, printed: Sequence[PrintedText] = (), expect: Expectations | None = None
    ) -> ReceiptReading:
        """The first reading an engine gives. Raises the last engine's failure when none can."""
        notes: list[str] = []
        failure: ReadingFailed = ReaderUnavailable("no engine")
        for reader in self._readers:
            try:
                reading = reader.read(data, media_type, printed=printed, expect=expect)
            except NothingToRead:
                raise
            except ReadingFailed as problem:
                failure = problem
                notes.append(f"{reader.name}: {problem.user_message}")
            else:
                return replace(reading, notes=(*notes, *reading.notes))
        raise failure

    def close(self) -> None:
        """Close every engine."""
        for reader in self._readers:
            reader.close()
