from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import NotInBook, Refused
from app.domain.investments import PriceSource
from app.domain.money import INDIAN, NumberStyle
from app.factory import Replaced
from app.models.book import AuditEvent
from app.models.holding import ExchangeRate, Holding, Price
from app.prices.lines import PriceLine, read_lines
from app.prices.port import Answer, Asked
from app.queries.prices import price_history, prices_of, rates_of, rates_until
from app.services.deps import Deps
from app.services.prices import (
    BadFile,
    Refreshed,
    import_navs,
    import_prices,
    refresh_prices,
    remove_price,
    save_price,
    save_rate,
)
from app.services.uow import book_work
from tests.conftest import Clock, FakeMailer
from tests.prices.holdings import a_holding
from tests.prices.market import NAVS, Market, opened

DAY = date(2026, 11, 20)


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with opened() as market:
        yield market


@pytest.fixture
def replaced(clock: Clock, mailer: FakeMailer, market: Market) -> Replaced:
    return Replaced(now=clock, mailer=mailer, price_providers=market.providers(attempts=1))


def known(session: Session, book: int) -> dict[str, tuple[date, Decimal, str] | None]:
    session.rollback()
    newest = {each.name: each.known for each in prices_of(session, book)}
    return {name: None if each is None else (each.on, each.value, each.source.value) for name, each in newest.items()}


def test_a_refresh_asks_each_source_for_its_own_and_keeps_prices_with_their_day(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book = make_book()
    a_holding(deps, book, "Share", symbol="RELIANCE.NS")
    a_holding(deps, book, "Fund", symbol="INF000A01001", price_source=PriceSource.AMFI)
    a_holding(deps, book, "Coin", symbol="bitcoin", price_source=PriceSource.COINGECKO)
    a_holding(deps, book, "Apple", symbol="AAPL", currency="USD", price_source=PriceSource.FINNHUB)
    a_holding(deps, book, "Own", symbol="OWN", price_source=PriceSource.MANUAL)

    done = refresh_prices(book, deps=deps)

    assert done == Refreshed(changed=5, failed=0)  # and the exchange rate of the dollar
    assert known(session, book) == {
        "Share": (DAY, Decimal("1412.25"), "yfinance"),
        "Fund": (DAY, Decimal("84.3217"), "amfi"),
        "Coin": (date(2026, 11, 21), Decimal("8123456.789012345"), "coingecko"),
        "Apple": (DAY, Decimal("234.1"), "finnhub"),
        "Own": None,
    }
    [dollar] = rates_of(session, book, "INR")
    assert dollar.known
    assert (dollar.currency, dollar.known.on, dollar.known.value) == ("USD", DAY, Decimal("88.4125"))


def test_all_books_are_refreshed_with_one_question_for_one_thing(
    deps: Deps, session: Session, market: Market, make_book: Callable[..., int], make_user: Callable[..., int]
) -> None:
    books = [make_book(), make_book(make_user("bob@example.com"))]
    for book in books:
        a_holding(deps, book, "Share", symbol="RELIANCE.NS")

    assert refresh_prices(deps=deps).changed == 2
    assert market.asked == {"/v8/finance/chart/RELIANCE.NS": 1}
    assert [known(session, book)["Share"] for book in books] == [(DAY, Decimal("1412.25"), "yfinance")] * 2


def test_what_cannot_be_refreshed_keeps_its_price_and_says_since_when(
    deps: Deps, session: Session, market: Market, clock: Clock, make_book: Callable[..., int]
) -> None:
    book = make_book()
    share = a_holding(deps, book, "Share", symbol="RELIANCE.NS")
    refresh_prices(book, deps=deps)
    first = clock.at = clock.at + timedelta(days=1)
    market.first = [500] * 9
    refresh_prices(book, deps=deps)
    clock.at += timedelta(days=1)
    refresh_prices(book, deps=deps)
    session.rollback()
    [view] = prices_of(session, book)

    assert view.known
    assert view.known.value == Decimal("1412.25")
    assert view.failed
    assert (view.failed.since_at, view.failed.last_at, view.failed.reason) == (first, clock.at, "The market answered with an error (500).")  # fmt: skip

    market.first = []
    refresh_prices(book, deps=deps)
    session.rollback()
    assert prices_of(session, book)[0].failed is None
    assert len(price_history(session, book, share, limit=9)) == 1


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("symbol", "currency", "said"),
    [
        ("NOBODY", "INR", "does not know NOBODY"),
        ("AAPL", "INR", "is quoted in USD there, and kept in INR here"),
        ("", "INR", "has no symbol"),
        ("FUTURE", "INR", "has not come yet"),
        ("ZERO", "INR", "no price of ZERO"),
    ],
)
def test_an_unusable_answer_is_no_price_and_never_a_zero(
    *,
    deps: Deps,
    session: Session,
    market: Market,
    make_book: Callable[..., int],
    symbol: str,
    currency: str,
    said: str,
) -> None:
    market.shares["FUTURE"] = {"currency": "INR", "regularMarketPrice": 5, "regularMarketTime": 1800000000, "gmtoffset": 0}  # fmt: skip
    market.shares["ZERO"] = {"currency": "INR", "regularMarketPrice": 0, "regularMarketTime": 1795168799, "gmtoffset": 0}  # fmt: skip
    book = make_book()
    a_holding(deps, book, symbol=symbol, currency=currency)
    refresh_prices(book, deps=deps)
    session.rollback()
    [view] = prices_of(session, book)

    assert view.known is None
    assert view.failed
    assert said in view.failed.reason
    assert session.scalar(select(func.count()).select_from(Price)) == 0


