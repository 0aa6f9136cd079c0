import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.investments import PriceSource
from app.factory import Replaced
from app.jobs.port import JobName
from app.prices.port import Answer, Asked, PricesUnavailable, Quote
from app.queries.prices import prices_of, rates_of
from app.services.deps import Deps
from app.services.prices import refresh_prices, save_price, save_rate
from tests.blueprints.browser import Browser, shown
from tests.conftest import Clock, FakeMailer
from tests.jobs.kept import KeptJobs
from tests.prices.holdings import a_holding
from tests.prices.market import NAVS

pytestmark = pytest.mark.sqlite_only
DAY = date(2026, 11, 20)


class Source:
    """A source that answers with one price, or not at all."""

    name = "yfinance"

    def __init__(self) -> None:
        self.is_away, self.asked = False, 0

    def quotes(self, asked: Sequence[Asked]) -> Answer:
        self.asked += 1
        if self.is_away:
            raise PricesUnavailable("Yahoo Finance could not be reached.")
        return Answer(tuple(Quote(each.symbol, DAY, Decimal("84.3217"), each.currency, self.name) for each in asked))


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def jobs() -> KeptJobs:
    return KeptJobs()


@pytest.fixture
def replaced(clock: Clock, mailer: FakeMailer, jobs: KeptJobs, source: Source) -> Replaced:
    return Replaced(now=clock, mailer=mailer, jobs=jobs, price_providers={"yfinance": source})


def test_no_page_asks_a_source_and_the_button_hands_the_question_to_a_job(
    browser: Browser, deps: Deps, book: int, source: Source, jobs: KeptJobs
) -> None:
    share = a_holding(deps, book, "Share", symbol="SHARE")
    for page in ("/investments/prices", f"/investments/prices/{share}", "/investments/prices/export"):
        assert browser.get(page).status_code == 200
    answer = browser.send("/investments/prices/refresh", page="/investments/prices")

    assert (answer.status_code, source.asked) == (303, 0)
    assert jobs.jobs == [(JobName.REFRESH_PRICES, {"book_id": book})]
    assert "fetched in the background" in shown(browser.get(answer.headers["Location"]))


def test_an_unknown_price_is_said_to_be_none_and_never_a_zero(browser: Browser, deps: Deps, book: int) -> None:
    a_holding(deps, book, "Share", symbol="SHARE")
    page = shown(browser.get("/investments/prices"))
    file = browser.get("/investments/prices/export").get_data(as_text=True)

    assert "no price" in page
    assert "₹0" not in page
    assert "Share,SHARE,INR,,,no price" in file


def test_a_price_shows_its_day_age_and_source_and_a_failure_since_when(
    browser: Browser, deps: Deps, clock: Clock, book: int, source: Source
) -> None:
    a_holding(deps, book, "Fund", symbol="FUND")
    refresh_prices(book, deps=deps)
    clock.at += timedelta(days=10)
    source.is_away = True
    refresh_prices(book, deps=deps)
    page = shown(browser.get("/investments/prices"))

    for said in ("₹84.3217", "12 days old", "Yahoo Finance", "Old", "Could not be refreshed since 2 Dec", "could not be reached"):  # fmt: skip
        assert said in page


def test_a_price_is_written_removed_and_comes_back(browser: Browser, deps: Deps, session: Session, book: int) -> None:
    gold = a_holding(deps, book, "Gold", price_source=PriceSource.MANUAL)
    sent = browser.send("/investments/prices/new", {"holding_id": str(gold), "on": "2026-11-20", "price": "12,450.50"})
    assert "Saved the price of Gold on 20 November 2026." in shown(browser.get(sent.headers["Location"]))

    page = f"/investments/prices/{gold}"
    browser.send(f"{page}/remove", {"on": "2026-11-20"}, page=page)
    session.rollback()
    assert prices_of(session, book)[0].known is None
    gone = shown(browser.get(page))
    assert "No price yet" in gone
    undo = gone.split(f'action="{page}/restore')[1].split('"')[0].replace("&amp;", "&")
    assert browser.send(f"{page}/restore{undo}", page="/investments/prices/new").status_code == 303
    session.rollback()
    known = prices_of(session, book)[0].known
    assert known
    assert (known.on, known.value) == (DAY, Decimal("12450.5"))


def test_a_rate_is_written_shown_removed_and_comes_back(browser: Browser, session: Session, book: int) -> None:
    browser.send("/investments/rates/new", {"currency": "USD", "on": "2026-11-20", "rate": "88.4125"})
    page = shown(browser.get("/investments/prices"))
    assert "1 USD = ₹88.4125" in page
    browser.send("/investments/rates/remove", {"currency": "USD", "on": "2026-11-20"}, page="/investments/prices")
    gone = shown(browser.get("/investments/prices"))
    assert "1 USD" not in gone
    undo = gone.split('action="/investments/rates/restore')[1].split('"')[0].replace("&amp;", "&")
    browser.send(f"/investments/rates/restore{undo}", page="/investments/rates/new")
    session.rollback()
    assert [each.known and each.known.value for each in rates_of(session, book, "INR")] == [Decimal("88.4125")]


