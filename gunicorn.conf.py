"""How the server runs. What the application does is set in app/settings.py; see the README for both."""

import os
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4

# A process that is silent this long hangs, and is replaced. Slow requests keep it talking: they run in its threads.
timeout = 60
graceful_timeout = 30

# Heartbeats written to a real disk can stall behind it; then a healthy worker is killed as if it hung.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - gunicorn's file there is private

accesslog = None  # addresses carry what people search for, which has no place in a log
control_socket_disable = True  # nothing uses it, and its default is shared by every gunicorn of the same user


def post_worker_init(worker: Any) -> None:
    """Each process that answers requests also looks for what is due; the parent never does."""
    from app.scheduler import start  # noqa: PLC0415 - only a process that has the application needs it

    start(worker.wsgi)
