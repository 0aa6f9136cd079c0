import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Direction, State, Subtype
from app.extensions import db
from app.models.anomaly import Alert
from app.models.book import Membership
from app.models.transaction import Transaction
from app.models.user import SignIn
from app.queries.people import token_hash
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, add_account
from app.services.deps import Deps
from app.services.transactions import Line, Recorded, TransactionCommand, record_transaction
from tests.conftest import NOW

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
XSS = "<script>alert('x')</script>\"><img src=x onerror=y>{{7*7}}"
Make = Callable[..., int]
Account = Callable[[int, str], int]
Spend = Callable[..., Recorded]


@pytest.fixture
def book(make_user: Make, make_book: Make, session: Session) -> int:
    """Asha's personal book; `client` is her browser."""
    person = make_user()
    session.execute(
        insert(SignIn).values(
            token_hash=token_hash("asha"), user_id=person, device="", address="", created_at=NOW, seen_at=NOW
        )
    )
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
def post(client: FlaskClient) -> Callable[..., tuple[int, str]]:
    """Send a form as a browser does: `post("/transactions/new", amount="250")` gives the status and the page it leads to."""

    def send(address: str, /, *, query: str = "", **fields: object) -> tuple[int, str]:
        found = TOKEN.search(client.get("/transactions/new").get_data(as_text=True))
        assert found
        answer = client.post(address + query, data={"csrf_token": found[1], **fields})
        if answer.status_code == 303:
            return 303, client.get(answer.headers["Location"]).get_data(as_text=True)
        return answer.status_code, answer.get_data(as_text=True)

    return send


Post = Callable[..., tuple[int, str]]


@pytest.fixture
def entry(book: int, account: Account) -> dict[str, object]:
    """What a good form says: lunch for 250, in cash."""
    return {
        "direction": "out", "amount": "250", "occurred_on": "2026-11-21", "payee": "Truffles", "account_id": account(book, "Cash"),
        "category_id": account(book, "Dining"), "note": "Lunch", "tags": "friends, Diwali", "submission_key": str(uuid4()),
    }  # fmt: skip


def saved(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Transaction).where(Transaction.state == State.POSTED)) or 0


def titles(page: str) -> list[str]:
    return re.findall(r'class="ft-table__go"[^>]*>([^<]+)</a>', page)


def test_a_saved_entry_is_first_in_the_list_with_all_that_was_said(
    client: FlaskClient, post: Post, entry: dict[str, object]
) -> None:
    status, page = post("/transactions/new", **entry)

    assert status == 303
    assert "Transaction saved." in page
    assert titles(page) == ["Truffles"]
    for said in ("Lunch", "Dining", "Cash", "friends", "Diwali", 'value="-250.00"', "Yesterday, Saturday 21 November"):
        assert said in page
    assert client.get("/transactions").status_code == 200


def test_save_and_add_another_keeps_account_day_and_kind(
    post: Post, entry: dict[str, object], book: int, account: Account
) -> None:
    _, page = post("/transactions/new", again="1", **entry)

    assert "<h1>Add transaction</h1>" in page
    assert 'value="2026-11-21"' in page
    assert re.search(rf'<option selected value="{account(book, "Cash")}">Cash</option>', page)
    assert "Truffles" not in page


def test_a_double_submit_posts_once(post: Post, entry: dict[str, object], session: Session) -> None:
    post("/transactions/new", **entry)
    _, page = post("/transactions/new", **entry)

    assert "was not saved twice" in page
    assert saved(session) == 1


