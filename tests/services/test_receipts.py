from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import NotInBook, Refused
from app.models.book import AuditEvent
from app.models.receipt import Receipt
from app.models.transaction import Transaction
from app.ocr.port import Expectations, NothingToRead
from app.queries.receipts import receipt_of, receipts_page, waiting_count
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.receipt_files import ReceiptFiles, StoredFile
from app.services.receipts import Taken, delete_receipt, read_receipt, take_receipt
from app.services.transactions import Recorded, void_transactions
from app.storage.cloudinary import CloudinaryStore
from app.storage.limits import Limits, UnusableUpload
from app.storage.local import LocalStore
from app.storage.port import FileNotKept, StoreUnavailable
from tests.ocr.papers import TEA_HOUSE, drawn
from tests.ocr.readers import PaperReader
from tests.storage.test_cloudinary import StandIn, service, store

__all__ = ["service", "store"]  # fixtures

OTHER = ("BLUE LAMP BOOKS", "Date: 03/02/2025", "Atlas of rivers | 420.00", "Total | 420.00", "Cash | 420.00")


@pytest.fixture
def reader() -> PaperReader:
    return PaperReader()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def deps(deps: Deps, reader: PaperReader, folder: Path) -> Deps:
    return replace(deps, reader=reader, receipt_files=ReceiptFiles({"local": LocalStore(folder)}))


@pytest.fixture
def book(make_user: Callable[..., int], make_book: Callable[..., int]) -> int:
    return make_book(make_user())


@pytest.fixture
def other(make_user: Callable[..., int], make_book: Callable[..., int]) -> int:
    """Somebody else's book."""
    return make_book(make_user("bo@example.com"))


@pytest.fixture
def give(deps: Deps, book: int) -> Callable[..., Taken]:
    """Upload a receipt: `give(drawn(OTHER))`."""

    def take(upload: bytes | None = None, book_id: int | None = None) -> Taken:
        return take_receipt(
            book_id or book, upload or drawn(TEA_HOUSE), user_id=None, expect=Expectations(), limits=Limits(), deps=deps
        )

    return take


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_receipt_is_kept_with_what_was_read_and_writes_no_transaction(
    give: Callable[..., Taken], session: Session, book: int, folder: Path
) -> None:
    taken = give()

    found = receipt_of(session, book, taken.receipt_id)
    assert found is not None
    assert found.reading is not None
    assert (found.reading.vendor.value, found.reading.date.value) == ("MEERA TEA HOUSE PVT LTD", date(2025, 2, 14))
    assert found.reading.total.value == Decimal("194.00")
    assert (taken.failure, taken.is_repeat, found.transactions) == ("", False, ())
    assert session.scalar(select(func.count()).select_from(Transaction)) == 0
    assert len(files_in(folder)) == 1
    assert not verify_book(session, book).differences


def test_the_same_file_in_a_book_is_kept_once_and_not_read_twice(
    give: Callable[..., Taken], session: Session, reader: PaperReader, folder: Path
) -> None:
    first, again = give(), give()

    assert again == Taken(first.receipt_id, is_repeat=True)
    assert session.scalar(select(func.count()).select_from(Receipt)) == 1
    assert (len(reader.given), len(files_in(folder))) == (1, 1)


def test_the_same_file_in_another_book_is_another_receipt_with_the_same_file(
    give: Callable[..., Taken], other: int, folder: Path
) -> None:
    mine, theirs = give(), give(book_id=other)

    assert mine.receipt_id != theirs.receipt_id
    assert not theirs.is_repeat
    assert len(files_in(folder)) == 1


def test_a_receipt_that_cannot_be_read_is_kept_and_read_at_the_next_upload(
    give: Callable[..., Taken], session: Session, reader: PaperReader, book: int
) -> None:
    reader.failure = NothingToRead()
    failed = give()
    unread = receipt_of(session, book, failed.receipt_id)

    reader.failure = None
    again = give()

    assert failed.failure == NothingToRead.user_message
    assert unread is not None
    assert unread.reading is None
    assert again == Taken(failed.receipt_id, is_repeat=True)
    found = receipt_of(session, book, again.receipt_id)
    assert found is not None
    assert found.reading is not None


def test_a_kept_picture_can_be_read_again_and_a_failure_keeps_what_was_read(
    give: Callable[..., Taken], session: Session, reader: PaperReader, book: int, deps: Deps
) -> None:
    taken = give()
    reader.paper = OTHER
    read_receipt(book, taken.receipt_id, expect=Expectations(), deps=deps)
    reader.failure = NothingToRead()

    failed = read_receipt(book, taken.receipt_id, expect=Expectations(), deps=deps)

    found = receipt_of(session, book, taken.receipt_id)
    assert found is not None
    assert found.reading is not None
    assert found.reading.vendor.value == "BLUE LAMP BOOKS"
    assert failed.failure == NothingToRead.user_message
    assert reader.given[0] == reader.given[1]  # the kept picture is the one that was read first


