import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind
from app.domain.investments import AssetClass, EventKind, PriceSource, TaxedAs
from app.domain.recurrence import Frequency, Rule
from app.extensions import db
from app.models.account import Account
from app.models.holding import ExchangeRate, Holding, HoldingEvent, InvestmentPlan, Price
from app.models.schedule import Occurrence, Schedule
from app.models.transaction import Posting, Transaction
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.holdings import EventCommand, HoldingCommand, add_event, add_holding
from app.services.investment_plans import PlanCommand, add_plan
from app.services.recurring import run_due
from tests.blueprints.browser import Browser, shown
from tests.conftest import NOW

pytestmark = pytest.mark.sqlite_only
TODAY = date(2026, 11, 22)
Make = Callable[..., int]


class Investor:
    """A person at a browser with a book, and short ways to fill it."""

    def __init__(self, app: Flask, deps: Deps, user: int, book: int, cash: int) -> None:
        self.browser = Browser(app).sign_in_as(user, deps)
        self.deps, self.book, self.cash = deps, book, cash

    @property
    def session(self) -> Session:
        return self.deps.session

    def hold(self, name: str = "Infosys", currency: str = "INR", **changes: Any) -> int:
        """A holding with a first buy of 10 at 100 on 5 January 2025."""
        values: dict[str, Any] = {"asset_class": AssetClass.STOCK, "taxed_as": TaxedAs.LISTED_EQUITY, "symbol": ""}
        kept = {key: changes.pop(key) for key in list(changes) if key in values}
        command = HoldingCommand(self.book, None, name, currency=currency, **(values | kept))
        bought: dict[str, Any] = {
            "on": date(2025, 1, 5), "quantity": Decimal(10), "price": Decimal(100), "account_id": self.cash,
        }  # fmt: skip
        return add_holding(command, EventCommand(EventKind.BUY, **(bought | changes)), deps=self.deps)

    def sell(self, holding: int, quantity: str = "4", price: str = "150", **changes: Any) -> int:
        values: dict[str, Any] = {"on": date(2026, 5, 5), "account_id": self.cash}
        command = EventCommand(EventKind.SELL, quantity=Decimal(quantity), price=Decimal(price), **(values | changes))
        return add_event(holding, command, book_id=self.book, user_id=None, deps=self.deps)

    def price(self, holding: int, price: str, on: date = TODAY) -> None:
        self.session.add(
            Price(
                holding_id=holding, on=on, book_id=self.book, price=Decimal(price), source=PriceSource.MANUAL, fetched_at=NOW
            )
        )  # fmt: skip
        self.session.commit()

    def see(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, path
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown(answer)))

    def rows(self, path: str) -> list[dict[str, str]]:
        text = self.browser.get(path).get_data(as_text=True).removeprefix("\ufeff")
        return list(csv.DictReader(io.StringIO(text)))

    def balance(self, name: str) -> int:
        sums = select(func.sum(Posting.base_minor)).join(Account, Account.id == Posting.account_id)
        return int(self.session.scalar(sums.where(Account.book_id == self.book, Account.name == name)) or 0)


def asked(browser: Browser, path: str) -> int:
    """How many statements a page asks the database."""
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    browser.get(path)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


@pytest.fixture
def investor(app: Flask, deps: Deps, make_user: Make, make_book: Make, account: Callable[[int, str], int]) -> Investor:
    user = make_user()
    book = make_book(user)
    return Investor(app, deps, user, book, account(book, "Cash"))


def test_an_unknown_price_is_said_and_never_counted_as_zero(investor: Investor) -> None:
    known, unknown = investor.hold("Infosys"), investor.hold("Unlisted shares")
    investor.price(known, "130")

    page = investor.see("/investments")

    assert "₹2,000" in page  # invested: both
    assert "₹1,300" in page
    assert "₹2,300" not in page
    assert "without 1 holding that has no price" in page
    assert "no price" in page
    assert "₹300 30.0% of what it cost" in page
    rows = {row["Investment"]: row for row in investor.rows("/investments/export")}
    assert (rows["Unlisted shares"]["Price of one"], rows["Unlisted shares"]["Worth"]) == ("no price", "")
    assert rows["Infosys"]["Worth"] == "1300.00"
    alone = investor.see(f"/investments/{unknown}")
    assert "Worth no price" in alone
    assert "needs a price" in alone


