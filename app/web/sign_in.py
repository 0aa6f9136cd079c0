"""Signing in and out in this browser: what the cookie holds, and where to go next."""

from urllib.parse import urlsplit

from flask import request, session
from flask_login import current_user, login_user, logout_user

from app.services.sign_ins import begin_sign_in, sign_out
from app.web.deps import current_deps
from app.web.people import load


def sign_in_here(user_id: int, *, remember: bool = False) -> None:
    """Sign a person in who need not show a password: newly registered, or a visitor of the demo."""
    device, address = this_device()
    remember_here(begin_sign_in(user_id, device=device, address=address, deps=current_deps()), remember=remember)


def remember_here(token: str, *, remember: bool) -> None:
    """Keep the secret of a new sign-in in this browser: until it is closed, or for thirty days from the last visit."""
    session.clear()  # nothing that was in the cookie before may act for the person now
    session.permanent = remember
    login_user(load(token))


def forget_here() -> None:
    """Sign out of this browser, and make the secret that it held useless."""
    sign_out(current_user.token, deps=current_deps())
    logout_user()
    session.clear()


def this_device() -> tuple[str, str]:
    """What the browser calls itself, and the address it comes from."""
    return request.user_agent.string, request.remote_addr or ""


def local_path(text: str | None) -> str | None:
    r"""The text when it is a path on this server, else None: `//elsewhere`, `/\elsewhere` and full addresses are not."""
    if not text or not text.startswith("/") or "\\" in text or any(ord(c) <= ord(" ") for c in text):
        return None
    parts = urlsplit(text)
    return None if parts.scheme or parts.netloc or text.startswith("//") else text
