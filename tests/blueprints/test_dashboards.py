import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.domain.books import BookKind, Role
from app.extensions import db
from app.factory import Replaced, create_app
from app.models.anomaly import Alert
from app.models.book import Book, Membership
from app.models.user import User
from app.queries.verification import verify_book
from app.services.demo import start_visit
from app.services.deps import Deps
from app.services.transactions import Recorded
from app.settings import Settings
from tests.blueprints.browser import Browser, shown
from tests.conftest import NOW, Clock, FakeMailer, Visitor

PAGES = {BookKind.PERSONAL: "/dashboard", BookKind.BUSINESS: "/business_dashboard"}
Make = Callable[..., int]


@pytest.fixture
def asha(make_user: Make) -> int:
    return make_user()


@pytest.fixture
def browser(app: Flask, asha: int, deps: Deps) -> Browser:
    return Browser(app).sign_in_as(asha, deps)


def visitor(app: Flask, deps: Deps) -> Browser:
    """Somebody who looks at the demo."""
    user_id = start_visit(
        locale="en-IN", timezone="Asia/Kolkata", currency="INR", delete_file=lambda _store, _key: None, deps=deps
    )
    return Browser(app).sign_in_as(user_id, deps)


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("kind", BookKind)
def test_a_new_book_says_what_to_do_first(browser: Browser, make_book: Make, asha: int, kind: BookKind) -> None:
    book = make_book(asha, kind=kind, name="Rao and sons")

    page = shown(browser.get(f"{PAGES[kind]}?book={book}"))

    assert "Welcome to Rao and sons" in page
    assert "Add transaction" in page
    assert "₹0" not in page


def test_a_viewer_of_an_empty_book_is_not_asked_to_add_anything(
    browser: Browser, make_book: Make, make_user: Make, session: Session, asha: int
) -> None:
    book = make_book(make_user("owner@example.com"))
    session.add(Membership(book_id=book, user_id=asha, role=Role.VIEWER))
    session.commit()

    page = shown(browser.get(f"/dashboard?book={book}"))

    assert "You may look at this book" in page
    assert "Photograph a receipt" not in page


@pytest.mark.parametrize("path", PAGES.values())
def test_the_demo_shows_every_card_in_at_most_12_statements(app: Flask, deps: Deps, path: str) -> None:
    browser = visitor(app, deps)

    with statements() as seen:
        response = browser.get(path)

    page = shown(response)
    assert response.status_code == 200
    assert len([each for each in seen if each.startswith("SELECT")]) <= 12
    for words in (
        "November 2026",
        "1–22 November, 8 days left",
        "than 1–22 Oct",
        "Needs a look",
        "Latest transactions",
    ):
        assert words in page
    assert page.count("<canvas") == page.count('type="application/json"') >= 3


def test_the_figures_on_the_page_are_exact(
    browser: Browser, make_book: Make, spend: Callable[..., Recorded], asha: int
) -> None:
    spend(make_book(asha), 12_345_678, payee="Croma", category="Shopping")

    page = shown(browser.get("/dashboard"))

    assert 'value="123456.78">₹1,23,457' in page
    assert 'value="-123456.78">−₹1,23,456<span class="ft-money__dec">.78</span>' in page
    assert "nothing to compare with yet" in page
    assert "No income this month yet" in page


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "0000-01", "0001-01", "9999-12", "1949-12", "x", "2026", "-", "٢٠٢٦-١١", "2026-11-01", "9" * 400]
)  # fmt: skip
def test_what_is_no_month_is_not_found(browser: Browser, make_book: Make, asha: int, path: str, month: str) -> None:
    for kind in BookKind:
        make_book(asha, kind=kind)

    assert browser.get(path, query_string={"month": month}).status_code == 404


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize("month", ["1950-01", "2024-02", "2026-10", "2026-12", "2031-12", ""])
def test_every_month_within_reach_is_a_page(app: Flask, deps: Deps, path: str, month: str) -> None:
    assert visitor(app, deps).get(path, query_string={"month": month}).status_code == 200


