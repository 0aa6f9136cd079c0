"""Which records of the table are transactions, and why the others are not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.ingest import vocabulary
from app.ingest.amounts import Amount, written_amount
from app.ingest.columns import BLANKS
from app.ingest.dates import Written, written_date
from app.ingest.delimited import Record
from app.ingest.statement import Role, SkippedLine

MONEY_ROLES = (Role.AMOUNT, Role.DEBIT, Role.CREDIT)


@dataclass(slots=True)
class Candidate:
    """A record with a date and an amount; `more` are the continuation lines below it."""

    record: Record
    written: Written
    money: tuple[Amount | None, ...]
    is_pending: bool
    more: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class Sorted:
    """The candidates and the skipped lines of a table, both in file order; `unreadable` counts the skips a user must look at."""

    candidates: list[Candidate] = field(default_factory=list)
    skipped: list[SkippedLine] = field(default_factory=list)
    unreadable: int = 0


class Places:
    """Where the roles stand, for quick access to a record's cells."""

    def __init__(self, roles: Sequence[Role], headings: Sequence[str]) -> None:
        self.roles, self.headings = roles, headings
        self.width = len(headings) if any(headings) else 0
        self.date = self.first(Role.DATE)
        self.value_dates = self.all(Role.VALUE_DATE)
        self.money = [c for role in MONEY_ROLES for c in self.all(role)[:1]]
        self.money_roles = [role for role in MONEY_ROLES if role in roles]
        self.status = self.first(Role.STATUS)
        self.descriptions = self.all(Role.DESCRIPTION)
        self.texts = [*self.descriptions, *self.all(Role.PAYEE)]

    def first(self, role: Role) -> int | None:
        """The column of a role, if there is one."""
        return self.roles.index(role) if role in self.roles else None

    def all(self, role: Role) -> list[int]:
        """All columns of a role."""
        return [c for c, found in enumerate(self.roles) if found is role]


def cell(cells: Sequence[str], column: int | None) -> str:
    """The cell of a column, empty where the row is short or the column does not exist."""
    return cells[column] if column is not None and column < len(cells) else ""


def sort_records(records: Sequence[Record], places: Places, delimiter: str) -> Sorted:
    """Divides the records below the headings into candidates, continuation lines and skipped lines."""
    result = Sorted()
    dates: dict[str, Written | None] = {}
    headings = tuple(places.headings)
    before: Candidate | None = None
    for read in records:
        record = _mended(read, places, delimiter)
        text = cell(record.cells, places.date)
        if text not in dates:
            dates[text] = written_date(text)
        written = dates[text]
        money = tuple([_amount(cell(record.cells, c)) for c in places.money])
        has_amount = money.count(None) < len(money)
        is_pending, reason = _state(record, places, text)
        if written is None and has_amount and text in BLANKS:
            written = next((day for c in places.value_dates if (day := written_date(cell(record.cells, c)))), None)
        if not reason and written and has_amount:
            reason = _too_many_numbers(record, places)
            if reason:
                result.unreadable += 1
        if not reason and (written is None or not has_amount):
            if before and _continues(record, before, places):
                before.more.append(record)
                continue
            reason, is_worrying = _why_not(record, places, text, written, headings, is_pending=is_pending)
            result.unreadable += is_worrying
        elif not reason and vocabulary.is_balance_line(_text(record, places)):
            reason = "states a balance, not a transaction"
        if reason or written is None:
            result.skipped.append(SkippedLine(record.line, reason or "no date", record.raw))
            before = None
            continue
        before = Candidate(record, written, money, is_pending)
        result.candidates.append(before)
    return result


def _amount(text: str) -> Amount | None:
    return None if text in BLANKS else written_amount(text)


def _text(record: Record, places: Places) -> str:
    return " ".join(text for c in places.texts if (text := cell(record.cells, c)))


