import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.domain.books import BookKind, Role, Source
from app.models.book import Membership
from app.models.receipt import Receipt
from app.models.transaction import Transaction
from app.models.user import User
from app.ocr.local import LocalReader
from app.ocr.port import ReaderUnavailable
from app.queries.receipts import receipt_of
from app.services.deps import Deps
from app.services.transactions import Recorded
from tests.blueprints.browser import Browser, shown
from tests.guards.world import TOKEN
from tests.ocr.papers import TEA_HOUSE, drawn
from tests.ocr.readers import PaperReader
from tests.storage.test_images import pdf, png_claiming

ACCURATE, FAST = "/process-receipt-accurate", "/process-receipt-fast"
RINGGIT = ("TEO HENG BOOKS SDN BHD", "Date: 23/01/2018", "Glue stick | RM 18.00", "Total RM | 18.00", "Cash RM | 18.00")
BROKEN_PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog"


@pytest.fixture
def reader() -> PaperReader:
    return PaperReader()


@pytest.fixture(autouse=True)
def _read_by_hand(app: Flask, reader: PaperReader) -> None:
    app.extensions["fintrak"] = replace(app.extensions["fintrak"], reader=reader)


@pytest.fixture
def asha_id(make_user: Callable[..., int]) -> int:
    return make_user()


@pytest.fixture
def asha(app: Flask, deps: Deps, asha_id: int) -> Browser:
    return Browser(app).sign_in_as(asha_id, deps)


@pytest.fixture
def book(asha_id: int, make_book: Callable[..., int]) -> int:
    return make_book(asha_id)


@pytest.fixture
def friend(app: Flask, deps: Deps, session: Session, make_user: Callable[..., int], book: int) -> Browser:
    """Somebody who may look at the book."""
    user_id = make_user("bo@example.com", name="Bo")
    session.execute(insert(Membership).values(book_id=book, user_id=user_id, role=Role.VIEWER))
    session.commit()
    return Browser(app).sign_in_as(user_id, deps)


@pytest.fixture
def stranger_id(make_user: Callable[..., int]) -> int:
    return make_user("kim@example.com", name="Kim")


@pytest.fixture
def stranger(app: Flask, deps: Deps, stranger_id: int) -> Browser:
    return Browser(app).sign_in_as(stranger_id, deps)


Give = Callable[..., TestResponse]


@pytest.fixture
def give(asha: Browser, book: int) -> Give:
    """Send a file to Asha's book as the form's script does; with another `accept`, as a browser without scripts."""

    def send(
        upload: bytes | None, to: str = ACCURATE, *, by: Browser = asha, book: int = book, accept: str = "application/json"
    ) -> TestResponse:  # fmt: skip
        found = TOKEN.search(shown(by.get("/profile")))
        assert found
        photo = {} if upload is None else {"receipt": FileStorage(BytesIO(upload), "photo.jpg")}
        boundary, body = encode_multipart(photo)  # in memory: the client would leave a temporary file open
        answer: TestResponse = by.client.post(
            f"{to}?book={book}",
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"X-CSRFToken": found[1], "Accept": accept},
        )
        return answer

    return send


@pytest.fixture
def tea(give: Give) -> int:
    """The receipt of a tea house, given by Asha."""
    receipt_id: int = give(drawn(TEA_HOUSE)).get_json()["receipt_id"]
    return receipt_id


@pytest.mark.parametrize("address", [ACCURATE, FAST])
def test_a_photo_becomes_the_texts_that_the_form_takes(address: str, give: Give, book: int) -> None:
    answer = give(drawn(TEA_HOUSE), address)

    said: dict[str, Any] = answer.get_json()
    fields = said["fields"]
    assert answer.status_code == 200
    assert {name: fields[name]["value"] for name in ("payee", "occurred_on", "amount", "currency", "payment")} == {
        "payee": "MEERA TEA HOUSE PVT LTD", "occurred_on": "2025-02-14", "amount": "194.00", "currency": "INR", "payment": "upi",
    }  # fmt: skip
    left, top, width, height = fields["amount"]["box"]
    assert 0 <= left < left + width
    assert 0 <= top < top + height
    assert set(fields["payee"]) == {"value", "confidence", "sure", "why", "alternative", "box", "from"}
    assert (said["engine"], said["message"], said["notice"]) == ("paper", None, None)
    assert said["items"][0] == {"description": "Masala Chai", "amount": "₹80.00"}
    assert said["image_url"] == f"/receipts/{said['receipt_id']}/image?book={book}"