def test_one_steps_from_month_to_month_but_not_into_the_future(app: Flask, deps: Deps) -> None:
    browser = visitor(app, deps)

    now, past = shown(browser.get("/dashboard")), shown(browser.get("/dashboard?month=2026-01"))

    assert re.search(r'href="/dashboard\?month=2026-10&amp;book=\d+" aria-label="October 2026"', now)
    assert 'aria-disabled="true" aria-label="December 2026, not started"' in now
    assert 'aria-label="December 2025"' in past
    assert 'aria-label="February 2026"' in past
    assert "This month" in past
    assert "than Dec" in past


def test_text_in_names_stays_text(
    browser: Browser, make_book: Make, spend: Callable[..., Recorded], session: Session, asha: int
) -> None:
    evil = "<script>alert('x')</script>{{7*7}}{month}"
    book = make_book(asha, name=evil)
    saved = spend(book, 9_900, payee=evil).transaction_id
    session.add(
        Alert(
            book_id=book, transaction_id=saved, kinds="amount", reason=evil, usual_low_minor=None,
            usual_high_minor=None, score=0.9, answer="open", answered_at=None, created_at=NOW,
        )
    )  # fmt: skip
    session.commit()

    page = browser.get("/dashboard").get_data(as_text=True)

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") >= 3


def test_a_dashboard_writes_nothing(app: Flask, deps: Deps, session: Session) -> None:
    browser = visitor(app, deps)
    books = session.scalars(select(Book.id)).all()
    before = [verify_book(session, book) for book in books]

    for path in PAGES.values():
        browser.get(path)

    assert [verify_book(session, book) for book in books] == before


def test_the_first_page_offers_an_account_the_demo_and_the_way_in(app: Flask) -> None:
    page = shown(Browser(app).get("/"))

    assert "Create an account" in page
    assert 'action="/demo"' in page
    assert "Sign in" in page


def test_a_visitor_of_the_demo_is_signed_in_at_once(app: Flask, session: Session) -> None:
    browser = Browser(app)

    response = browser.send("/demo", page="/")

    assert (response.status_code, response.location) == (303, "/dashboard")
    assert "Asha Rao" in shown(browser.get("/dashboard"))
    assert session.scalar(select(func.count()).select_from(User).where(User.is_demo)) == 1


def test_the_demo_needs_the_token_of_the_page(app: Flask, session: Session) -> None:
    assert Browser(app).post("/demo").status_code == 400
    assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.sqlite_only
def test_without_the_setting_there_is_no_demo_and_a_network_may_ask_ten_times_an_hour(
    settings: Settings, make_settings: Callable[..., Settings], clock: Clock, mailer: FakeMailer
) -> None:
    closed = make_settings(settings.data_dir, settings.database_url, demo=False, registration="closed")
    app = create_app(closed, Replaced(now=clock, mailer=mailer))
    app.test_client_class = Visitor  # two browsers, so their tokens must not meet in this context
    with app.app_context():
        browser = Browser(app)
        page = shown(browser.get("/"))
        answers = [browser.send("/demo", page="/login").status_code for _ in range(11)]
        elsewhere = Browser(app, address="10.0.0.2").send("/demo", page="/login").status_code
        people = db.session.scalar(select(func.count()).select_from(User))
        db.session.remove()
        db.engine.dispose()

    assert "demo data" not in page
    assert "Create an account" not in page
    assert (answers, elsewhere, people) == ([404] * 10 + [429], 404, 0)


def test_flask_demo_prints_a_password_that_works_once_per_run(app: Flask, session: Session) -> None:
    runner = app.test_cli_runner()

    first, second = runner.invoke(args=["demo"]), runner.invoke(args=["demo"])

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output.startswith("Sign in as demo@fintrak.local with the password ")
    assert first.output != second.output
    assert session.scalar(select(func.count()).select_from(User)) == 1