def test_a_new_form_begins_with_the_account_used_last(
    client: FlaskClient, spend: Spend, book: int, account: Account
) -> None:
    spend(book)

    page = client.get("/transactions/new").get_data(as_text=True)

    assert f'<option selected value="{account(book, "Cash")}">Cash</option>' in page


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("amount", "", "Write the amount."),
        ("amount", "nan", "Write the amount in figures"),
        ("amount", "inf", "Write the amount in figures"),
        ("amount", "1e400", "Write the amount in figures"),
        ("amount", "9" * 30, "more than an amount can be"),
        ("amount", "-5", "above zero"),
        ("amount", "0", "above zero"),
        ("amount", "1/0", "divide by zero"),
        ("amount", "12.345", "decimals"),
        ("amount", "🙂", "Write the amount in figures"),
        ("occurred_on", "", "Write the date."),
        ("occurred_on", "2026-02-30", "Write the date as"),
        ("occurred_on", "banana", "Write the date as"),
        ("occurred_on", "0001-01-01", "Write a date between"),
        ("occurred_on", "9999-12-31", "Write a date between"),
        ("direction", "banana", "Choose money out"),
        ("account_id", "", "Choose an account."),
        ("account_id", "999999999999999999999999", "Choose one from the list."),
        ("account_id", "banana", "Choose one from the list."),
        ("category_id", "", "Choose a category."),
        ("category_id", "-1", "Choose one from the list."),
        ("payee", "x" * 121, "at most 120"),
        ("note", "x" * 1001, "at most 1000"),
        ("tags", "x" * 41, "tags of 40 characters"),
    ],
)  # fmt: skip
def test_bad_input_is_said_beside_the_field_and_nothing_typed_is_lost(
    *, post: Post, entry: dict[str, object], session: Session, field: str, sent: str, said: str
) -> None:
    status, page = post("/transactions/new", **(entry | {field: sent}))

    assert status == 422
    assert said in page
    kept = entry | {field: sent if field in {"amount", "occurred_on", "payee", "note", "tags"} else ""}
    for name in ("amount", "occurred_on", "payee", "note", "tags"):
        assert str(kept[name]) in page
    assert saved(session) == 0


def test_an_entry_without_any_field_is_refused(post: Post, session: Session) -> None:
    status, page = post("/transactions/new")

    assert status == 422
    assert "Write the amount." in page
    assert saved(session) == 0


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("receipt_id", "nan"),
        ("receipt_id", "9" * 40),
        ("submission_key", "x" * 500),
        ("lines-0-amount", ""),
        ("lines-9999999-amount", ""),
    ],
)
def test_hidden_fields_that_make_no_sense_lose_nothing(
    post: Post, entry: dict[str, object], session: Session, field: str, sent: str
) -> None:
    status, _ = post("/transactions/new", **(entry | {field: sent}))

    assert status == 303
    assert saved(session) == 1


def test_accounts_categories_and_receipts_of_another_book_cannot_be_named(
    *, post: Post, entry: dict[str, object], session: Session, make_user: Make, make_book: Make, account: Account
) -> None:
    other = make_book(make_user("bob@example.com"))

    for field, foreign in (("account_id", account(other, "Cash")), ("category_id", account(other, "Dining"))):
        status, page = post("/transactions/new", **(entry | {field: foreign}))
        assert (status, "Choose one from the list." in page) == (422, True)
    assert post("/transactions/new", **(entry | {"receipt_id": 77}))[0] == 404
    assert saved(session) == 0


def test_a_split_shares_out_the_amount_and_a_blank_part_takes_the_rest(
    post: Post, entry: dict[str, object], book: int, account: Account, session: Session
) -> None:
    parts = {"lines-0-category_id": account(book, "Groceries"), "lines-0-amount": "100.50", "lines-1-category_id": account(book, "Dining"), "lines-1-amount": "", "lines-2-category_id": "", "lines-2-amount": ""}  # fmt: skip

    status, page = post("/transactions/new", **(entry | parts | {"category_id": ""}))

    assert status == 303
    assert "Groceries, Dining" in page
    detail = session.scalars(select(Transaction.id)).one()
    assert verify_book(session, book).differences == ()
    status, _ = post(
        f"/transactions/{detail}/edit", **(entry | parts | {"category_id": "", "lines-1-amount": "149.50"})
    )
    assert status == 303


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (("100", "100"), "The parts do not add up"),
        (("", ""), "only one may be left blank"),
        (("nan", "10"), "Write the amount in figures"),
        (("250", ""), "above zero"),
    ],
)
def test_parts_that_do_not_fit_the_whole_are_refused(
    *,
    post: Post,
    entry: dict[str, object],
    book: int,
    account: Account,
    session: Session,
    amounts: tuple[str, str],
    said: str,
) -> None:
    parts = {"lines-0-category_id": account(book, "Groceries"), "lines-0-amount": amounts[0], "lines-1-category_id": account(book, "Dining"), "lines-1-amount": amounts[1]}  # fmt: skip

    status, page = post("/transactions/new", **(entry | parts))

    assert (status, said in page) == (422, True)
    assert saved(session) == 0