def test_what_a_person_wrote_for_a_day_stays_and_the_next_day_is_fetched(
    deps: Deps, session: Session, market: Market, make_book: Callable[..., int]
) -> None:
    book = make_book()
    share = a_holding(deps, book, "Share", symbol="RELIANCE.NS")
    save_price(book, share, DAY, Decimal(1400), user_id=None, deps=deps)
    refresh_prices(book, deps=deps)
    assert known(session, book)["Share"] == (DAY, Decimal(1400), "manual")

    market.shares["RELIANCE.NS"]["regularMarketTime"] += 24 * 3600
    refresh_prices(book, deps=deps)
    assert known(session, book)["Share"] == (DAY + timedelta(days=1), Decimal("1412.25"), "yfinance")


def test_nothing_is_asked_of_a_source_that_the_operator_does_not_allow(
    deps: Deps, market: Market, make_book: Callable[..., int]
) -> None:
    book = make_book()
    a_holding(deps, book, "Fund", symbol="100001", price_source=PriceSource.AMFI)
    a_holding(deps, book, "Apple", symbol="AAPL", currency="USD")
    providers = dict(deps.price_providers)
    del providers["yfinance"], providers["amfi"]
    poorer = replace(deps, price_providers=providers)

    assert refresh_prices(book, deps=poorer) == Refreshed()
    assert not market.asked


def test_a_holding_that_changes_while_others_are_asked_gets_no_price_of_something_else(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book = make_book()
    share = a_holding(deps, book, "Share", symbol="RELIANCE.NS")
    provider = deps.price_providers["yfinance"]

    class Renaming:
        name = "yfinance"

        def quotes(self, asked: Sequence[Asked]) -> Answer:
            answer = provider.quotes(asked)
            with book_work(deps, book) as work:
                work.session.get_one(Holding, share).symbol = "OTHER"
            return answer

    deps = replace(deps, price_providers={"yfinance": Renaming()})
    assert refresh_prices(book, deps=deps) == Refreshed()
    assert known(session, book) == {"Share": None}


def test_a_price_by_hand_is_kept_replaced_removed_and_on_record(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book = make_book()
    gold = a_holding(deps, book, "Gold", price_source=PriceSource.MANUAL)
    save_price(book, gold, DAY, Decimal("12450.5"), user_id=None, deps=deps)
    save_price(book, gold, DAY, Decimal("12500.25"), user_id=None, deps=deps)
    assert known(session, book) == {"Gold": (DAY, Decimal("12500.25"), "manual")}

    assert remove_price(book, gold, DAY, user_id=None, deps=deps) == Decimal("12500.25")
    assert known(session, book) == {"Gold": None}
    with pytest.raises(NotInBook):
        remove_price(book, gold, DAY, user_id=None, deps=deps)
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == f"holding:{gold}")).all()
    assert actions == ["price.set", "price.set", "price.removed"]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("on", "price", "field"),
    [
        (date(2026, 11, 23), Decimal(5), "on"),
        (date(1800, 1, 1), Decimal(5), "on"),
        (DAY, Decimal(0), "price"),
        (DAY, Decimal(-5), "price"),
        (DAY, Decimal("NaN"), "price"),
        (DAY, Decimal(10) ** 30, "price"),
    ],
)
def test_a_bad_price_by_hand_is_refused(
    deps: Deps, session: Session, make_book: Callable[..., int], *, on: date, price: Decimal, field: str
) -> None:
    book = make_book()
    gold = a_holding(deps, book, "Gold")
    with pytest.raises(Refused) as refused:
        save_price(book, gold, on, price, user_id=None, deps=deps)
    with pytest.raises(Refused):
        save_rate(book, "USD", on, price, user_id=None, deps=deps)
    with pytest.raises(Refused):
        save_rate(book, "INR", DAY, Decimal(1), user_id=None, deps=deps)

    assert refused.value.field == field
    assert known(session, book) == {"Gold": None}


