"""Prices and exchange rates: what people write or bring as a file, and what a job fetches.

No page request asks a source. A job asks outside any transaction, and writes what it heard in one short one per book.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import delete, insert, select, tuple_, update

from app.domain.errors import NotInBook, Refused
from app.domain.investments import PriceSource
from app.domain.money import NumberStyle
from app.domain.sequences import batched
from app.models.holding import ExchangeRate, Holding, Price
from app.models.price_failure import PriceFailure
from app.prices import amfi, yahoo
from app.prices.lines import BadLine, PriceLine, read_lines
from app.prices.port import LARGEST, Answer, Asked, PricesUnavailable, Quote
from app.queries.prices import Wanted, wanted_prices, wanted_rates
from app.services.deps import Deps
from app.services.posting import FIRST_DAY, check_day
from app.services.schedules import today_of
from app.services.uow import BookWork, book_work

REASON_LENGTH = 300
BATCH = 400
SHOWN = 20
"""How many bad lines of a file are named; the others are counted."""


class BadFile(Refused):
    """A file of prices of which nothing was saved. `lines` are the bad ones, `more` how many are not among them."""

    def __init__(self, user_message: str, lines: Sequence[BadLine] = (), more: int = 0) -> None:
        super().__init__(user_message, field="file")
        self.lines, self.more = tuple(lines), more


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file changed: how many prices of how many holdings, and the holdings that it says nothing about."""

    prices: int
    holdings: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a job did: prices and rates that are new or have changed, and those it could not get."""

    changed: int = 0
    failed: int = 0


def save_price(book_id: int, holding_id: int, on: date, price: Decimal, *, user_id: int | None, deps: Deps) -> None:
    """Keep what one of a holding was worth at the end of a day. It takes the place of another price of that day.

    Raises: NotInBook, Refused beside `on` or `price`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        holding = _holding(work, holding_id)
        _check(work, on, price, field="price")
        was = _write_prices(work, PriceSource.MANUAL, {(holding.id, on): price})
        before = was.get((holding.id, on))
        work.audit(
            "price.set", f"holding:{holding.id}",
            before={"on": on, "price": before} if before is not None else None, after={"on": on, "price": price},
        )  # fmt: skip


def remove_price(book_id: int, holding_id: int, on: date, *, user_id: int | None, deps: Deps) -> Decimal:
    """Forget the price of a day. Returns it, so that it can come back.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        is_it = (Price.book_id == book_id, Price.holding_id == holding_id, Price.on == on)
        price = work.session.scalar(select(Price.price).where(*is_it))
        if price is None:
            raise NotInBook("price", f"{holding_id} {on}", book_id)
        work.session.execute(delete(Price).where(*is_it))
        work.audit("price.removed", f"holding:{holding_id}", before={"on": on, "price": price})
    return price


def save_rate(book_id: int, currency: str, on: date, rate: Decimal, *, user_id: int | None, deps: Deps) -> None:
    """Keep what one unit of a currency was worth in the book's at the end of a day.

    Raises: Refused beside `currency`, `on` or `rate`.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        if currency == work.book.currency:
            raise Refused("This is the currency of the book itself.", field="currency")
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):  # noqa: PLR2004 - ISO 4217
            raise Refused("Choose a currency.", field="currency")
        _check(work, on, rate, field="rate")
        _write_rates(work, PriceSource.MANUAL, {(currency, on): rate})
        work.audit("rate.set", f"currency:{currency}", after={"on": on, "rate": rate})


