"""Messages of more than one sentence, or with one thing to do about them, for components/flash.html."""

from dataclasses import dataclass
from typing import Any

from flask import flash


@dataclass(frozen=True, slots=True)
class Action:
    """A button beside a message: Undo, View. `changes` says whether pressing it changes something, and is therefore a POST."""

    label: str
    url: str
    changes: bool = True


def say(tone: str, text: str, *, title: str = "", action: Action | None = None) -> None:
    """Show a message above the next page. `tone` is ok, warn, bad or info."""
    message: dict[str, Any] = {"text": text}
    if title:
        message["title"] = title
    if action:
        message["action"] = {"label": action.label, "url": action.url, "post": action.changes}
    flash(message, tone)  # type: ignore[arg-type]  # Flask keeps any JSON in the cookie, and says it takes a str
