import io
import zipfile
from datetime import date
from decimal import Decimal

from app.web.tables import Money, table_file

HEADINGS = ("Name", "Day", "Rate", "Amount", "Note")
ROWS = [("=HYPERLINK(1)", date(2026, 11, 2), Decimal("8.5"), Money(-12_345_678, "INR"), None)]


def test_a_csv_file_keeps_numbers_plain_and_formulas_asleep() -> None:
    answer = table_file("loans", HEADINGS, ROWS, "csv")

    lines = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert lines == ["Name,Day,Rate,Amount,Note", "'=HYPERLINK(1),2026-11-02,8.5,-123456.78,"]
    assert answer.headers["Content-Disposition"] == "attachment; filename=loans.csv"


def test_an_xlsx_file_holds_texts_as_texts_and_amounts_as_numbers() -> None:
    answer = table_file("loans", HEADINGS, ROWS, "xlsx")

    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
        texts = file.read("xl/sharedStrings.xml").decode()
    assert "<v>-123456.78</v>" in sheet
    assert "<v>8.5</v>" in sheet
    assert "<f>" not in sheet
    assert "=HYPERLINK(1)" in texts
