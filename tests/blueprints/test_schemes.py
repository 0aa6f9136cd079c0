"""The pages of deposits, as a person uses them."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.scheme_kinds import KINDS, SchemeKind
from app.models.scheme import Scheme
from app.models.transaction import Transaction
from app.queries.schemes import schemes_of
from app.queries.verification import verify_book
from app.services.deps import Deps
from tests.blueprints.browser import Browser, shown
from tests.guards.test_budgets import MOST, statements
from tests.guards.test_forms import BAD

pytestmark = pytest.mark.sqlite_only
GOOD = {
    "name": "SBI deposit", "institution": "State Bank of India", "origin": "paid", "opened_on": "2026-01-01", "principal": "1,00,000.55",
    "rate": "7.1", "compounding": "quarterly", "tenor": "12",
}  # fmt: skip


@pytest.fixture
def good(book: int, account: Callable[[int, str], int]) -> dict[str, str]:
    bank = str(account(book, "Bank account"))
    return GOOD | {"from_account_id": bank, "payout_account_id": bank}


def rows(session: Session, book: int) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Scheme.name).where(Scheme.book_id == book, Scheme.removed_at.is_(None))))


def test_an_empty_page_says_what_to_do_and_the_kinds_are_offered(browser: Browser) -> None:
    empty, kinds = shown(browser.get("/schemes")), shown(browser.get("/schemes/new"))

    assert "No deposits yet" in empty
    assert 'href="/schemes/new?book=1"' in empty
    assert all(facts.name in kinds for facts in KINDS.values())


@pytest.mark.parametrize("kind", list(SchemeKind))
def test_the_form_of_a_kind_asks_what_its_rule_needs(browser: Browser, kind: SchemeKind) -> None:
    page = shown(browser.get(f"/schemes/new/{kind}"))

    def asks(name: str) -> bool:
        return f'name="{name}"' in page

    assert asks("instalment") == (kind in {SchemeKind.RD, SchemeKind.POST_RD, SchemeKind.PPF, SchemeKind.SSY})
    assert asks("rate") == (kind != SchemeKind.KVP)
    assert asks("compounding") == (kind == SchemeKind.FD)
    assert asks("is_joint") == (kind in {SchemeKind.MIS, SchemeKind.SCSS})
    assert asks("tenor") == (not KINDS[kind].tenors)
    assert 'step="' not in page  # the seed's step=100 kept real amounts out


def test_a_deposit_with_paise_is_added_shown_and_taken_along(
    browser: Browser, session: Session, book: int, good: dict[str, str]
) -> None:
    answer = browser.send("/schemes/new/fd", good)
    page = shown(browser.get(answer.headers["Location"]))
    csv, xlsx = browser.get("/schemes/export?format=csv"), browser.get("/schemes/export?format=xlsx")

    assert answer.status_code == 303
    assert "Added SBI deposit." in page
    assert "7.1% compounded quarterly since 1 January 2026." in page
    assert "1 January 2027" in page
    assert "100000.55" in csv.get_data(as_text=True)
    assert xlsx.get_data()[:2] == b"PK"
    assert verify_book(session, book).differences == ()


def test_a_matured_deposit_is_frozen_asks_once_and_is_posted(
    browser: Browser, session: Session, book: int, good: dict[str, str]
) -> None:
    browser.send(
        "/schemes/new/fd", good | {"opened_on": "2020-01-01", "principal": "1000", "rate": "7", "compounding": "yearly"}
    )
    page = shown(browser.get("/schemes"))
    closing = shown(browser.get("/schemes/1/close?early-closed_on=2021-01-01"))
    wrong = browser.send(
        "/schemes/1/close", {"closed_on": "2021-01-01", "account_id": good["payout_account_id"], "received": "0"}
    )
    done = browser.send(
        "/schemes/1/close",
        {"closed_on": "2021-01-01", "account_id": good["payout_account_id"], "received": "1,063", "tax": "7"},
    )

    assert "SBI deposit is due: ₹1,070.00" in page
    assert "1,594" not in page
    assert 'value="1070.00"' in closing
    assert (wrong.status_code, done.status_code) == (422, 303)
    assert "Write the amount that came." in shown(wrong)
    [scheme] = schemes_of(session, book)
    assert (scheme.balance_minor, scheme.entries[-1].interest_minor, scheme.entries[-1].tax_minor) == (0, 7_000, 700)
    assert "Closed on 1 January 2021" in shown(browser.get("/schemes/1"))
    assert browser.send("/schemes/1/reopen", page="/schemes/1").status_code == 303
    assert "is due" in shown(browser.get("/schemes"))


def test_what_closing_early_costs_is_shown_before_anything_is_saved(
    browser: Browser, session: Session, book: int, good: dict[str, str]
) -> None:
    browser.send("/schemes/new/fd", good | {"principal": "1,00,000", "tenor": "24", "penalty_rate": "1"})
    before = verify_book(session, book)

    page = shown(
        browser.get("/schemes/1/close?book=1&early-closed_on=2026-10-01&early-card_rate=6&early-penalty_rate=1")
    )
    future = shown(browser.get("/schemes/1/close?book=1&early-closed_on=2026-12-01"))
    odd = browser.get("/schemes/1/close?book=1&early-closed_on=x&early-card_rate=nan")

    assert "It is worth ₹1,05,420.08 on that day" in page  # three quarters at 7.1 %
    assert 'value="103797.07"' in page  # at 6 % less 1
    assert "Write a day up to today." in future
    assert odd.status_code == 200
    assert verify_book(session, book) == before
    session.rollback()
    assert session.scalars(select(Transaction.id).where(Transaction.book_id == book)).all() != []


def test_a_tax_saver_says_that_it_is_locked(browser: Browser, good: dict[str, str]) -> None:
    browser.send("/schemes/new/tax_saver", good)

    assert "A tax-saver deposit cannot be closed before 01.01.2031." in shown(browser.get("/schemes/1"))


def test_a_fund_takes_deposits_by_hand_and_its_rate_is_written(
    browser: Browser, session: Session, book: int, good: dict[str, str]
) -> None:
    said = good | {
        "name": "PPF",
        "opened_on": "2026-04-03",
        "principal": "5,000",
        "term": "180",
        "instalment_months": "1",
        "rate": "",
    }
    unknown = browser.send("/schemes/new/ppf", said)
    browser.send("/schemes/new/ppf", said | {"rate": "7.1"})
    pay = {"amount": "1,000.50", "day": "2026-05-05", "from_account_id": good["from_account_id"]}
    answers = [
        browser.send("/schemes/1/pay", pay),
        browser.send("/schemes/1/pay", pay | {"day": "2026-11-23"}),
        browser.send("/schemes/1/pay", pay | {"amount": "1,50,000"}),
        browser.send("/schemes/1/rate", {"from_on": "2026-07-01", "rate": "6.9"}),
        browser.send("/schemes/1/rate", {"from_on": "2020-07-01", "rate": "6.9"}),
        browser.send("/schemes/1/rate", {"from_on": "2026-07-01", "rate": ""}),
        browser.send("/schemes/1/rate", {"from_on": "2026-08-01", "rate": "6.8"}),
    ]

    assert unknown.status_code == 422
    assert "The notified rate for 03.04.2026 is not known here yet. Write the rate." in shown(unknown)
    assert 'value="5,000"' in shown(unknown)
    assert [answer.status_code for answer in answers] == [303, 422, 422, 303, 422, 303, 303]
    [scheme] = schemes_of(session, book)
    assert scheme.balance_minor == 600_050
    assert [first for first, _ in scheme.plan.rates] == [date(2026, 4, 3), date(2026, 8, 1)]


def test_a_removed_deposit_comes_back_with_undo(
    browser: Browser, session: Session, book: int, good: dict[str, str]
) -> None:
    browser.send("/schemes/new/fd", good)
    browser.send("/schemes/1/remove", page="/schemes/1")
    gone, page = rows(session, book), shown(browser.get("/schemes"))
    browser.send("/schemes/1/restore", page="/schemes/new/fd")

    assert gone == []
    assert "Removed SBI deposit with all that it posted." in page
    assert 'action="/schemes/1/restore?book=1"' in page
    assert rows(session, book) == ["SBI deposit"]
    assert verify_book(session, book).differences == ()


@pytest.mark.parametrize(
    ("kind", "changes"), [("fd", {}), ("ppf", {"term": "180", "instalment": "500", "instalment_months": "1"})]
)
def test_no_field_of_a_change_breaks_whatever_is_typed(  # noqa: PLR0917 - fixtures
    browser: Browser, session: Session, book: int, good: dict[str, str], kind: str, changes: dict[str, str]
) -> None:
    fields = good | changes
    assert browser.send(f"/schemes/new/{kind}", fields).status_code == 303
    form = shown(browser.get("/schemes/1/edit"))
    token = {"csrf_token": form.partition('name="csrf_token" value="')[2].partition('"')[0]}

    for field in fields:
        for bad in BAD[1::3]:
            answer = browser.post("/schemes/1/edit", fields | token | {field: bad})
            assert answer.status_code in {303, 422}, (field, bad)
            if answer.status_code == 422 and field in {"principal", "rate", "tenor"}:
                assert 'class="ft-field__below"' in shown(answer), (field, bad)

    assert browser.post("/schemes/1/edit", fields | token).status_code == 303
    assert verify_book(session, book).differences == ()


def test_what_is_wrong_stands_beside_its_field_and_stays_typed(
    browser: Browser, session: Session, book: int, good: dict[str, str]
) -> None:
    said = {
        "name": ("", "Write a name."), "principal": ("", "Write the amount."), "rate": ("nan", "Write the rate in per cent"),
        "tenor": ("-12", "Write a number from 0 to 600."), "opened_on": ("2026-02-31", "year-month-day"),
        "from_account_id": ("999999", "Choose one from the list."),
    }  # fmt: skip
    blank = browser.send("/schemes/new/fd", {})
    answers = {name: browser.send("/schemes/new/fd", good | {name: typed}) for name, (typed, _) in said.items()}
    future = browser.send("/schemes/new/fd", good | {"opened_on": "2026-11-23"})

    assert blank.status_code == 422
    for name, (typed, words) in said.items():
        page = shown(answers[name])
        assert answers[name].status_code == 422
        assert words in page.partition(f'data-field="{name}"')[2].partition('data-field="')[0], name
        assert f'value="{typed}"' in page or name in {"name", "principal", "opened_on", "from_account_id"}
    assert "It begins after today." in shown(future)
    assert rows(session, book) == []


def test_the_pages_of_thirty_deposits_ask_little_of_the_database(browser: Browser, good: dict[str, str]) -> None:
    for number in range(30):
        browser.send("/schemes/new/fd", good | {"name": f"Deposit {number}"})

    for address in (
        "/schemes",
        "/schemes/1",
        "/schemes/1/edit",
        "/schemes/1/close",
        "/schemes/new/ppf",
        "/schemes/export",
    ):
        with statements() as asked:
            assert browser.get(address).status_code == 200
        assert len(asked) <= MOST, address


def test_a_book_in_another_currency_has_only_what_banks_everywhere_have(
    app: Flask, deps: Deps, make_book: Callable[..., int], make_user: Callable[..., int]
) -> None:
    person = make_user()
    make_book(person, currency="EUR", timezone="Europe/Berlin")
    browser = Browser(app).sign_in_as(person, deps)

    kinds = shown(browser.get("/schemes/new"))

    assert "Fixed deposit with payouts" in kinds
    assert "Public Provident Fund" not in kinds
    assert "stand here in a book in INR" in kinds
    assert browser.get("/schemes/new/ppf").status_code == 404
    assert browser.get("/schemes/new/banana").status_code == 404
