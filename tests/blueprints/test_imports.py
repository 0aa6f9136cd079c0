import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.imports import ImportState
from app.models.account import Account
from app.models.statement_import import Import
from app.models.transaction import Transaction
from app.queries.verification import verify_book
from app.services import imports
from app.services.deps import Deps
from tests.blueprints.browser import Browser, shown
from tests.services.test_imports import HEADINGS, JULY, csv

Make = Callable[..., int]
DOUBTFUL = csv("03/04/2026,TEA,10.00,", "05/06/2026,COFFEE,20.00,")


@pytest.fixture
def upload(browser: Browser, book: int, account: Callable[[int, str], int]) -> Callable[..., str]:
    """Give a file as a person does: `upload(csv(...))`. Returns where it leads to."""

    def send(data: bytes, name: str = "july.csv", **changes: object) -> str:
        fields = {"account_id": str(account(book, "Bank account")), "new_account": "", "file": (io.BytesIO(data), name)}
        return browser.send("/imports", fields | changes).location or ""  # type: ignore[arg-type]  # a file among texts

    return send


def settled(page: str, **changes: str) -> dict[str, str]:
    """The fields of the second step as the page shows them, with changes."""
    fields = {}
    for name in ("account_id", "spending_id", "income_id"):
        chosen = page.split(f'name="{name}"')[1].split('selected value="')[1].split('"', maxsplit=1)[0]
        fields[name] = chosen
    return fields | changes


