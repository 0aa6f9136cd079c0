"""The credit page: what is shown of what is known, forms that keep what was typed, and files with their bad lines."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.books import Role
from app.models.book import Membership
from app.services.deps import Deps
from tests.blueprints.browser import Browser, shown
from tests.guards.test_budgets import MOST, statements
from tests.guards.world import TOKEN

pytestmark = pytest.mark.sqlite_only
SCORE = {"scored_on": "2026-11-03", "bureau": "CIBIL", "score": "781", "low": "300", "high": "900"}


def give(browser: Browser, data: bytes, name: str = "scores.csv") -> tuple[int, str]:
    token = TOKEN.search(browser.get("/credit/scores/import").get_data(as_text=True))
    assert token
    answer = browser.client.post(
        "/credit/scores/import",
        data={"csrf_token": token[1], "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
        environ_base=browser._environ,
    )
    return answer.status_code, shown(answer)


def test_an_empty_page_says_what_is_missing_and_shows_no_number_for_it(browser: Browser) -> None:
    page = shown(browser.get("/credit"))
    assert "No scores yet" in page
    assert page.count("Not enough known") >= 5
    assert "of 100" not in page
    assert "no bureau’s score" in page.casefold()
    assert "No bureau is connected" in page


def test_a_page_with_facts_shows_each_part_and_they_add_up(browser: Browser) -> None:
    card = {"account_id": "", "kind": "card", "name": "Regalia", "limit": "2,00,000", "owed": "60,000", "opened_on": "2020-11-22", "late": "1"}  # fmt: skip
    assert browser.send("/credit/accounts/new", card).status_code == 303
    assert browser.send("/credit/enquiries/new", {"enquired_on": "2026-03-01", "lender": "Bajaj"}).status_code == 303
    with statements() as asked:
        page = shown(browser.get("/credit"))
    assert len(asked) <= MOST
    assert "30% of ₹2,00,000" in page
    page = shown(browser.get("/credit?pay=40,000"))
    assert "30% of ₹2,00,000" in page
    assert "1 in 12 months" in page
    total = re.search(r"<b>(\d+) of 100</b>", page)
    assert total
    adds = re.findall(r'<td class="num">(\d+)</td>', page)
    assert sum(map(int, adds)) == int(total[1])
    assert re.search(r"makes the estimate <b>\d+ instead of \d+ of 100", page)
    assert "300" not in page.split("Factors</h2>")[1].split("</table>")[0]


def test_what_if_says_what_is_wrong_with_an_amount(browser: Browser) -> None:
    for typed in ("nan", "-5", "0", "9" * 60, "abc", "1e9"):
        answer = browser.get(f"/credit?pay={typed}")
        assert answer.status_code == 200, typed
        assert 'aria-describedby="pay-below"' in answer.get_data(as_text=True), typed


def test_a_score_is_added_changed_removed_and_brought_back(browser: Browser) -> None:
    assert browser.send("/credit/scores/new", SCORE).status_code == 303
    edit = re.search(r'href="(/credit/scores/(\d+)/edit)', shown(browser.get("/credit")))
    assert edit, shown(browser.get("/credit")).split("All scores")[-1][:3000]
    assert browser.send(edit[1], SCORE | {"score": "790"}).status_code == 303
    assert "790" in shown(browser.get("/credit"))
    browser.send(f"/credit/scores/{edit[2]}/remove", page=edit[1])
    page = shown(browser.get("/credit"))
    assert "Removed the score of CIBIL." in page
    assert "No scores yet" in page
    browser.send(f"/credit/scores/{edit[2]}/restore", page="/credit/scores/new")
    assert "790" in shown(browser.get("/credit"))


BAD_SCORES = (
    ("score", "", "Write the score."),
    ("score", "901", "A score from 300 to 900 is expected."),
    ("score", "78.5", "Write a whole number."),
    ("score", "nan", "Write a number"),
    ("score", "9" * 30, "Write a number from 0 to 9999."),
    ("scored_on", "2026-02-31", "Write the date as"),
    ("scored_on", "2027-01-01", "This day has not come yet."),
    ("bureau", "", "Write whose score it is"),
    ("bureau", "\U0001d54f" * 61, "at most 60"),
    ("high", "200", "from a lower to a higher"),
)
CARD = {"account_id": "", "kind": "card", "name": "Regalia", "limit": "5", "owed": "", "opened_on": "", "late": ""}
BAD_CARDS = (
    ("limit", "-5"),
    ("limit", "inf"),
    ("late", "25"),
    ("late", "1.5"),
    ("opened_on", "2027-01-01"),
    ("account_id", "999"),
    ("kind", "x"),
    ("name", ""),
)


def test_a_bad_score_is_refused_beside_its_field_and_what_was_typed_stays(browser: Browser) -> None:
    for field, typed, said in BAD_SCORES:
        answer = browser.send("/credit/scores/new", SCORE | {field: typed})
        page = shown(answer)
        below = re.search(rf'id="{field}-below">.*?</p>', page, re.DOTALL)
        assert answer.status_code == 422, (field, typed)
        assert below, (field, typed)
        assert said in below[0]
        assert typed in page
    assert "No scores yet" in shown(browser.get("/credit"))


def test_a_bad_card_is_refused_beside_its_field(browser: Browser) -> None:
    for field, typed in BAD_CARDS:
        answer = browser.send("/credit/accounts/new", CARD | {field: typed})
        assert answer.status_code == 422, (field, typed)
        assert f'id="{field}-below"' in shown(answer), (field, typed)
    assert "No card or loan is described yet." in shown(browser.get("/credit"))


def test_a_file_is_saved_whole_with_one_undo_and_can_be_taken_out_and_given_back(browser: Browser) -> None:
    status, _ = give(browser, b"date,bureau,score\n2026-11-03,CIBIL,781\n03/08/2026,Experian,790\n")
    page = shown(browser.get("/credit"))
    assert status == 303
    assert "2 scores saved." in page
    assert "From a file" in page
    file = browser.get("/credit/export").get_data()
    undo = re.search(r'action="(/credit/scores/import/undo\?[^"]+)"', page)
    assert undo
    browser.send(undo[1].replace("&amp;", "&"), page="/credit/scores/new")
    assert "No scores yet" in shown(browser.get("/credit"))
    assert give(browser, file)[0] == 303
    assert give(browser, file)[0] == 303
    assert "No scores saved. 2 scores were here already." in shown(browser.get("/credit"))


def test_a_file_with_bad_lines_saves_nothing_and_names_each(browser: Browser) -> None:
    status, page = give(browser, b"date,bureau,score\n2026-11-03,CIBIL,781\n2026-02-31,CIBIL,1\n2026-11-04,<b>,x\n")
    assert status == 422
    assert "2 lines are not right, so nothing was saved." in page
    assert "Line 3: write the date like" in page
    assert "Line 4: write the score as a whole number" in page
    assert "No scores yet" in shown(browser.get("/credit"))


def test_what_is_no_file_of_scores_is_refused(browser: Browser) -> None:
    for data in (b"", b"\x89PNG\r\n\x1a\n\x00", b"x" * 505_000):
        status, page = give(browser, data)
        assert status == 422
        assert 'id="file-below"' in page


def test_a_viewer_sees_everything_and_changes_nothing(
    *, app: Flask, deps: Deps, session: Session, make_user: Callable[..., int], browser: Browser, book: int
) -> None:
    browser.send("/credit/scores/new", SCORE)
    viewer = make_user("vikram@example.com")
    session.add(Membership(book_id=book, user_id=viewer, role=Role.VIEWER))
    session.commit()
    page = shown(Browser(app).sign_in_as(viewer, deps).get(f"/credit?book={book}"))
    assert "781" in page
    assert not re.search(r'(href|action)="/credit/(scores|accounts|enquiries)', page)