def test_money_in_can_be_income_or_a_refund(post: Post, entry: dict[str, object], book: int, account: Account) -> None:
    came = entry | {"direction": "in", "category_id": ""}

    post("/transactions/new", **(came | {"in_category_id": account(book, "Salary"), "payee": "Zephyr"}))
    _, page = post("/transactions/new", **(came | {"in_category_id": account(book, "Dining"), "submission_key": ""}))

    assert len(re.findall(r'ft-money--in"[^>]*value="250\.00"', page)) >= 2
    assert "Choose a category" in post("/transactions/new", **came)[1]


def test_a_transfer_between_currencies_states_both_amounts(
    post: Post, deps: Deps, entry: dict[str, object], book: int
) -> None:
    dollars = add_account(AccountCommand(book, None, "Wise", Subtype.BANK, "USD"), deps=deps)
    move = entry | {"direction": "transfer", "to_account_id": dollars, "amount": "8,300"}

    refused, asked = post("/transactions/new", **move)
    status, page = post("/transactions/new", **(move | {"to_amount": "100"}))

    assert (refused, "Write how much arrives, in USD" in asked) == (422, True)
    assert status == 303
    assert "Cash › Wise" in page
    assert re.search(r'Net <b>\s*<data class="ft-money"\s+value="0\.00"', page)  # a transfer is no spending


def test_an_entry_in_another_currency_asks_for_the_amount_in_the_books(
    post: Post, deps: Deps, entry: dict[str, object], book: int
) -> None:
    dollars = add_account(AccountCommand(book, None, "Wise", Subtype.BANK, "USD"), deps=deps)
    abroad = entry | {"account_id": dollars, "amount": "19.99"}

    refused, asked = post("/transactions/new", **abroad)
    status, page = post("/transactions/new", **(abroad | {"base_amount": "1,689"}))

    assert (refused, "Write what this is in INR" in asked) == (422, True)
    assert status == 303
    assert "−$19" in page
    assert "−₹1,689" in page


def test_amounts_are_read_in_the_readers_locale(
    app: Flask, make_user: Make, make_book: Make, session: Session, account: Account
) -> None:
    person = make_user("uwe@example.com", locale="de-DE")
    book = make_book(person, currency="EUR")
    session.execute(
        insert(SignIn).values(
            token_hash=token_hash("uwe"), user_id=person, device="", address="", created_at=NOW, seen_at=NOW
        )
    )
    session.commit()
    uwe = app.test_client()
    with uwe.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = "uwe", True
    found = TOKEN.search(uwe.get("/transactions/new").get_data(as_text=True))
    assert found

    uwe.post("/transactions/new", data={"csrf_token": found[1], "direction": "out", "amount": "1.234,56", "occurred_on": "2026-11-21", "account_id": account(book, "Cash"), "category_id": account(book, "Dining")})  # fmt: skip

    assert 'value="-1234.56"' in uwe.get("/transactions").get_data(as_text=True)


def test_an_edit_is_told_in_the_history_in_words(
    *, post: Post, client: FlaskClient, entry: dict[str, object], session: Session, book: int, account: Account
) -> None:
    post("/transactions/new", **entry)
    number = session.scalars(select(Transaction.id)).one()

    form = client.get(f"/transactions/{number}/edit").get_data(as_text=True)
    _, page = post(
        f"/transactions/{number}/edit", **(entry | {"amount": "275", "category_id": account(book, "Travel")})
    )

    assert 'value="250.00"' in form
    assert "Changes saved." in page
    assert "Amount: ₹250.00 became ₹275.00" in page
    assert "Category: Dining became Travel" in page
    assert "Recorded" in page


