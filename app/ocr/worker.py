"""The process that reads: started by `LocalReader`, one picture at a time, gone with its parent or when left idle.

It holds the recogniser's gigabyte, so that the web process does not, and takes the blow when a picture breaks it.
"""

import os
import resource
import select
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from app.ocr.candidates import Box
from app.ocr.frames import packed, unpacked
from app.ocr.layout import Line
from app.ocr.parse import parse
from app.ocr.port import Expectations, FieldReading, NothingToRead, ReceiptReading
from app.ocr.turns import Turned
from app.ocr.wire import FIELDS, to_json

if TYPE_CHECKING:
    from app.ocr.engine import Engine

FEWEST_PRINTED = 40  # letters and digits of a text layer worth more than recognising the picture
POLITENESS = 5  # pages of other people come first
PARENT_CHECK_SECONDS = 1.0


def main() -> None:
    """Answer frames on standard input until it closes, the parent dies, or nothing comes for the idle time."""
    settings = {name: int(value) for name, value in (pair.split("=") for pair in sys.argv[1:])}
    resource.setrlimit(resource.RLIMIT_AS, (settings["bytes"], settings["bytes"]))
    os.nice(POLITENESS)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints must not talk into the answers
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    serve(sys.stdin.buffer, answers, threads=settings["threads"], idle_seconds=settings["idle"])


def serve(requests: BinaryIO, answers: BinaryIO, *, threads: int, idle_seconds: int) -> None:
    """Read what comes, one frame after another."""
    while select.select([requests], [], [], idle_seconds)[0]:
        frame = unpacked(requests)
        if frame is None:
            return
        about, data = frame
        try:
            answer: dict[str, Any] = {"reading": read(about, data, threads)}
        except NothingToRead as reason:
            answer = {"failed": "nothing_to_read", "detail": str(reason)}
        except MemoryError:
            answer = {"failed": "memory"}
        answers.write(packed(answer | {"bytes": resident_bytes()}))
        if "memory" in answer.values():
            return  # what is left of this process is not worth trusting


def read(about: Mapping[str, Any], data: bytes, threads: int) -> dict[str, Any]:
    """One picture's reading as JSON; the text a PDF carries is believed before the recogniser."""
    started = time.monotonic()
    expect = Expectations(**about["expect"])
    printed = tuple(Line(*piece) for piece in about["printed"])
    if sum(letter.isalnum() for line in printed for letter in line.text) >= FEWEST_PRINTED:
        reading = parse(printed, expect)
        engine = "text"
    else:
        from app.ocr.engine import lines_of  # noqa: PLC0415 - loads a gigabyte, which a PDF's own text does not need

        look = _engine(threads).look(data)
        reading = _on_given_picture(parse(lines_of(look), expect), look.turned)
        engine = "local"
    return to_json(replace(reading, engine=engine, milliseconds=round(1000 * (time.monotonic() - started))))


@cache
def _engine(threads: int) -> "Engine":
    from app.ocr.engine import Engine  # noqa: PLC0415 - loads a gigabyte, so only when a picture comes

    return Engine(threads)


def _on_given_picture(reading: ReceiptReading, turned: Turned) -> ReceiptReading:
    """The reading with its boxes where they lie on the picture that was given."""

    def moved(field: FieldReading[Any]) -> FieldReading[Any]:
        return field if field.box is None else replace(field, box=turned.box(field.box))

    def moved_box(box: Box | None) -> Box | None:
        return None if box is None else turned.box(box)

    fields: dict[str, Any] = {name: moved(getattr(reading, name)) for name in FIELDS}
    items = tuple(replace(item, box=moved_box(item.box)) for item in reading.items)
    return replace(reading, **fields, items=items, turn=turned.quarter)


def resident_bytes() -> int:
    """The most memory this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _leave_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
