"""Reading the text of a repetition, as calendars write it."""

import re
from datetime import date

from app.domain.recurrence import MONTHS, WEEKDAYS, BadRule, ByDay, Frequency, Rule

LONGEST_TEXT = 200
_DAYS_OF_MONTH = range(1, 32)
_WEEKS_OF_YEAR = range(1, 54)
_DAYS_OF_YEAR = range(1, 367)
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{4})(\d{2})(\d{2})(T\d{6}Z?)?")
_KNOWN = frozenset(
    "FREQ INTERVAL COUNT UNTIL BYDAY BYMONTHDAY BYMONTH BYSETPOS WKST RSCALE SKIP".split()  # noqa: SIM905 - reads as a list
)


def parse_rule(text: str) -> Rule:
    """Read `FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1`, with or without `RRULE:` before it.

    A time in UNTIL is read for its date, for bills have no time. `SKIP=OMIT` is the RFC's own default.

    Raises: BadRule for anything it does not know, so that nothing is repeated on other days than were meant.

    >>> parse_rule("FREQ=MONTHLY;BYDAY=-1TU").by_day
    (ByDay(weekday=1, nth=-1),)
    """
    parts = _parts(text)
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise BadRule("Only the Gregorian calendar is known.")
    if parts.get("SKIP", "OMIT") not in {"OMIT", "BACKWARD"}:
        raise BadRule("Days that do not exist can be left out (SKIP=OMIT) or moved back (SKIP=BACKWARD).")
    return Rule(
        frequency=_frequency(parts["FREQ"]),
        interval=_whole(parts.get("INTERVAL", "1")),
        times=_whole(parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        by_day=tuple(_by_day(day) for day in _list(parts, "BYDAY")),
        by_month_day=_numbers(parts, "BYMONTHDAY", _DAYS_OF_MONTH),
        by_month=tuple(number for number in _numbers(parts, "BYMONTH", range(1, MONTHS + 1)) if _is_month(number)),
        by_position=_numbers(parts, "BYSETPOS", _DAYS_OF_YEAR),
        week_start=_by_day(parts.get("WKST", "MO")).weekday,
        is_clamped=parts.get("SKIP") == "BACKWARD",
    )


def _parts(text: str) -> dict[str, str]:
    plain = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    if not plain or len(plain) > LONGEST_TEXT:
        raise BadRule("Say how often it comes again, like FREQ=MONTHLY.")
    parts: dict[str, str] = {}
    for part in plain.split(";"):
        name, _, value = part.partition("=")
        if name not in _KNOWN or not value:
            raise BadRule(f"“{part[:40]}” is not understood in a repetition.")
        if name in parts:
            raise BadRule(f"{name} is given twice.")
        parts[name] = value
    if "FREQ" not in parts:
        raise BadRule("Say how often it comes again, like FREQ=MONTHLY.")
    return parts


def _frequency(text: str) -> Frequency:
    try:
        return Frequency(text)
    except ValueError as error:
        raise BadRule("It can come again daily, weekly, monthly or yearly.") from error


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,6}", text, re.ASCII):
        raise BadRule(f"“{text[:40]}” is not a whole number.")
    return int(text)


def _until(text: str) -> date:
    if found := _UNTIL.fullmatch(text):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
    raise BadRule(f"“{text[:40]}” is not a date like 20270331.", field="until")


def _list(parts: dict[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _by_day(text: str) -> ByDay:
    found = _DAY.fullmatch(text)
    if found is None or (found[1] and abs(int(found[1])) not in _WEEKS_OF_YEAR):
        raise BadRule(f"“{text[:40]}” is not a weekday like MO or -1FR.")
    return ByDay(WEEKDAYS.index(found[2]), int(found[1] or 0))


def _numbers(parts: dict[str, str], name: str, allowed: range) -> tuple[int, ...]:
    numbers = tuple(_whole(text) for text in _list(parts, name))
    if any(abs(number) not in allowed for number in numbers):
        raise BadRule(f"{name} takes numbers from {allowed[0]} to {allowed[-1]}.")
    return numbers


def _is_month(number: int) -> bool:
    if number < 1:
        raise BadRule("Months are counted from 1 to 12.")
    return True
