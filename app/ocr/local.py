"""The reader on this machine: a worker process that is started when first needed, bounded, and replaced when it fails."""

import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.ocr.frames import Broken, packed
from app.ocr.port import Expectations, NothingToRead, PrintedText, ReaderTookTooLong, ReaderUnavailable, ReceiptReading
from app.ocr.process import Worker
from app.ocr.wire import from_json

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one worker may use. Past `resident_mb` or `readings` it is replaced, after it has answered."""

    seconds: float = 60.0
    start_seconds: float = 60.0  # added to the first reading, for loading the models on a busy machine
    address_mb: int = 6000
    resident_mb: int = 1050
    readings: int = 200
    idle_seconds: int = 600
    threads: int = field(default_factory=lambda: max(1, min(4, (os.cpu_count() or 2) // 2)))


class LocalReader:
    """Reads receipts with no network. One picture at a time; callers from other threads wait their turn."""

    name = "local"

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._owner = os.getpid()

    def read(
        self, data: bytes, media_type: str, *, printed: Sequence[PrintedText] = (), expect: Expectations | None = None
    ) -> ReceiptReading:
        """Read one checked JPEG, or the text its file carries. Raises ReadingFailed with the reason in words."""
        if media_type != "image/jpeg":
            raise ValueError(f"the reader takes checked JPEG pictures, not {media_type}")
        pieces = [(piece.left, piece.top, piece.right, piece.bottom, piece.text) for piece in printed]
        request = packed({"expect": asdict(expect or Expectations()), "printed": pieces}, data)
        with self._lock:
            answer = self._answer(request)
        if "reading" in answer:
            return from_json(answer["reading"])
        if answer["failed"] == "nothing_to_read":
            raise NothingToRead(answer["detail"])
        raise ReaderUnavailable(answer["failed"])

    def close(self) -> None:
        """Stop the worker. The next reading starts another."""
        with self._lock:
            self._let_go()

    @property
    def worker_pid(self) -> int | None:
        """The process that reads, while there is one."""
        return self._worker.pid if self._worker and self._worker.is_alive else None

    def _answer(self, request: bytes) -> dict[str, Any]:
        if self._owner != os.getpid() and self._worker is not None:  # a fork: the worker talks to the other process
            self._worker.disown()
            self._worker = None
        self._owner = os.getpid()
        try:
            worker, answer = self._ask(request)
        except Broken:  # it left because it had been idle, or somebody ended it: the picture is asked about once more
            self._let_go()
            try:
                worker, answer = self._ask(request)
            except Broken:
                self._let_go()
                raise ReaderUnavailable("the worker died twice while reading") from None
        bounds = self._bounds
        if answer["bytes"] > bounds.resident_mb * MEGABYTE or worker.answered >= bounds.readings:
            self._let_go()
        return answer

    def _ask(self, request: bytes) -> tuple[Worker, dict[str, Any]]:
        worker = self._ready()
        try:
            return worker, worker.ask(
                request, self._bounds.seconds + (0 if worker.answered else self._bounds.start_seconds)
            )
        except ReaderTookTooLong:
            self._let_go()
            raise

    def _ready(self) -> Worker:
        if self._worker is not None and not self._worker.is_alive:
            self._let_go()
        if self._worker is None:
            bounds = self._bounds
            self._worker = Worker(bytes=bounds.address_mb * MEGABYTE, threads=bounds.threads, idle=bounds.idle_seconds)
        return self._worker

    def _let_go(self) -> None:
        if self._worker is not None:
            self._worker.stop()
            self._worker = None