def test_amounts_are_written_as_the_reader_types_them(
    session: Session, asha_id: int, make_book: Callable[..., int], give: Give, reader: PaperReader
) -> None:
    euros = make_book(asha_id, currency="EUR")
    session.get_one(User, asha_id).locale = "de-DE"
    session.commit()
    reader.paper = (
        "LAMPENHAUS GMBH",
        "Datum: 14.02.2025",
        "Stehlampe | 1.234,50",
        "Summe EUR | 1.234,50",
        "Bar EUR | 1.234,50",
    )

    said = give(drawn(TEA_HOUSE), book=euros).get_json()

    assert said["fields"]["amount"]["value"] == "1.234,50"
    assert said["fields"]["occurred_on"]["value"] == "2025-02-14"


def test_an_amount_in_another_currency_is_never_passed_off_as_the_books(give: Give, reader: PaperReader) -> None:
    reader.paper = RINGGIT

    amount = give(drawn(RINGGIT)).get_json()["fields"]["amount"]

    assert (amount["value"], amount["sure"], amount["why"]) == (
        "18.00", False, "The receipt says MYR. Write what it came to in INR.",
    )  # fmt: skip


def test_category_and_account_are_those_of_the_last_time(
    give: Give, book: int, spend: Callable[..., Recorded], account: Callable[[int, str], int], reader: PaperReader
) -> None:
    reader.paper = tuple(row for row in TEA_HOUSE if not row.startswith("UPI"))
    first = give(drawn(TEA_HOUSE)).get_json()["fields"]
    spend(book, payee="Meera Tea House Pvt Ltd", category="Dining")

    again = give(drawn(TEA_HOUSE)).get_json()["fields"]

    assert (first["category_id"]["value"], first["category_id"]["why"]) == (
        None,
        "Your first time here. Choose the category.",
    )
    assert (again["category_id"]["value"], again["category_id"]["from"]) == (account(book, "Dining"), "As last time")
    assert (again["account_id"]["value"], again["payee"]["value"]) == (account(book, "Cash"), "Meera Tea House Pvt Ltd")


def test_a_photo_that_cannot_be_read_is_kept_and_the_form_stays_empty(
    give: Give, reader: PaperReader, session: Session
) -> None:
    reader.failure = ReaderUnavailable()

    answer = give(drawn(TEA_HOUSE))

    said = answer.get_json()
    assert (answer.status_code, said["fields"], said["items"]) == (200, {}, [])
    assert said["message"].startswith("We could not read this photo. The form is empty; nothing was lost.")
    assert session.scalar(select(func.count()).select_from(Receipt)) == 1


@pytest.mark.parametrize(
    ("upload", "reason"),
    [
        (None, "Choose a photo"),
        (b"", "empty"),
        (b"Total 194.00", "cannot use"),
        (BROKEN_PDF, "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot use"),
        (b"PK\x03\x04" + b"0" * 200, "cannot use"),
        (b"\xff\xd8\xff" + b"0" * 20_100_000, "larger than 20 MB"),
        (b"\xff\xd8\xff" + b"0" * 27_000_000, "larger than 20 MB"),
        (png_claiming(40_000, 40_000), "megapixels"),
        (drawn(TEA_HOUSE)[:2000], "damaged"),
    ],
    ids=["none", "empty", "text", "broken-pdf", "svg", "zip", "large", "beyond-the-server", "bomb", "cut"],
)
def test_a_bad_upload_says_which_limit_it_broke_and_leaves_nothing(
    upload: bytes | None, reason: str, give: Give, session: Session, tmp_path: Path
) -> None:
    answer = give(upload)
    page = give(upload, accept="text/html,application/xhtml+xml,*/*;q=0.8")

    assert answer.status_code == 422
    assert reason in answer.get_json()["error"]
    assert page.status_code == 422
    assert reason in shown(page)
    assert session.scalar(select(func.count()).select_from(Receipt)) == 0
    assert not list((tmp_path / "receipts").rglob("*.jpg"))


def test_the_text_that_a_pdf_carries_reaches_the_reader(give: Give, reader: PaperReader) -> None:
    give(pdf(text="Corner Shop, Total 12.00"))

    assert "Corner Shop, Total 12.00" in " ".join(reader.printed)


def test_the_same_file_is_one_receipt_and_says_which_transaction_has_it(
    give: Give, book: int, spend: Callable[..., Recorded], session: Session
) -> None:
    first = give(drawn(TEA_HOUSE)).get_json()
    again = give(drawn(TEA_HOUSE)).get_json()
    spent = spend(book, 19_400, payee="Meera", receipt_id=first["receipt_id"])
    attached = give(drawn(TEA_HOUSE)).get_json()

    assert first["receipt_id"] == again["receipt_id"] == attached["receipt_id"]
    assert again["notice"]["text"].startswith("You gave this receipt before.")
    assert attached["notice"]["url"] == f"/transactions/{spent.transaction_id}?book={book}"
    assert "Meera, 20 November 2026, ₹194.00" in attached["notice"]["text"]
    assert session.scalar(select(func.count()).select_from(Receipt)) == 1


