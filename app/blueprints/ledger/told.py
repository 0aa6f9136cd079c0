"""The history of a transaction in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.books import CATEGORY_KINDS, MONEY_KINDS
from app.queries.accounts import AccountView
from app.queries.history import Event
from app.web.formats import long_day, money

ACTIONS = {
    "transaction.recorded": "Recorded",
    "transaction.edited": "Changed",
    "transaction.voided": "Deleted",
    "transaction.restored": "Restored",
    "transaction.recategorised": "Category changed",
    "transaction.tagged": "Tagged",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event: when (where the book is), by whom, what, and the changes one by one."""

    at: datetime
    who: str
    what: str
    changes: tuple[str, ...]


def told(events: Sequence[Event], accounts: Mapping[int, AccountView], timezone: str) -> list[Told]:
    """The events in words, newest first."""
    zone = ZoneInfo(timezone)
    return [
        Told(
            event.at.astimezone(zone),
            event.who or "",
            ACTIONS.get(event.action, event.action.rpartition(".")[2].capitalize()),
            tuple(_changes(event, accounts)),
        )
        for event in reversed(events)
    ]


def _changes(event: Event, accounts: Mapping[int, AccountView]) -> Iterator[str]:
    if event.action == "transaction.tagged" and event.after:
        yield f"Tag: {event.after.get('tag', '')}"
    if not (event.before and event.after):
        return
    was, became = _facts(event.before, accounts), _facts(event.after, accounts)
    for name, value in became.items():
        if value != was.get(name):
            yield f"{name}: {was.get(name) or 'nothing'} became {value or 'nothing'}"


def _facts(said: Mapping[str, Any], accounts: Mapping[int, AccountView]) -> dict[str, str]:
    """What a person would compare, in words."""
    legs = [(accounts[number], amount) for number, amount, _ in said.get("legs", ()) if number in accounts]
    pocket = [(account, amount) for account, amount in legs if account.kind in MONEY_KINDS]
    parts = [(account, amount) for account, amount in legs if account.kind in CATEGORY_KINDS]
    return {
        "Amount": ", ".join(money(abs(amount), account.currency) for account, amount in pocket[:1]),
        "Date": long_day(date.fromisoformat(said["occurred_on"])) if said.get("occurred_on") else "",
        "Payee": said.get("payee") or "",
        "Account": ", ".join(sorted(account.name for account, _ in pocket)),
        "Category": ", ".join(
            account.name if len(parts) == 1 else f"{account.name} {money(abs(amount), account.currency)}"
            for account, amount in parts
        ),
        "Note": said.get("note") or "",
        "Tags": ", ".join(said.get("tags") or ()),
        "Receipt": "attached" if said.get("receipt_id") else "",
    }
