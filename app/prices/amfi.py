"""Net asset values of Indian mutual funds, from the text file that their association publishes every day.

The file has a line of headings, lines that name a category or a fund house, and one line of fields between semicolons for each scheme.
The columns are found by their headings, so the file of one day and that of a history are both read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from app.prices.http import Fetcher
from app.prices.port import Answer, Asked, PricesUnavailable, Quote, usable

NAME = "amfi"
URL = "https://portal.amfiindia.com/spages/NAVAll.txt"
LARGEST = 20 * 1024 * 1024
CURRENCY = "INR"
UNREADABLE = "This is not the daily NAV file: its first line does not name Scheme Code, Net Asset Value and Date."


@dataclass(frozen=True, slots=True)
class Nav:
    """One line of the file. A scheme without a value that day ("N.A.", empty, or zero) has none."""

    code: str
    isins: tuple[str, ...]
    scheme: str
    price: Decimal | None
    on: date


def read_navs(text: str) -> list[Nav]:
    """Every scheme of the file, in its order. Lines of other kinds, and lines cut short, are passed over.

    Raises: PricesUnavailable when the headings are missing.
    """
    columns: dict[str, int] = {}
    navs: list[Nav] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split(";")]
        if not columns:
            columns = _columns(cells)
        elif len(cells) > max(columns.values()) and (nav := _nav(cells, columns)):
            navs.append(nav)
    if not columns:
        raise PricesUnavailable(UNREADABLE)
    return navs


def quotes_of(navs: Sequence[Nav], asked: Sequence[Asked]) -> Answer:
    """The newest value of each scheme that is asked for by its code or by one of its ISINs."""
    symbols = dict.fromkeys(each.symbol for each in asked)
    wanted = {_key(symbol) for symbol in symbols}
    found: dict[str, Nav] = {}
    for nav in navs:
        for key in wanted.intersection((nav.code, *nav.isins)):
            known = found.get(key)
            if known is None or (nav.price is not None, nav.on) > (known.price is not None, known.on):
                found[key] = nav
    quotes, failures = [], {}
    for symbol in symbols:
        newest = found.get(_key(symbol))
        if newest is None:
            failures[symbol] = f"AMFI has no scheme with the code or ISIN {symbol}."
        elif newest.price is None:
            failures[symbol] = f"AMFI gives no value for {symbol} on {newest.on.isoformat()}."
        else:
            quotes.append(Quote(symbol, newest.on, newest.price, CURRENCY, NAME))
    return Answer(tuple(quotes), failures)


def _key(symbol: str) -> str:
    return symbol.strip().upper()


class Amfi:
    """Fetches the whole file once for all schemes: there is no smaller question."""

    name = NAME

    def __init__(self, url: str = URL, fetcher: Fetcher | None = None) -> None:
        self._url = url
        self._fetcher = fetcher or Fetcher("AMFI", seconds=120.0, largest=LARGEST)

    def quotes(self, asked: Sequence[Asked]) -> Answer:
        """The values of the last day that the file knows."""
        try:
            return quotes_of(read_navs(self._fetcher.text(self._url)), asked)
        except PricesUnavailable as error:
            if error.user_message == UNREADABLE:
                raise PricesUnavailable("AMFI answered with something that cannot be read.") from error
            raise


def _columns(cells: Sequence[str]) -> dict[str, int]:
    places = {"".join(cell.lower().lstrip("\ufeff").split()): at for at, cell in enumerate(cells)}
    named = {"code": "schemecode", "price": "netassetvalue", "on": "date"}
    if not all(heading in places for heading in named.values()):
        return {}
    columns = {name: places[heading] for name, heading in named.items()}
    columns |= {f"isin{at}": at for heading, at in places.items() if heading.startswith("isin")}
    return columns | ({"scheme": places["schemename"]} if "schemename" in places else {})


def _nav(cells: Sequence[str], columns: dict[str, int]) -> Nav | None:
    code = cells[columns["code"]]
    if not code.isdecimal():
        return None
    try:
        on = datetime.strptime(cells[columns["on"]], "%d-%b-%Y").date()  # noqa: DTZ007 - a plain day
    except ValueError:
        return None
    try:
        price = usable(Decimal(cells[columns["price"]].replace(",", "")))
    except InvalidOperation:
        price = None
    isins = (cells[at].upper() for name, at in columns.items() if name.startswith("isin"))
    return Nav(code, tuple(each for each in isins if each not in {"", "-"}), cells[columns.get("scheme", 0)], price, on)