def test_without_a_script_the_form_comes_back_filled_and_saves_with_its_receipt(
    asha: Browser, give: Give, book: int, account: Callable[[int, str], int], session: Session
) -> None:
    answer = give(drawn(TEA_HOUSE), accept="text/html,*/*;q=0.8")
    form = shown(asha.get(answer.location))
    receipt_id = session.scalars(select(Receipt.id)).one()
    fields = {
        "direction": "out", "amount": "194.00", "occurred_on": "2025-02-14", "payee": "Meera", "receipt_id": str(receipt_id),
        "account_id": str(account(book, "Cash")), "category_id": str(account(book, "Dining")),
    }  # fmt: skip
    saved = asha.send(f"/transactions/new?book={book}", fields)

    assert answer.status_code == 303
    for value in ("194.00", "2025-02-14", "MEERA TEA HOUSE PVT LTD"):
        assert f'value="{value}"' in form
    assert "<noscript>" in form
    assert saved.status_code == 303
    transaction = session.scalars(select(Transaction)).one()
    assert (transaction.receipt_id, transaction.source) == (receipt_id, Source.RECEIPT)
    assert transaction.occurred_on == date(2025, 2, 14)
    detail = shown(asha.get(f"/transactions/{transaction.id}?book={book}"))
    assert f'href="/receipts/{receipt_id}?book={book}"' in detail


def test_a_form_that_names_a_receipt_of_another_book_shows_nothing_of_it(
    stranger: Browser, stranger_id: int, make_book: Callable[..., int], tea: int
) -> None:
    theirs = make_book(stranger_id)

    form = shown(stranger.get(f"/transactions/new?book={theirs}&receipt={tea}"))

    assert "MEERA" not in form
    assert "data-reading" not in form


def test_a_business_book_keeps_its_receipts_and_leads_to_its_own_form(
    asha: Browser, asha_id: int, give: Give, make_book: Callable[..., int], session: Session
) -> None:
    business = make_book(asha_id, kind=BookKind.BUSINESS)

    answer = give(drawn(TEA_HOUSE), book=business, accept="text/html")

    receipt_id = session.scalars(select(Receipt.id)).one()
    assert answer.location == f"/business/transactions/new?receipt={receipt_id}&book={business}"
    assert "MEERA TEA HOUSE PVT LTD" in shown(asha.get(f"/receipts?book={business}"))


def test_a_page_shows_what_was_read_and_what_has_the_receipt(
    asha: Browser, book: int, spend: Callable[..., Recorded], tea: int
) -> None:
    before = shown(asha.get(f"/receipts/{tea}?book={book}"))
    spent = spend(book, 19_400, payee="Meera", receipt_id=tea)
    after = shown(asha.get(f"/receipts/{tea}?book={book}"))

    assert "14 February 2025" in before
    assert "₹194.00" in before
    assert f'href="/transactions/new?receipt={tea}&amp;book={book}"' in before
    assert "Make a transaction" not in after
    assert f'href="/transactions/{spent.transaction_id}?book={book}"' in after


def test_the_gallery_searches_the_printed_words_and_shows_what_waits(
    asha: Browser, give: Give, book: int, spend: Callable[..., Recorded], reader: PaperReader
) -> None:
    assert "No receipts yet" in shown(asha.get(f"/receipts?book={book}"))
    spend(book, receipt_id=give(drawn(TEA_HOUSE)).get_json()["receipt_id"])
    reader.paper = RINGGIT
    give(drawn(RINGGIT))

    chai, waiting, nothing = (shown(asha.get(f"/receipts?book={book}&{q}")) for q in ("q=chai", "waiting=1", "q=zebra"))

    assert "MEERA" in chai
    assert "TEO HENG" not in chai
    assert "MEERA" not in waiting
    assert "TEO HENG" in waiting
    assert "Nothing matches" in nothing


def test_the_picture_is_clean_private_and_asked_for_again_each_time(asha: Browser, book: int, tea: int) -> None:
    whole = asha.get(f"/receipts/{tea}/image?book={book}")
    small = asha.get(f"/receipts/{tea}/image?book={book}&size=small")
    again = asha.get(f"/receipts/{tea}/image?book={book}", headers={"If-None-Match": whole.headers["ETag"]})

    assert (whole.mimetype, whole.headers["Cache-Control"]) == ("image/jpeg", "private, no-cache")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Disposition"] == f'inline; filename="receipt-{tea}.jpg"'
    with Image.open(BytesIO(whole.data)) as picture, Image.open(BytesIO(small.data)) as thumbnail:
        assert not picture.getexif()
        assert max(thumbnail.size) == 480
    assert (again.status_code, again.data) == (304, b"")


