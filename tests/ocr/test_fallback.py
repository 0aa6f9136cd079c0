from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.ocr.fallback import FallbackReader
from app.ocr.parse import parse
from app.ocr.port import Expectations, NothingToRead, PrintedText, ReaderTookTooLong, ReaderUnavailable, ReceiptReading
from tests.ocr.papers import TEA_HOUSE, lines_of


class Answers:
    """An engine that gives one answer, or fails one way."""

    def __init__(self, name: str, failure: Exception | None = None) -> None:
        self.name = name
        self.failure = failure
        self.asked = 0
        self.is_closed = False

    def read(
        self, data: bytes, media_type: str, *, printed: Sequence[PrintedText] = (), expect: Expectations | None = None
    ) -> ReceiptReading:
        del data, media_type, printed, expect
        self.asked += 1
        if self.failure:
            raise self.failure
        return replace(parse(lines_of(TEA_HOUSE)), engine=self.name)

    def close(self) -> None:
        self.is_closed = True


def test_the_next_engine_answers_when_one_fails_and_the_reading_says_so() -> None:
    reading = FallbackReader([Answers("cloud", ReaderTookTooLong()), Answers("local")]).read(b"", "image/jpeg")

    assert reading.engine == "local"
    assert reading.notes == (f"cloud: {ReaderTookTooLong.user_message}",)


def test_the_last_failure_is_raised_when_no_engine_can() -> None:
    with pytest.raises(ReaderUnavailable):
        FallbackReader([Answers("cloud", ReaderTookTooLong()), Answers("local", ReaderUnavailable())]).read(
            b"", "image/jpeg"
        )


def test_a_picture_without_text_is_not_sent_to_anybody_else() -> None:
    cloud = Answers("cloud")

    with pytest.raises(NothingToRead):
        FallbackReader([Answers("local", NothingToRead()), cloud]).read(b"", "image/jpeg")

    assert cloud.asked == 0


def test_closing_closes_every_engine() -> None:
    engines = [Answers("cloud"), Answers("local")]

    FallbackReader(engines).close()

    assert all(engine.is_closed for engine in engines)


def test_a_chain_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="engine"):
        FallbackReader([])
