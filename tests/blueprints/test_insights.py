import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, select
from sqlalchemy.orm import Session

from app.blueprints.insights.scale import Scale, scale
from app.domain.books import BookKind, Direction, Role
from app.extensions import db
from app.models.anomaly import Alert
from app.models.book import Membership
from app.models.transaction import Transaction
from app.services.anomalies import retrain_now
from app.services.deps import Deps
from app.services.transactions import Line, Recorded, TransactionCommand, edit_transaction, void_transactions
from tests.blueprints.browser import Browser, shown

Make = Callable[..., int]
Spend = Callable[..., Recorded]


@pytest.fixture
def asha(make_user: Make) -> int:
    return make_user()


@pytest.fixture
def book(asha: int, make_book: Make) -> int:
    return make_book(asha)


@pytest.fixture
def browser(app: Flask, asha: int, deps: Deps) -> Browser:
    return Browser(app).sign_in_as(asha, deps)


@pytest.fixture
def warn(spend: Spend, session: Session, deps: Deps) -> Callable[..., int]:
    """A transaction with a warning, whose id is given back: `warn(book, 684_200, payee="BESCOM")`."""

    def make(
        book: int, minor: int = 684_200, *, payee: str = "BESCOM", kinds: str = "amount", **changes: object
    ) -> int:
        saved = spend(book, minor, payee=payee, occurred_on=changes.pop("on", date(2026, 11, 18)))
        session.execute(delete(Alert).where(Alert.transaction_id == saved.transaction_id))
        values = {
            "book_id": book, "transaction_id": saved.transaction_id, "kinds": kinds, "usual_low_minor": 194_000, "usual_high_minor": 278_000,
            "reason": f"₹{minor // 100} is far above your usual at {payee}.", "score": 0.7, "answer": "open", "answered_at": None,
            "created_at": deps.now(),
        } | changes  # fmt: skip
        alert = Alert(**values)
        session.add(alert)
        session.commit()
        return alert.id

    return make


def answer_of(session: Session, alert_id: int) -> str:
    session.rollback()
    return session.scalars(select(Alert.answer).where(Alert.id == alert_id)).one()


def test_a_card_says_what_how_far_and_why_and_offers_normal_first(
    browser: Browser, book: int, warn: Callable[..., int]
) -> None:
    warn(book, kinds="amount,burst")

    page = shown(browser.get(f"/insights?book={book}"))

    assert "BESCOM" in page
    assert 'value="-6842.00"' in page
    assert "₹6842 is far above your usual at BESCOM." in page
    assert "Many purchases of this category at once." in page
    assert "Usually ₹1,940 to ₹2,780" in page
    assert 'x="26.9%"' in page
    assert 'cx="95.0%"' in page
    buttons = re.findall(r"<button[^>]*>(?:<i[^>]*></i>)? *([^<]+?) *</button>", page)
    assert buttons.index("This is normal") < buttons.index("Mistake")


def test_a_duplicate_has_no_scale_and_other_words(browser: Browser, book: int, warn: Callable[..., int]) -> None:
    warn(book, 64_900, payee="Netflix", kinds="duplicate", reason="Same amount here 2 days ago.")

    page = shown(browser.get(f"/insights?book={book}"))

    assert "Netflix, twice" in page
    assert "Both are right" in page
    assert "ft-anom__scale" not in page


def test_normal_is_kept_and_said_and_can_be_undone_from_the_flash(
    browser: Browser, book: int, warn: Callable[..., int], session: Session
) -> None:
    alert = warn(book)
    here = f"/insights?book={book}"

    said = browser.send(f"/insights/{alert}/answer?book={book}", {"answer": "normal", "next": here}, page=here)
    after = shown(browser.get(said.headers["Location"]))

    assert (said.status_code, said.headers["Location"]) == (303, here)
    assert answer_of(session, alert) == "normal"
    assert "Up to ₹8,553 at BESCOM is normal for you." in after
    assert "Nothing waits for you" in after
    [undo] = {unescape(found) for found in re.findall(r'action="([^"]*answer=open[^"]*)"', after)}
    assert browser.send(undo, page=f"{here}&show=answered").status_code == 303
    assert answer_of(session, alert) == "open"


