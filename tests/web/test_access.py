from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Role
from app.models.book import Book
from app.models.user import SignIn
from app.services.books import archive_book
from app.services.deps import Deps
from app.services.memberships import add_member, remove_member
from tests.blueprints.browser import Browser, shown


@pytest.fixture
def asha(make_user: Callable[..., int]) -> int:
    return make_user()


@pytest.fixture
def book(asha: int, make_book: Callable[..., int]) -> int:
    return make_book(asha)


@pytest.fixture
def bo(app: Flask, deps: Deps, make_user: Callable[..., int]) -> Browser:
    return Browser(app).sign_in_as(make_user("bo@example.com", name="Bo"), deps)


def rename(browser: Browser, book_id: int) -> int:
    fields = {"name": "Taken over", "fiscal_year_start": "4", "timezone": "Asia/Kolkata"}
    return browser.send(f"/books/edit?book={book_id}", fields, page="/profile").status_code


def test_to_a_stranger_a_book_does_not_exist(session: Session, bo: Browser, book: int) -> None:
    answers = [bo.get(f"/books/people?book={number}").status_code for number in (book, 999_999)]

    assert answers == [404, 404]
    assert rename(bo, book) == 404
    assert session.scalars(select(Book.name)).all() == ["Personal"]


@pytest.mark.parametrize(("role", "writes"), [(Role.VIEWER, 403), (Role.EDITOR, 403), (Role.OWNER, 303)])
def test_a_member_may_do_what_their_role_says(
    deps: Deps, bo: Browser, asha: int, book: int, *, role: Role, writes: int
) -> None:
    add_member(book, email="bo@example.com", role=role, user_id=asha, deps=deps)

    assert bo.get(f"/books/people?book={book}").status_code == 200
    assert rename(bo, book) == writes


def test_a_member_who_was_let_go_is_a_stranger_at_the_next_request(
    session: Session, deps: Deps, bo: Browser, asha: int, book: int
) -> None:
    add_member(book, email="bo@example.com", role=Role.OWNER, user_id=asha, deps=deps)
    assert bo.get(f"/books/people?book={book}").status_code == 200

    user_id = session.scalars(select(SignIn.user_id)).one()
    remove_member(book, user_id, user_id=asha, deps=deps)

    assert bo.get(f"/books/people?book={book}").status_code == 404


def test_a_revoked_sign_in_is_sent_to_the_door(session: Session, bo: Browser) -> None:
    assert bo.get("/settings").status_code == 200

    session.execute(delete(SignIn))
    session.commit()

    assert bo.get("/settings").location == "/login"
    assert bo.send("/profile", {"name": "x"}, page="/login").status_code == 401


def test_nobody_who_is_not_signed_in_sees_a_page(app: Flask, book: int) -> None:
    for path in ("/settings", "/books", f"/books/people?book={book}", "/settings/download"):
        answer = Browser(app).get(path)
        assert (answer.status_code, answer.location) == (302, "/login"), path


def test_a_page_about_a_kind_of_book_that_is_missing_offers_to_add_one(
    app: Flask, deps: Deps, asha: int, book: int
) -> None:
    browser = Browser(app).sign_in_as(asha, deps)

    answer = browser.get("/business_dashboard")

    assert answer.status_code == 302
    page = shown(browser.get(answer.location))
    assert "That page is about a business book, and you have none yet." in page
    assert "/books/new?kind=business" in page
    assert book


def test_two_tabs_on_two_books_stay_on_their_books(
    app: Flask, deps: Deps, asha: int, book: int, make_book: Callable[..., int]
) -> None:
    other = make_book(asha, name="Shop", kind=BookKind.BUSINESS)
    browser = Browser(app).sign_in_as(asha, deps)

    pages = [shown(browser.get(f"/settings?book={number}")) for number in (book, other)]

    assert f"/profile?book={book}" in pages[0]
    assert f"/profile?book={other}" in pages[1]
    assert f"/profile?book={book}" not in pages[1]


def test_an_archived_book_can_still_be_opened_by_its_address(app: Flask, deps: Deps, asha: int, book: int) -> None:
    archive_book(book, is_archived=True, user_id=asha, deps=deps)

    assert Browser(app).sign_in_as(asha, deps).get(f"/books/people?book={book}").status_code == 200


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "1.0", "%00"])
def test_a_book_that_nobody_could_have_is_not_found(bo: Browser, number: str) -> None:
    assert bo.get(f"/books/people?book={number}").status_code == 404
    assert bo.get(f"/settings?book={number}").status_code in {200, 404}  # without any book there is no frame to open