@pytest.mark.parametrize("undo", ["", "?on=2026-11-20&price=nan", "?on=2026-11-20&price=1e9", "?on=banana&price=1", "?on=2026-11-20&price=" + "9" * 40])  # fmt: skip
def test_an_undo_that_nobody_was_offered_is_not_found(browser: Browser, deps: Deps, book: int, undo: str) -> None:
    gold = a_holding(deps, book, "Gold")
    for address in (f"/investments/prices/{gold}/restore", "/investments/rates/restore"):
        assert browser.send(f"{address}{undo}", page="/investments/prices/new").status_code == 404


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("holding_id", "999", "Choose one from the list."),
        ("on", "2026-02-31", "Write the date as"),
        ("on", "2026-11-23", "This day has not come yet."),
        ("price", "0", "above zero"),
        ("price", "-4", "from 0"),
        ("price", "nan", "Write a number"),
        ("price", "9" * 30, "from 0"),
        ("price", "1.0000000000001", "at most 12 decimals"),
    ],
)
def test_a_bad_price_is_refused_beside_its_field(
    *, browser: Browser, deps: Deps, session: Session, book: int, field: str, sent: str, said: str
) -> None:
    gold = a_holding(deps, book, "Gold")
    good = {"holding_id": str(gold), "on": "2026-11-20", "price": "12450.5"}
    answer = browser.send("/investments/prices/new", good | {field: sent})

    assert (answer.status_code, said in shown(answer)) == (422, True)
    session.rollback()
    assert prices_of(session, book)[0].known is None


def upload(browser: Browser, content: str, **fields: str) -> tuple[int, str]:
    token = browser.get("/investments/prices/import").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]  # fmt: skip
    data = {"csrf_token": token, "kind": "list", "file": (io.BytesIO(content.encode()), "prices.csv"), **fields}
    answer = browser.client.post("/investments/prices/import", data=data, content_type="multipart/form-data")
    if answer.status_code == 303:
        return 303, shown(browser.get(answer.headers["Location"]))
    return answer.status_code, shown(answer)


def test_a_file_of_prices_is_read_whole_or_every_bad_line_is_named(browser: Browser, deps: Deps, book: int) -> None:
    a_holding(deps, book, "Gold", symbol="GOLD")
    a_holding(deps, book, "Fund", symbol="100001", price_source=PriceSource.AMFI)

    status, page = upload(browser, "symbol,date,price\nGOLD,2026-11-20,12450.5\nGOLD,banana,5\nTIN,2026-11-20,5\n")
    assert status == 422
    for said in ("2 lines are not understood", "“banana” is not a date", "has the symbol “TIN”"):
        assert said in page
    assert "no price" in shown(browser.get("/investments/prices"))

    status, page = upload(browser, "GOLD,2026-11-20,12450.5\n")
    assert (status, "Saved 1 price of 1 investment." in page, "₹12,450.50" in page) == (303, True, True)
    status, page = upload(browser, NAVS, kind="amfi")
    assert (status, "₹84.3217" in page) == (303, True)


def test_another_books_investment_is_not_found(
    browser: Browser, deps: Deps, make_book: Callable[..., int], make_user: Callable[..., int]
) -> None:
    other = make_book(make_user("bob@example.com"))
    gold = a_holding(deps, other, "Gold")
    save_price(other, gold, DAY, Decimal(1), user_id=None, deps=deps)
    save_rate(other, "USD", DAY, Decimal(1), user_id=None, deps=deps)

    assert browser.get(f"/investments/prices/{gold}").status_code == 404
    for address in (f"/investments/prices/{gold}/remove", f"/investments/prices/{gold}/restore?on=2026-11-20&price=3"):
        assert browser.send(address, {"on": "2026-11-20"}, page="/investments/rates/new").status_code == 404
    assert browser.send("/investments/rates/remove", {"currency": "USD", "on": "2026-11-20"}, page="/investments/rates/new").status_code == 404  # fmt: skip


def test_without_a_source_the_page_says_that_nothing_is_fetched(
    app: Flask, browser: Browser, deps: Deps, book: int
) -> None:
    app.extensions["fintrak"] = replace(deps, price_providers={})
    a_holding(deps, book, "Share", symbol="SHARE")
    page = shown(browser.get("/investments/prices"))

    assert "asks no other service" in page
    assert "Refresh now" not in page