def test_a_mistake_waits_until_the_transaction_is_changed_or_deleted(
    browser: Browser, book: int, warn: Callable[..., int], *, session: Session, deps: Deps, clock: Callable[[], object]
) -> None:
    here = f"/insights?book={book}"
    alert = warn(book)
    browser.send(f"/insights/{alert}/answer?book={book}", {"answer": "mistake"}, page=here)
    waiting = shown(browser.get(here))
    transaction = session.scalars(select(Alert.transaction_id).where(Alert.id == alert)).one()
    clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]  # it is tests.conftest.Clock
    void_transactions(book, [transaction], user_id=None, deps=deps)

    settled = shown(browser.get(here))

    assert "1 to look at" in waiting
    assert f"/transactions/{transaction}/edit" in waiting
    assert f"/transactions/{transaction}/void" in waiting
    assert "Nothing waits for you" in settled
    assert "18 Nov" in shown(browser.get(f"{here}&show=answered"))


def test_answers_are_listed_and_can_be_taken_back(
    browser: Browser, book: int, warn: Callable[..., int], session: Session
) -> None:
    alert = warn(book)
    here = f"/insights?book={book}"
    browser.send(f"/insights/{alert}/answer?book={book}", {"answer": "normal"}, page=here)
    answered = shown(browser.get(f"{here}&show=answered"))

    browser.send(f"/insights/{alert}/answer?book={book}", {"answer": "open"}, page=f"{here}&show=answered")

    assert "1 answered" in answered
    assert "Take back" in answered
    assert answer_of(session, alert) == "open"


@pytest.mark.parametrize("said", ["", "maybe", "normal'--", "NORMAL", "𝟘"])
def test_an_answer_that_is_none_is_refused_in_words(
    browser: Browser, book: int, warn: Callable[..., int], session: Session, said: str
) -> None:
    alert = warn(book)
    here = f"/insights?book={book}"

    answered = browser.send(f"/insights/{alert}/answer?book={book}", {"answer": said}, page=here)

    assert answered.status_code == 303
    assert "Say whether it is normal or a mistake." in shown(browser.get(here))
    assert answer_of(session, alert) == "open"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"]
)
def test_after_an_answer_nobody_is_sent_elsewhere(
    browser: Browser, book: int, warn: Callable[..., int], elsewhere: str
) -> None:
    alert = warn(book)
    here = f"/insights?book={book}"

    said = browser.send(f"/insights/{alert}/answer?book={book}", {"answer": "normal", "next": elsewhere}, page=here)

    assert said.headers["Location"] == here


def test_strangers_find_nothing_and_viewers_may_look_but_not_answer(
    app: Flask, book: int, warn: Callable[..., int], *, make_user: Make, make_book: Make, deps: Deps, session: Session
) -> None:
    alert = warn(book)
    bob, carol = make_user("bob@example.com"), make_user("carol@example.com")
    own = make_book(bob)
    session.execute(insert(Membership).values(book_id=book, user_id=carol, role=Role.VIEWER))
    session.commit()
    stranger, viewer = Browser(app).sign_in_as(bob, deps), Browser(app).sign_in_as(carol, deps)

    assert stranger.get(f"/insights?book={book}").status_code == 404
    for through in (book, own):
        path = f"/insights/{alert}/answer?book={through}"
        assert stranger.send(path, {"answer": "normal"}, page="/settings").status_code == 404
    page = viewer.get(f"/insights?book={book}")
    assert page.status_code == 200
    assert "This is normal" not in shown(page)
    assert (
        viewer.send(f"/insights/{alert}/answer?book={book}", {"answer": "normal"}, page="/settings").status_code == 403
    )
    assert answer_of(session, alert) == "open"