def test_a_holding_in_dollars_shows_dollars_first_and_rupees_under_them(investor: Investor) -> None:
    holding = investor.hold("Apple", "USD", rate=Decimal(80), taxed_as=TaxedAs.UNLISTED_SHARE)
    investor.sell(holding, quantity="4", price="110", rate=Decimal(90))
    investor.price(holding, "120")
    page = investor.see("/investments")
    assert "$720 .00 no exchange rate" in page
    assert "1 holding has no price, or no exchange rate" in page
    investor.session.add(
        ExchangeRate(
            book_id=investor.book, currency="USD", on=TODAY, rate=Decimal(90), source=PriceSource.MANUAL, fetched_at=NOW
        )
    )  # fmt: skip
    investor.session.commit()

    page = investor.see("/investments")
    assert "$720 .00 ₹64,800 .00" in page
    sold = investor.see("/sold_investments?fy=2026")
    assert "+$40 .00 +₹7,600 .00" in sold
    [row] = investor.rows("/sold_investments/export?fy=2026")
    assert (row["Currency"], row["Proceeds"], row["Gain in INR"]) == ("USD", "440.00", "7600.00")


def test_adding_keeps_the_currency_needs_no_symbol_and_finds_the_price_from_the_total(investor: Investor) -> None:
    fields = {
        "name": "Apple", "asset_class": "stock", "taxed_as": "", "currency": "USD", "price_source": "manual", "on": "2026-01-05",
        "quantity": "3", "total": "601", "fee": "1", "rate": "88.5", "account_id": str(investor.cash), "price_now": "250",
    }  # fmt: skip

    answer = investor.browser.send("/investments/new", fields)

    assert answer.status_code == 303
    holding = investor.session.scalars(select(Holding)).one()
    assert (holding.currency, holding.symbol, holding.taxed_as) == ("USD", "", TaxedAs.UNLISTED_SHARE)
    assert investor.session.scalars(select(HoldingEvent.price)).one() == 200
    assert investor.session.scalars(select(Price.price)).one() == 250
    page = investor.see(f"/investments/{holding.id}")
    assert "$750" in page
    assert "3 held" in page
    for path in ("/investments/export", f"/investments/{holding.id}/export?format=xlsx", "/sold_investments/export"):
        assert investor.browser.get(path).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"on": "2025-01-04"}, "It cannot be sold before it was bought."),
        ({"quantity": "10.5"}, "only 10 were held"),
        ({"quantity": "0"}, "Enter a quantity above zero"),
        ({"quantity": "-3"}, "Write a number from 0"),
        ({"quantity": "nan"}, "Write a number, like 12.5."),
        ({"quantity": "9" * 39}, "Write a number from 0"),
        ({"quantity": "1" + "." + "1" * 18 + "1"}, "Write at most 18 decimals."),
        ({"on": "2026-11-24"}, "Write a day that has come."),
        ({"on": "2026-02-31"}, "Write the date as year-month-day"),
        ({"price": "", "total": ""}, "Write the price of one, or the total."),
        ({"total": "600"}, "Write the price of one or the total, not both."),
        ({"fee": "700"}, "The fee is more than the sale brings."),
        ({"price": "999999999999999", "quantity": "10"}, "more than an amount can be"),
        ({"account_id": ""}, "Choose the account"),
        ({"account_id": "99999"}, "Choose one from the list."),
    ],
)
def test_a_sale_that_cannot_be_is_answered_beside_its_field_and_nothing_is_saved(
    investor: Investor, typed: dict[str, str], said: str
) -> None:
    holding = investor.hold()
    before = investor.session.scalar(select(func.count()).select_from(Transaction))
    fields = {"on": "2026-05-05", "quantity": "4", "price": "150", "account_id": str(investor.cash)} | typed

    answer = investor.browser.send(f"/investments/{holding}/events/new?kind=sell", fields)

    assert answer.status_code == 422
    assert said in shown(answer)
    assert investor.session.scalar(select(func.count()).select_from(Transaction)) == before


