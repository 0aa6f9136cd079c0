import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Direction, Subtype
from app.domain.worth import PropertyKind
from app.factory import Replaced
from app.prices.port import Answer, Asked
from app.queries.goals import goals_of
from app.queries.valuations import properties_of
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.prices import refresh_prices
from app.services.transactions import Recorded, TransactionCommand, record_transaction
from app.services.valuations import PropertyCommand, ValuationCommand, add_property, add_valuation
from tests.blueprints.browser import Browser, shown
from tests.conftest import Clock, FakeMailer
from tests.guards.test_budgets import fill, statements
from tests.prices.holdings import a_holding

pytestmark = pytest.mark.sqlite_only
Accounts = Callable[[int, str], int]
HOUSE = {"name": "Flat", "kind": "house", "cost": "50,00,000", "on": "2025-04-01", "from_account_id": "", "notes": ""}


class Asking:
    """A source of prices that nobody may ask here."""

    name = "yfinance"

    def quotes(self, asked: Sequence[Asked]) -> Answer:
        raise AssertionError(f"a page asked for {asked}")


@pytest.fixture
def replaced(clock: Clock, mailer: FakeMailer) -> Replaced:
    return Replaced(now=clock, mailer=mailer, price_providers={"yfinance": Asking()})


def figures(page: str) -> list[str]:
    return re.findall(r'<data[^>]* value="([^"]*)"', page)


def test_an_empty_book_says_what_to_do(browser: Browser) -> None:
    page = shown(browser.get("/net_worth"))

    assert "Nothing to add up yet" in page
    assert "<canvas" not in page


def test_the_page_says_what_is_owned_and_owed_and_every_line_opens(
    browser: Browser, deps: Deps, book: int, account: Accounts
) -> None:
    """Cards, property, history and a negative balance: what the old page lacked or broke on."""
    card = add_account(AccountCommand(book, None, "Card", Subtype.CARD, "INR"), opening_minor=250_000, opening_on=date(2026, 8, 1), deps=deps)  # fmt: skip
    bank, cash = account(book, "Bank account"), account(book, "Cash")
    record_transaction(TransactionCommand(book, None, Direction.TRANSFER, date(2026, 9, 1), cash, 30_000, to_account_id=bank), deps=deps)  # fmt: skip
    flat = add_property(
        PropertyCommand(book, None, "Flat", PropertyKind.HOUSE, 500_000_000, date(2026, 8, 5)), deps=deps
    )
    add_valuation(flat, ValuationCommand(book, None, date(2026, 10, 1), 600_000_000, "Bank"), deps=deps)
    page = shown(browser.get("/net_worth?period=all"))

    assert figures(page)[0] == "5997500.00"
    for said in ("valued on 1 October 2026", "in the books ₹50,00,000.00", "Opening balances", "Valuations", "<canvas"):
        assert said in page
    assert '<data class="ft-money ft-money--bad" value="-300.00">' in page  # the cash that is missing
    for address in (f"/net_worth/property/{flat}", f"/transactions?account={card}", f"/transactions?account={cash}"):
        assert f'href="{address}' in page
        assert browser.get(address).status_code == 200
    assert "|safe" not in page


def test_no_page_of_net_worth_asks_a_source_of_prices_and_no_price_is_cost_not_zero(
    browser: Browser, deps: Deps, book: int, account: Accounts
) -> None:
    a_holding(deps, book, "Share", symbol="SHARE")
    share = account(book, "Share")
    record_transaction(TransactionCommand(book, None, Direction.TRANSFER, date(2026, 9, 1), account(book, "Bank account"), 90_000, to_account_id=share), deps=deps)  # fmt: skip
    for path in ("/net_worth", "/net_worth/goals", "/net_worth/export", "/net_worth/history/export"):
        assert browser.get(path).status_code == 200
    with pytest.raises(AssertionError, match="a page asked"):
        refresh_prices(book, deps=deps)  # the job would have


