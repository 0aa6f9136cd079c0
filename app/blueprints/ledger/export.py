"""A list of transactions as CSV: one line for each part, amounts as plain numbers, texts that no spreadsheet runs."""

import csv
import io
from collections.abc import Iterable, Iterator

from app.domain.csvcells import neutral
from app.queries.transactions import TransactionRow
from app.web.formats import plain

HEADINGS = (
    "Date", "Type", "Payee", "Description", "Category", "Account", "To account", "Amount", "Currency",
    "Amount in book currency", "Note", "Tags", "Transaction",
)  # fmt: skip


def csv_lines(rows: Iterable[TransactionRow], book_currency: str) -> Iterator[str]:
    """The file, line by line, beginning with what makes spreadsheets read it as UTF-8."""
    yield "\ufeff" + _line(HEADINGS)
    for row in rows:
        for cells in _parts(row, book_currency):
            yield _line(cells)


def _parts(row: TransactionRow, book_currency: str) -> Iterator[tuple[str, ...]]:
    """Money in is positive, money out negative. A split has a line for each category, a transfer one line."""
    money = row.accounts
    names = [neutral(leg.name) for leg in money]
    account, to_account = (names[0] if names else ""), "; ".join(names[1:])
    start = (row.occurred_on.isoformat(), row.kind.value, neutral(row.payee), neutral(row.description))
    end = (neutral(row.note), neutral(", ".join(row.tags)), str(row.id))
    if not row.categories:
        leg = money[0] if money else None
        amount = leg.amount_minor if leg else row.moved_minor
        currency = leg.currency if leg else book_currency
        base = leg.base_minor if leg else row.moved_minor
        yield (*start, "", account, to_account, plain(amount, currency), currency, plain(base, book_currency), *end)
        return
    whole = len(row.categories) == 1 and len(money) == 1
    for part in row.categories:
        amount, currency = (money[0].amount_minor, money[0].currency) if whole else (-part.base_minor, book_currency)
        yield (
            *start, neutral(part.name), account, to_account, plain(amount, currency), currency,
            plain(-part.base_minor, book_currency), *end,
        )  # fmt: skip


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
