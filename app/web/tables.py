"""A list as a file to take along: CSV that no spreadsheet runs, or XLSX whose numbers are numbers."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import xlsxwriter
from flask import Response

from app.domain.csvcells import neutral
from app.domain.money import from_minor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency, as a cell."""

    minor: int
    currency: str


Cell = str | int | Decimal | date | Money | None
"""What a cell may hold. None is an empty cell: not known is not zero."""


def table_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], wanted: str | None) -> Response:
    """The rows under their headings as an answer to download: `wanted` is xlsx, and CSV otherwise.

    `name` is the file's name without its ending. Texts that look like formulas stay texts in both.
    """
    if wanted == "xlsx":
        return _attached(_xlsx(headings, rows), XLSX, f"{name}.xlsx")
    return _attached(_csv(headings, rows), "text/csv; charset=utf-8", f"{name}.csv")


def _attached(data: bytes, media_type: str, file_name: str) -> Response:
    answer = Response(data, content_type=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file_name)
    return answer


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()  # the mark makes spreadsheets read it as UTF-8


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return neutral(cell)
        case Money(minor, currency):
            return f"{from_minor(minor, currency):f}"
        case date():
            return cell.isoformat()
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)


def _xlsx(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for at, heading in enumerate(headings):
            sheet.write_string(0, at, heading, bold)
        for number, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                _write(sheet, number, at, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return file.getvalue()


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
    match cell:
        case None:
            sheet.write_blank(row, column, None)
        case str():
            sheet.write_string(row, column, cell)  # never read as a formula, a link or a number
        case Money(minor, currency):
            sheet.write_number(row, column, from_minor(minor, currency))
        case date():
            sheet.write_datetime(row, column, cell)
        case _:
            sheet.write_number(row, column, cell)
