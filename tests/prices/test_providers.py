import gzip
import time
from datetime import date
from decimal import Decimal

import pytest

from app.prices.amfi import read_navs
from app.prices.finnhub import Finnhub
from app.prices.port import Answer, Asked, PricesUnavailable, Quote
from tests.prices.market import NAVS, Market

ALL = ("amfi", "coingecko", "finnhub", "yfinance")
KNOWN = {
    "amfi": Asked("100001", "INR"),
    "coingecko": Asked("bitcoin", "INR"),
    "finnhub": Asked("AAPL", "USD"),
    "yfinance": Asked("RELIANCE.NS", "INR"),
}


def ask(market: Market, name: str, *asked: Asked, **changes: object) -> Answer:
    return market.providers(**changes)[name].quotes(asked or (KNOWN[name],))


@pytest.mark.parametrize(
    ("name", "asked", "expected"),
    [
        ("amfi", Asked("100001", "INR"), Quote("100001", date(2026, 11, 20), Decimal("84.3217"), "INR", "amfi")),
        ("amfi", Asked("inf000a01001", "INR"), Quote("inf000a01001", date(2026, 11, 20), Decimal("84.3217"), "INR", "amfi")),
        ("amfi", Asked("INF000A01005", "INR"), Quote("INF000A01005", date(2024, 2, 3), Decimal("1045.5"), "INR", "amfi")),
        ("coingecko", Asked("Bitcoin", "INR"), Quote("Bitcoin", date(2026, 11, 21), Decimal("8123456.789012345"), "INR", "coingecko")),
        ("coingecko", Asked("bitcoin", "USD"), Quote("bitcoin", date(2026, 11, 21), Decimal("91234.5"), "USD", "coingecko")),
        ("finnhub", Asked("AAPL", "USD"), Quote("AAPL", date(2026, 11, 20), Decimal("234.1"), "USD", "finnhub")),
        ("yfinance", Asked("RELIANCE.NS", "INR"), Quote("RELIANCE.NS", date(2026, 11, 20), Decimal("1412.25"), "INR", "yfinance")),
        ("yfinance", Asked("AAPL", "INR"), Quote("AAPL", date(2026, 11, 20), Decimal("234.099975585938"), "USD", "yfinance")),
        ("yfinance", Asked("VOD.L", "GBP"), Quote("VOD.L", date(2026, 11, 20), Decimal("0.9142"), "GBP", "yfinance")),
        ("yfinance", Asked("USDINR=X", "INR"), Quote("USDINR=X", date(2026, 11, 20), Decimal("88.4125"), "INR", "yfinance")),
    ],
)  # fmt: skip
def test_each_source_says_price_day_and_currency(market: Market, name: str, asked: Asked, expected: Quote) -> None:
    assert ask(market, name, asked) == Answer((expected,), {})


@pytest.mark.parametrize(
    ("name", "symbol", "said"),
    [
        ("amfi", "999999", "AMFI has no scheme with the code or ISIN 999999."),
        ("amfi", "100002", "AMFI gives no value for 100002 on 2026-11-20."),
        ("amfi", "100003", "AMFI gives no value for 100003 on 2026-11-20."),
        ("amfi", "100005", "AMFI has no scheme"),
        ("coingecko", "nocoin", "CoinGecko does not know nocoin."),
        ("coingecko", "../../x", "CoinGecko does not know ../../x."),
        ("finnhub", "NOBODY", "Finnhub does not know NOBODY."),
        ("finnhub", "VOD.L", "US shares only"),
        ("finnhub", "AAPL&token=x", "US shares only"),
        ("yfinance", "NOBODY.NS", "Yahoo Finance does not know NOBODY.NS."),
        ("yfinance", "GONE.NS", "Yahoo Finance gives no price of GONE.NS."),
        ("yfinance", "../../admin", "Yahoo Finance does not know ../../admin."),
        ("yfinance", "..", "Yahoo Finance does not know ..."),
    ],
)
def test_what_a_source_does_not_know_is_a_reason_and_never_a_zero(
    market: Market, name: str, symbol: str, said: str
) -> None:
    answer = ask(market, name, Asked(symbol, "INR"), KNOWN[name])

    assert said in answer.failures[symbol]
    assert [each.symbol for each in answer.quotes] == [KNOWN[name].symbol]


def test_a_share_without_a_currency_has_no_price(market: Market) -> None:
    market.shares["ODD.SG"] = {"currency": None, "regularMarketPrice": 1245.57, "regularMarketTime": 1795168799}

    assert "in which currency" in ask(market, "yfinance", Asked("ODD.SG", "EUR")).failures["ODD.SG"]


def test_a_coin_without_a_price_in_the_currency_asked_for_has_none(market: Market) -> None:
    assert "no price of bitcoin in KWD" in ask(market, "coingecko", Asked("bitcoin", "KWD")).failures["bitcoin"]


@pytest.mark.parametrize("bad", [0, -4, None, "1412.25", True, 10**30, float("nan"), float("inf")])
def test_a_price_that_is_none_is_not_taken(market: Market, bad: object) -> None:
    market.shares["BAD"] = {"currency": "INR", "regularMarketPrice": bad, "regularMarketTime": 1795168799}
    market.coins["bad"] = {"inr": bad, "last_updated_at": 1795168799}
    market.us_shares["BAD"] = {"c": bad, "t": 1795168799}  # type: ignore[dict-item]

    for name in ("coingecko", "finnhub", "yfinance"):
        symbol = "bad" if name == "coingecko" else "BAD"
        answer = ask(market, name, Asked(symbol, "INR"))
        assert (answer.quotes, list(answer.failures)) == ((), [symbol])


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_source_is_asked_again(market: Market, name: str, status: int) -> None:
    market.first = [status, status]

    assert ask(market, name).quotes