def remove_rate(book_id: int, currency: str, on: date, *, user_id: int | None, deps: Deps) -> Decimal:
    """Forget the rate of a day. Returns it, so that it can come back.

    Raises: NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        row = work.session.get(ExchangeRate, (book_id, currency, on))
        if row is None:
            raise NotInBook("rate", f"{currency} {on}", book_id)
        rate = row.rate
        work.session.delete(row)
        work.audit("rate.removed", f"currency:{currency}", before={"on": on, "rate": rate})
    return rate


def import_prices(
    book_id: int, text: str, *, holding_id: int | None, style: NumberStyle, user_id: int | None, deps: Deps
) -> Brought:
    """Keep the prices of a list: of one holding when `holding_id` names it, otherwise by symbol. All of it, or nothing.

    Raises: BadFile with every line that is wrong; NotInBook.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        holdings = _holdings(work)
        if holding_id is not None and holding_id not in holdings:
            raise NotInBook("holding", holding_id, book_id)
        by_symbol: dict[str, list[int]] = defaultdict(list)
        for each in holdings.values():
            by_symbol[_key(each.symbol)].append(each.id)
        today = today_of(work)
        prices: dict[tuple[int, date], Decimal] = {}
        bad: list[BadLine] = []
        for line in read_lines(text, with_symbol=holding_id is None, style=style):
            if isinstance(line, BadLine):
                bad.append(line)
                continue
            ids = [holding_id] if holding_id is not None else by_symbol.get(_key(line.symbol), [])
            if reason := _wrong(line, ids, prices, today):
                bad.append(BadLine(line.number, reason))
            else:
                prices |= {(each, line.on): line.price for each in ids}
        if bad:
            count = f"{len(bad)} lines are" if len(bad) > 1 else "1 line is"
            raise BadFile(f"{count} not understood, so nothing was saved.", bad[:SHOWN], len(bad) - SHOWN)
        if not prices:
            raise BadFile("There is no price in this file.")
        return _bring(work, PriceSource.MANUAL, prices)