def test_a_period_is_chosen_by_name_or_by_months_and_nonsense_is_the_usual_one(
    browser: Browser, book: int, spend: Callable[..., Recorded]
) -> None:
    spend(book, 10_000, occurred_on=date(2026, 3, 3))
    spend(book, 20_000, occurred_on=date(2026, 10, 3))
    spend(book, 40_000, occurred_on=date(2026, 11, 3))

    def saved(query: str) -> str:
        page = shown(browser.get(f"/net_worth?{query}"))
        return figures(page.split("Why it changed")[1])[1]

    assert saved("period=month") == "-400.00"
    assert saved("period=quarter") == "-600.00"
    assert saved("period=all") == "-700.00"
    assert saved("since=2026-10&until=2026-10") == "-200.00"
    assert saved("since=2026-10&until=2026-03") == "-100.00"
    for odd in (
        "period=banana",
        "since=banana&until=2026-99",
        "since=0000-00",
        "period=",
        "since=9999-12&until=9999-12",
    ):
        assert browser.get(f"/net_worth?{odd}").status_code == 200


def test_a_property_lives_its_life_in_the_browser(
    browser: Browser, session: Session, book: int, account: Accounts
) -> None:
    made = browser.send("/net_worth/property/new", HOUSE)
    assert made.status_code == 303
    page = made.headers["Location"].split("?")[0]
    browser.send(f"{page}/value", {"on": "2026-11-01", "value": "60L", "note": "Agent"})
    assert "₹10,00,000" in shown(browser.get(page))  # above cost

    session.rollback()
    [thing] = properties_of(session, book)
    value = f"/net_worth/valuation/{thing.valuations[0].id}"
    browser.send(f"{value}/edit", {"on": "2026-11-02", "value": "61L", "note": "Bank"})
    assert "₹61,00,000" in shown(browser.get(page))
    gone = browser.send(f"{value}/remove", page=page)
    assert "No valuation yet" in shown(browser.get(gone.headers["Location"]))
    browser.send(f"{value}/restore", page=page)

    bank = str(account(book, "Bank account"))
    browser.send(f"{page}/sell", {"on": "2026-11-20", "amount": "62L", "account_id": bank})
    assert "sold on 20 November 2026" in shown(browser.get(page))
    browser.send(f"{page}/unsell", page=page)
    browser.send(f"{page}/edit", HOUSE | {"name": "House", "cost": "51L"})
    assert "House" in shown(browser.get(page))

    removed = browser.send(f"{page}/remove", page=page)
    assert "Removed House" in shown(browser.get(removed.headers["Location"]))
    assert browser.get(page).status_code == 404
    browser.send(f"{page}/restore", page="/net_worth/property/new")
    assert "₹61,00,000" in shown(browser.get(page))
    session.rollback()
    assert verify_book(session, book).differences == ()


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("name", "", "Write a name."),
        ("name", "x" * 81, "at most 80"),
        ("name", "cash", "There is already"),
        ("kind", "banana", "Choose a kind."),
        ("cost", "0", "above zero"),
        ("cost", "-5", "above zero"),
        ("cost", "nan", "Write the amount in figures"),
        ("cost", "9" * 30, "more than an amount can be"),
        ("on", "2025-02-31", "Write the date as"),
        ("on", "2026-11-23", "This day has not come yet."),
        ("from_account_id", "999", "Choose one from the list."),
        ("notes", "x" * 1001, "at most 1000"),
    ],
)
def test_a_bad_property_is_refused_beside_its_field(
    *, browser: Browser, session: Session, book: int, field: str, sent: str, said: str
) -> None:
    answer = browser.send("/net_worth/property/new", HOUSE | {field: sent})

    assert (answer.status_code, said in shown(answer)) == (422, True)
    session.rollback()
    assert properties_of(session, book) == []


def test_a_goal_is_set_shown_with_its_need_changed_removed_and_back(
    browser: Browser, session: Session, book: int, account: Accounts, spend: Callable[..., Recorded]
) -> None:
    spend(book, 10_000)
    bank = str(account(book, "Bank account"))
    good = {"name": "Car", "target": "6,00,000", "by_on": "2027-11-30", "basis": "accounts", "account_ids": bank, "start_on": "2026-11-01"}  # fmt: skip
    browser.send("/net_worth/goals/new", good)
    for path in ("/net_worth", "/net_worth/goals"):
        assert "₹50,000 a month for 12 months" in shown(browser.get(path))
    assert "not enough history: 0 of 6 whole months" in shown(browser.get("/net_worth/goals"))
    assert "Car,600000.00,2027-11-30" in browser.get("/net_worth/goals/export").get_data(as_text=True)

    session.rollback()
    goal = f"/net_worth/goals/{goals_of(session, book)[0].id}"
    for field, sent, said in (
        ("by_on", "2026-11-22", "still to come"),
        ("target", "0", "above zero"),
        ("account_ids", "999", "Choose accounts from the list."),
        ("account_ids", "", "Choose accounts from the list."),
        ("basis", "banana", "Choose what counts."),
    ):
        answer = browser.send(f"{goal}/edit", good | {field: sent})
        assert (answer.status_code, said in shown(answer)) == (422, True), field
    browser.send(f"{goal}/edit", good | {"name": "Van"})
    browser.send(f"{goal}/remove", page="/net_worth/goals")
    assert "No goals yet" in shown(browser.get("/net_worth/goals"))
    browser.send(f"{goal}/restore", page="/net_worth/goals/new")
    assert "Van" in shown(browser.get("/net_worth/goals"))