def test_looking_writes_nothing_and_needs_few_statements(browser: Browser, book: int, warn: Callable[..., int]) -> None:
    for number in range(25):
        warn(book, 100_000 + number)
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for path in (f"/insights?book={book}", f"/insights?book={book}&show=answered", f"/insights?book={book}&page=2"):
            seen.clear()
            assert browser.get(path).status_code == 200
            assert [text for text in seen if not text.startswith(("SELECT", "BEGIN", "PRAGMA"))] == []
            assert len(seen) <= 12
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_many_warnings_come_in_pages(browser: Browser, book: int, warn: Callable[..., int]) -> None:
    for number in range(25):
        warn(book, 100_000 + 100 * number, payee=f"Shop {number:02}", on=date(2026, 10, 1) + timedelta(days=number))

    first, second = (shown(browser.get(f"/insights?book={book}&page={page}")) for page in (1, 2))

    assert "1–20 of 25" in first
    assert "Shop 24" in first
    assert "21–25 of 25" in second
    assert "Shop 00" in second
    assert "Shop 00" not in first


@pytest.mark.parametrize("page", ["0", "-1", "x", "99", "9" * 40])
def test_a_page_that_is_not_there_is_empty_or_the_first(browser: Browser, book: int, page: str) -> None:
    assert browser.get(f"/insights?book={book}&page={page}").status_code == 200


def test_a_new_book_says_what_will_come_and_a_trained_one_what_it_knows(
    browser: Browser, book: int, spend: Spend, deps: Deps
) -> None:
    new = shown(browser.get(f"/insights?book={book}"))
    for number in range(3):
        spend(book, 20_000 + 700 * number, occurred_on=date(2026, 11, 1 + 7 * number))
    retrain_now(book, deps=deps)

    trained = shown(browser.get(f"/insights?book={book}"))

    assert "Nothing to compare with yet" in new
    assert "Learned from 3 expenses. Updated today, 12:00" in trained
    assert "after 17 more transactions" in trained


def test_a_business_book_has_its_own_page(
    browser: Browser, asha: int, make_book: Make, spend: Spend, session: Session
) -> None:
    office = make_book(asha, kind=BookKind.BUSINESS, name="Studio")
    saved = spend(office, 912_000, category="Rent", payee="Prestige Offices")
    session.add(
        Alert(
            book_id=office, transaction_id=saved.transaction_id, kinds="price_jump", reason="Up 40% from ₹6,500 each month.", usual_low_minor=None,
            usual_high_minor=None, score=0.8, answer="open", answered_at=None, created_at=session.get_one(Transaction, saved.transaction_id).created_at,
        )
    )  # fmt: skip
    session.commit()

    page = shown(browser.get(f"/insights?book={office}"))

    assert "Up 40% from ₹6,500 each month." in page
    assert f"/business/transactions/{saved.transaction_id}?book={office}" in page


def test_an_edited_mistake_is_settled(
    browser: Browser, book: int, warn: Callable[..., int], *, session: Session, deps: Deps, clock: Callable[[], object],
    account: Callable[[int, str], int],
) -> None:  # fmt: skip
    alert = warn(book)
    browser.send(f"/insights/{alert}/answer?book={book}", {"answer": "mistake"}, page=f"/insights?book={book}")
    transaction = session.scalars(select(Alert.transaction_id).where(Alert.id == alert)).one()
    clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]  # it is tests.conftest.Clock
    groceries = account(book, "Groceries")
    command = TransactionCommand(
        book,
        None,
        Direction.OUT,
        date(2026, 11, 18),
        account(book, "Cash"),
        68_400,
        (Line(groceries, 68_400),),
        payee="BESCOM",
    )

    edit_transaction(transaction, command, deps=deps)

    assert "Nothing waits for you" in shown(browser.get(f"/insights?book={book}"))


def test_the_scale_begins_at_zero_and_keeps_the_band_visible() -> None:
    assert scale(684_200, 194_000, 278_000) == Scale("26.9%", "11.7%", "95.0%")
    assert scale(10_000_000, 100, 200) == Scale("0.0%", "1.5%", "95.0%")
    assert scale(200, 100, 300) is None
    assert scale(200, None, None) is None
