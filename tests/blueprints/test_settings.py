import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Direction, Role
from app.domain.recurrence import Frequency, Rule
from app.domain.schedules import ScheduleKind
from app.models.base import Base
from app.models.book import Book
from app.models.user import SignIn, User
from app.queries.books import books_of
from app.queries.people import members_of
from app.queries.whole_book import TOLD_OTHERWISE, WORKED_OUT
from app.services import passwords
from app.services.deps import Deps
from app.services.memberships import add_member
from app.services.passwords import hash_password
from app.services.schedules import SchedulePlan, add_schedule
from app.services.transactions import Line, Recorded, TransactionCommand, void_transactions
from app.services.uow import book_work
from tests.blueprints.browser import Browser, shown
from tests.conftest import Clock

PASSWORD = "four plain words"
PROFILE = {"name": "Asha K", "born_on": "1990-02-28", "locale": "de-DE", "timezone": "Europe/Berlin", "theme": "dark"}
BOOK = {"kind": "business", "name": "Shop", "currency": "EUR", "timezone": "Europe/Berlin", "fiscal_year_start": "1"}


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id still, but at a cost that a test can pay many times."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def asha(make_user: Callable[..., int]) -> int:
    return make_user(password_hash=hash_password(PASSWORD))


@pytest.fixture
def book(asha: int, make_book: Callable[..., int]) -> int:
    return make_book(asha)


@pytest.fixture
def browser(app: Flask, deps: Deps, asha: int) -> Browser:
    return Browser(app).sign_in_as(asha, deps)


PAGES = (
    "/settings", "/profile", "/settings/password", "/settings/devices", "/settings/delete", "/books", "/books/new", "/books/edit",
    "/books/people",
)  # fmt: skip


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("path", PAGES)
def test_every_settings_page_opens_inside_a_book(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 200
    assert shown(answer).count("<h1>") == 1
    assert "ft-side" in shown(answer)


@pytest.mark.parametrize("path", PAGES[:-2])
def test_a_person_without_any_book_still_has_settings(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 200
    assert "ft-bare" in shown(answer)


def test_a_profile_is_saved_and_shown_again(browser: Browser, session: Session) -> None:
    assert browser.send("/profile", PROFILE).status_code == 303

    page = shown(browser.get("/profile"))
    assert 'value="Asha K"' in page
    assert 'value="1990-02-28"' in page
    assert 'data-bs-theme="dark"' in page
    assert session.scalars(select(User.timezone)).one() == "Europe/Berlin"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"born_on": "31.12.1990"},
        {"born_on": "2999-01-01"},
        {"locale": "xx"},
        {"timezone": "x"},
        {"theme": "pink"},
    ],
)
def test_a_wrong_profile_is_not_saved_and_what_was_typed_stays(
    browser: Browser, session: Session, change: dict[str, str]
) -> None:
    answer = browser.send("/profile", PROFILE | change)

    assert answer.status_code == 422
    assert "ft-field--error" in shown(answer)
    assert ('value="Asha K"' in shown(answer)) == ("name" not in change)
    assert session.scalars(select(User.name)).one() == "Asha Rao"


def test_a_new_password_signs_out_the_other_devices(app: Flask, browser: Browser, deps: Deps, asha: int) -> None:
    other = Browser(app).sign_in_as(asha, deps)

    wrong = browser.send("/settings/password", {"current": "not this one", "password": "five other plain words"})
    right = browser.send("/settings/password", {"current": PASSWORD, "password": "five other plain words"})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "This is not your current password." in shown(wrong)
    assert browser.get("/settings").status_code == 200
    assert other.get("/settings").location == "/login"


@pytest.mark.sqlite_only
def test_guessing_the_current_password_is_limited(browser: Browser) -> None:
    fields = {"current": "not this one", "password": "five other plain words"}

    answers = [browser.send("/settings/password", fields).status_code for _ in range(10)]

    assert answers == [422] * 10
    assert browser.post("/settings/password", fields).status_code == 400  # the token is looked at first
    assert browser.send("/settings/password", fields, page="/profile").status_code == 429


