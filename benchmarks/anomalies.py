"""How good are the alerts? Replays labelled streams through the detector's own code path and prints the figures.

    python -m benchmarks.anomalies DIR [--out predictions.csv] [--every N]

DIR holds one CSV (or .csv.gz) for each user, with the columns row, date, time, description, merchant, category, type,
amount, label, label_kind, event. Label columns are read by the metrics only. The first 20 rows of a user and rows whose
label_kind starts with "ambig_" are not scored. Rows of one event count as one: found when any of them is alerted.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import math
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from app.ml.commitments import is_commitment
from app.ml.features import FOR_FOREST
from app.ml.model import Judging, train
from app.ml.replay import replay
from app.ml.rows import Row, Verdict

WARM = 20


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of a stream and what it is known to be."""

    user: int
    number: int
    row: Row | None
    day: date
    kind: str
    event: str


def read(path: Path) -> Iterator[Labelled]:
    """The lines of one user's file. Only expenses have a row; the detector sees no other."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    digits = re.search(r"\d+", path.name)
    user = int(digits[0]) if digits else 0
    categories: dict[str, int] = {}
    for line in csv.DictReader(io.StringIO(data.decode())):
        day = date.fromisoformat(line["date"])
        number = int(line["row"])
        row = None
        if line["type"] == "expense":
            row = Row(
                id=number + 1,
                occurred_on=day,
                amount_minor=int(Decimal(line["amount"]) * 100),
                payee_key=line["merchant"] or None,
                category_id=categories.setdefault(line["category"], len(categories) + 1),
                hour=int(line["time"][:2]) if line["time"] else None,
                is_commitment=is_commitment(line["category"]),
            )
        event = f"{user}:{line.get('event')}" if line.get("label") == "1" else ""
        yield Labelled(user, number, row, day, line.get("label_kind", ""), event)


def judged(lines: Sequence[Labelled]) -> Iterator[tuple[Labelled, Verdict | None]]:
    """Each line with the verdict that a save would have given."""
    verdicts = replay([line.row for line in lines if line.row is not None])
    for line in lines:
        yield line, next(verdicts) if line.row is not None else None


def average_precision(units: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Area under precision and recall, and the recall at a precision of 0.8; equal scores count together."""
    ordered = sorted(units, key=lambda unit: -unit[0])
    events = sum(hit for _, hit in ordered)
    area = best = recall = 0.0
    found = 0
    for place, (score, hit) in enumerate(ordered, 1):
        found += hit
        if place < len(ordered) and ordered[place][0] == score:
            continue
        precision = found / place
        area += precision * (found / events - recall)
        recall = found / events
        if precision >= 0.8:
            best = recall
    return area, best


def report(results: Sequence[tuple[Labelled, Verdict | None]]) -> None:
    """Print average precision and the detector's own precision, recall and alerts a month, by kind."""
    scored = [(line, v) for line, v in results if line.number >= WARM and not line.kind.startswith("ambig_")]
    days: dict[int, list[date]] = defaultdict(list)
    highest: dict[str, float] = {}
    kinds: dict[str, str] = {}
    told: set[str] = set()
    units: list[tuple[float, bool]] = []
    false = hard = hard_false = 0
    for line, verdict in scored:
        days[line.user].append(line.day)
        score = verdict.score if verdict and verdict.score is not None else -math.inf
        alert = bool(verdict and verdict.is_unusual)
        if line.event:
            highest[line.event] = max(score, highest.get(line.event, -math.inf))
            kinds[line.event] = line.kind
            if alert:
                told.add(line.event)
        else:
            units.append((score, False))
            false += alert
            hard += line.kind.startswith("hn_")
            hard_false += alert and line.kind.startswith("hn_")
    months = sum((max(d) - min(d)).days for d in days.values()) / 30.4
    if not highest:
        print(f"{len(scored)} rows, {false / months:.2f} alerts a month; no labels")
        return
    area, at_80 = average_precision(units + [(score, True) for score in highest.values()])
    print(f"{len(scored)} rows, {len(highest)} events, {months:.0f} user-months")
    print(f"average precision {area:.3f}, recall at precision 0.8 {at_80:.3f}")
    print(
        f"own alerts: precision {len(told) / max(1, len(told) + false):.3f}, recall {len(told) / len(highest):.3f}, "
        f"{(len(told) + false) / months:.2f} a month, hard negatives {hard_false / max(1, hard):.2%}"
    )
    for kind in sorted(set(kinds.values())):
        of_kind = [event for event in kinds if kinds[event] == kind]
        print(f"  {kind:20} {sum(event in told for event in of_kind) / len(of_kind):.2f} of {len(of_kind)}")


def time_one_save(rows: Sequence[Row]) -> None:
    """Print the time of one verdict beside scikit-learn's own score of one row, and of fitting and of bulk import."""
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415  only for comparison

    started = time.perf_counter()
    model = train(rows)
    fitted = time.perf_counter() - started
    found = np.array([[model.memory.features(row)[s] for s in FOR_FOREST] for row in rows[-2_000:]], np.float32)
    theirs = IsolationForest(random_state=0).fit(found)
    ours_us, theirs_us = [], []
    for i, row in enumerate(rows[-1_000:]):
        started = time.perf_counter()
        model.judge(row, Judging())
        ours_us.append((time.perf_counter() - started) * 1e6)
        if i % 5 == 0:
            started = time.perf_counter()
            theirs.score_samples(found[i : i + 1])
            theirs_us.append((time.perf_counter() - started) * 1e6)
    ours, theirs_q = statistics.quantiles(ours_us, n=20), statistics.quantiles(theirs_us, n=20)
    started = time.perf_counter()
    model.judge_many(rows, Judging())
    bulk = len(rows) / (time.perf_counter() - started)
    print(f"train on {len(rows)} rows {fitted:.2f} s; bulk {bulk:,.0f} rows/s")
    print(
        f"one verdict p50 {ours[9]:.0f} µs, p95 {ours[18]:.0f} µs; score_samples p50 {theirs_q[9]:.0f} µs, "
        f"p95 {theirs_q[18]:.0f} µs; p95 ratio 1/{theirs_q[18] / ours[18]:.0f}"
    )


def main() -> None:
    """Replay a folder and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="write user,row,score,alert,kinds,reason")
    parser.add_argument("--every", type=int, default=1, help="take every Nth user")
    chosen = parser.parse_args()
    files = sorted(chosen.folder.glob("*_[0-9]*.csv*"))[:: chosen.every]
    assert files, f"no user files in {chosen.folder}"
    results = [pair for file in files for pair in judged(list(read(file)))]
    report(results)
    if chosen.out:
        with chosen.out.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines)
            writer.writerow(["user", "row", "score", "alert", "kinds", "reason"])
            for line, v in results:
                if v is not None and v.score is not None:
                    writer.writerow(
                        [line.user, line.number, f"{v.score:.9g}", int(v.is_unusual), "+".join(v.kinds), v.reason]
                    )
    repeated = [line.row for line, _ in results if line.row is not None]
    time_one_save(sorted(repeated * (20_000 // len(repeated) + 1), key=lambda row: row.occurred_on)[-20_000:])


if __name__ == "__main__":
    main()
