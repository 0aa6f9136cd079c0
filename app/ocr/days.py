"""Which of the printed dates is the day of purchase."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from app.ocr import words
from app.ocr.candidates import Candidate, box_around
from app.ocr.dates import CLOCK, DateReading
from app.ocr.layout import Row

MARKS = {"-": 1.0, "/": 2.0, ".": 3.0, "none": 4.0}


def date_candidates(
    rows: Sequence[Row], readings: Sequence[DateReading], *, month_first: bool = False
) -> tuple[Candidate[date], ...]:
    """One candidate per distinct day that any print can mean."""
    by_day: dict[date, list[DateReading]] = {}
    for reading in _usual_meaning_first(readings, month_first=month_first):
        by_day.setdefault(reading.value, []).append(reading)
    newest = max(by_day, default=None)
    prints = Counter((id(reading.line), reading.before) for reading in readings)
    candidates = []
    for order, (day, places) in enumerate(by_day.items()):
        best = max(places, key=lambda reading: (_weight(reading, rows, month_first=month_first), -reading.row))
        features: dict[str, float] = {
            "order": order,
            "rivals": len(by_day),
            "places": len(places),
            "row": best.row / len(rows),
            "row_number": best.row,
            "weight": _weight(best, rows, month_first=month_first),
            "says_date": any(_says(words.DATE, reading, rows) for reading in places),
            "says_other": any(_says(words.NOT_THIS_DATE, reading, rows) for reading in places),
            "has_time": any(_has_time(reading, rows) for reading in places),
            "full_year": best.has_full_year,
            "preferred_order": best.form == ("month_first" if month_first else "day_first"),
            "year_first": best.form == "year_first",
            "named_month": best.form == "named_month",
            "other_order": best.form == ("day_first" if month_first else "month_first"),
            "is_ambiguous": best.is_ambiguous,
            "meanings": prints[(id(best.line), best.before)],
            "mark": MARKS.get(best.mark, 0.0),
            "alone": not best.before.strip() and not best.after.strip(),
            "after_digit": best.before.strip()[-1:].isdigit(),
            "year": day.year,
            "days_before_newest": (newest - day).days if newest else 0,
            "score": best.line.score,
            "agree": sum(abs((other - day).days) <= 1 for other in by_day),
        }
        candidates.append(Candidate(day, box_around([best.line]), features, best.line.score))
    return tuple(candidates)


def _usual_meaning_first(readings: Sequence[DateReading], *, month_first: bool) -> list[DateReading]:
    """The readings in their order on the paper, the meaning the owner is used to before the others of the same print."""
    prints = [(id(reading.line), reading.before) for reading in readings]
    unusual = "day_first" if month_first else "month_first"
    order = sorted(range(len(readings)), key=lambda at: (prints.index(prints[at]), readings[at].form == unusual))
    return [readings[at] for at in order]


def _says(pattern: re.Pattern[str], reading: DateReading, rows: Sequence[Row]) -> bool:
    """Whether a word stands before the date, on its row, or just above it."""
    before = words.squeezed(reading.before)
    beside = words.squeezed(
        " ".join(line.text for line in rows[reading.row].lines if line.right <= reading.line.left + 4)
    )
    if pattern.search(before) or pattern.search(beside):
        return True
    above = rows[reading.row - 1].lines if reading.row else ()
    return not before and any(
        pattern.search(words.squeezed(line.text))
        for line in above
        if line.left < reading.line.right and line.right > reading.line.left
    )


def _has_time(reading: DateReading, rows: Sequence[Row]) -> bool:
    after = reading.after + " " + " ".join(line.text for line in rows[reading.row].lines if line is not reading.line)
    return bool(CLOCK.search(after))


def _weight(reading: DateReading, rows: Sequence[Row], *, month_first: bool) -> float:
    wanted = "month_first" if month_first else "day_first"
    order = {wanted: 3.0, "named_month": 3.0, "year_first": 2.0 if reading.has_full_year else 0.0}.get(
        reading.form, 0.5
    )
    return (
        order
        + 2.0 * _says(words.DATE, reading, rows)
        - 3.0 * _says(words.NOT_THIS_DATE, reading, rows)
        + _has_time(reading, rows)
        + 0.5 * reading.has_full_year
    )