def failed(market: Market, name: str, **changes: object) -> str:
    """Why there was no price: one by one sources say it for each symbol, the others for all."""
    try:
        [reason] = ask(market, name, **changes).failures.values()
    except PricesUnavailable as error:
        return error.user_message
    return reason


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([429] * 9, "asks us to slow down"),
        ([500] * 9, "answered with an error (500)"),
        ([403], "refused us"),
        ([400], "answered with an error (400)"),
    ],
)
def test_a_source_that_stays_away_is_said_to(market: Market, name: str, statuses: list[int], said: str) -> None:
    market.first = list(statuses)

    assert said in failed(market, name)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("raw", [b"<html>sorry</html>", b"", b"[" * 100_000, b'{"chart": 3}', b"[]", b"\xff\xfe"])
def test_an_answer_that_cannot_be_read_is_no_price(market: Market, name: str, raw: bytes) -> None:
    market.raw = raw

    assert "cannot be read" in failed(market, name) or "does not know" in failed(market, name)


@pytest.mark.parametrize("name", ALL)
def test_a_slow_source_does_not_hold_the_job(market: Market, name: str) -> None:
    market.seconds = 0.4

    assert "in time" in failed(market, name, seconds=0.1, attempts=1)


@pytest.mark.parametrize("name", ALL)
def test_a_source_that_is_not_there_is_said_to_be(market: Market, name: str) -> None:
    providers = market.providers(attempts=1)
    market.server_close()
    market.shutdown()

    try:
        [reason] = providers[name].quotes([KNOWN[name]]).failures.values()
    except PricesUnavailable as error:
        reason = error.user_message
    assert "could not be reached" in reason


def test_more_than_the_limit_is_not_read(market: Market) -> None:
    market.navs = NAVS + "x" * 100_000

    with pytest.raises(PricesUnavailable, match="more than we read"):
        ask(market, "amfi", largest=50_000)


def test_an_answer_that_drips_is_left_when_its_time_is_over(market: Market) -> None:
    """The limit is for the whole answer, not for each piece of it."""
    market.drip = 0.02
    begun = time.monotonic()

    with pytest.raises(PricesUnavailable, match="in time"):
        ask(market, "amfi", seconds=0.3, attempts=1)
    assert time.monotonic() - begun < 2


def test_a_packed_answer_is_unpacked_and_counted_as_what_it_becomes(market: Market) -> None:
    market.raw, market.headers, market.drip = gzip.compress(NAVS.encode()), {"Content-Encoding": "gzip"}, 1e-4
    assert ask(market, "amfi", seconds=20.0).quotes

    market.raw, market.drip = gzip.compress(NAVS.encode() + b"\n" * 5_000_000), 0.0
    assert len(market.raw) < 50_000
    with pytest.raises(PricesUnavailable, match="more than we read"):
        ask(market, "amfi", largest=50_000)


def test_another_host_is_not_followed_and_the_own_one_is(market: Market) -> None:
    market.first, market.headers = [302], {"Location": "http://192.0.2.1/steal"}
    with pytest.raises(PricesUnavailable, match="another address"):
        ask(market, "amfi")
    market.first, market.headers = [301], {"Location": "/spages/NAVAll.txt"}

    assert ask(market, "amfi").quotes

    market.first = [302] * 9
    with pytest.raises(PricesUnavailable, match="circle"):
        ask(market, "amfi")


def test_after_two_failures_in_a_row_the_rest_is_not_asked(market: Market) -> None:
    market.first = [400] * 9
    answer = ask(market, "yfinance", *(Asked(f"SHARE{number}", "INR") for number in range(50)))

    assert sum(market.asked.values()) == 2
    assert len(answer.failures) == 50


def test_many_coins_and_all_funds_are_one_question(market: Market) -> None:
    ask(market, "coingecko", *(Asked(f"coin{number}", "INR") for number in range(90)))
    ask(market, "amfi", *(Asked(str(number), "INR") for number in range(90)))

    assert set(market.asked.values()) == {1}


def test_a_wrong_key_is_said_without_showing_it(market: Market) -> None:
    answer = Finnhub("wrong-key", market.url, market.fetcher()).quotes([Asked("AAPL", "USD")])

    assert "key is missing or wrong" in answer.failures["AAPL"]
    assert "wrong-key" not in repr(answer)


def test_the_wait_between_two_tries_doubles_and_listens_to_the_server(market: Market) -> None:
    pauses: list[float] = []
    market.first, market.headers = [503, 429, 503], {"Retry-After": "7"}
    ask(market, "amfi", pause=4.0, attempts=4, sleep=pauses.append)

    assert pauses == [7.0, 8.0, 16.0]


def test_a_file_of_another_kind_is_not_taken_for_the_daily_one() -> None:
    with pytest.raises(PricesUnavailable, match="not the daily NAV file"):
        read_navs("Date,Description,Amount\n2026-11-01,Lunch,120\n")


def test_the_columns_are_found_by_their_names() -> None:
    history = "Scheme Code;Scheme Name;ISIN Div Payout/ISIN Growth;ISIN Div Reinvestment;Net Asset Value;Repurchase Price;Sale Price;Date\n100001;Sample;INF000A01001;;84.3217;;;19-Nov-2026\n"

    [nav] = read_navs(history)

    assert (nav.code, nav.isins, nav.price, nav.on) == (
        "100001",
        ("INF000A01001",),
        Decimal("84.3217"),
        date(2026, 11, 19),
    )