def test_a_list_of_prices_is_kept_whole_and_twice_changes_nothing(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book = make_book()
    gold, share = a_holding(deps, book, "Gold", symbol="GOLD"), a_holding(deps, book, "Share", symbol="Share.NS")
    text = 'symbol,date,price\ngold,2026-11-19,"1,23,450.50"\nSHARE.NS,20-11-2026,₹1412\n\nGOLD,20/11/2026,12500\n'

    for _ in range(2):
        done = import_prices(book, text, holding_id=None, style=INDIAN, user_id=None, deps=deps)
        assert (done.prices, done.holdings) == (3, 2)
    import_prices(book, "2026-11-18;1400,5\n", holding_id=share, style=NumberStyle(",", ".", (3,)), user_id=None, deps=deps)  # fmt: skip

    assert known(session, book) == {"Gold": (DAY, Decimal(12500), "manual"), "Share": (DAY, Decimal(1412), "manual")}
    assert [(each.on.day, each.value) for each in price_history(session, book, share, limit=5)] == [(20, Decimal(1412)), (18, Decimal("1400.5"))]  # fmt: skip
    assert price_history(session, book, gold, limit=5)[1].value == Decimal("123450.5")


def test_every_bad_line_is_named_and_nothing_is_saved(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book = make_book()
    a_holding(deps, book, "Gold", symbol="GOLD")
    bad = ["GOLD,2026-02-31,5", "GOLD,2026-11-01,0", "GOLD,2026-11-01,-5", "GOLD,2026-11-02,nan", "GOLD,2026-12-01,5", "SILVER,2026-11-02,5", ",2026-11-02,5", "GOLD,2026-11-02", "GOLD,2026-11-03,7", "GOLD,1800-11-03,7", "GOLD,2026-11-04,1e5", "=GOLD,2026-11-04,\U0001f4b0"]  # fmt: skip
    with pytest.raises(BadFile) as refused:
        import_prices(book, "\n".join(["symbol,date,price", "GOLD,2026-11-03,5", *bad]), holding_id=None, style=INDIAN, user_id=None, deps=deps)  # fmt: skip

    assert [line.number for line in refused.value.lines] == list(range(3, 15))
    assert known(session, book) == {"Gold": None}
    with pytest.raises(BadFile, match="no price"):
        import_prices(book, "\n\n", holding_id=None, style=INDIAN, user_id=None, deps=deps)


@pytest.mark.sqlite_only
def test_a_daily_file_that_a_person_brings_fills_the_funds_of_the_book(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book = make_book()
    with pytest.raises(BadFile, match="takes its prices from AMFI"):
        import_navs(book, NAVS, user_id=None, deps=deps)
    a_holding(deps, book, "Fund", symbol="inf000a01001", price_source=PriceSource.AMFI)
    a_holding(deps, book, "Nowhere", symbol="1", price_source=PriceSource.AMFI)
    done = import_navs(book, NAVS, user_id=None, deps=deps)

    assert (done.prices, done.missing) == (1, ("Nowhere",))
    assert known(session, book) == {"Fund": (DAY, Decimal("84.3217"), "amfi"), "Nowhere": None}
    with pytest.raises(BadFile, match="not the daily NAV file"):
        import_navs(book, "a,b\n", user_id=None, deps=deps)


@pytest.mark.sqlite_only
def test_a_rate_holds_until_the_next_one_and_is_unknown_before_the_first(
    deps: Deps, session: Session, make_book: Callable[..., int]
) -> None:
    book = make_book()
    save_rate(book, "USD", date(2026, 3, 1), Decimal("86.5"), user_id=None, deps=deps)
    save_rate(book, "USD", date(2026, 9, 1), Decimal("88.25"), user_id=None, deps=deps)
    rates = rates_until(session, book, DAY)

    assert [rates.at("USD", day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 8, 31), DAY)] == [None, Decimal("86.5"), Decimal("86.5"), Decimal("88.25")]  # fmt: skip
    assert rates.at("EUR", DAY) is None
    assert session.scalar(select(func.count()).select_from(ExchangeRate)) == 2


@settings(max_examples=50)
@given(st.text(max_size=200), st.booleans())
def test_no_text_breaks_the_reader_of_lists(text: str, with_symbol: bool) -> None:  # noqa: FBT001 - hypothesis
    for line in read_lines(text, with_symbol=with_symbol, style=INDIAN):
        assert line.number > 0
        if isinstance(line, PriceLine):
            assert line.price > 0


@pytest.mark.sqlite_only
def test_the_command_refreshes_and_says_what_it_did(app: Flask, deps: Deps, make_book: Callable[..., int]) -> None:
    book = make_book()
    a_holding(deps, book, "Share", symbol="RELIANCE.NS")
    a_holding(deps, book, "Nobody", symbol="NOBODY")
    run = app.test_cli_runner()

    assert run.invoke(args=["prices", "refresh"]).output == "1 new, 1 could not be refreshed\n"
    assert run.invoke(args=["prices", "refresh", "--book", str(book)]).output == "0 new, 1 could not be refreshed\n"
    app.extensions["fintrak"] = replace(deps, price_providers={})
    assert "names no source" in run.invoke(args=["prices", "refresh"]).output
