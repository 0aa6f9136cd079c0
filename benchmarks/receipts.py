"""How well receipts are read: `python -m benchmarks.receipts DIR [--limit N] [--out FILE]`, or `… DIR --robust`.

DIR/images and DIR/labels.jsonl are run through the whole path a browser's upload takes: check, clean picture, worker, reading.
With --robust, DIR holds manifest.jsonl ({file, expect: work | reject | either | blank_ok, want?}) and its files.
"""

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.ocr.files import read_files
from app.ocr.forest import RANKERS
from app.ocr.local import LocalReader
from app.ocr.port import Expectations
from app.storage.images import check_and_reencode
from benchmarks.receipt_scores import judged, wilson

FIELDS = ("vendor", "date", "total", "all3")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Meter:
    """Processor seconds and memory of the reading worker, read from /proc."""

    reader: LocalReader
    seconds: float = 0.0
    largest_mb: float = 0.0

    def spent(self) -> float:
        """Processor seconds since the last call; a worker that was replaced starts again at nothing."""
        pid = self.reader.worker_pid
        if pid is None:
            return 0.0
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        now = (int(fields[11]) + int(fields[12])) / TICKS
        before, self.seconds = self.seconds, now
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        self.largest_mb = max(self.largest_mb, int(peak.split()[1]) / 1024)
        return now - before if now >= before else now


def score(folder: Path, limit: int | None, out: Path | None) -> None:
    """Read every labelled picture and print what was right."""
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()][:limit]
    reader = LocalReader()
    meter = Meter(reader)
    counts: dict[str, Counter[str]] = {}
    sure: Counter[str] = Counter()
    sure_wrong: Counter[str] = Counter()
    seconds: list[float] = []
    gaps: list[tuple[float, bool]] = []
    lines = []
    for label in labels:
        (reading,) = read_files([folder / "images" / label["file"]], reader=reader, prepare=check_and_reencode)
        seconds.append(meter.spent())
        right = judged(reading, label)
        for group in ("all", label["source"]):
            counts.setdefault(group, Counter()).update(
                {"n": 1, **{name: int(is_right) for name, is_right in right.items()}}
            )
        for name in ("vendor", "date", "total"):
            if name in reading.get("sure", ()):
                sure[name] += 1
                sure_wrong[name] += not right[name]
            gaps.append((reading.get("confidence", {}).get(name, 0.0), right[name]))
        if not right["all3"]:
            wrong = [name for name in ("vendor", "date", "total") if not right[name]]
            print(
                label["file"],
                *(f"{name}: {reading.get(name)!r}, not {label[name]!r};" for name in wrong),
                reading.get("error", ""),
            )
        lines.append(json.dumps(reading | {"seconds": seconds[-1]}, ensure_ascii=False))
    reader.close()
    if out:
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print_scores(counts, len(labels))
    fields = 3 * len(labels)
    print(
        f"sure: {100 * sum(sure.values()) / fields:.1f} % of fields "
        f"({', '.join(f'{name} {100 * sure[name] / len(labels):.0f} %' for name in ('vendor', 'date', 'total'))}); "
        f"wrong among them: {100 * sum(sure_wrong.values()) / max(sum(sure.values()), 1):.1f} % {dict(sure_wrong)}"
    )
    print(f"calibration error: {calibration_error(gaps):.3f}")
    ordered = sorted(seconds)
    print(
        f"processor seconds: median {ordered[len(ordered) // 2]:.2f}, p95 {ordered[int(0.95 * (len(ordered) - 1))]:.2f}"
    )
    print(f"largest worker: {meter.largest_mb:.0f} MB; trained file: {RANKERS.stat().st_size / 1000:.0f} kB")


def print_scores(counts: dict[str, Counter[str]], total: int) -> None:
    """Shares with their 95 % intervals, overall and by source."""
    for group, count in counts.items():
        if group != "all" and count["n"] == total:
            continue
        parts = []
        for name in FIELDS:
            low, high = wilson(count[name], count["n"])
            parts.append(f"{name} {100 * count[name] / count['n']:.1f} [{low:.1f}–{high:.1f}]")
        print(f"{group:18} n {count['n']:4}  {'  '.join(parts)}")


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Mean distance between stated and met confidence, by ten bins."""
    error = 0.0
    for number in range(bins):
        inside = [(c, r) for c, r in pairs if number <= min(c * bins, bins - 1) < number + 1]
        if inside:
            stated, met = sum(c for c, _ in inside) / len(inside), sum(r for _, r in inside) / len(inside)
            error += abs(stated - met) * len(inside) / len(pairs)
    return error


def robust(folder: Path) -> None:
    """Give every awkward file what its manifest asks for, and say where it went wrong."""
    reader = LocalReader()
    passed = total = 0
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case.get("generated"):
            continue
        total += 1
        started = time.monotonic()
        (reading,) = read_files(
            [folder / case["file"]], reader=reader, prepare=check_and_reencode, expect=Expectations("MYR")
        )
        verdict = met(case, reading)
        passed += verdict
        found = reading.get("error") or [reading[name] for name in ("vendor", "date", "total")]
        print(
            f"{'pass' if verdict else 'FAIL'}  {case['file']:20} {case['expect']:9} {time.monotonic() - started:5.1f} s  {found}"
        )
    reader.close()
    print(f"{passed} of {total} as expected")


def met(case: dict[str, Any], reading: dict[str, Any]) -> bool:
    """Whether a reading is what the case asks for."""
    refused = "error" in reading
    if case["expect"] == "reject":
        return refused
    if case["expect"] == "blank_ok":
        return refused or reading["total"] is None
    if case["expect"] == "either" and refused:
        return True
    want = case.get("want")
    return not refused and (want is None or judged(reading, want)["all3"])


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, help="only the first N receipts")
    parser.add_argument("--out", type=Path, help="write one JSON line per receipt")
    parser.add_argument("--robust", action="store_true", help="the folder is a set of awkward files")
    options = parser.parse_args(argv)
    if options.robust:
        robust(options.folder)
    else:
        score(options.folder, options.limit, options.out)


if __name__ == "__main__":
    main()
