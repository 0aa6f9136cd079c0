"""Everything of a person in one ZIP file: their profile, and a folder for each book."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import IO, Any

from sqlalchemy.orm import Session

from app.domain.csvcells import neutral
from app.domain.money import from_minor
from app.queries.books import BookView
from app.queries.whole_book import (
    WholeAccount,
    WholeTransaction,
    all_accounts,
    all_events,
    all_receipts,
    all_transactions,
    other_tables,
)

OpenFile = Callable[[str, str], bytes | None]
"""The bytes of a stored file by its store and key; none when the store does not have it."""

COLUMNS = (
    "transaction", "date", "kind", "state", "source", "payee", "description", "note", "tags", "receipt",
    "account", "account kind", "amount", "currency", "amount in the book's currency", "book's currency",
)  # fmt: skip
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
READ_ME = """Everything FinTrak keeps of you, written so that other programs can read it.

person.json        what you said of yourself
book-N/book.json   the book, and your role in it
book-N/accounts.json      accounts and categories
book-N/transactions.csv   one line for each leg: debits positive, credits negative; the legs of a transaction add up to zero
book-N/events.jsonl       what happened, when and by whom; each line holds the hash of the one before
book-N/*.jsonl            everything else, table by table, one row to a line: schedules, loans, imports, warnings, …
book-N/receipts/          the pictures, and what was read in them

Texts in the CSV file that look like formulas begin with an apostrophe.
"""


def write_archive(
    file: IO[bytes], person: dict[str, Any], books: Iterable[BookView], session: Session, open_file: OpenFile
) -> None:
    """Write the ZIP. Reads a thousand rows at a time, so a large book needs little memory."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("READ ME.txt", READ_ME)
        archive.writestr("person.json", _json(person))
        for book in books:
            _write_book(archive, f"book-{book.id}", book, session, open_file)


def _write_book(archive: zipfile.ZipFile, folder: str, book: BookView, session: Session, open_file: OpenFile) -> None:
    accounts = {account.id: account for account in all_accounts(session, book.id)}
    archive.writestr(f"{folder}/book.json", _json(asdict(book)))
    archive.writestr(f"{folder}/accounts.json", _json([asdict(account) for account in accounts.values()]))
    with archive.open(f"{folder}/transactions.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for transaction in all_transactions(session, book.id):
            writer.writerows(_lines(transaction, accounts, book.currency))
    with archive.open(f"{folder}/events.jsonl", "w") as raw:
        for event in all_events(session, book.id):
            raw.write(_line(asdict(event)))
    for name, rows in other_tables(session, book.id):
        with archive.open(f"{folder}/{name}.jsonl", "w") as raw:
            raw.writelines(_line(row) for row in rows)
    for receipt in all_receipts(session, book.id):
        name = f"{folder}/receipts/{receipt.id}"
        if receipt.reading:
            archive.writestr(f"{name}.json", receipt.reading)
        if (data := open_file(receipt.storage, receipt.storage_key)) is not None:
            archive.writestr(f"{name}.{SUFFIXES.get(receipt.media_type, 'bin')}", data, zipfile.ZIP_STORED)


def _lines(
    transaction: WholeTransaction, accounts: dict[int, WholeAccount], book_currency: str
) -> Iterator[tuple[object, ...]]:
    for leg in transaction.legs:
        account = accounts[leg.account_id]
        yield (
            transaction.id,
            transaction.occurred_on.isoformat(),
            transaction.kind.value,
            transaction.state.value,
            transaction.source.value,
            neutral(transaction.payee),
            neutral(transaction.description),
            neutral(transaction.note),
            neutral(" ".join(transaction.tags)),
            transaction.receipt_id or "",
            neutral(account.name),
            account.kind.value,
            f"{from_minor(leg.amount_minor, account.currency):f}",
            account.currency,
            f"{from_minor(leg.base_minor, book_currency):f}",
            book_currency,
        )


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode() + b"\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
