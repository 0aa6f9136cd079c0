"""Exports of other finance apps, where one line is a whole entry between accounts: the legs on the user's own accounts."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.ingest import vocabulary
from app.ingest.delimited import Record
from app.ingest.statement import Role, SkippedLine

_TRANSFER = frozenset({"transfer", "transfers", "transfer out", "transfer in"})
_AS_WRITTEN = frozenset({"balance modification", "balance adjustment", "reconciliation", "opening balance"})
_OWN_KINDS = ("asset", "liabilit", "loan", "debt", "mortgage")
_OWN_ROOTS = frozenset({"assets", "asset", "liabilities", "liability", "aktiva", "fremdkapital", "verbindlichkeiten", "actif", "actifs", "passif", "passifs",
                        "activo", "activos", "pasivo", "pasivos", "attivita", "passivita", "ativos", "passivos", "activa", "passiva"})  # fmt: skip
_FILLED_DOWN = frozenset({"date", "transaction id", "number", "description", "commodity currency"})


class Leg(NamedTuple):
    """One posting on an own account. `at` is the place of its entry among the candidates; `is_second` marks the other end of a transfer."""

    at: int
    amount: int
    account: str | None
    currency: str | None
    is_second: bool


class Entry(NamedTuple):
    """One line between two accounts: written amount and, where the other end has its own, its size and currency there."""

    kind: str
    amount: int
    source: str
    destination: str
    source_kind: str
    destination_kind: str
    second_amount: int | None
    second_currency: str | None


def is_journal(roles: Sequence[Role]) -> bool:
    """Whether each line names both accounts of an entry."""
    return {Role.SOURCE, Role.DESTINATION} <= set(roles) or {Role.ACCOUNT, Role.SECOND_ACCOUNT} <= set(roles)


def legs(entries: Sequence[Entry], *, names_ends: bool, answered: Callable[[str], int]) -> tuple[list[Leg], list[str]]:
    """The legs on own accounts, and the kinds of entry that nothing explains.

    `names_ends`: the accounts are given as source and destination, so the direction does not hang on the sign; otherwise the first account
    is the user's and a negative expense is a refund. `answered` gives the direction the user chose for a kind, 0 for none.
    """
    found: list[Leg] = []
    unclear: list[str] = []
    for at, entry in enumerate(entries):
        kind = vocabulary.plain(entry.kind)
        second = entry.second_amount if entry.second_amount is not None else abs(entry.amount)
        if entry.source_kind or entry.destination_kind:
            if _is_own(entry.source_kind):
                found.append(Leg(at, -abs(entry.amount), entry.source, None, is_second=False))
            if _is_own(entry.destination_kind):
                found.append(
                    Leg(at, second, entry.destination, entry.second_currency, is_second=_is_own(entry.source_kind))
                )
        elif kind in _TRANSFER:
            found.append(Leg(at, -abs(entry.amount), entry.source, None, is_second=False))
            found.append(Leg(at, second, entry.destination, entry.second_currency, is_second=True))
        elif kind in _AS_WRITTEN:
            found.append(
                Leg(at, entry.amount, entry.destination if names_ends else entry.source, None, is_second=False)
            )
        else:
            direction = answered(entry.kind) or vocabulary.direction_of(entry.kind)
            if not direction:
                unclear.append(entry.kind)
            size = abs(entry.amount) if names_ends else entry.amount
            account = entry.destination if names_ends and direction > 0 else entry.source
            found.append(Leg(at, size if direction > 0 else -size, account, None, is_second=False))
    return found, list(dict.fromkeys(unclear))


def _is_own(kind: str) -> bool:
    return any(word in kind.casefold() for word in _OWN_KINDS)


def own_splits(headings: Sequence[str], records: Sequence[Record]) -> tuple[list[Record], list[SkippedLine]] | None:
    """GnuCash's split lines: blank dates filled from the line above, lines on own accounts kept; None for any other table."""
    names = [vocabulary.plain(heading) for heading in headings]
    if "full account name" not in names or "date" not in names or "transaction id" not in names:
        return None
    account, fill = names.index("full account name"), [c for c, name in enumerate(names) if name in _FILLED_DOWN]
    commodity = names.index("commodity currency") if "commodity currency" in names else None
    kept: list[Record] = []
    skipped: list[SkippedLine] = []
    above: list[str] = []
    for record in records:
        cells = [*record.cells, *[""] * (len(names) - len(record.cells))]
        if not cells[names.index("date")] and above:
            for c in fill:
                cells[c] = cells[c] or above[c]
        if commodity is not None:
            cells[commodity] = cells[commodity].removeprefix("CURRENCY::")
        above = cells
        if vocabulary.plain(cells[account].partition(":")[0]) in _OWN_ROOTS:
            kept.append(Record(record.line, tuple(cells), record.raw))
        else:
            skipped.append(
                SkippedLine(record.line, "the other side of an entry: not one of your own accounts", record.raw)
            )
    return kept, skipped
