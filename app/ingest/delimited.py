"""Text into records: line numbers and verbatim lines kept, the delimiter found by what the whole table says."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.ingest.amounts import written_amount
from app.ingest.dates import written_date
from app.ingest.statement import UnreadableFile

DELIMITERS = (",", ";", "\t", "|", "~")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "~": "tilde"}
MAX_LINE = 20_000
MAX_ROWS = 500_000
MAX_CELLS = 500
_SAMPLE_LINES = 400
_LONGEST_QUOTED = 30

_EXCEL_TEXT = re.compile(r'(^|[,;\t|~])[ ]*="((?:[^"]|"")*)"(?=[ ]*(?:[,;\t|~]|$))', re.MULTILINE)
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)


class Record(NamedTuple):
    """One record: its first line in the file (from 1), its trimmed cells, and its text without the line end."""

    line: int
    cells: tuple[str, ...]
    raw: str


class Table(NamedTuple):
    """All records of a text and the delimiter that made them."""

    delimiter: str
    records: list[Record]


def read_table(text: str, delimiter: str | None = None) -> Table:
    """The records of a delimited text; blank lines are left out.

    Raises: UnreadableFile when there are too many rows, or a line is too long.
    """
    lines = list(io.StringIO(text, newline=None))
    if len(lines) > MAX_ROWS:
        raise UnreadableFile(
            f"The file has {len(lines):,} lines; at most {MAX_ROWS:,} can be read at once. Split it by year."
        )
    longest = max(range(len(lines)), key=lambda i: len(lines[i]), default=0)
    if lines and len(lines[longest]) > MAX_LINE:
        raise UnreadableFile(
            f"Line {longest + 1} has {len(lines[longest]):,} characters; at most {MAX_LINE:,} can be read."
        )
    start = 0
    if lines and (stated := _SEPARATOR_LINE.fullmatch(lines[0])) and stated[1] in DELIMITERS:
        delimiter, start = delimiter or stated[1], 1
    if delimiter is None:
        delimiter = find_delimiter(lines[start:])
    return Table(delimiter, list(_records(lines, delimiter, start)))


def find_delimiter(lines: Sequence[str]) -> str:
    """The delimiter under which most lines hold a date and an amount of their own; failing that, the most regular one."""
    sample = list(lines[:_SAMPLE_LINES])
    return max(DELIMITERS, key=lambda delimiter: _fitness(sample, delimiter))


def _fitness(sample: list[str], delimiter: str) -> tuple[int, int, int]:
    rows = [record.cells for record in _records(sample, delimiter, 0)]
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    width, regular = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return sum(map(has_date_and_amount, rows)), regular * (width > 1), width


def has_date_and_amount(cells: Sequence[str]) -> bool:
    """Whether the row could be a transaction: one cell is wholly a date, another wholly an amount."""
    has_date = has_amount = False
    for cell in cells:
        if not cell or not any(map(str.isdigit, cell)):
            continue
        if not has_date and written_date(cell):
            has_date = True
        elif not has_amount and written_amount(cell):
            has_amount = True
        if has_date and has_amount:
            return True
    return False


def _records(lines: Sequence[str], delimiter: str, start: int) -> Iterator[Record]:
    """Parses from `start` on; a quote that swallows rows is taken as an ordinary character of its line."""
    while start < len(lines):
        restart = None
        source = _Source(lines, start)
        reader = csv.reader(source, delimiter=delimiter, skipinitialspace=delimiter != "\t")
        try:
            for cells in reader:
                begun, done = source.record_at, start + reader.line_num
                taken = done - begun
                if taken > 1 and _swallowed(lines[begun:done], taken):
                    restart = begun
                    break
                yield from _record(lines[begun:done], cells, begun + 1)
                source.record_at = done
        except csv.Error as error:
            raise UnreadableFile(f"Line {start + reader.line_num} cannot be split into cells.") from error
        if restart is None:
            return
        cells = next(csv.reader([lines[restart]], delimiter=delimiter, quoting=csv.QUOTE_NONE))
        yield from _record(lines[restart : restart + 1], [cell.strip('"') for cell in cells], restart + 1)
        start = restart + 1


class _Source:
    """Lines for a csv reader, Excel's ="..." cells as plain quoted ones, so that delimiters inside them stay inside.

    It runs dry inside a record of too many lines: a stray quote costs those lines, not the rest of the file, however many there are.
    """

    def __init__(self, lines: Sequence[str], start: int) -> None:
        self._lines, self._next = lines, start
        self.record_at = start  # the first line of the record that is being read

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._next >= len(self._lines) or self._next - self.record_at > _LONGEST_QUOTED:
            raise StopIteration
        line = self._lines[self._next]
        self._next += 1
        return _EXCEL_TEXT.sub(r'\1"\2"', line) if '="' in line else line


def _swallowed(lines: Sequence[str], taken: int) -> bool:
    """Whether a quoted cell over several lines is a stray quote: too long, or the lines inside it are rows of their own."""
    return (
        taken > _LONGEST_QUOTED
        or sum(1 for line in lines[1:] if has_date_and_amount(re.split(r"[,;\t|~]", line.replace('"', "")))) > 1
    )


def _record(lines: Sequence[str], cells: list[str], number: int) -> Iterator[Record]:
    if len(cells) > MAX_CELLS:
        raise UnreadableFile(f"Line {number} has {len(cells):,} cells; at most {MAX_CELLS} can be read.")
    trimmed = tuple([_trim(cell) for cell in cells])  # a tuple of texts costs the garbage collector nothing
    if any(trimmed):
        yield Record(number, trimmed, "".join(lines).rstrip("\r\n"))


def _trim(cell: str) -> str:
    cell = cell.strip()
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:  # noqa: PLR2004 - more than the wrapping itself
        return cell[2:-1].strip()
    return cell
