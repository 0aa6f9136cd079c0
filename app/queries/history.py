"""What happened to one thing of a book, oldest first, from the book's chain of events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.book import AuditEvent
from app.models.user import User


@dataclass(frozen=True, slots=True)
class Event:
    """A link of the chain: who did what when, and what the thing said before and after."""

    at: datetime
    who: str | None
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def history_of(session: Session, book_id: int, subject: str) -> list[Event]:
    """The events of a subject, such as "transaction:12"."""
    rows = session.execute(
        select(AuditEvent.at, User.name, AuditEvent.action, AuditEvent.before, AuditEvent.after)
        .outerjoin(User, User.id == AuditEvent.user_id)
        .where(AuditEvent.book_id == book_id, AuditEvent.subject == subject)
        .order_by(AuditEvent.number)
    )
    return [Event(at, who, action, _read(before), _read(after)) for at, who, action, before, after in rows]


def _read(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else json.loads(text)