def test_each_other_device_can_be_signed_out(app: Flask, browser: Browser, deps: Deps, asha: int) -> None:
    other, third = (Browser(app, address=f"10.0.0.{n}").sign_in_as(asha, deps) for n in (2, 3))
    assert shown(browser.get("/settings/devices")).count("Firefox on Windows") == 3

    browser.send(f"/settings/devices/{other.key}/sign-out", page="/settings/devices")
    assert (other.get("/settings").status_code, third.get("/settings").status_code) == (302, 200)
    browser.send("/settings/devices/sign-out-elsewhere", page="/settings/devices")
    assert third.get("/settings").status_code == 302
    assert "This device" in shown(browser.get("/settings/devices"))


def test_a_device_is_noted_when_it_writes_and_not_when_it_reads(
    browser: Browser, session: Session, clock: Clock
) -> None:
    begun = clock.at
    clock.at += timedelta(hours=2)

    browser.get("/settings")
    assert session.scalars(select(SignIn.seen_at)).one() == begun
    browser.send("/profile", PROFILE)
    assert session.scalars(select(SignIn.seen_at)).one() == clock.at


def test_a_book_is_added_renamed_archived_and_brought_back(browser: Browser, session: Session, asha: int) -> None:
    added = browser.send("/books/new", BOOK)
    assert added.status_code == 303
    [book] = books_of(session, asha)
    assert (book.kind, book.name, book.currency, book.fiscal_year_start) == (BookKind.BUSINESS, "Shop", "EUR", 1)

    fields = {"name": "Corner shop", "timezone": "Europe/Berlin", "fiscal_year_start": "4"}
    assert browser.send(f"/books/edit?book={book.id}", fields).status_code == 303
    assert browser.send(f"/books/archive?book={book.id}", page="/books").status_code == 303
    page = shown(browser.get("/books"))
    assert "Corner shop" in page
    assert "Bring back" in page
    assert browser.send(f"/books/unarchive?book={book.id}", page="/books").status_code == 303
    assert session.execute(select(Book.name, Book.is_archived)).one() == ("Corner shop", False)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "x"},
        {"name": " "},
        {"currency": "XXX"},
        {"timezone": ""},
        {"fiscal_year_start": "13"},
        {"fiscal_year_start": "x"},
    ],
)
def test_a_wrong_book_is_not_added(browser: Browser, session: Session, change: dict[str, str]) -> None:
    answer = browser.send("/books/new", BOOK | change)

    assert answer.status_code == 422
    assert "ft-field--error" in shown(answer)
    assert session.scalar(select(func.count()).select_from(Book)) == 0


def test_an_owner_lets_somebody_in_changes_their_role_and_lets_them_go(
    browser: Browser, session: Session, make_user: Callable[..., int], book: int
) -> None:
    bo = make_user("bo@example.com", name="Bo")
    page = f"/books/people?book={book}"

    unknown = browser.send(page, {"email": "nobody@example.com", "role": "viewer"})
    assert unknown.status_code == 422
    assert 'value="nobody@example.com"' in shown(unknown)
    assert browser.send(page, {"email": "bo@example.com", "role": "viewer"}).status_code == 303
    assert browser.send(f"/books/people/{bo}/role?book={book}", {"role": "editor"}, page=page).status_code == 303
    assert [member.role for member in members_of(session, book)] == [Role.OWNER, Role.EDITOR]
    assert browser.send(f"/books/people/{bo}/role?book={book}", {"role": "king"}, page=page).status_code == 303
    assert browser.send(f"/books/people/{bo}/remove?book={book}", page=page).status_code == 303
    assert len(members_of(session, book)) == 1
    assert browser.send(f"/books/people/{bo}/remove?book={book}", page=page).status_code == 404


def test_the_last_owner_is_told_why_they_cannot_leave(browser: Browser, session: Session, asha: int, book: int) -> None:
    browser.send(f"/books/leave?book={book}", page="/books/people")

    assert "A book needs an owner" in shown(browser.get(f"/books/people?book={book}"))
    assert [each.id for each in books_of(session, asha)] == [book]


def test_a_viewer_sees_who_is_in_changes_nothing_and_can_leave(
    app: Flask, deps: Deps, asha: int, make_user: Callable[..., int], book: int
) -> None:
    bo = make_user("bo@example.com", name="Bo")
    add_member(book, email="bo@example.com", role=Role.VIEWER, user_id=asha, deps=deps)
    viewer = Browser(app).sign_in_as(bo, deps)
    page = f"/books/people?book={book}"

    assert "Let somebody in" not in shown(viewer.get(page))
    assert viewer.send(f"/books/people/{asha}/remove?book={book}", page=page).status_code == 403
    assert viewer.send(f"/books/leave?book={book}", page=page).status_code == 303
    assert books_of(deps.session, bo) == []