def test_a_sale_is_linked_to_its_money_can_be_edited_and_removed_and_comes_back(investor: Investor) -> None:
    holding = investor.hold()
    fields = {"on": "2026-05-05", "quantity": "4", "price": "150", "account_id": str(investor.cash)}
    assert investor.browser.send(f"/investments/{holding}/events/new?kind=sell", fields).status_code == 303
    assert (investor.balance("Cash"), investor.balance("Capital gains")) == (-40_000, -20_000)
    sale = investor.session.scalars(select(HoldingEvent.id).where(HoldingEvent.kind == EventKind.SELL)).one()
    assert f"/investment_events/{sale}/edit" in shown(investor.browser.get("/sold_investments?fy=2026"))

    edit = f"/investment_events/{sale}/edit"
    assert investor.browser.send(edit, fields | {"quantity": "5"}).status_code == 303
    assert investor.balance("Capital gains") == -25_000
    answer = investor.browser.send(f"/investment_events/{sale}/remove", page=f"/investments/{holding}")
    assert answer.status_code == 303
    assert investor.balance("Capital gains") == 0
    assert "Undo" in investor.see(f"/investments/{holding}")
    investor.browser.send(f"/investment_events/{sale}/restore", page=f"/investments/{holding}")
    assert investor.balance("Capital gains") == -25_000
    assert verify_book(investor.session, investor.book).differences == ()


def test_a_removed_investment_can_come_back(investor: Investor) -> None:
    holding = investor.hold()

    investor.browser.send(f"/investments/{holding}/remove", page=f"/investments/{holding}")
    page = investor.see("/investments")
    assert "Removed Infosys" in page
    assert "Undo" in page
    assert "No investments yet" in page
    assert investor.browser.get(f"/investments/{holding}").status_code == 404
    investor.browser.send(f"/investments/{holding}/restore", page="/investments/new")

    assert "₹1,000" in investor.see("/investments")
    assert investor.balance("Cash") == -100_000


def test_a_ticker_that_is_a_script_stays_a_text(investor: Investor) -> None:
    script = "<script>alert(1)</script>"
    holding = investor.hold(f"A {script}", symbol=script)
    investor.price(holding, "120")

    for path in ("/investments", f"/investments/{holding}", "/investments/prices"):
        text = investor.browser.get(path).get_data(as_text=True)
        assert script not in text
        assert "&lt;script&gt;alert(1)" in text
    [row] = investor.rows("/investments/export")
    assert row["Symbol"] == script


def test_the_list_can_be_narrowed_to_a_kind_or_a_currency(investor: Investor) -> None:
    for name, kind, currency in (("Infosys", AssetClass.STOCK, "INR"), ("Gold coins", AssetClass.GOLD, "INR")):
        investor.price(investor.hold(name, currency, asset_class=kind), "120")

    only = investor.see("/investments?kind=gold")

    assert "Gold coins" in only
    assert "Infosys" not in only
    assert "Infosys" in investor.see("/investments?kind=nothing&currency=XXX")


def test_returns_say_why_there_is_none(investor: Investor) -> None:
    today = investor.hold("Bought today", on=TODAY)
    month = investor.hold("Bought lately", on=TODAY - timedelta(30))
    year = investor.hold("Held long", on=date(2024, 11, 22))
    for holding in (today, month, year):
        investor.price(holding, "121")

    assert "all of it happened today" in investor.see(f"/investments/{today}")
    assert "21.0% in 30 days" in investor.see(f"/investments/{month}")
    assert "10.0% a year" in investor.see(f"/investments/{year}")


def test_the_chart_is_drawn_from_three_prices_on(investor: Investor) -> None:
    holding = investor.hold()
    for back in (2, 1):
        investor.price(holding, "120", TODAY - timedelta(back))
    assert "Three prices make a line here." in investor.see(f"/investments/{holding}")
    investor.price(holding, "125")

    page = shown(investor.browser.get(f"/investments/{holding}"))
    [data] = re.findall(r'<script type="application/json">(.*?)</script>', page)
    assert json.loads(data)["now"] == [120_000, 120_000, 125_000]
    assert json.loads(data)["before"] == [100_000] * 3