@pytest.mark.parametrize(
    "upload", [b"", b"Total 194.00", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04zip", b"%PDF-1.4 broken"]
)
def test_an_unusable_upload_leaves_nothing_behind(
    upload: bytes, deps: Deps, session: Session, book: int, folder: Path
) -> None:
    with pytest.raises(UnusableUpload):
        take_receipt(book, upload, user_id=None, expect=Expectations(), limits=Limits(), deps=deps)

    assert session.scalar(select(func.count()).select_from(Receipt)) == 0
    assert files_in(folder) == []


def test_what_the_paper_says_is_cleaned_and_cut_before_it_is_kept(
    give: Callable[..., Taken], session: Session, reader: PaperReader, book: int
) -> None:
    reader.paper = (f"EVIL\x00 SHOP \ud800{'x' * 500}", *OTHER[1:], *(f"Thing {n}\x07 | 1.00" for n in range(400)))

    taken = give()

    found = receipt_of(session, book, taken.receipt_id)
    assert found is not None
    assert found.reading is not None
    kept = session.scalars(select(Receipt.reading)).one() or ""
    assert len(kept.encode()) < 65_536
    assert not {"\x00", "\x07", "\ud800"} & set(found.reading.text + (found.reading.vendor.value or ""))


def test_a_receipt_of_a_transaction_cannot_be_deleted_even_when_that_is_void(
    give: Callable[..., Taken], spend: Callable[..., Recorded], session: Session, book: int, deps: Deps
) -> None:
    receipt_id = give().receipt_id
    spent = spend(book, receipt_id=receipt_id)
    assert (waiting_count(session, book), receipts_page(session, book, is_waiting=True).rows) == (0, [])

    with pytest.raises(Refused):
        delete_receipt(book, receipt_id, user_id=None, deps=deps)
    void_transactions(book, [spent.transaction_id], user_id=None, deps=deps)
    with pytest.raises(Refused):
        delete_receipt(book, receipt_id, user_id=None, deps=deps)

    found = receipt_of(session, book, receipt_id)
    assert found is not None
    assert found.posted is None
    assert [each.is_void for each in found.transactions] == [True]
    assert waiting_count(session, book) == 1


def test_deleting_a_receipt_removes_its_file_only_when_no_other_receipt_has_it(
    *, give: Callable[..., Taken], other: int, deps: Deps, book: int, folder: Path, session: Session
) -> None:
    mine, theirs = give().receipt_id, give(book_id=other).receipt_id

    delete_receipt(book, mine, user_id=None, deps=deps)
    kept = len(files_in(folder))
    delete_receipt(other, theirs, user_id=None, deps=deps)

    assert (kept, files_in(folder)) == (1, [])
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.book_id == book).order_by(AuditEvent.number))
    assert list(actions)[-2:] == ["receipt.added", "receipt.deleted"]
    assert not verify_book(session, book).differences


def test_a_receipt_of_another_book_does_not_exist(
    give: Callable[..., Taken], other: int, deps: Deps, session: Session
) -> None:
    receipt_id = give().receipt_id

    assert receipt_of(session, other, receipt_id) is None
    with pytest.raises(NotInBook):
        delete_receipt(other, receipt_id, user_id=None, deps=deps)
    with pytest.raises(NotInBook):
        read_receipt(other, receipt_id, expect=Expectations(), deps=deps)


def test_receipts_are_found_by_any_printed_word_a_page_at_a_time(
    give: Callable[..., Taken], session: Session, reader: PaperReader, book: int
) -> None:
    tea = give().receipt_id
    reader.paper = OTHER
    books = give(drawn(OTHER)).receipt_id
    third = give(drawn((*OTHER, "Thank you"))).receipt_id

    newest = receipts_page(session, book, size=2)
    oldest = receipts_page(session, book, size=2, before=newest.older)
    back = receipts_page(session, book, size=2, after=oldest.newer)

    assert [row.id for row in newest.rows] == [row.id for row in back.rows] == [third, books]
    assert [row.id for row in oldest.rows] == [tea]
    assert (newest.newer, oldest.older, back.newer) == (None, None, None)
    assert [row.id for row in receipts_page(session, book, text="masala MEERA").rows] == [tea]
    assert receipts_page(session, book, text="100%").rows == []


def test_a_cloud_that_does_not_answer_leaves_the_file_on_this_machine(
    *, deps: Deps, session: Session, book: int, store: CloudinaryStore, service: StandIn, folder: Path
) -> None:
    files = ReceiptFiles({"cloudinary": store, "local": LocalStore(folder)})
    with_cloud = replace(deps, receipt_files=files)

    def take(upload: bytes) -> StoredFile:
        taken = take_receipt(book, upload, user_id=None, expect=Expectations(), limits=Limits(), deps=with_cloud)
        row = session.execute(select(Receipt.storage, Receipt.storage_key).where(Receipt.id == taken.receipt_id)).one()
        return StoredFile(*row)

    above = take(drawn(TEA_HOUSE))
    service.is_down = True
    here = take(drawn(OTHER))
    service.is_down = False

    assert (above.storage, here.storage) == ("cloudinary", "local")
    assert files.open(above).startswith(b"\xff\xd8")
    assert files.open(here).startswith(b"\xff\xd8")
    files.delete_unused(session, [above, here])
    assert (len(service.kept), len(files_in(folder))) == (1, 1)  # both are still in use


def test_a_file_no_store_takes_or_has_is_said_to_be_so(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the folder should be")
    files = ReceiptFiles({"local": LocalStore(folder)})

    with pytest.raises(StoreUnavailable):
        files.save(drawn(OTHER), "image/jpeg")
    with pytest.raises(FileNotKept):
        files.open(StoredFile("cloudinary", "fintrak/gone.jpg"))
    files.delete(StoredFile("cloudinary", "fintrak/gone.jpg"))  # only noted
