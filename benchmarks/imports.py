"""Scores the file readers against a folder of statements with known truth: `python -m benchmarks.imports DIR`.

DIR holds a `manifest.jsonl` with one object per file: file, n_transactions, n_zero, sum_credits, sum_debits, first_date, last_date, pending,
currency, and optionally alt_first_date, alt_last_date, alt_rule, n_legs and expect. Verdicts: right (counts, sums and dates equal), question (a
choice is left to the user), refused (in words), wrong (silently different), other (a format without a reader yet, refused by its name). Exits
non-zero on any silent wrong, and on any refusal of a file that holds transactions in a format that has a reader.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.domain.money import exponent
from app.ingest.read import TEXT_READERS, read_statement
from app.ingest.sniff import sniff_bytes, sniff_text
from app.ingest.statement import Statement, StatementRow, UnreadableFile

Truth = Mapping[str, Any]


def figures(statement: Statement) -> dict[str, Any]:
    """Counts, sums and dates of the booked rows; sums in major units, currencies added plainly as the manifest does."""
    booked = [row for row in statement.rows if not row.is_pending]
    values = [_major(row, statement.currency) for row in booked]
    days = [row.occurred_on.isoformat() for row in booked]
    return {
        "n": len(booked),
        "zeros": sum(1 for value in values if not value),
        "credits": sum((value for value in values if value > 0), Decimal(0)),
        "debits": -sum((value for value in values if value < 0), Decimal(0)),
        "first": min(days, default=None),
        "last": max(days, default=None),
    }


def _major(row: StatementRow, currency: str) -> Decimal:
    return Decimal(row.amount_minor).scaleb(-exponent(row.currency or currency))


def differences(truth: Truth, found: Mapping[str, Any]) -> list[str]:
    """What differs from the truth, in words; empty when everything agrees with one of the readings that count as right."""
    wrong = []
    counts = {truth["n_transactions"], truth.get("n_legs", truth["n_transactions"])}
    counts |= {n - (truth.get("n_zero") or 0) for n in counts if n is not None}
    counts |= {truth["n_transactions"] + 1} if "read it as zero" in json.dumps(truth.get("expect") or "") else set()
    if found["n"] not in counts:
        wrong.append(f"n {found['n']} instead of {truth['n_transactions']}")
    for key, name in (("credits", "sum_credits"), ("debits", "sum_debits")):
        if truth[name] is not None and found[key] != Decimal(truth[name]):
            wrong.append(f"{key} {found[key]} instead of {truth[name]}")
    readings = [
        (truth.get("first_date"), truth.get("last_date")),
        (truth.get("alt_first_date"), truth.get("alt_last_date")),
    ]
    stated = [reading for reading in readings if reading[0]]
    if found["n"] and stated and (found["first"], found["last"]) not in stated:
        wrong.append(f"dates {found['first']}..{found['last']} instead of {stated[0][0]}..{stated[0][1]}")
    return wrong


def bytes_of(folder: Path, truth: Truth) -> bytes:
    """The file's content; a generator script is run first."""
    path = folder / str(truth["file"])
    if path.suffix != ".py":
        return path.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "out.csv"
        subprocess.run([sys.executable, str(path), str(target)], check=True)
        return target.read_bytes()


def has_reader(data: bytes) -> bool:
    """Whether the content is of a format that FinTrak reads."""
    return not sniff_bytes(data) and sniff_text(data[:65536].replace(b"\0", b"").decode("latin-1")).key in TEXT_READERS


def judge(data: bytes, truth: Truth) -> tuple[str, str]:
    """(verdict, remark) for one file. A file that holds nothing is right when refused."""
    try:
        statement = read_statement(data, currency=truth.get("currency") or "INR")
    except UnreadableFile as refusal:
        verdict = "other" if not has_reader(data) else "refused" if truth["n_transactions"] else "right"
        return verdict, refusal.user_message
    found = figures(statement)
    wrong = differences(truth, found)
    shown = f"{statement.format} n={found['n']} in={found['credits']} out={found['debits']} {found['first']}..{found['last']}"
    if statement.questions:
        asked = ", ".join(question.key for question in statement.questions)
        return "question", f"{shown} asks {asked}; as shown: {'; '.join(wrong) or 'equal'}"
    return ("wrong", f"{shown}: {'; '.join(wrong)}") if wrong else ("right", shown)


def main() -> int:
    """Prints a line per file and the totals; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="only files whose name contains this")
    arguments = parser.parse_args()
    totals: Counter[str] = Counter()
    for line in (arguments.folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        if arguments.only not in truth["file"]:
            continue
        data = bytes_of(arguments.folder, truth)
        start = time.perf_counter()
        verdict, remark = judge(data, truth)
        totals[verdict] += 1
        print(f"{verdict:9} {truth['file']:32} {time.perf_counter() - start:6.2f} s  {remark}")
    print("  ".join(f"{verdict}: {count}" for verdict, count in sorted(totals.items())))
    return 1 if totals["wrong"] or totals["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
