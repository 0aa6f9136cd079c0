import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models.user import SignIn
from app.queries.accounts import accounts_of
from app.queries.people import token_hash
from app.queries.verification import verify_book
from app.services.transactions import Recorded
from tests.conftest import NOW

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
XSS = "<script>alert('x')</script>"
Account = Callable[[int, str], int]
Post = Callable[..., tuple[int, str]]
GOOD_ACCOUNT = {"name": "HDFC Savings", "subtype": "bank", "currency": "INR", "opening": "1,500.50", "opening_on": "2026-11-01", "icon": "bank", "colour": "1"}  # fmt: skip
GOOD_CATEGORY = {"name": "Pets", "kind": "expense", "need": "discretionary", "icon": "heart", "colour": "4"}


@pytest.fixture
def book(make_user: Callable[..., int], make_book: Callable[..., int], session: Session) -> int:
    """Asha's personal book; `client` is her browser."""
    person = make_user()
    session.execute(insert(SignIn).values(token_hash=token_hash("asha"), user_id=person, device="", address="", created_at=NOW, seen_at=NOW))  # fmt: skip
    session.commit()
    return make_book(person)


@pytest.fixture
def client(app: Flask, book: int) -> FlaskClient:
    assert book
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = "asha", True
    return client


@pytest.fixture
def post(client: FlaskClient) -> Post:
    def send(address: str, /, **fields: object) -> tuple[int, str]:
        found = TOKEN.search(client.get("/categories/new").get_data(as_text=True))
        assert found
        answer = client.post(address, data={"csrf_token": found[1], **fields})
        if answer.status_code == 303:
            return 303, client.get(answer.headers["Location"]).get_data(as_text=True)
        return answer.status_code, answer.get_data(as_text=True)

    return send


def named(session: Session, book: int, name: str) -> int:
    session.rollback()
    return next(each.id for each in accounts_of(session, book).values() if each.name == name)


def test_a_new_account_shows_what_is_in_it_and_can_be_corrected(post: Post, session: Session, book: int) -> None:
    _, page = post("/accounts/new", **GOOD_ACCOUNT)
    number = named(session, book, "HDFC Savings")
    status, corrected = post(f"/accounts/{number}/edit", **(GOOD_ACCOUNT | {"name": "HDFC", "opening": "2000"}))

    assert "Added HDFC Savings." in page
    assert 'value="1500.50"' in page
    assert status == 303
    assert 'value="2000.00"' in corrected
    assert 'value="1500.50"' not in corrected
    assert verify_book(session, book).differences == ()


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("name", "", "Write a name."),
        ("name", "x" * 81, "at most 80"),
        ("name", "Cash", "There is already"),
        ("subtype", "banana", "Choose a kind of account."),
        ("currency", "BANANA", "Choose a currency."),
        ("opening", "nan", "Write the amount in figures"),
        ("opening", "9" * 40, "more than an amount can be"),
        ("opening_on", "banana", "Write the date as"),
        ("opening_on", "", "Write the day of the opening balance."),
        ("icon", "../../etc", "Choose an icon"),
        ("colour", "99", "Choose a colour"),
        ("currency", "USD", "Write what this is in INR"),
    ],
)
def test_a_bad_account_is_refused_beside_the_field(
    *, post: Post, session: Session, book: int, field: str, sent: str, said: str
) -> None:
    status, page = post("/accounts/new", **(GOOD_ACCOUNT | {field: sent}))

    assert (status, said in page) == (422, True)
    assert "HDFC Savings" not in {each.name for each in accounts_of(session, book).values()}
    assert field == "name" or "HDFC Savings" in page


def test_an_archived_account_leaves_the_list_and_comes_back(post: Post, book: int, account: Account) -> None:
    cash = account(book, "Cash")

    _, gone = post(f"/accounts/{cash}/archive")
    _, back = post(f"/accounts/{cash}/archive", back="1")

    assert "Archived Cash." in gone
    assert "Bring back" in gone
    assert "Cash is back in use." in back


def test_a_category_is_added_changed_moved_and_shown_with_its_sums(
    *, post: Post, client: FlaskClient, session: Session, book: int, account: Account, spend: Callable[..., Recorded]
) -> None:
    _, added = post("/categories/new", **GOOD_CATEGORY)
    pets = named(session, book, "Pets")
    spend(book, 12_300, category="Pets")
    _, moved = post(
        f"/categories/{pets}/edit", **(GOOD_CATEGORY | {"name": "Dog", "parent_id": account(book, "Health")})
    )

    assert "Added Pets." in added
    assert "Discretionary" in added
    assert moved.count('value="123.00"') == 4  # the dog and health, this month and twelve
    assert client.get(f"/transactions?category={account(book, 'Health')}").get_data(as_text=True).count("₹123") > 0


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("name", " ", "Write a name."),
        ("name", "groceries", "There is already"),
        ("kind", "banana", "Choose spending or income."),
        ("kind", "asset", "Choose spending or income."),
        ("need", "banana", "Choose essential"),
        ("parent_id", "999999", "Choose one from the list."),
        ("parent_id", "9" * 40, "Choose one from the list."),
        ("icon", "", "Choose an icon"),
    ],
)
def test_a_bad_category_is_refused_beside_the_field(post: Post, field: str, sent: str, said: str) -> None:
    status, page = post("/categories/new", **(GOOD_CATEGORY | {field: sent}))

    assert (status, said in page) == (422, True)


def test_a_merge_says_first_what_will_happen(
    *, post: Post, client: FlaskClient, session: Session, book: int, account: Account, spend: Callable[..., Recorded]
) -> None:
    spend(book, category="Dining")
    spend(book, category="Dining")
    dining, groceries = account(book, "Dining"), account(book, "Groceries")

    asked = client.get(f"/categories/{dining}/merge").get_data(as_text=True)
    refused, why = post(f"/categories/{dining}/merge", into_id="")
    _, done = post(f"/categories/{dining}/merge", into_id=groceries)

    assert "2 entries move to the category you choose." in asked
    assert (refused, "Choose the category that stays." in why) == (422, True)
    assert "Merged Dining into Groceries: 2 transactions moved." in done
    assert verify_book(session, book).differences == ()


def test_names_never_come_back_as_markup(post: Post, client: FlaskClient, session: Session, book: int) -> None:
    _, accounts = post("/accounts/new", **(GOOD_ACCOUNT | {"name": XSS}))
    _, categories = post("/categories/new", **(GOOD_CATEGORY | {"name": XSS + "2"}))
    number = named(session, book, XSS + "2")
    pages = [accounts, categories, client.get(f"/categories/{number}/edit").get_data(as_text=True), client.get("/transactions").get_data(as_text=True), client.get("/transactions/new").get_data(as_text=True)]  # fmt: skip

    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_a_stranger_finds_nothing(
    post: Post, client: FlaskClient, make_user: Callable[..., int], make_book: Callable[..., int], account: Account
) -> None:
    other = make_book(make_user("bob@example.com"))
    cash, food = account(other, "Cash"), account(other, "Groceries")

    for address in (f"/accounts/{cash}/edit", f"/categories/{food}/edit", f"/categories/{food}/merge"):
        assert client.get(address).status_code == 404
    for address in (f"/accounts/{cash}/archive", f"/categories/{food}/archive"):
        assert post(address)[0] == 404


def test_accounts_that_the_books_keep_themselves_cannot_be_changed(
    client: FlaskClient, account: Account, book: int
) -> None:
    opening = account(book, "Opening balances")

    assert client.get(f"/accounts/{opening}/edit").status_code == 404
    assert client.get(f"/categories/{opening}/edit").status_code == 404