def test_a_deleted_entry_leaves_the_list_and_undo_brings_it_back(
    post: Post, client: FlaskClient, spend: Spend, book: int, session: Session
) -> None:
    number = spend(book, payee="Truffles").transaction_id

    _, gone = post(f"/transactions/{number}/void")
    undo = re.search(r'action="([^"]*do=restore[^"]*)"', gone)
    deleted = client.get("/transactions?deleted=1").get_data(as_text=True)
    assert undo
    _, back = post(undo[1].replace("&amp;", "&"))

    assert "Deleted 1 transaction." in gone
    assert titles(gone) == []
    assert titles(deleted) == ["Truffles"]
    assert "Groceries" in deleted
    assert titles(back) == ["Truffles"]
    assert verify_book(session, book).differences == ()


def test_many_are_recategorised_tagged_and_deleted_with_their_count(
    *, post: Post, client: FlaskClient, spend: Spend, book: int, account: Account, session: Session
) -> None:
    ids = [spend(book, payee=f"Shop {n}").transaction_id for n in range(3)]

    _, moved = post(
        "/transactions/bulk", query="?q=shop", do="recategorise", ids=ids, category_id=account(book, "Travel")
    )
    _, tagged = post("/transactions/bulk", do="tag", ids=ids[:2], tag="#trip")
    _, again = post("/transactions/bulk", do="tag", ids=ids[:2], tag="trip")
    _, gone = post("/transactions/bulk", do="void", ids=ids[:2])

    assert "Changed the category of 3 transactions." in moved
    assert 'value="shop"' in moved  # back in the list they were ticked in
    assert "Tagged 2 transactions." in tagged
    assert "They all had that tag already." in again
    assert "Deleted 2 transactions." in gone
    assert titles(client.get("/transactions").get_data(as_text=True)) == ["Shop 2"]
    assert verify_book(session, book).differences == ()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "void"}, "Tick the transactions first."),
        ({"do": "banana", "ids": ["1"]}, "Choose what to do"),
        ({"do": "tag", "ids": ["1"], "tag": " "}, "Write the tag."),
        ({"do": "recategorise", "ids": ["1"]}, "Choose the category"),
        ({"do": "void", "ids": ["nan", "", "-1"]}, "Tick the transactions first."),
        ({"do": "void", "ids": [str(n) for n in range(1, 102)]}, "at most 100"),
    ],
)
def test_a_bulk_action_that_makes_no_sense_says_so(
    *, post: Post, spend: Spend, book: int, session: Session, fields: dict[str, object], said: str
) -> None:
    spend(book)

    status, page = post("/transactions/bulk", **fields)

    assert (status, said in page) == (303, True)
    assert saved(session) == 1


def test_a_stranger_finds_nothing(
    post: Post, client: FlaskClient, spend: Spend, make_user: Make, make_book: Make
) -> None:
    other = make_book(make_user("bob@example.com"))
    number = spend(other).transaction_id

    assert client.get(f"/transactions/{number}").status_code == 404
    assert client.get(f"/transactions?book={other}").status_code == 404
    assert client.get("/transactions?category=999999").status_code == 404
    assert post(f"/transactions/{number}/void")[0] == 404
    assert post("/transactions/bulk", do="void", ids=[number])[0] == 404


@pytest.mark.parametrize(
    "query",
    [
        "month=banana", "month=2026-99", "from=x&to=9999-99-99", "min=nan&max=inf", "before=x.y", "before=2026-11-20.99999999999999999999",
        "after=9999-12-31.1", "q=%25_%5C", "q=%00", "q=" + "a" * 5000, "tag=%F0%9F%98%80", "unusual=1&receipt=1", "deleted=1&account=abc",
        "q=%ED%A0%80", "min=" + "9" * 400,
    ],
)  # fmt: skip
def test_any_address_of_the_list_is_answered(client: FlaskClient, spend: Spend, book: int, query: str) -> None:
    spend(book)

    assert client.get(f"/transactions?{query}").status_code in {200, 404}
    assert client.get(f"/transactions.csv?{query}").status_code in {200, 404}


def test_the_three_empty_lists_say_different_things(client: FlaskClient, spend: Spend, book: int) -> None:
    first = client.get("/transactions").get_data(as_text=True)
    spend(book)
    none = client.get("/transactions?q=nothing+like+this").get_data(as_text=True)
    deleted = client.get("/transactions?deleted=1").get_data(as_text=True)

    assert "No transactions yet" in first
    assert "Nothing matches" in none
    assert "Nothing is deleted" in deleted


