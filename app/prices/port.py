"""The prices port: what a unit of something costs, as others say it. Who asks knows neither HTTP nor formats."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from app.domain.errors import FinTrakError

PLACES = Decimal("1e-12")
LARGEST = Decimal(10_000_000_000)


class PricesUnavailable(FinTrakError):  # noqa: N818 - reads as the sentence it is
    """A source did not answer, or not as it should. `user_message` says which and what; it holds no key and no address."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


@dataclass(frozen=True, slots=True)
class Asked:
    """Something whose price is wanted, in a currency (ISO 4217). A source that knows only one currency answers in that one."""

    symbol: str
    currency: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one unit on a day where it is traded, in whole units of `currency`, with at most 12 places, above zero."""

    symbol: str
    on: date
    price: Decimal
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source knows, and, by symbol, why it does not know the rest, as a sentence for people."""

    quotes: tuple[Quote, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)


class PriceProvider(Protocol):
    """A source of prices."""

    name: str

    def quotes(self, asked: Sequence[Asked]) -> Answer:
        """The newest prices. Every symbol is in the quotes or in the failures.

        Raises: PricesUnavailable when the source answered nothing at all.
        """


GIVE_UP = 2
"""After this many failures in a row a source that is asked for one symbol at a time is not asked for the rest."""


def one_by_one(asked: Sequence[Asked], ask: Callable[[Asked], Quote | str]) -> Answer:
    """The answer of a source that is asked for one symbol after the other. `ask` gives a quote, or the reason why there is none."""
    quotes: list[Quote] = []
    failures: dict[str, str] = {}
    reason, in_a_row = "", 0
    for each in asked:
        if in_a_row < GIVE_UP:
            try:
                found, in_a_row = ask(each), 0
            except PricesUnavailable as error:
                found, in_a_row = error.user_message, in_a_row + 1
            reason = found if isinstance(found, str) else ""
        else:
            found = reason
        if isinstance(found, str):
            failures[each.symbol] = found
        else:
            quotes.append(found)
    return Answer(tuple(quotes), failures)


def usable(value: object) -> Decimal | None:
    """A number of an answer as a price of at most 12 places, halves away from zero. None for what is no price: no number, or not above zero.

    >>> usable(Decimal("1234.09997558593754321")), usable(Decimal("0")), usable("N.A.")
    (Decimal('1234.099975585938'), None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    price = Decimal(value)
    if not price.is_finite() or not 0 < price < LARGEST:
        return None
    price = price.quantize(PLACES, rounding=ROUND_HALF_UP).normalize()
    return price or None