def _state(record: Record, places: Places, date_text: str) -> tuple[bool, str]:
    status = cell(record.cells, places.status)
    if status and vocabulary.is_failed_word(status):
        return False, f"the bank says “{status}”: no money moved"
    if date_text and vocabulary.is_pending_word(date_text):
        return True, "pending: the bank has not booked it yet and gives no date"
    return bool(status) and vocabulary.is_pending_word(status), ""


def _continues(record: Record, before: Candidate, places: Places) -> bool:
    """Whether the line only carries more text of the row above."""
    last = before.more[-1] if before.more else before.record
    filled = [c for c, text in enumerate(record.cells) if text]
    follows = record.line == last.line + last.raw.count("\n") + 1
    return follows and bool(places.texts) and all(c in places.texts for c in filled) and 0 not in filled


def _why_not(
    record: Record, places: Places, text: str, written: Written | None, headings: tuple[str, ...], *, is_pending: bool
) -> tuple[str, bool]:
    """The reason in words, and whether it may hide a transaction."""
    if record.cells[: len(headings)] == headings:
        return "repeats the headings", False
    if written is not None:
        broken = [shown for c in places.money if (shown := cell(record.cells, c)) not in BLANKS]
        if broken:
            return f"“{broken[0]}” cannot be read as an amount", True
        return "no amount", False
    has_amount = any(_amount(cell(record.cells, c)) for c in places.money)
    if is_pending:
        return "pending: the bank has not booked it yet and gives no date", False
    if has_amount and text not in BLANKS and any(map(str.isdigit, text)):
        return f"“{text}” is not a day of the calendar", True
    return ("no date" if has_amount else "no transaction: neither date nor amount"), False


def _too_many_numbers(record: Record, places: Places) -> str:
    """A row with more cells than headings, some of them amounts, has been torn apart; reading it would be a guess."""
    if not places.headings or not any(places.headings):
        return ""
    width = len(places.headings)
    surplus = [text for text in record.cells[width:] if text]
    torn = any(c > 0 and (found := written_amount(text)) and found.point for c, text in enumerate(surplus, 1))
    return "it has more cells than there are headings" if torn else ""


def _mended(record: Record, places: Places, delimiter: str) -> Record:
    """A row torn apart by delimiters inside its unquoted description, put together again when only that makes it readable."""
    width = len(places.headings)
    surplus = len(record.cells) - width
    if not any(places.headings) or surplus <= 0 or not any(record.cells[width:]) or not places.descriptions:
        return record
    at = places.descriptions[0]
    if not places.money or max(places.money) < at:
        return record
    pieces = record.cells[at : at + surplus + 1]
    mended = [*record.cells[:at], f"{delimiter} ".join(pieces), *record.cells[at + surplus + 1 :]]
    were, are = list(_readable(record.cells, places)), list(_readable(mended, places))
    is_better = all(are) and any(are) and not all(were)
    if not is_better or any(written_amount(piece) for piece in pieces[1:]):
        return record
    return Record(record.line, tuple(mended), record.raw)


def _readable(cells: Sequence[str], places: Places) -> Iterator[bool]:
    """For each money column and the balance: whether it is blank or an amount."""
    for c in [*places.money, *places.all(Role.BALANCE)]:
        text = cell(cells, c)
        yield text in BLANKS or written_amount(text) is not None


def description_of(candidate: Candidate, places: Places) -> str:
    """All texts of the row as one line: its description columns, cells beyond the headings, continuation lines."""
    cells = candidate.record.cells
    if len(places.descriptions) == 1 and not candidate.more and len(cells) <= places.width:
        text = cells[places.descriptions[0]] if places.descriptions[0] < len(cells) else ""
        return "" if text in BLANKS else " ".join(text.split())
    parts = [cell(cells, c) for c in places.descriptions]
    if places.width:
        parts += cells[places.width :]
    parts += [text for more in candidate.more for text in more.cells]
    return " ".join(dict.fromkeys(" ".join(part.split()) for part in parts if part not in BLANKS))
