"""Files of transactions to replay: one CSV for each user, plain or gzipped, whose name holds the user's number."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from app.ml.commitments import is_commitment
from app.ml.replay import replay
from app.ml.rows import Row, Verdict

_MINOR: Final = 100
_GZIP: Final = b"\x1f\x8b"


class UnreadableStream(ValueError):  # noqa: N818 - reads as the sentence it is
    """The file is no CSV with the columns row, date, merchant, category, type and amount."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file. Only expenses have a row; the detector sees no other."""

    user: int
    number: int
    row: Row | None


def read_stream(path: Path) -> list[Line]:
    """The lines of one user's file, in its order. Other columns, such as labels, are not looked at.

    Raises: UnreadableStream with the line that cannot be read; OSError when the file is away.
    """
    data = path.read_bytes()
    digits = re.search(r"\d+", path.name)
    user = int(digits[0]) if digits else 0
    categories: dict[str, int] = {}
    lines: list[Line] = []
    try:
        text = (gzip.decompress(data) if data.startswith(_GZIP) else data).decode("utf-8-sig")
        lines.extend(_line(user, line, categories) for line in csv.DictReader(io.StringIO(text)))
    except (KeyError, TypeError, ValueError, InvalidOperation, EOFError, OSError) as error:
        raise UnreadableStream(f"{path.name}, line {len(lines) + 2}: {error!r}") from error
    return lines


def replayed(lines: list[Line]) -> Iterator[tuple[Line, Verdict | None]]:
    """Each line with the verdict that a save would have given; none for what is no expense."""
    verdicts = replay([line.row for line in lines if line.row])
    for line in lines:
        yield line, next(verdicts) if line.row else None


def _line(user: int, line: dict[str, str], categories: dict[str, int]) -> Line:
    number = int(line["row"])
    minor = int(Decimal(line["amount"]) * _MINOR)
    if line["type"] != "expense" or minor <= 0:
        return Line(user, number, None)
    category = line["category"]
    row = Row(
        id=number + 1,
        occurred_on=date.fromisoformat(line["date"]),
        amount_minor=minor,
        payee_key=line["merchant"] or None,
        category_id=categories.setdefault(category, len(categories) + 1),
        hour=int(line["time"][:2]) if line.get("time") else None,
        is_commitment=is_commitment(category),
    )
    return Line(user, number, row)
