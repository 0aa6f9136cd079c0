import time

import pytest

from app.ingest.delimited import MAX_LINE, read_table
from app.ingest.statement import UnreadableFile


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "~"])
def test_the_delimiter_is_what_makes_dates_and_amounts_of_most_lines(delimiter: str) -> None:
    lines = [
        "Report, made; on | demand ~ of\tus",
        "Date_Text_Amount",
        "2026-04-01_Tea, black; hot_-10.50",
        "2026-04-02_Cake_-20.00",
    ]
    quoted = [line.replace("Tea, black; hot", '"Tea, black; hot"').replace("_", delimiter) for line in lines]

    assert read_table("\n".join(quoted)).delimiter == delimiter


def test_excel_text_cells_are_unwrapped_before_splitting() -> None:
    table = read_table('="01-05-2026",="Tea",="1,00,000.00"\n')

    assert table.records[0].cells == ("01-05-2026", "Tea", "1,00,000.00")


def test_a_formula_in_a_description_stays_as_it_is() -> None:
    assert read_table('2026-05-01,"=HYPERLINK(""x"",""y"")",1.00\n').records[0].cells[1] == '=HYPERLINK("x","y")'


def test_a_line_break_inside_quotes_keeps_line_numbers_and_the_verbatim_text() -> None:
    table = read_table('2026-05-01,"MAX\nMUSTER",1.00\r\n2026-05-02,B,2.00\r\n')

    assert [(record.line, record.raw) for record in table.records] == [
        (1, '2026-05-01,"MAX\nMUSTER",1.00'),
        (3, "2026-05-02,B,2.00"),
    ]


def test_a_stray_quote_does_not_swallow_the_rest() -> None:
    rows = ["2026-05-01,Shop,-1.00", '2026-05-02,"Shop,-1.00', "2026-05-03,Shop,-1.00", "2026-05-04,Shop,-1.00"]

    table = read_table("\n".join(rows))

    assert [record.line for record in table.records] == [1, 2, 3, 4]
    assert table.records[1].cells == ("2026-05-02", "Shop", "-1.00")


def test_a_file_of_stray_quotes_takes_no_longer_than_its_length() -> None:
    began = time.process_time()

    table = read_table('x","\n' * 20_000)

    assert len(table.records) > 19_900
    assert time.process_time() - began < 10  # it took minutes when each quote was followed to the end of the file


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(end: str) -> None:
    assert [record.line for record in read_table(f"a,b{end}{end}c,d").records] == [1, 3]


def test_the_separator_line_of_excel_is_obeyed() -> None:
    assert read_table("sep=;\n2026-05-01;1,00\n").delimiter == ";"


def test_a_line_over_the_limit_is_refused_in_words() -> None:
    with pytest.raises(UnreadableFile, match="Line 2 has"):
        read_table("a,b\n" + "x" * (MAX_LINE + 1))
