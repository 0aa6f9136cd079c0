"""The application under gunicorn, as an operator starts it, on a free port of loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from app.settings import ROOT

STARTS_WITHIN = 60  # seconds


@dataclass(slots=True)
class Server:
    """A gunicorn that can be started, killed and started again on the same data."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of ours from outside, only what this server is told."""
        chosen = {
            "DATA_DIR": str(self.folder),
            "MODEL_STORE": str(self.folder / "models"),
            "SECRET_KEY": "s" * 40,
        } | self.settings
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FINTRAK_")}
        return (
            kept
            | {f"FINTRAK_{name}": value for name, value in chosen.items()}
            | {"PORT": str(self.port), "HOST": "127.0.0.1"}
        )

    def flask(self, *arguments: str) -> str:
        """Run a command of the application; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def start(self) -> None:
        """Start it and wait until the database answers. Raises: RuntimeError when it does not come up."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            self.flask("db", "upgrade")
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "wsgi:app"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):  # noqa: S310 - our own server on loopback
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise RuntimeError(f"no server at {self.address}: {(self.folder / 'server.log').read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL to the master and its workers: no goodbye, no flush."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=30)

    def stop(self) -> None:
        """Ask it to end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


@contextmanager
def running_server(folder: Path, **settings: str) -> Iterator[Server]:
    """A started server, stopped afterwards."""
    server = Server(folder, settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()
