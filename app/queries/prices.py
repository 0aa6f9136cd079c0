"""Prices and exchange rates as they are kept: the newest of each, the history of one, and what is to be refreshed."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Subquery, and_, func, select
from sqlalchemy.orm import Session

from app.domain.books import MONEY_KINDS
from app.domain.errors import NotInBook
from app.domain.investments import PriceSource
from app.models.account import Account
from app.models.book import Book
from app.models.holding import ExchangeRate, Holding, Price
from app.models.price_failure import PriceFailure


@dataclass(frozen=True, slots=True)
class Known:
    """A price or a rate: of which day, from whom, and when it came."""

    on: date
    value: Decimal
    source: PriceSource
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """Why it could not be refreshed, since when, and when that was last tried."""

    reason: str
    since_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class PriceView:
    """A holding with its newest price. None is no price: not zero."""

    holding_id: int
    name: str
    symbol: str
    currency: str
    source: PriceSource
    known: Known | None
    failed: Failed | None


@dataclass(frozen=True, slots=True)
class RateView:
    """A currency that accounts or holdings of the book are in, with its newest rate into the book's."""

    currency: str
    known: Known | None
    failed: Failed | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job is to refresh: the price of a holding, or the rate of a currency when `holding_id` is none."""

    book_id: int
    holding_id: int | None
    symbol: str
    currency: str  # of the price; of the book, for a rate
    source: PriceSource


class Rates:
    """The exchange rates of a book. Before the first one of a currency nothing is known."""

    def __init__(self, days: Mapping[str, Sequence[tuple[date, Decimal]]]) -> None:
        self._days = days

    def at(self, currency: str, day: date) -> Decimal | None:
        """The last rate of the currency on or before a day."""
        known = self._days.get(currency, ())
        at = bisect_right(known, day, key=lambda each: each[0])
        return known[at - 1][1] if at else None


def prices_of(session: Session, book_id: int) -> list[PriceView]:
    """Every holding that is not removed, by name, with its newest price. One statement."""
    newest = _newest_days(book_id)
    rows: Sequence[Sequence[Any]] = session.execute(
        select(
            Holding.id, Holding.name, Holding.symbol, Holding.currency, Holding.price_source, Price.on, Price.price,
            Price.source, Price.fetched_at, PriceFailure.reason, PriceFailure.since_at, PriceFailure.last_at,
        )
        .outerjoin(newest, newest.c.holding_id == Holding.id)
        .outerjoin(Price, and_(Price.book_id == book_id, Price.holding_id == Holding.id, Price.on == newest.c.last))
        .outerjoin(PriceFailure, and_(PriceFailure.book_id == book_id, PriceFailure.holding_id == Holding.id))
        .where(Holding.book_id == book_id, Holding.removed_at.is_(None))
    ).all()  # fmt: skip
    views = [_price_view(*row) for row in rows]
    return sorted(views, key=lambda each: (each.name.casefold(), each.holding_id))


def price_history(
    session: Session, book_id: int, holding_id: int, *, limit: int, before: date | None = None
) -> list[Known]:
    """The prices of one holding, newest first. One statement."""
    rows = session.execute(
        select(Price.on, Price.price, Price.source, Price.fetched_at)
        .where(
            Price.book_id == book_id, Price.holding_id == holding_id, *([Price.on < before] if before is not None else [])
        )
        .order_by(Price.on.desc())
        .limit(limit)
    )  # fmt: skip
    return [Known(*row) for row in rows]


def priced_holding(session: Session, book_id: int, holding_id: int) -> PriceView:
    """One holding with its newest price.

    Raises: NotInBook.
    """
    found = next((each for each in prices_of(session, book_id) if each.holding_id == holding_id), None)
    if found is None:
        raise NotInBook("holding", holding_id, book_id)
    return found


def foreign_currencies(session: Session, book_id: int, home: str) -> list[str]:
    """The currencies other than its own that a book has accounts in use in."""
    found = session.scalars(
        select(Account.currency)
        .where(
            Account.book_id == book_id,
            Account.kind.in_(MONEY_KINDS),
            Account.currency != home,
            Account.is_archived.is_(False),
        )
        .distinct()
    )
    return sorted(found)


def rates_of(session: Session, book_id: int, home: str) -> list[RateView]:
    """The currencies that the book needs a rate of, or has one of, with the newest. Three statements."""
    newest = (
        select(ExchangeRate.currency.label("currency"), func.max(ExchangeRate.on).label("last"))
        .where(ExchangeRate.book_id == book_id)
        .group_by(ExchangeRate.currency)
        .subquery()
    )
    rows = session.execute(
        select(
            ExchangeRate.currency, ExchangeRate.on, ExchangeRate.rate, ExchangeRate.source, ExchangeRate.fetched_at
        ).join(
            newest,
            and_(
                ExchangeRate.book_id == book_id,
                newest.c.currency == ExchangeRate.currency,
                newest.c.last == ExchangeRate.on,
            ),
        )
    )
    known = {row[0]: Known(*row[1:]) for row in rows}
    failures = session.execute(
        select(PriceFailure.currency, PriceFailure.reason, PriceFailure.since_at, PriceFailure.last_at).where(
            PriceFailure.book_id == book_id, PriceFailure.currency.is_not(None)
        )
    )
    failed = {row[0]: Failed(*row[1:]) for row in failures}
    return [
        RateView(each, known.get(each), failed.get(each))
        for each in sorted({*foreign_currencies(session, book_id, home), *known})
    ]


def rates_until(session: Session, book_id: int, last: date) -> Rates:
    """Every rate of the book up to a day. One statement."""
    days: dict[str, list[tuple[date, Decimal]]] = {}
    rows = session.execute(
        select(ExchangeRate.currency, ExchangeRate.on, ExchangeRate.rate)
        .where(ExchangeRate.book_id == book_id, ExchangeRate.on <= last)
        .order_by(ExchangeRate.currency, ExchangeRate.on)
    )
    for currency, on, rate in rows:
        days.setdefault(currency, []).append((on, rate))
    return Rates(days)


def wanted_prices(session: Session, sources: Sequence[PriceSource], book_id: int | None = None) -> list[Wanted]:
    """Every holding, of one book or of all that are in use, whose prices come from one of these sources. One statement."""
    rows = session.execute(
        select(Holding.book_id, Holding.id, Holding.symbol, Holding.currency, Holding.price_source)
        .join(Book, Book.id == Holding.book_id)
        .where(
            Holding.price_source.in_(sources),
            Holding.removed_at.is_(None),
            *([Book.is_archived.is_(False)] if book_id is None else [Holding.book_id == book_id]),
        )
        .order_by(Holding.book_id, Holding.id)
    )
    return [Wanted(*row) for row in rows]


def wanted_rates(session: Session, book_id: int | None = None) -> list[tuple[int, str, str]]:
    """Book, its currency, and another one that it needs a rate of. One statement."""
    rows = session.execute(
        select(Account.book_id, Book.currency, Account.currency)
        .join(Book, Book.id == Account.book_id)
        .where(
            Account.kind.in_(MONEY_KINDS),
            Account.is_archived.is_(False),
            Account.currency != Book.currency,
            *([Book.is_archived.is_(False)] if book_id is None else [Book.id == book_id]),
        )
        .distinct()
        .order_by(Account.book_id, Account.currency)
    )
    return [(owner, home, currency) for owner, home, currency in rows]


def _price_view(holding_id: int, name: str, symbol: str, currency: str, source: PriceSource, *priced: Any) -> PriceView:
    known = None if priced[0] is None else Known(*priced[:4])
    failed = None if priced[4] is None else Failed(*priced[4:])
    return PriceView(holding_id, name, symbol, currency, source, known, failed)


def _newest_days(book_id: int) -> Subquery:
    return (
        select(Price.holding_id.label("holding_id"), func.max(Price.on).label("last"))
        .where(Price.book_id == book_id)
        .group_by(Price.holding_id)
        .subquery()
    )
