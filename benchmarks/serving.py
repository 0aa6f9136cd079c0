"""A WSGI application under gunicorn, one worker with one thread, and a browser that keeps its connection open."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.settings import ROOT

STARTS_WITHIN = 30  # seconds


@dataclass(slots=True)
class Visitor:
    """Somebody signed in, asking one page after the other."""

    connection: http.client.HTTPConnection
    cookie: str

    def ask(self, address: str) -> float:
        """Milliseconds from asking to the last byte of a page."""
        started = time.perf_counter()
        self.connection.request("GET", address, headers={"Cookie": self.cookie, "Accept": "text/html"})
        answer = self.connection.getresponse()
        answer.read()
        took = 1000 * (time.perf_counter() - started)
        assert answer.status == http.client.OK, (address, answer.status)
        return took


@contextmanager
def served(application: str, cookie: str, **environment: str) -> Iterator[Visitor]:
    """Serve `module:app` on a free port of loopback, and visit it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--workers",
        "1",
        "--threads",
        "1",
        "--worker-class",
        "gthread",
        "--keep-alive",
        "60",
        application,
    ]
    server = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment | {"PORT": str(port)}, stderr=subprocess.DEVNULL
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        _wait(port)
        yield Visitor(connection, cookie)
    finally:
        connection.close()
        server.terminate()
        server.wait(timeout=30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the measured server did not start")
