"""Addresses of our own files: the version stands in the path, so a new release renews the whole graph of scripts at once."""

import hashlib
from pathlib import Path

from flask import Flask, request


def version(folder: Path) -> str:
    """A short hash of everything that is served from `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def init_app(app: Flask) -> None:
    """Hand `asset(path)` to Jinja."""

    def asset(path: str) -> str:
        return f"{request.script_root}{app.static_url_path}/{path}"

    app.jinja_env.globals["asset"] = asset
