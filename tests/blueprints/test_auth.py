from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.extensions import db
from app.factory import Replaced, create_app
from app.models.user import SignIn, User
from app.services import passwords
from app.services.deps import Deps
from app.services.passwords import hash_password
from app.services.people import invite, issue_reset
from app.settings import Settings
from app.web.sign_in import local_path
from tests.blueprints.browser import Browser, shown
from tests.conftest import Clock, FakeMailer

PASSWORD = "four plain words"
WRONG = {"email": "asha@example.com", "password": "wrong words here"}
RIGHT = {"email": "asha@example.com", "password": PASSWORD}
NEW = {"name": "Asha Rao", "email": "asha@example.com", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id still, but at a cost that a test can pay many times."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def asha(make_user: Callable[..., int], make_book: Callable[..., int]) -> int:
    user = make_user(password_hash=hash_password(PASSWORD))
    make_book(user)
    return user


@pytest.fixture
def app_for(settings: Settings, clock: Clock, mailer: FakeMailer) -> Iterator[Callable[[str], Flask]]:
    """Another application on the same database, that lets people register in its own way."""
    made: list[Flask] = []

    def make(policy: str) -> Flask:
        changed = settings.model_copy(update={"registration": policy})
        made.append(create_app(changed, Replaced(now=clock, mailer=mailer)))
        return made[-1]

    yield make
    for each in made:
        with each.app_context():
            db.engine.dispose()


def test_a_new_person_is_signed_in_and_sees_their_book(browser: Browser, mailer: FakeMailer) -> None:
    mailer.is_configured = False

    answer = browser.send("/register", NEW | {"with_business": "y"})

    assert (answer.status_code, answer.location) == (303, "/")
    assert "Business" in shown(browser.get("/books"))


def test_what_is_wrong_with_a_registration_keeps_what_was_typed(browser: Browser) -> None:
    answer = browser.send("/register", NEW | {"password": "short"})

    assert answer.status_code == 422
    assert "Use at least 10 characters" in shown(answer)
    assert 'value="asha@example.com"' in shown(answer)
    assert "short" not in shown(answer)


@pytest.mark.usefixtures("asha")
def test_with_a_mail_server_nobody_learns_from_the_answer_who_has_an_account(app: Flask, mailer: FakeMailer) -> None:
    answers = []
    for email in ("asha@example.com", "new@example.com"):
        browser = Browser(app)
        sent = browser.send("/register", NEW | {"email": email})
        answers.append((sent.status_code, sent.location, shown(browser.get("/login")).split('name="csrf_token"')[0]))

    assert answers[0] == answers[1]
    assert [to for to, _, _ in mailer.sent] == ["asha@example.com", "new@example.com"]


@pytest.mark.usefixtures("asha")
def test_asking_for_a_new_password_is_answered_alike_for_an_address_that_nobody_has(
    app: Flask, mailer: FakeMailer
) -> None:
    answers = []
    for email in ("asha@example.com", "nobody@example.com"):
        browser = Browser(app)
        sent = browser.send("/forgot", {"email": email})
        answers.append((sent.status_code, sent.location, shown(browser.get("/login")).split('name="csrf_token"')[0]))

    assert answers[0] == answers[1]
    assert [to for to, _, _ in mailer.sent] == ["asha@example.com"]


@pytest.mark.usefixtures("asha")
def test_links_in_mails_lead_to_the_configured_address_whatever_the_request_says(
    browser: Browser, mailer: FakeMailer
) -> None:
    browser.client.environ_base["HTTP_HOST"] = "evil.example"

    browser.send("/forgot", {"email": "asha@example.com"})

    assert "http://127.0.0.1:8000/reset/" in mailer.sent[0][2]


def test_the_link_in_the_mail_finishes_the_registration(browser: Browser, mailer: FakeMailer) -> None:
    browser.send("/register", NEW)
    path = mailer.sent[0][2].split("http://127.0.0.1:8000")[1].split()[0]

    assert browser.get(path).status_code == 200
    assert browser.send(path, {"password": "wrong words here"}).status_code == 422
    assert browser.send(path, {"password": PASSWORD}).location == "/"
    assert "asha@example.com" in shown(browser.get("/settings"))
    assert Browser(browser.client.application).get(path).status_code == 404


def test_without_a_mail_server_the_page_says_whom_to_ask(browser: Browser, mailer: FakeMailer) -> None:
    mailer.is_configured = False

    page = shown(browser.get("/forgot"))

    assert "Ask whoever runs this server" in page
    assert "<form" not in page


@pytest.mark.usefixtures("asha")
def test_a_reset_link_sets_a_password_once(browser: Browser, deps: Deps) -> None:
    path = f"/reset/{issue_reset('asha@example.com', deps=deps)}"

    assert browser.send(path, {"password": "password123"}).status_code == 422
    assert browser.send(path, {"password": "five other plain words"}).location == "/login"
    assert browser.get(path).status_code == 404
    assert browser.send("/login", {"email": "asha@example.com", "password": "five other plain words"}).location == "/"


def test_an_invited_person_registers_where_others_cannot(
    app_for: Callable[[str], Flask], mailer: FakeMailer, deps: Deps, session: Session
) -> None:
    mailer.is_configured = False
    token = invite(deps=deps)
    invited = app_for("invite")

    assert "By invitation" in shown(Browser(invited).get("/register"))
    assert "By invitation" in shown(Browser(invited).get("/register?invitation=guess"))
    answer = Browser(invited).send("/register", NEW | {"invitation": token}, page=f"/register?invitation={token}")

    assert (answer.status_code, answer.location) == (303, "/")
    assert "By invitation" in shown(Browser(invited).get(f"/register?invitation={token}"))
    assert session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.usefixtures("app")
def test_a_closed_server_says_so_and_takes_nobody(app_for: Callable[[str], Flask], session: Session) -> None:
    browser = Browser(app_for("closed"))

    assert "takes no new accounts" in shown(browser.get("/register"))
    assert browser.send("/register", NEW, page="/login").status_code == 422
    assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.usefixtures("asha")
def test_a_wrong_password_is_answered_as_an_unknown_address_is(app: Flask) -> None:
    answers = []
    for email in ("asha@example.com", "nobody@example.com"):
        answer = Browser(app).send("/login", {"email": email, "password": "wrong words here"})
        page = shown(answer)
        start, end = page.index('name="csrf_token"'), page.index("</form>")
        answers.append((answer.status_code, page[:start] + page[start:end].partition(">")[2].replace(email, "…")))

    assert answers[0] == answers[1]
    assert answers[0][0] == 422
    assert "The e-mail address or the password is not right." in answers[0][1]


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("asha")
def test_after_eight_wrong_passwords_an_address_is_paused_wherever_the_tries_come_from(app: Flask) -> None:
    tries = [Browser(app, address=f"10.0.0.{number}").send("/login", WRONG).status_code for number in range(8)]

    answer = Browser(app, address="10.0.0.99").send("/login", RIGHT)

    assert tries == [422] * 8
    assert answer.status_code == 429
    assert "Too many tries" in shown(answer)
    assert Browser(app).send("/login", RIGHT | {"email": "other@example.com"}).status_code == 422


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("asha")
def test_who_knows_the_password_uses_no_tries_up(app: Flask) -> None:
    answers = [Browser(app, address=f"10.0.1.{number}").send("/login", RIGHT).status_code for number in range(12)]

    assert answers == [303] * 12


@pytest.mark.sqlite_only
def test_a_network_that_tries_many_addresses_is_paused(app: Flask) -> None:
    answers = [
        Browser(app, address=f"2001:db8:0:1::{number}")
        .send("/login", {"email": f"p{number}@example.com", "password": "x"})
        .status_code
        for number in range(1, 22)
    ]

    assert answers == [422] * 20 + [429]
    assert Browser(app, address="2001:db8:0:2::1").send("/login", WRONG).status_code == 422


@pytest.mark.sqlite_only
def test_registrations_from_one_network_are_limited(browser: Browser) -> None:
    answers = [browser.send("/register", NEW | {"password": "short"}).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize("path", ["/login", "/register", "/forgot", "/logout", "/reset/x", "/confirm/x"])
def test_a_form_without_its_token_is_refused(browser: Browser, asha: int, session: Session, path: str) -> None:
    assert browser.post(path, RIGHT | NEW).status_code == 400
    assert session.scalar(select(func.count()).select_from(SignIn)) == 0
    assert session.scalars(select(User.id)).all() == [asha]


@pytest.mark.usefixtures("asha")
def test_signing_in_leads_to_the_page_that_was_asked_for(browser: Browser) -> None:
    asked = browser.get("/books?wanted=business")

    assert (asked.status_code, asked.location) == (302, "/login")
    assert browser.send("/login", RIGHT).location == "/books?wanted=business"


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example", "https://evil.example", "evil", "/a\nb", "", None]
)
def test_no_page_of_another_server_follows_a_sign_in(path: str | None) -> None:
    assert local_path(path) is None


@pytest.mark.parametrize("path", ["/", "/books?book=7&wanted=business", "/transactions?q=a%2F%2Fb"])
def test_a_page_of_ours_may_follow_a_sign_in(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.usefixtures("asha")
def test_a_planted_next_is_not_followed(browser: Browser) -> None:
    with browser.client.session_transaction() as cookie:
        cookie["next"] = "//evil.example/dashboard"

    assert browser.send("/login", RIGHT).location == "/"


@pytest.mark.usefixtures("asha")
def test_signing_in_throws_away_what_was_in_the_cookie(browser: Browser) -> None:
    browser.get("/login")
    with browser.client.session_transaction() as cookie:
        cookie["planted"], before = "by somebody", cookie["csrf_token"]

    browser.send("/login", RIGHT)

    browser.get("/settings")
    with browser.client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["csrf_token"] != before


@pytest.mark.usefixtures("asha")
def test_staying_signed_in_is_a_cookie_that_outlives_the_browser(app: Flask) -> None:
    short, long = Browser(app), Browser(app)
    short.send("/login", RIGHT)
    long.send("/login", RIGHT | {"remember": "y"})

    assert [each.client.get_cookie("fintrak").expires is not None for each in (short, long)] == [False, True]  # type: ignore[union-attr]


@pytest.mark.usefixtures("asha")
def test_signing_out_ends_the_sign_in_and_not_only_the_cookie(browser: Browser, session: Session) -> None:
    browser.send("/login", RIGHT)
    kept = browser.client.get_cookie("fintrak")
    assert kept

    assert browser.send("/logout", page="/settings").location == "/login"

    browser.client.set_cookie("fintrak", kept.value)
    assert browser.get("/settings").location == "/login"
    assert session.scalar(select(func.count()).select_from(SignIn)) == 0


@pytest.mark.usefixtures("asha")
def test_signing_out_takes_a_form_and_no_link(browser: Browser) -> None:
    browser.send("/login", RIGHT)

    assert browser.get("/logout").status_code == 405
    assert browser.get("/settings").status_code == 200