def test_the_year_s_report_exempts_long_gains_and_sets_no_crypto_loss_off(investor: Investor) -> None:
    stock = investor.hold(quantity=Decimal(10_000))
    coin = investor.hold("Bitcoin", asset_class=AssetClass.CRYPTO, taxed_as=TaxedAs.VIRTUAL)
    investor.sell(stock, "10000", "115")
    investor.sell(coin, "10", "60")

    page = investor.see("/sold_investments")

    assert "₹1,25,000 of the ₹1,25,000" in page
    assert "₹400.00 of loss on crypto is set off against nothing" in page
    lines = {row["Kind"]: row for row in investor.rows("/sold_investments/report?fy=2026")}
    assert lines["Equity, long-term"]["Taxed"] == "25000.00"
    assert lines["Equity, long-term"]["Tax before surcharge and cess"] == "3125.00"
    assert lines["Crypto"]["Losses"] == "400.00"
    assert lines["Crypto"]["Tax before surcharge and cess"] == "0.00"


def test_a_book_in_another_currency_has_no_indian_report(
    app: Flask, deps: Deps, make_user: Make, make_book: Make
) -> None:
    user = make_user("john@example.com")
    book = make_book(user, kind=BookKind.BUSINESS, currency="USD")
    cash = deps.session.scalars(select(Account.id).where(Account.book_id == book, Account.name == "Cash")).one()
    john = Investor(app, deps, user, book, cash)
    holding = john.hold("Apple", "USD")
    john.sell(holding)
    assert "/business/transactions" in shown(john.browser.get(f"/investments/{holding}?book={book}"))

    page = john.see(f"/sold_investments?book={book}")

    assert "The report follows Indian tax law" in page
    assert "$200" in page
    assert "Long-term" not in page


def test_a_plan_is_made_waits_for_a_price_and_is_settled_by_hand(investor: Investor) -> None:
    holding = investor.hold()
    fields = {
        "amount": "5000", "account_id": str(investor.cash), "repeats": "FREQ=MONTHLY", "first_on": "2026-11-22", "is_automatic": "y",
    }  # fmt: skip
    assert investor.browser.send(f"/investments/{holding}/plans/new", fields).status_code == 303
    run_due(book_id=investor.book, deps=investor.deps)
    assert "waits for you" in investor.see(f"/investments/{holding}")
    plan = investor.session.scalars(select(InvestmentPlan.id)).one()
    buy = f"/investment_plans/{plan}/buy?on=2026-11-22"
    page = shown(investor.browser.get(buy))
    assert 'value="5,000.00"' in page

    bought = {"on": "2026-11-22", "quantity": "40", "total": "5000", "account_id": str(investor.cash)}
    assert investor.browser.send(buy, bought).status_code == 303

    assert investor.session.scalars(select(Occurrence.state)).one() == "posted"
    assert investor.balance("Cash") == -100_000 - 500_000
    assert investor.browser.get(buy).status_code == 404
    edit = f"/investment_plans/{plan}/edit"
    assert investor.browser.send(edit, fields | {"amount": "6000", "repeats": "FREQ=WEEKLY"}).status_code == 303
    assert investor.session.scalars(select(InvestmentPlan.amount_minor)).one() == 600_000
    assert investor.session.scalars(select(Schedule.rule)).one() == "FREQ=WEEKLY"
    investor.browser.send(f"/investment_plans/{plan}/remove", page=f"/investments/{holding}")
    assert "Undo" in investor.see(f"/investments/{holding}")
    investor.browser.send(f"/investment_plans/{plan}/restore", page=f"/investments/{holding}")
    assert investor.session.scalars(select(Schedule.removed_at)).one() is None


def test_the_pages_ask_the_database_as_often_for_many_as_for_few(investor: Investor) -> None:
    def statements() -> list[int]:
        paths = ("/investments", "/sold_investments?fy=2026", f"/investments/{first}", "/investments/export")
        return [asked(investor.browser, path) for path in paths]

    first = investor.hold("First")
    investor.price(first, "120")
    investor.sell(first, "1")
    rule = Rule(Frequency.MONTHLY, is_clamped=True)
    add_plan(PlanCommand(investor.book, None, first, investor.cash, 50_000, rule, TODAY), deps=investor.deps)
    few = statements()
    for number in range(12):
        each = investor.hold(f"More {number}")
        investor.price(each, "120")
        investor.sell(each, "1")
        investor.sell(first, "0.1")

    many = statements()
    assert many == few
    assert max(many) <= 12