def import_navs(book_id: int, text: str, *, user_id: int | None, deps: Deps) -> Brought:
    """Keep the values of a daily AMFI file for the holdings of the book whose prices come from there.

    Raises: BadFile when it is no such file, or knows none of them.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        funds = [each for each in _holdings(work).values() if each.price_source == PriceSource.AMFI and each.symbol]
        if not funds:
            raise BadFile("No investment of this book takes its prices from AMFI. Choose AMFI as its source first.")
        try:
            answer = amfi.quotes_of(amfi.read_navs(text), [Asked(each.symbol, each.currency) for each in funds])
        except PricesUnavailable as error:
            raise BadFile(error.user_message) from error
        found = {quote.symbol: quote for quote in answer.quotes}
        today = today_of(work)
        prices = {
            (fund.id, quote.on): quote.price
            for fund in funds
            if (quote := found.get(fund.symbol)) and fund.currency == quote.currency and quote.on <= today
        }
        missing = tuple(fund.name for fund in funds if not any(holding_id == fund.id for holding_id, _ in prices))
        if not prices:
            raise BadFile("This file has no value of any investment of this book. Check their scheme codes or ISINs.")
        brought = _bring(work, PriceSource.AMFI, prices)
    return Brought(brought.prices, brought.holdings, missing)


def refresh_prices(book_id: int | None = None, *, deps: Deps) -> Refreshed:
    """Fetch the newest prices and rates, of one book or of all that are in use, from the sources that the operator allows.

    Run twice, it changes nothing but the time of the last look. What could not be fetched keeps its last price, and says so.
    """
    providers = deps.price_providers
    wanted = wanted_prices(deps.session, [PriceSource(name) for name in providers], book_id)
    if yahoo.NAME in providers:
        wanted += [
            Wanted(owner, None, yahoo.pair(currency, home), home, PriceSource.YFINANCE)
            for owner, home, currency in wanted_rates(deps.session, book_id)
        ]
    deps.session.rollback()  # nothing is open while others are asked
    answers = {name: _answer(deps, name, [each for each in wanted if each.source == name]) for name in providers}
    of_book: dict[int, list[Wanted]] = defaultdict(list)
    for each in wanted:
        of_book[each.book_id].append(each)
    changed = failed = 0
    for owner, its in of_book.items():
        try:
            done = _write_answers(owner, its, answers, deps)
        except NotInBook:
            continue  # deleted meanwhile
        changed, failed = changed + done.changed, failed + done.failed
    return Refreshed(changed, failed)


def _answer(deps: Deps, name: str, wanted: Iterable[Wanted]) -> Answer:
    asked = list(dict.fromkeys(Asked(each.symbol.strip(), each.currency) for each in wanted if each.symbol.strip()))
    if not asked:
        return Answer()
    try:
        return deps.price_providers[name].quotes(asked)
    except PricesUnavailable as error:
        return Answer((), {each.symbol: error.user_message for each in asked})


def _write_answers(book_id: int, wanted: Sequence[Wanted], answers: Mapping[str, Answer], deps: Deps) -> Refreshed:
    with book_work(deps, book_id) as work:
        holdings, latest = _holdings(work), today_of(work) + timedelta(days=1)  # somewhere it is tomorrow already
        prices: dict[PriceSource, dict[tuple[int, date], Decimal]] = defaultdict(dict)
        rates: dict[tuple[str, date], Decimal] = {}
        reasons: dict[tuple[int | None, str | None], str | None] = {}
        for each in wanted:
            holding = holdings.get(each.holding_id or 0)
            if each.holding_id is not None and (
                holding is None or (holding.symbol, holding.currency) != (each.symbol, each.currency)
            ):
                continue  # changed or removed while the sources were asked
            subject = (each.holding_id, None if each.holding_id is not None else each.symbol[:3])
            found = _found(each, answers[each.source], latest)
            if isinstance(found, str):
                reasons[subject] = found
                continue
            reasons[subject] = None
            if each.holding_id is not None:
                prices[each.source][each.holding_id, found.on] = found.price
            else:
                rates[each.symbol[:3], found.on] = found.price
        changed = 0
        for source, its in prices.items():
            before = _write_prices(work, source, its, keep_manual=True)
            changed += sum(before.get(key) != price for key, price in its.items())
        before_rates = _write_rates(work, PriceSource.YFINANCE, rates, keep_manual=True)
        changed += sum(before_rates.get(key) != rate for key, rate in rates.items())
        failed = _write_failures(work, reasons)
        if changed:
            work.audit("prices.refreshed", "book", after={"changed": changed, "failed": failed})
    return Refreshed(changed, failed)


def _found(wanted: Wanted, answer: Answer, latest: date) -> Quote | str:
    """The quote for what was wanted, or in words why there is none that can be taken."""
    symbol = wanted.symbol.strip()
    if not symbol:
        return "It has no symbol. Write the one that its source knows."
    quotes = [each for each in answer.quotes if each.symbol == symbol]
    fitting = next((each for each in quotes if each.currency == wanted.currency), None)
    if fitting is None:
        if reason := answer.failures.get(symbol):
            return reason
        return (
            f"{symbol} is quoted in {quotes[0].currency} there, and kept in {wanted.currency} here."
            if quotes
            else f"There was no answer about {symbol}."
        )
    if fitting.on > latest:
        return f"The price of {symbol} is dated {fitting.on.isoformat()}, which has not come yet."
    return fitting


def _write_prices(
    work: BookWork, source: PriceSource, prices: Mapping[tuple[int, date], Decimal], *, keep_manual: bool = False
) -> dict[tuple[int, date], Decimal]:
    """Keep prices by holding and day; returns those that were there before. With `keep_manual` what a person wrote stays."""
    table, keys = Price, list(prices)
    before: dict[tuple[int, date], Decimal] = {}
    for batch in batched(keys, BATCH):
        rows = work.session.execute(
            select(table.holding_id, table.on, table.price, table.source).where(
                table.book_id == work.book.id, tuple_(table.holding_id, table.on).in_(batch)
            )
        ).all()
        for holding_id, on, price, kept_source in rows:
            key = (holding_id, on)
            is_kept = keep_manual and kept_source == PriceSource.MANUAL
            before[key] = prices[key] if is_kept else price
            if not is_kept:
                work.session.execute(
                    update(table)
                    .where(table.book_id == work.book.id, table.holding_id == holding_id, table.on == on)
                    .values(price=prices[key], source=source, fetched_at=work.now)
                )
    fresh = [
        {"book_id": work.book.id, "holding_id": key[0], "on": key[1], "price": prices[key], "source": source, "fetched_at": work.now}
        for key in keys
        if key not in before
    ]  # fmt: skip
    if fresh:
        work.session.execute(insert(table), fresh)
    return before


def _write_rates(
    work: BookWork, source: PriceSource, rates: Mapping[tuple[str, date], Decimal], *, keep_manual: bool = False
) -> dict[tuple[str, date], Decimal]:
    """`_write_prices` for exchange rates, of which there are few."""
    before: dict[tuple[str, date], Decimal] = {}
    for (currency, on), rate in rates.items():
        row = work.session.get(ExchangeRate, (work.book.id, currency, on))
        if row is None:
            work.session.add(
                ExchangeRate(
                    book_id=work.book.id, currency=currency, on=on, rate=rate, source=source, fetched_at=work.now
                )
            )
        elif keep_manual and row.source == PriceSource.MANUAL:
            before[currency, on] = rate
        else:
            before[currency, on] = row.rate
            row.rate, row.source, row.fetched_at = rate, source, work.now
    work.session.flush()
    return before


def _write_failures(work: BookWork, reasons: Mapping[tuple[int | None, str | None], str | None]) -> int:
    """Keep why something could not be refreshed, from the first time on; forget it where it could. Returns how many there are."""
    rows = work.session.scalars(select(PriceFailure).where(PriceFailure.book_id == work.book.id)).all()
    known = {(row.holding_id, row.currency): row for row in rows}
    for subject, reason in reasons.items():
        row = known.get(subject)
        if reason is None:
            if row is not None:
                work.session.delete(row)
        elif row is not None:
            row.reason, row.last_at = reason[:REASON_LENGTH], work.now
        else:
            work.session.add(
                PriceFailure(
                    book_id=work.book.id, holding_id=subject[0], currency=subject[1], reason=reason[:REASON_LENGTH],
                    since_at=work.now, last_at=work.now,
                )
            )  # fmt: skip
    work.session.flush()
    return sum(reason is not None for reason in reasons.values())


def _bring(work: BookWork, source: PriceSource, prices: Mapping[tuple[int, date], Decimal]) -> Brought:
    _write_prices(work, source, prices)
    holdings = {holding_id for holding_id, _ in prices}
    for holding_id in sorted(holdings):
        work.session.execute(
            delete(PriceFailure).where(PriceFailure.book_id == work.book.id, PriceFailure.holding_id == holding_id)
        )
    work.audit("prices.imported", "book", after={"prices": len(prices), "holdings": len(holdings), "source": source})
    return Brought(len(prices), len(holdings))


def _wrong(line: PriceLine, ids: Sequence[int], prices: Mapping[tuple[int, date], Decimal], today: date) -> str | None:
    if not ids:
        return f"No investment of this book has the symbol “{line.symbol[:40]}”."
    if line.on > today:
        return f"{line.on.isoformat()} has not come yet."
    if line.on < FIRST_DAY:
        return f"{line.on.isoformat()} is too long ago."
    if prices.get((ids[0], line.on), line.price) != line.price:
        return f"There are two prices of {line.on.isoformat()}."
    return None


def _check(work: BookWork, on: date, value: Decimal, *, field: str) -> None:
    check_day(work, on, field="on")
    if on > today_of(work):
        raise Refused("This day has not come yet.", field="on")
    if not value.is_finite() or not 0 < value < LARGEST:
        raise Refused(f"Write a {field} above zero.", field=field)


def _holdings(work: BookWork) -> dict[int, Holding]:
    rows = work.session.scalars(
        select(Holding).where(Holding.book_id == work.book.id, Holding.removed_at.is_(None)).order_by(Holding.id)
    )
    return {row.id: row for row in rows}


def _holding(work: BookWork, holding_id: int) -> Holding:
    found = _holdings(work).get(holding_id)
    if found is None:
        raise NotInBook("holding", holding_id, work.book.id)
    return found


def _key(symbol: str) -> str:
    return symbol.strip().upper()
