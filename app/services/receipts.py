"""What people do with receipts: keep an upload and have it read, read it again, delete it. Reading never writes a transaction."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select, update

from app.domain.errors import FinTrakError, NotInBook, Refused
from app.domain.texts import clean, key
from app.models.receipt import Receipt
from app.models.transaction import Transaction
from app.ocr.port import Expectations, PrintedText, ReadingFailed, ReceiptReading
from app.ocr.wire import to_json
from app.queries.receipts import known_upload, stored_picture
from app.services.deps import Deps
from app.services.receipt_files import StoredFile
from app.services.uow import book_work, unit_of_work
from app.storage.images import CheckedImage, check_and_reencode
from app.storage.limits import Limits

TEXT_LENGTH = 8000
VALUE_LENGTH = 300
MOST_ITEMS = 100
MOST_BYTES = 60_000  # a TEXT column of MariaDB holds 65 535


@dataclass(frozen=True, slots=True)
class Taken:
    """A receipt that is kept. `failure` says in words why it could not be read; `is_repeat`: the same file was there before."""

    receipt_id: int
    failure: str = ""
    is_repeat: bool = False


def take_receipt(
    book_id: int, upload: bytes, *, user_id: int | None, expect: Expectations, limits: Limits, deps: Deps
) -> Taken:
    """Keep an upload and read it. No transaction is open while it is decoded and read.

    The same file in the same book is kept once, and read again only when it could not be read before.
    Raises: UnusableUpload with the limit it broke, StoreUnavailable when no store takes it; nothing is kept then.
    """
    digest = hashlib.sha256(upload).hexdigest()
    known = known_upload(deps.session, book_id, digest)
    if known and known.is_read:
        return Taken(known.id, is_repeat=True)
    deps.session.rollback()
    image = check_and_reencode(upload, limits)
    receipt_id = known.id if known else _keep(book_id, digest, image, user_id=user_id, deps=deps)
    printed = [PrintedText(each.left, each.top, each.right, each.bottom, each.text) for each in image.printed]
    failure = _read(book_id, receipt_id, image.data, image.media_type, printed, expect=expect, deps=deps)
    return Taken(receipt_id, failure, is_repeat=known is not None)


def read_receipt(book_id: int, receipt_id: int, *, expect: Expectations, deps: Deps) -> Taken:
    """Read a kept picture again, in place of what was read before. What was read stays when it fails.

    Raises: NotInBook.
    """
    picture = stored_picture(deps.session, book_id, receipt_id)
    if picture is None:
        raise NotInBook("receipt", receipt_id, book_id)
    deps.session.rollback()
    try:
        data = deps.receipt_files.open(StoredFile(picture.storage, picture.key))
    except FinTrakError as problem:
        return Taken(receipt_id, problem.user_message)
    return Taken(receipt_id, _read(book_id, receipt_id, data, picture.media_type, (), expect=expect, deps=deps))


def delete_receipt(book_id: int, receipt_id: int, *, user_id: int | None, deps: Deps) -> None:
    """Remove a receipt, and its file when no other receipt has the same one.

    Raises: NotInBook; Refused while a transaction points at it, even a deleted one, which could come back.
    """
    with book_work(deps, book_id, user_id=user_id) as work:
        receipt = work.session.scalars(
            select(Receipt).where(Receipt.book_id == book_id, Receipt.id == receipt_id)
        ).one_or_none()
        if receipt is None:
            raise NotInBook("receipt", receipt_id, book_id)
        uses = select(Transaction.id).where(Transaction.book_id == book_id, Transaction.receipt_id == receipt_id)
        if work.session.scalar(uses.limit(1)) is not None:
            raise Refused("A transaction has this receipt. Attach another one to it first, and then delete this one.")
        file = StoredFile(receipt.storage, receipt.storage_key)
        work.session.delete(receipt)
        work.audit("receipt.deleted", f"receipt:{receipt_id}", before={"sha256": receipt.sha256})
        work.after_commit.append(partial(deps.receipt_files.delete_unused, work.session, [file]))


def _keep(book_id: int, digest: str, image: CheckedImage, *, user_id: int | None, deps: Deps) -> int:
    file = deps.receipt_files.save(image.data, image.media_type)
    with book_work(deps, book_id, user_id=user_id) as work:
        if known := known_upload(work.session, book_id, digest):  # the same file, sent twice at once
            return known.id
        receipt = Receipt(
            book_id=book_id, sha256=digest, storage=file.storage, storage_key=file.key, media_type=image.media_type,
            width=image.width, height=image.height, reading=None, search_text="", created_at=work.now,
        )  # fmt: skip
        work.session.add(receipt)
        work.session.flush()
        work.audit("receipt.added", f"receipt:{receipt.id}", after={"sha256": digest})
        return receipt.id


def _read(
    book_id: int, receipt_id: int, data: bytes, media_type: str, printed: Sequence[PrintedText], *, expect: Expectations, deps: Deps
) -> str:  # fmt: skip
    """Read and keep what was read. Returns why it failed, or nothing."""
    try:
        reading = deps.reader.read(data, media_type, printed=printed, expect=expect)
    except ReadingFailed as problem:
        return problem.user_message
    words = key(clean(f"{reading.vendor.value or ''} {reading.text}", TEXT_LENGTH))[:TEXT_LENGTH]
    with unit_of_work(deps) as work:
        work.session.execute(
            update(Receipt)
            .where(Receipt.book_id == book_id, Receipt.id == receipt_id)
            .values(reading=_kept(reading), search_text=words)
        )
    return ""


def _kept(reading: ReceiptReading) -> str:
    """A reading as JSON that every database can keep and every page can show."""
    plain = {name: _cleaned(value, VALUE_LENGTH) for name, value in to_json(reading).items()}
    plain |= {"text": clean(reading.text, TEXT_LENGTH, lines=True), "items": plain["items"][:MOST_ITEMS]}
    kept = json.dumps(plain)
    return kept if len(kept) <= MOST_BYTES else json.dumps(plain | {"text": "", "items": []})


def _cleaned(value: Any, limit: int) -> Any:
    if isinstance(value, str):
        return clean(value, limit)
    if isinstance(value, dict):
        return {name: _cleaned(each, limit) for name, each in value.items()}
    return [_cleaned(each, limit) for each in value] if isinstance(value, list | tuple) else value