def test_the_files_hold_what_the_page_shows(browser: Browser, book: int, spend: Callable[..., Recorded]) -> None:
    spend(book, 10_000, occurred_on=date(2026, 9, 3))
    statement = browser.get("/net_worth/export").get_data(as_text=True)
    history = browser.get("/net_worth/history/export").get_data(as_text=True)

    assert "Owned,Cash and bank,Cash,-100.00,INR" in statement
    assert "Net worth,,,-100.00,INR" in statement
    assert "2026-09-30,-100.00,-100.00,0.00,-100.00,-100.00" in history
    assert "2026-11-22,-100.00" in history
    assert browser.get("/net_worth/history/export?format=xlsx").data[:2] == b"PK"


def test_another_books_things_are_not_found(
    browser: Browser, deps: Deps, make_book: Callable[..., int], make_user: Callable[..., int]
) -> None:
    other = make_book(make_user("bob@example.com"))
    flat = add_property(PropertyCommand(other, None, "Flat", PropertyKind.HOUSE, 5, date(2026, 8, 5)), deps=deps)
    value = add_valuation(flat, ValuationCommand(other, None, date(2026, 10, 1), 6), deps=deps)

    for path in (f"/net_worth/property/{flat}", f"/net_worth/property/{flat}/edit", f"/net_worth/valuation/{value}/edit", "/net_worth/goals/1/edit"):  # fmt: skip
        assert browser.get(path).status_code == 404
    for path in (f"/net_worth/property/{flat}/remove", f"/net_worth/property/{flat}/unsell", f"/net_worth/valuation/{value}/remove", f"/net_worth/valuation/{value}/restore", "/net_worth/goals/1/remove"):  # fmt: skip
        assert browser.send(path, page="/net_worth/goals/new").status_code == 404


def test_the_page_asks_the_same_of_a_large_book_as_of_a_small_one(
    app: Flask, deps: Deps, make_book: Callable[..., int], owner: int
) -> None:
    """With everything a book can have: deposits, investments, properties, another currency and goals."""
    browser = Browser(app).sign_in_as(owner, deps)
    counts = {}
    for size, many in ((10, 1), (1_000, 6)):
        book = make_book(owner, name=f"{size} rows")
        fill(deps, book, size)
        for number in range(many):
            a_holding(deps, book, f"Share {number}", symbol=f"S{number}")
            add_property(PropertyCommand(book, None, f"Thing {number}", PropertyKind.LAND, 5_000, date(2026, 9, 5)), deps=deps)  # fmt: skip
            add_account(AccountCommand(book, None, f"Dollars {number}", Subtype.BANK, "USD"), opening_minor=500, opening_on=date(2026, 9, 1), opening_base_minor=40_000, deps=deps)  # fmt: skip
            add_account(AccountCommand(book, None, f"Deposit {number}", Subtype.DEPOSIT, "INR"), opening_minor=500, opening_on=date(2026, 9, 1), deps=deps)  # fmt: skip
        with statements() as asked:
            assert browser.get(f"/net_worth?book={book}").status_code == 200
        counts[size] = len(asked)

    assert counts[10] == counts[1_000] <= 16, counts


def test_a_business_has_the_page_too(app: Flask, deps: Deps, make_book: Callable[..., int], owner: int) -> None:
    business = make_book(owner, kind=BookKind.BUSINESS, name="Studio")
    flat = add_property(
        PropertyCommand(business, None, "Van", PropertyKind.VEHICLE, 90_000, date(2026, 8, 5)), deps=deps
    )
    page = shown(Browser(app).sign_in_as(owner, deps).get(f"/net_worth?book={business}"))

    assert f"/net_worth/property/{flat}?book={business}" in page
    assert Decimal(figures(page)[0]) == 900