def test_a_picture_whose_file_is_lost_is_not_found(asha: Browser, book: int, tea: int, tmp_path: Path) -> None:
    for file in (tmp_path / "receipts").rglob("*.jpg"):
        file.unlink()

    assert asha.get(f"/receipts/{tea}/image?book={book}").status_code == 404
    assert asha.get(f"/receipts/{tea}?book={book}").status_code == 200


def test_only_members_see_receipts_and_only_editors_give_and_delete_them(
    friend: Browser, stranger: Browser, give: Give, book: int, tea: int
) -> None:
    pages = ["/receipts", f"/receipts/{tea}", f"/receipts/{tea}/image"]
    acts = [f"/receipts/{tea}/delete", f"/receipts/{tea}/read"]

    assert [friend.get(f"{page}?book={book}").status_code for page in pages] == [200, 200, 200]
    assert [stranger.get(f"{page}?book={book}").status_code for page in pages] == [404, 404, 404]
    assert [give(drawn(RINGGIT), by=each).status_code for each in (friend, stranger)] == [403, 404]
    assert [friend.send(f"{act}?book={book}", page="/profile").status_code for act in acts] == [403, 403]
    assert [stranger.send(f"{act}?book={book}", page="/profile").status_code for act in acts] == [404, 404]
    assert friend.get(f"/receipts/{tea}?book={book}").status_code == 200


def test_without_its_token_an_upload_is_refused(asha: Browser, book: int, session: Session) -> None:
    answer = asha.client.post(f"{ACCURATE}?book={book}", data={"receipt": (BytesIO(drawn(TEA_HOUSE)), "a.jpg")})

    assert answer.status_code == 400
    assert session.scalar(select(func.count()).select_from(Receipt)) == 0


def test_a_receipt_that_waits_can_be_deleted_and_one_with_a_transaction_cannot(
    asha: Browser, give: Give, book: int, tea: int, spend: Callable[..., Recorded]
) -> None:
    spend(book, receipt_id=tea)
    page = f"/receipts/{tea}?book={book}"
    waiting = give(drawn(RINGGIT)).get_json()["receipt_id"]

    refused = asha.send(f"/receipts/{tea}/delete?book={book}", page="/profile")
    told = shown(asha.get(page))
    deleted = asha.send(f"/receipts/{waiting}/delete?book={book}", page=f"/receipts/{waiting}?book={book}")

    assert refused.location == page
    assert "A transaction has this receipt." in told
    assert deleted.location == f"/receipts?book={book}"
    assert [asha.get(f"/receipts/{number}?book={book}").status_code for number in (tea, waiting)] == [200, 404]


def test_too_many_receipts_at_once_are_put_off_in_words(give: Give) -> None:
    answers = [give(None) for _ in range(31)]

    assert {answer.status_code for answer in answers[:30]} == {422}
    assert answers[30].status_code == 429
    assert answers[30].get_json()["error"].startswith("That were many receipts")


def test_the_command_prints_one_line_of_json_for_each_file(app: Flask, tmp_path: Path) -> None:
    good, bad = tmp_path / "tea.jpg", tmp_path / "tea.txt"
    good.write_bytes(drawn(TEA_HOUSE))
    bad.write_text("Total 194.00")

    ran = app.test_cli_runner().invoke(
        args=["receipts", "read", str(good), str(bad), str(tmp_path / "gone.jpg"), "--json"]
    )

    tea, text, gone = map(json.loads, ran.output.splitlines())
    assert (tea["file"], tea["vendor"], tea["date"], tea["total"]) == (
        "tea.jpg",
        "MEERA TEA HOUSE PVT LTD",
        "2025-02-14",
        "194.00",
    )
    assert {"currency", "tax", "items", "confidence", "sure", "engine", "ms"} <= set(tea)
    assert "cannot use" in text["error"]
    assert "cannot be opened" in gone["error"]
    assert ran.exit_code == 1


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_a_drawn_receipt_is_really_read_by_the_engine_on_this_machine(
    app: Flask, give: Give, book: int, session: Session
) -> None:
    engine = LocalReader()
    app.extensions["fintrak"] = replace(app.extensions["fintrak"], reader=engine)
    try:
        said = give(drawn(TEA_HOUSE)).get_json()
    finally:
        engine.close()

    found = receipt_of(session, book, said["receipt_id"])
    assert found is not None
    assert found.reading is not None
    assert found.reading.engine == "local"
    assert (said["fields"]["occurred_on"]["value"], said["fields"]["amount"]["value"]) == ("2025-02-14", "194.00")
    assert "TEA HOUSE" in said["fields"]["payee"]["value"]
    assert said["fields"]["amount"]["box"]