def test_the_export_holds_the_whole_view_and_no_formula(client: FlaskClient, spend: Spend, book: int) -> None:
    for n in range(60):
        spend(book, 100 + n, payee=f"Shop {n}", note="=1+1", tags=("@tag",))
    spend(book, 5, payee="Other")

    answer = client.get("/transactions.csv?q=shop")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert len(rows) == 60
    assert {row["Note"] for row in rows} == {"'=1+1"}
    assert {row["Tags"] for row in rows} == {"'@tag"}
    assert sum(round(float(row["Amount"]) * 100) for row in rows) == -sum(100 + n for n in range(60))


def test_suggestions_know_the_category_and_account_of_last_time(
    client: FlaskClient, spend: Spend, book: int, account: Account
) -> None:
    spend(book, payee="Big Bazaar", category="Shopping", occurred_on=date(2026, 1, 1))
    spend(book, payee="Big Bazaar")
    spend(book, payee="Old bigwig", occurred_on=date(2025, 1, 1))
    spend(book, payee="Uber")

    found = client.get("/payees.json?q=BIG").get_json()
    recent = client.get("/payees.json").get_json()

    assert [each["value"] for each in found] == ["Big Bazaar", "Old bigwig"]
    assert found[0] == {
        "value": "Big Bazaar",
        "category_id": account(book, "Groceries"),
        "account_id": account(book, "Cash"),
    }
    assert [each["value"] for each in recent] == ["Uber", "Big Bazaar", "Old bigwig"]
    assert client.get("/payees.json?q=%25").get_json() == []


def test_what_people_write_never_comes_back_as_markup(
    post: Post, client: FlaskClient, entry: dict[str, object], session: Session, book: int
) -> None:
    planted = entry | {"payee": XSS, "note": XSS, "tags": XSS[:40], "description": XSS}
    _, page = post("/transactions/new", **planted)
    number = session.scalars(select(Transaction.id)).one()
    session.execute(
        insert(Alert).values(
            book_id=book, transaction_id=number, kinds="amount", reason=XSS, score=0.9, answer="open", created_at=NOW
        )
    )
    session.commit()
    post(f"/transactions/{number}/edit", **(planted | {"payee": XSS + "2"}))
    shown = [page] + [
        client.get(address).get_data(as_text=True)
        for address in ("/transactions", f"/transactions/{number}", f"/transactions/{number}/edit", f"/transactions?q={XSS}", f"/transactions?tag={XSS}", "/transactions?unusual=1", f"/transactions/new?payee={XSS}")
    ]  # fmt: skip

    for each in shown:
        assert "<script>alert" not in each
        assert "<img src=x" not in each
        assert "49" not in re.findall(r"onerror=y&gt;(\d+)", each)
    assert "&lt;script&gt;" in shown[1]


def test_business_books_have_the_same_pages_under_their_own_address(
    client: FlaskClient, session: Session, book: int, make_book: Make
) -> None:
    owner = session.scalars(select(Membership.user_id).where(Membership.book_id == book)).one()
    studio = make_book(owner, kind=BookKind.BUSINESS, name="Studio")

    page = client.get("/business/transactions").get_data(as_text=True)

    assert f'action="/business/transactions?book={studio}"' in page
    assert client.get("/business/transactions/new").status_code == 200


def test_a_page_of_the_list_takes_at_most_twelve_statements_at_any_length(
    client: FlaskClient, deps: Deps, book: int, account: Account
) -> None:
    cash, food = account(book, "Cash"), account(book, "Groceries")
    for n in range(70):
        record_transaction(TransactionCommand(book, None, Direction.OUT, date(2026, 11, 1) - timedelta(days=n), cash, 100 + n, lines=(Line(food, 100 + n),), payee=f"Shop {n}", tags=("weekly",)), deps=deps)  # fmt: skip
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: statements.append(statement))

    counts = []
    for query in (
        "",
        "?q=shop",
        f"?category={food}",
        f"?account={cash}&min=1",
        "?month=2026-10",
        "?unusual=1",
        "?deleted=1",
    ):
        statements.clear()
        assert client.get(f"/transactions{query}").status_code == 200
        counts.append(len([each for each in statements if not each.startswith("PRAGMA")]))

    assert max(counts) <= 12
