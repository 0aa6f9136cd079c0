"""Dates as banks write them, and the one decision per file which number is the day."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, cast

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]

ORDERS: Mapping[str, str] = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
NEVER_MONTH_FIRST = frozenset(
    [
        "INR",
        "GBP",
        "EUR",
        "CHF",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "BGN",
        "BRL",
        "TRY",
        "ZAR",
        "ILS",
        "RUB",
        "UAH",
        "KES",
        "NGN",
        "IDR",
        "MYR",
        "THB",
        "VND",
    ]
)

_FIRST_YEAR, _LAST_YEAR = 1950, 2099
_PIVOT = 70
_TIME = r"(?:[T ,_-]+(?:at )?\d{1,2}[:.h]\d{2}.*)?"
_ISO = re.compile(rf"(\d{{4}})([-/. ])(\d{{1,2}})\2(\d{{1,2}})\.?{_TIME}(?:Z|T)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{2,6}(?:\.\d+)?)?(?:Z|\[.*\])?")
_COMPACT_YEAR_LAST = re.compile(r"(\d{2})(\d{2})((?:19|20)\d{2})")
_NUMERIC = re.compile(rf"(\d{{1,2}})\s?([-/. ])\s?(\d{{1,2}})\s?(?:\2|')\s?'?(\d{{4}}|\d{{2}})\.?{_TIME}")
_DAY_NAME = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|\.)?[-/ .]?\s*(?:de |of )?([^\W\d_]{{3,12}})\.?[-/ .,']*(?:de )?(\d{{4}}|\d{{2}}){_TIME}"
)
_NAME_DAY = re.compile(rf"([^\W\d_]{{3,12}})\.?[-/ .]*(\d{{1,2}})(?:st|nd|rd|th)?[-/ .,']+(\d{{4}}|\d{{2}}){_TIME}")
_YEAR_NAME = re.compile(rf"(\d{{4}})[-/ .]([^\W\d_]{{3,12}})\.?[-/ .](\d{{1,2}}){_TIME}")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?.*")
_WEEKDAY = re.compile(r"[^\W\d_]{2,10}\.?,? (?=\d)")

_MONTHS = {
    1: "jan janv january janvier januar januari jaenner gennaio gen enero ene janeiro styczen sty sta ledna leden januar",
    2: "feb february fevr fev fevrier februar februari febbraio febrero fevereiro luty lut unora unor",
    3: "mar march mars marz maerz mrz maart mrt marzo marco marzec marca brezna brezen",
    4: "apr april avr avril aprile abril abr kwiecien kwi kwietnia dubna duben",
    5: "may mai mei maggio mag mayo maio maj maja kvetna kveten",
    6: "jun june juin juni giugno giu junio junho czerwiec cze czerwca cervna cerven",
    7: "jul july juil juillet juli luglio lug julio julho lipiec lip lipca cervence cervenec",
    8: "aug august aout augustus agosto ago sierpien sie sierpnia srpna srpen",
    9: "sep sept september septembre settembre set septiembre setembro wrzesien wrz wrzesnia zari",
    10: "oct october octobre okt oktober ottobre ott octubre outubro out pazdziernik paz pazdziernika rijna rijen",
    11: "nov november novembre noviembre novembro listopad lis listopada listopadu",
    12: "dec december decembre dez dezember dicembre dic diciembre dezembro grudzien gru grudnia prosince prosinec des desember",
}
MONTHS: Mapping[str, int] = {name: number for number, names in _MONTHS.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Numbers:
    """A date written in numbers whose order is open: `mark` is the sign between them."""

    first: int
    second: int
    third: int
    mark: str
    has_long_year: bool


Written: TypeAlias = date | Numbers


def written_date(text: str) -> Written | None:
    """The date a cell states, or its three numbers where the order of day and month is open; None when it is no date.

    The written local day counts; times and zones after it are not applied.

    >>> written_date("2024-09-01T01:23:45+08:00")
    datetime.date(2024, 9, 1)
    >>> written_date("31/12/2023 23:38:11")
    Numbers(first=31, second=12, third=2023, mark='/', has_long_year=True)
    """
    text = text.strip()
    if not 6 <= len(text) <= 40:  # noqa: PLR2004 - from "1.1.26" to a timestamp with its zone
        return None
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[3]), int(found[4]))
    if found := _NUMERIC.fullmatch(text):
        numbers = Numbers(int(found[1]), int(found[3]), int(found[4]), found[2], len(found[4]) == 4)  # noqa: PLR2004 - digits of a year
        return numbers if possible_orders(numbers) else None
    if text.isdigit() or text[:8].isdigit():
        return _compact(text)
    return _named(text)


def _compact(text: str) -> Written | None:
    if (found := _COMPACT.fullmatch(text)) and (day := _day(int(found[1]), int(found[2]), int(found[3]))):
        return day
    if found := _COMPACT_YEAR_LAST.fullmatch(text):
        numbers = Numbers(int(found[1]), int(found[2]), int(found[3]), "", has_long_year=True)
        return numbers if possible_orders(numbers) else None
    return None


def _named(text: str) -> date | None:
    if not any(map(str.isalpha, text)):
        return None
    if found := _EAST_ASIAN.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    if (weekday := _WEEKDAY.match(plain)) and plain[: weekday.end()].strip(" .,") not in MONTHS:
        plain = plain[weekday.end() :]
    if found := _DAY_NAME.fullmatch(plain):
        day, name, year = found.groups()
    elif found := _NAME_DAY.fullmatch(plain):
        name, day, year = found.groups()
    elif found := _YEAR_NAME.fullmatch(plain):
        year, name, day = found.groups()
    else:
        return None
    month = MONTHS.get(name)
    return _day(_full_year(int(year), len(year) == 4), month, int(day)) if month else None  # noqa: PLR2004 - digits of a year


def _full_year(year: int, is_long: bool) -> int:  # noqa: FBT001 - one fact about the number beside it
    if is_long:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def in_order(numbers: Numbers, order: str) -> date | None:
    """The day that the numbers mean in this order; None when there is no such day."""
    first, second, third = numbers.first, numbers.second, numbers.third
    if order == "dmy":
        return _day(_full_year(third, numbers.has_long_year), second, first)
    if order == "mdy":
        return _day(_full_year(third, numbers.has_long_year), first, second)
    return None if numbers.has_long_year else _day(_full_year(first, is_long=False), second, third)


def possible_orders(numbers: Numbers) -> tuple[Order, ...]:
    """The orders in which the numbers are a day of the calendar."""
    return tuple(cast("Order", order) for order in ORDERS if in_order(numbers, order))


@dataclass(frozen=True, slots=True)
class OrderDecision:
    """`order` is None where no date needs one. `is_open` asks for a question; `why` says what decided, unless the rows themselves prove it."""

    order: Order | None
    is_open: bool
    why: str | None


def decide_order(
    written: Sequence[Written],
    *,
    beside: Sequence[tuple[Numbers, date]],
    around: Iterable[Numbers],
    hint: str | None,
    speaks_day_first: bool,
) -> OrderDecision:
    """One order for the whole file.

    `written` are the dates of all rows in file order; `beside` pairs open dates with a sure date of the same row; `around` are dates found
    above the table; `hint` is the order the user's locale has; `speaks_day_first`: the file's language or currency never writes months first.
    """
    numbers = [entry for entry in written if isinstance(entry, Numbers)]
    if not numbers:
        return OrderDecision(None, is_open=False, why=None)
    possible = _possible_for_most(numbers)
    if len(possible) == 1:
        return OrderDecision(possible[0], is_open=False, why=None)
    if decided := _by_witness(numbers, possible, beside, list(around)):
        return decided
    return _by_habit(numbers, possible, hint, speaks_day_first=speaks_day_first)


def _by_habit(
    numbers: Sequence[Numbers], possible: Sequence[Order], hint: str | None, *, speaks_day_first: bool
) -> OrderDecision:
    """What is usual where nothing proves the order; open where there is no habit either."""
    assumed: Order = "mdy" if hint == "mdy" else "dmy"
    is_same_day = all(in_order(entry, "dmy") == in_order(entry, "mdy") for entry in numbers)
    habits: tuple[tuple[bool, Order, str | None], ...] = (
        (is_same_day, assumed, None),
        (all(entry.mark == "." for entry in numbers), "dmy", "dates with dots are written day first"),
        (hint in possible, assumed, "that is the order of your own settings; no date in the file proves it"),
        (
            speaks_day_first,
            "dmy",
            "the file's language, currency or payment words belong to countries that write the day first; no date in it proves it",
        ),
    )
    for applies, order, why in habits:
        if applies:
            return OrderDecision(order, is_open=False, why=why)
    return OrderDecision(assumed, is_open=True, why=None)


def _possible_for_most(numbers: Sequence[Numbers]) -> list[Order]:
    """The orders that read all rows; where none does, the one that reads most of them. Year first only where nothing else is left."""
    unread = {order: sum(1 for entry in numbers if in_order(entry, order) is None) for order in ORDERS}
    fewest = min(unread.values())
    possible = [cast("Order", order) for order, missing in unread.items() if missing == fewest]
    return [order for order in possible if order != "ymd"] or possible


def _by_witness(
    numbers: Sequence[Numbers],
    possible: Sequence[Order],
    beside: Sequence[tuple[Numbers, date]],
    around: Sequence[Numbers],
) -> OrderDecision | None:
    near_days = 14
    for order in possible:
        others = [other for other in possible if other != order]
        if (
            beside
            and _share_near(beside, order, near_days) == 1
            and all(_share_near(beside, other, near_days) < 1 for other in others)
        ):
            return OrderDecision(order, is_open=False, why=None)
    marks = {entry.mark for entry in numbers}
    proving = {
        orders[0]
        for entry in around
        if entry.mark in marks and entry.has_long_year and len(orders := possible_orders(entry)) == 1
    }
    if len(proving) == 1 and (order := proving.pop()) in possible:
        return OrderDecision(order, is_open=False, why="the dates above the table are written so")
    sorted_so = [order for order in possible if _is_sorted(numbers, order)]
    enough = 4
    if len(sorted_so) == 1 and len({in_order(entry, "dmy") for entry in numbers}) >= enough:
        return OrderDecision(sorted_so[0], is_open=False, why="only so do the rows stand in the order of their dates")
    return None


def _share_near(beside: Sequence[tuple[Numbers, date]], order: str, near_days: int) -> float:
    near = sum(1 for entry, sure in beside if (day := in_order(entry, order)) and abs((day - sure).days) <= near_days)
    return near / len(beside)


def _is_sorted(numbers: Sequence[Numbers], order: str) -> bool:
    days = [day for entry in numbers if (day := in_order(entry, order))]
    pairs = list(itertools.pairwise(days))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)
