"""The page of what was found: reasons, answers with undo, and a form that is filled in."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.books import Role
from app.domain.periods import Month
from app.models.book import Membership
from app.services.deps import Deps
from tests.blueprints.browser import Browser, shown
from tests.guards.test_budgets import MOST, statements

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def book(make_book: Callable[..., int], owner: int, spend: Callable[..., object]) -> int:
    """Netflix since May at ₹449, from September at ₹499, charged twice in October; a gym until July."""
    book = make_book(owner)
    for number in range(5, 12):
        day = Month(2026, number).up_to(3)
        spend(book, 44_900 if number < 9 else 49_900, payee="Netflix", occurred_on=day)
    spend(book, 49_900, payee="Netflix", occurred_on=date(2026, 10, 5))
    for number in range(1, 8):
        spend(book, 150_000, payee="Cult Gym", occurred_on=Month(2026, number).up_to(9))
    return book


def test_a_series_is_shown_with_its_reason_and_with_what_changed(browser: Browser) -> None:
    with statements() as asked:
        page = shown(browser.get("/recurring/found"))
    assert len(asked) <= MOST
    assert "₹499 each month since 3 May, 8 times, last 3 Nov." in page
    assert "₹499 since 3 Sep, ₹449 before." in page
    assert "₹499 on 5 Oct, for the second time in one month." in page
    assert "Last paid 9 Jul: ₹1,500 each month until then." in page
    assert page.count("Make recurring<") == 1  # Netflix alone
    assert 'href="/transactions?q=Netflix' in page


def test_a_series_is_dismissed_and_offered_again_with_undo(browser: Browser) -> None:
    page = browser.get("/recurring/found").get_data(as_text=True)
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    assert key
    answer = browser.send(
        "/recurring/found/dismiss", {"key": key[1].replace("&gt;", ">"), "minor": "49900"}, page="/recurring/found"
    )
    assert answer.status_code == 303
    page = shown(browser.get("/recurring/found"))
    assert "Netflix is not offered any more." in page
    assert "each month since 3 May" not in page
    undo = re.search(r'action="(/recurring/found/offer\?[^"]+)"', page)
    assert undo
    browser.send(undo[1].replace("&amp;", "&"), page="/recurring/found")
    page = shown(browser.get("/recurring/found"))
    assert "Netflix is looked at again." in page
    assert "each month since 3 May" in page


def test_what_was_not_found_cannot_be_answered(browser: Browser) -> None:
    for minor in ("49901", "", "nan", "9" * 40, "-1"):
        sent = {"key": "out:monthly:payee:1", "minor": minor}
        assert browser.send("/recurring/found/dismiss", sent, page="/recurring/found").status_code == 404
        assert browser.send("/recurring/found/offer", sent, page="/recurring/found").status_code == 404
        assert browser.get(f"/recurring/found/new?key=out:monthly:payee:1&minor={minor}").status_code == 404


def test_make_recurring_opens_the_form_filled_in_and_saving_it_ends_the_offer(
    browser: Browser, account: Callable[[int, str], int], book: int
) -> None:
    link = re.search(r'href="(/recurring/found/new[^"]+)"', browser.get("/recurring/found").get_data(as_text=True))
    assert link
    address = link[1].replace("&amp;", "&")
    form = shown(browser.get(address))
    for field, value in (("amount", "499.00"), ("occurred_on", "2026-12-03"), ("payee", "Netflix")):
        assert re.search(rf'name="{field}"[^>]*value="{value}"|value="{value}"[^>]*name="{field}"', form), field
    said = {
        "direction": "out", "amount": "499", "occurred_on": "2026-12-03", "payee": "Netflix", "name": "Netflix", "every": "1",
        "account_id": str(account(book, "Cash")), "category_id": str(account(book, "Groceries")), "unit": "MONTHLY",
        "month_day": "same", "ends": "never", "posts": "itself",
    }  # fmt: skip
    assert browser.send(address, said | {"amount": "nan"}).status_code == 422
    assert browser.send(address, said).status_code == 303
    page = shown(browser.get("/recurring/found"))
    assert "Make recurring" not in page
    assert "₹499 since 3 Sep, ₹449 before." in page


def test_a_viewer_reads_and_answers_nothing(
    app: Flask, deps: Deps, session: Session, make_user: Callable[..., int], book: int
) -> None:
    viewer = make_user("vikram@example.com")
    session.add(Membership(book_id=book, user_id=viewer, role=Role.VIEWER))
    session.commit()
    page = shown(Browser(app).sign_in_as(viewer, deps).get(f"/recurring/found?book={book}"))
    assert "₹499 each month" in page
    assert "Not recurring" not in page
    assert "Make recurring" not in page


def test_an_empty_book_says_what_makes_a_series(
    app: Flask, deps: Deps, make_book: Callable[..., int], owner: int
) -> None:
    empty = make_book(owner, name="Empty")
    page = shown(Browser(app).sign_in_as(owner, deps).get(f"/recurring/found?book={empty}"))
    assert "Nothing comes again yet" in page


def test_what_was_found_is_a_file_too(browser: Browser) -> None:
    lines = browser.get("/recurring/found/export").get_data(as_text=True).splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("Name,Direction,How often")
    assert "Netflix,out,each month,499.00,2026-05-03,2026-11-03,2026-12-03,8,no,no" in lines
