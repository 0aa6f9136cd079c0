"""One worker process and the pipe to it, with a deadline on every answer."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from app.ocr.frames import Broken, unpacked
from app.ocr.port import ReaderTookTooLong

ROOT = Path(__file__).resolve().parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")
CHUNK = 1 << 16


class Worker:
    """A running `app.ocr.worker`. It is told nothing of the environment that it does not need: no secrets, no addresses."""

    def __init__(self, **settings: int) -> None:
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "app.ocr.worker", *(f"{name}={value}" for name, value in settings.items())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=ROOT,
            env=environment | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": str(settings["threads"])},
            start_new_session=True,  # a Ctrl-C for the server is not meant for the picture being read
        )
        self.answered = 0

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def ask(self, request: bytes, seconds: float) -> dict[str, Any]:
        """Send a frame and wait for its answer. Raises ReaderTookTooLong after `seconds`, Broken when the worker is gone."""
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018 - opened as pipes above
        deadline = time.monotonic() + seconds
        try:
            _write(self._process.stdin.fileno(), request, deadline)
            frame = unpacked(_UntilDeadline(self._process.stdout.fileno(), deadline))
        except BrokenPipeError:
            frame = None
        if frame is None:
            raise Broken
        self.answered += 1
        return frame[0]

    def stop(self) -> None:
        """End it at once; it holds nothing that could be lost."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def disown(self) -> None:
        """Forget a worker that belongs to the process this one was forked from."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.returncode = 0  # another process waits for it


class _UntilDeadline:
    """The reading end of a pipe that gives up in time."""

    def __init__(self, descriptor: int, deadline: float) -> None:
        self._descriptor = descriptor
        self._deadline = deadline

    def read(self, size: int, /) -> bytes:
        """All `size` bytes, or fewer when the other side closed."""
        parts = bytearray()
        while len(parts) < size:
            _wait(self._deadline, readable=self._descriptor)
            part = os.read(self._descriptor, min(CHUNK, size - len(parts)))
            if not part:
                break
            parts += part
        return bytes(parts)


def _write(descriptor: int, data: bytes, deadline: float) -> None:
    os.set_blocking(descriptor, False)
    rest = memoryview(data)
    while rest:
        _wait(deadline, writable=descriptor)
        rest = rest[os.write(descriptor, rest[:CHUNK]) :]


def _wait(deadline: float, *, readable: int | None = None, writable: int | None = None) -> None:
    left = deadline - time.monotonic()
    wanted = ([readable] if readable is not None else [], [writable] if writable is not None else [])
    if left <= 0 or not any(select.select(*wanted, [], left)):
        raise ReaderTookTooLong
