import csv
import gzip
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.anomaly import BookModel
from app.services.transactions import Recorded

Make = Callable[..., int]


def write(path: Path, *, rows: int = 60, odd: bool = True) -> Path:
    """A user's file: groceries every third day, a salary now and then, one slipped decimal at the end."""
    lines = ["row,date,time,description,merchant,category,type,amount,label"]
    for number in range(rows):
        day = date(2026, 1, 1) + timedelta(days=3 * number)
        kind, who, minor = (
            ("income", "Acme", 9_000_000)
            if number % 10 == 9
            else ("expense", "Big Bazaar", 195_000 + 1_370 * (number * 7 % 11))
        )
        if odd and number == rows - 2:
            minor *= 10
        lines.append(f"{number},{day},,shopping,{who},Groceries,{kind},{minor // 100}.{minor % 100:02},0")
    text = "\n".join(lines) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def run(app: Flask, *words: object) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["anomalies", *map(str, words)])
    return result.exit_code, result.output


@pytest.mark.sqlite_only
def test_replay_judges_every_row_of_plain_and_packed_files(app: Flask, tmp_path: Path) -> None:
    plain, packed = write(tmp_path / "user_007.csv"), write(tmp_path / "user_012.csv.gz", odd=False)

    code, output = run(app, "replay", plain, packed)

    assert code == 0
    rows = list(csv.DictReader(io.StringIO(output)))
    assert [(row["user"], row["row"]) for row in rows] == [(user, str(n)) for user in ("7", "12") for n in range(60)]
    [alert] = [row for row in rows if row["alert"] == "1" and row["user"] == "7" and int(row["row"]) >= 20]
    assert (alert["row"], alert["kinds"].split()[0]) == ("58", "amount")
    assert alert["reason"].startswith("20,870.00 is 10 times")
    assert float(alert["score"]) == max(float(row["score"]) for row in rows)
    assert all(row["score"] == "0.0" for row in rows if int(row["row"]) % 10 == 9)
    assert run(app, "replay", plain, packed) == (0, output)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a,b\n1,2\n", "line 2"),
        (b"row,date,time,merchant,category,type,amount\n0,2026-01-01,,A,B,expense,x\n", "line 2"),
        (b"\x1f\x8bxx", "line 2"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_named_with_its_line(
    app: Flask, tmp_path: Path, content: bytes, place: str
) -> None:
    path = tmp_path / "user_3.csv"
    path.write_bytes(content)

    code, output = run(app, "replay", path)

    assert code == 1
    assert f"user_3.csv, {place}" in output


def test_retrain_trains_what_is_named_whether_due_or_not(
    app: Flask, make_book: Make, spend: Callable[..., Recorded], session: Session
) -> None:
    book = make_book()
    for number in range(3):
        spend(book, 20_000 + 700 * number)

    first, second = run(app, "retrain", book), run(app, "retrain", "--all")

    assert first == second == (0, f"book {book}: learned 3 expenses\n")
    session.rollback()
    assert session.scalars(select(BookModel.row_count)).one() == 3


def test_retrain_wants_to_know_which_books(app: Flask) -> None:
    assert run(app, "retrain")[0] == 1
    assert "There is no book 77." in run(app, "retrain", 77)[1]
