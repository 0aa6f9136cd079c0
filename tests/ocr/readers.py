"""A reader that has a paper in hand instead of looking at a picture: the parser is the real one, only the recogniser is left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.ocr.parse import parse
from app.ocr.port import Expectations, PrintedText, ReadingFailed, ReceiptReading
from tests.ocr.papers import TEA_HOUSE, lines_of


@dataclass
class PaperReader:
    """The port, filled: answers with `paper`, or fails with `failure`. Remembers what it was given."""

    paper: Sequence[str] = TEA_HOUSE
    failure: ReadingFailed | None = None
    given: list[bytes] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    name: str = "paper"

    def read(
        self, data: bytes, media_type: str, *, printed: Sequence[PrintedText] = (), expect: Expectations | None = None
    ) -> ReceiptReading:
        assert media_type == "image/jpeg"
        self.given.append(data)
        self.printed = [piece.text for piece in printed]
        if self.failure:
            raise self.failure
        return replace(parse(lines_of(self.paper), expect), engine=self.name, milliseconds=12)

    def close(self) -> None:
        self.given.clear()