def test_a_file_goes_from_upload_to_the_books_and_out_again(
    browser: Browser, upload: Callable[..., str], session: Session, book: int
) -> None:
    step = upload(csv(*JULY))
    page = shown(browser.get(step))
    assert "4 transactions" in page
    assert "Day, month, year" in page
    path = step.split("?")[0]

    preview = browser.send(path, settled(page, do="plan"), page=step)
    assert preview.status_code == 303
    assert preview.location.startswith(f"{path}/rows")
    rows = shown(browser.get(preview.location))
    assert "BIG BAZAAR MUMBAI" in rows
    assert "Import 4 rows" in rows
    assert session.scalar(sa.select(sa.func.count()).select_from(Transaction)) == 0

    done = browser.send(f"{path}/apply", page=preview.location)
    assert "4 transactions imported" in shown(browser.get(done.location))
    assert session.scalar(sa.select(sa.func.count()).select_from(Transaction)) == 4
    assert browser.get(f"{path}/progress").get_json() == {
        "done": 4, "total": 4, "state": "applied", "error": None, "next": f"{path}/summary?book={book}",
    }  # fmt: skip

    undone = browser.send(f"{path}/undo", page=done.location)
    assert "This import is undone" in shown(browser.get(undone.location))
    assert not verify_book(session, book).differences
    assert "Undone" in shown(browser.get("/imports"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 \xe2\xe3 stream", "PDF"),
        (b"nothing here\n", "No transactions"),
        (b"Date,Amount\n" + b"9" * 30_000, "characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained_beside_it_and_leaves_nothing(  # noqa: PLR0917 - fixtures
    browser: Browser, session: Session, book: int, account: Callable[[int, str], int], data: bytes, said: str
) -> None:
    answer = browser.send(
        "/imports",
        {"account_id": str(account(book, "Cash")), "file": (io.BytesIO(data), "x.csv")},  # type: ignore[dict-item]  # a file among texts
    )

    page = shown(answer)
    assert answer.status_code == 422
    assert said in page.split('id="file-below"')[1].split("</p>")[0]
    assert session.scalar(sa.select(sa.func.count()).select_from(Import)) == 0


def test_no_file_and_no_account_are_said_beside_the_fields(browser: Browser) -> None:
    page = shown(answer := browser.send("/imports", {"account_id": "999999"}))

    assert answer.status_code == 422
    assert "Choose the file" in page
    assert "Choose the account." in page


def test_a_new_account_is_opened_only_when_the_file_can_be_read(upload: Callable[..., str], session: Session) -> None:
    upload(b"", account_id="new", new_account="HDFC")
    assert session.scalar(sa.select(Account.id).where(Account.name == "HDFC")) is None

    assert upload(csv(*JULY), account_id="new", new_account="")[:9] != "/imports/"
    assert upload(csv(*JULY), account_id="new", new_account="HDFC").startswith("/imports/")

    assert session.scalar(sa.select(Import.account_id)) == session.scalar(
        sa.select(Account.id).where(Account.name == "HDFC")
    )


def test_a_doubtful_file_asks_and_goes_on_only_with_an_answer(
    browser: Browser, upload: Callable[..., str], session: Session
) -> None:
    step = upload(DOUBTFUL)
    path = step.split("?")[0]
    page = shown(browser.get(step))
    assert 'type="radio"' in page
    assert "checked" not in page.split('id="question_0"')[1].split("</fieldset>")[0]

    refused = browser.send(path, settled(page, do="plan"), page=step)
    assert refused.status_code == 422
    assert "Answer this question first." in shown(refused)

    accepted = browser.send(path, settled(page, do="plan", question_0="mdy"), page=step)
    assert accepted.status_code == 303
    assert "4 Mar" in shown(browser.get(accepted.location))
    assert session.scalar(sa.select(Import.state)) == ImportState.PLANNED


def test_columns_and_signs_can_be_overruled(browser: Browser, upload: Callable[..., str]) -> None:
    step = upload(b"Date,Text,Other text,Amount\n2026-07-13,A,B,-10.00\n2026-07-14,C,D,-12.00\n")
    path = step.split("?")[0]
    page = shown(browser.get(step))

    again = browser.send(path, settled(page, do="read", column_description="2", sign="inverted"), page=step)

    assert again.location.startswith(path)
    page = shown(browser.get(again.location))
    assert 'value="10.00"' in page
    assert "Forget my answers" in page
    browser.send(f"{path}/forget", page=step)
    assert 'value="-10.00"' in shown(browser.get(step))


def test_rows_can_be_left_out_taken_in_and_put_into_a_category(  # noqa: PLR0917 - fixtures
    browser: Browser,
    upload: Callable[..., str],
    deps: Deps,
    session: Session,
    book: int,
    account: Callable[[int, str], int],
) -> None:
    step = upload(csv(*JULY))
    path = step.split("?")[0]
    import_id = int(path.split("/")[2])
    imports.plan(book, import_id, deps=deps)
    rows = f"{path}/rows"

    browser.send(rows, {"ids": "0", "do": "leave_out"})
    assert "Import 3 rows" in shown(browser.get(rows))
    browser.send(rows, {"ids": "0", "do": "take_in"})
    browser.send(rows, {"ids": "0", "do": "categorise", "category_id": str(account(book, "Groceries"))})
    page = shown(browser.get(f"{rows}?show=new"))
    assert "Import 4 rows" in page
    assert "Groceries" in page.split("BIG BAZAAR MUMBAI")[-1].split("</tr>")[0]
    for nonsense in (
        {"do": "leave_out"},
        {"ids": "x", "do": "take_in"},
        {"ids": "0", "do": "categorise"},
        {"ids": "0"},
    ):
        assert browser.send(rows, nonsense).status_code == 303
    assert session.scalar(sa.select(Import.new_count)) == 4


def test_an_import_that_stopped_can_be_continued(
    browser: Browser, upload: Callable[..., str], deps: Deps, session: Session, book: int
) -> None:
    step = upload(csv(*JULY))
    path = step.split("?")[0]
    imports.plan(book, int(path.split("/")[2]), deps=deps)
    session.execute(sa.update(Import).values(state=ImportState.APPLYING, claimed_at=datetime(2020, 1, 1, tzinfo=UTC)))
    session.commit()
    page = shown(browser.get(f"{path}/summary"))
    assert "Continue" in page
    assert "See how far it is now" in page.split("<noscript>")[1]
    assert browser.get(f"{path}/progress").get_json()["next"] is None

    browser.send(f"{path}/continue", page=f"{path}/summary")

    assert "4 transactions imported" in shown(browser.get(f"{path}/summary"))


def test_a_discarded_import_is_gone(browser: Browser, upload: Callable[..., str], session: Session) -> None:
    step = upload(csv(*JULY))

    browser.send(f"{step.split('?')[0]}/discard", page=step)

    assert session.scalar(sa.select(sa.func.count()).select_from(Import)) == 0


def test_an_import_of_somebody_else_is_404(
    app: Flask, upload: Callable[..., str], make_user: Make, make_book: Make, deps: Deps
) -> None:
    step = upload(csv(*JULY))
    path = step.split("?")[0]
    bob = make_user("bob@example.com")
    make_book(bob)
    stranger = Browser(app).sign_in_as(bob, deps)

    for page in (path, f"{path}/rows", f"{path}/summary", f"{path}/progress", step):
        assert stranger.get(page).status_code == 404
    for action in ("", "/rows", "/apply", "/undo", "/continue", "/discard", "/forget"):
        assert stranger.send(f"{path}{action}", page="/imports").status_code == 404


@pytest.mark.sqlite_only
def test_hostile_fields_are_refused_in_words(browser: Browser, upload: Callable[..., str]) -> None:
    step = upload(csv(*JULY))
    path = step.split("?")[0]
    page = shown(browser.get(step))
    nasty = ("", "x" * 5000, "nan", "-1", "0", "99999999999999999999", "\U0001f4a3", "'; DROP TABLE imports")

    for value in nasty:
        for name in (
            "account_id",
            "spending_id",
            "rate",
            "header_line",
            "column_date",
            "delimiter",
            "currency",
            "sign",
        ):
            answer = browser.send(path, settled(page, do="plan", **{name: value}), page=step)
            assert answer.status_code in {303, 422}, (name, value)


@pytest.mark.sqlite_only
def test_texts_of_a_file_are_never_markup(browser: Browser, upload: Callable[..., str], deps: Deps, book: int) -> None:
    planted = "<script>alert(1)</script>"
    step = upload(
        f"{HEADINGS},{planted}\n13/07/2026,{planted},10.00,,{planted}\n{planted},a,b,c,d".encode(),
        f"{planted.replace('/', '')}.csv",
    )
    path = step.split("?")[0]
    pages = [browser.get(step).get_data(as_text=True)]
    imports.plan(book, int(path.split("/")[2]), deps=deps)
    pages += [browser.get(f"{path}/rows").get_data(as_text=True), browser.get("/imports").get_data(as_text=True)]

    for page in pages:
        assert "&lt;script&gt;" in page
        assert planted not in page