def test_the_download_holds_every_leg_and_no_formula(
    browser: Browser, deps: Deps, book: int, spend: Callable[..., Recorded]
) -> None:
    spend(book, 123_456, payee="=cmd|' /C calc'!A0", note="@SUM(A1)", tags=("weekly", "home"))
    void = spend(book, 500, payee="Chai").transaction_id
    void_transactions(book, [void], user_id=None, deps=deps)

    answer = browser.get("/settings/download")

    assert answer.mimetype == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert archive.testzip() is None
    text = archive.read(f"book-{book}/transactions.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["payee"], row["note"], row["tags"], row["amount"], row["state"]) for row in rows[:2]] == [
        ("'=cmd|' /C calc'!A0", "'@SUM(A1)", "home weekly", "1234.56", "posted"),
        ("'=cmd|' /C calc'!A0", "'@SUM(A1)", "home weekly", "-1234.56", "posted"),
    ]
    assert [(row["amount"], row["state"]) for row in rows[2:]] == [("5.00", "void"), ("-5.00", "void")]
    assert "Groceries" in {account["name"] for account in json.loads(archive.read(f"book-{book}/accounts.json"))}
    events = [json.loads(line) for line in archive.read(f"book-{book}/events.jsonl").splitlines()]
    assert [event["number"] for event in events] == [1, 2, 3, 4]
    assert json.loads(archive.read("person.json"))["email"] == "asha@example.com"
    assert browser.token not in archive.read("person.json").decode()


def test_the_download_holds_every_table_of_the_book(
    browser: Browser, deps: Deps, session: Session, book: int, account: Callable[[int, str], int]
) -> None:
    command = TransactionCommand(
        book, None, Direction.OUT, date(2026, 12, 1), account(book, "Cash"), 150_000, (Line(account(book, "Rent"), 150_000),)
    )  # fmt: skip
    plan = SchedulePlan(
        ScheduleKind.TRANSACTION, "Rent", Rule(Frequency.MONTHLY), date(2026, 12, 1), date(2026, 12, 1), command=command
    )
    with book_work(deps, book) as work:
        schedule_id = add_schedule(work, plan)

    archive = zipfile.ZipFile(io.BytesIO(browser.get("/settings/download").get_data()))

    [schedule] = [json.loads(line) for line in archive.read(f"book-{book}/schedules.jsonl").splitlines()]
    assert (schedule["id"], schedule["name"], schedule["amount_minor"]) == (schedule_id, "Rent", 150_000)
    with_rows = {
        table.name
        for table in Base.metadata.sorted_tables
        if "book_id" in table.c and session.scalar(select(func.count()).select_from(table))
    }
    told = {name.rpartition("/")[2].partition(".")[0] for name in archive.namelist()}
    assert with_rows - told <= TOLD_OTHERWISE | WORKED_OUT


@pytest.mark.parametrize("change", [{"typed_email": "other@example.com"}, {"password": "wrong"}, {"has_copy": ""}])
def test_an_account_is_not_deleted_by_half_a_confirmation(
    browser: Browser, session: Session, book: int, change: dict[str, str]
) -> None:
    fields = {"typed_email": "asha@example.com", "password": PASSWORD, "has_copy": "y"} | change

    answer = browser.send("/settings/delete", {name: value for name, value in fields.items() if value})

    assert answer.status_code == 422
    assert "ft-field--error" in shown(answer)
    assert session.scalars(select(Book.id)).all() == [book]


@pytest.mark.usefixtures("book")
def test_a_deleted_account_is_gone_and_its_cookie_opens_nothing(browser: Browser, session: Session) -> None:
    page = shown(browser.get("/settings/delete"))
    answer = browser.send(
        "/settings/delete", {"typed_email": "Asha@example.com ", "password": PASSWORD, "has_copy": "y"}
    )

    assert "Personal" in page
    assert (answer.status_code, answer.location) == (303, "/login")
    assert session.scalar(select(func.count()).select_from(User)) == 0
    assert browser.get("/settings").location == "/login"


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    "path", ["/profile", "/settings/password", "/settings/delete", "/books/new", "/books/edit", "/books/leave"]
)
def test_a_settings_form_without_its_token_is_refused(browser: Browser, path: str) -> None:
    assert browser.post(path, PROFILE | BOOK).status_code == 400
