"""Bureaus' scores as people write them down: who, when, how much out of what; and a file of them."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date

from app.domain.errors import Refused
from app.domain.texts import clean, key

BUREAUS = ("CIBIL", "Experian", "Equifax", "CRIF High Mark")
"""The four that are licensed in India; their scores go from 300 to 900. Any other name is fine too."""
LOW, HIGH = 300, 900
LARGEST = 9_999
NAME_LENGTH = 60
FIRST_DAY = date(1950, 1, 1)
MOST_LINES = 2_000
MOST_BYTES = 500_000
_MEANS_CIBIL = frozenset({"transunion", "transunion cibil", "tu cibil", "transunion cibil limited", "cibil transunion"})
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_RANGE = re.compile(r"(\d{1,4})\s*(?:-|–|to)\s*(\d{1,4})", re.ASCII)
_WHOLE = re.compile(r"\d{1,4}", re.ASCII)
_NO_HISTORY = frozenset({"-1", "−1", "nh", "na", "n/a"})


@dataclass(frozen=True, slots=True)
class Score:
    """A score on a day, and the range that it is in."""

    on: date
    bureau: str
    score: int
    low: int = LOW
    high: int = HIGH


class BadScoreFile(Refused):
    """A file whose every bad line is named in `problems`. Nothing of it may be saved."""

    default_field = "file"

    def __init__(self, user_message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(user_message)
        self.problems = problems


def bureau_name(text: str) -> str:
    """A bureau's name as everybody writes it, where it is a known one.

    >>> bureau_name(" cibil "), bureau_name("Schufa")
    ('CIBIL', 'Schufa')
    """
    said = key(text)
    if said in _MEANS_CIBIL:
        return BUREAUS[0]
    if said in {"crif", "crif highmark", "highmark"}:
        return BUREAUS[3]
    return next((name for name in BUREAUS if key(name) == said), clean(text, NAME_LENGTH))


def check_score(score: Score, today: date) -> None:
    """Raises: Refused with the field to correct."""
    if not score.bureau:
        raise Refused("Write whose score it is, like CIBIL.", field="bureau")
    if score.on > today:
        raise Refused("This day has not come yet.", field="scored_on")
    if score.on < FIRST_DAY:
        raise Refused(f"Write a day from {FIRST_DAY.year} on.", field="scored_on")
    if not 0 <= score.low < score.high <= LARGEST:
        raise Refused(f"The range goes from a lower to a higher number, up to {LARGEST}.", field="high")
    if not score.low <= score.score <= score.high:
        raise Refused(f"A score from {score.low} to {score.high} is expected.", field="score")


def read_scores(data: bytes, today: date) -> list[Score]:
    r"""The scores of a CSV file with the columns date, bureau and score, and low and high or range where it is not 300 to 900.

    Commas, semicolons or tabs; dates as 2026-11-03 or 03/11/2026 (day first).
    Raises: BadScoreFile that names every bad line.

    >>> read_scores(b"Date,Bureau,Score\n2026-11-03,cibil,781\n", date(2026, 11, 22))
    [Score(on=datetime.date(2026, 11, 3), bureau='CIBIL', score=781, low=300, high=900)]
    """
    if len(data) > MOST_BYTES:
        raise BadScoreFile(f"The file is larger than {MOST_BYTES // 1000} kB.")
    lines = _lines(data)
    columns = {key(name): at for at, name in enumerate(lines[0][1])} if lines else {}
    if not {"date", "bureau", "score"} <= columns.keys():
        raise BadScoreFile("The first line must name the columns date, bureau and score.")
    if len(lines) == 1:
        raise BadScoreFile("The file holds no scores, only the names of the columns.")
    if len(lines) - 1 > MOST_LINES:
        raise BadScoreFile(f"The file has more than {MOST_LINES} lines.")
    scores: list[Score] = []
    problems: list[str] = []
    seen: dict[tuple[date, str], int] = {}
    for number, cells in lines[1:]:
        said = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
        try:
            score = _score(said, today)
            _once(seen, score, number)
        except Refused as error:
            problems.append(f"Line {number}: {_lower(error.user_message)}")
        else:
            scores.append(score)
    if problems:
        count = "1 line is" if len(problems) == 1 else f"{len(problems)} lines are"
        raise BadScoreFile(f"{count} not right, so nothing was saved.", tuple(problems))
    return scores


def _once(seen: dict[tuple[date, str], int], score: Score, number: int) -> None:
    first = seen.setdefault((score.on, key(score.bureau)), number)
    if first != number:
        raise Refused(f"the same bureau and day as line {first}.")


def _lines(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise BadScoreFile("This is not a CSV file.")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise BadScoreFile("This is not a CSV file.") from error


def _score(said: dict[str, str], today: date) -> Score:
    on = _day(said.get("date", ""))
    text = said.get("score", "")
    if key(text) in _NO_HISTORY:
        raise Refused("that is no score: it means that the bureau has no history yet. Leave the line out.")
    if not _WHOLE.fullmatch(text):
        raise Refused("write the score as a whole number, like 781.")
    low, high = _range(said)
    score = Score(on, bureau_name(said.get("bureau", "")), int(text), low, high)
    check_score(score, today)
    return score


def _range(said: dict[str, str]) -> tuple[int, int]:
    if text := said.get("range", ""):
        found = _RANGE.fullmatch(text)
        if not found:
            raise Refused("write the range like 300-900.")
        return int(found[1]), int(found[2])
    low, high = said.get("low", ""), said.get("high", "")
    if any(text and not _WHOLE.fullmatch(text) for text in (low, high)):
        raise Refused("write low and high as whole numbers.")
    return int(low) if low else LOW, int(high) if high else HIGH


def _day(text: str) -> date:
    try:
        if found := _DAY_FIRST.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("write the date like 2026-11-03 or 03/11/2026.") from error


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
