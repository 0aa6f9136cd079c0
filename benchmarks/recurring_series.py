"""How well are series found? Reads labelled streams and prints precision and recall.

    python -m benchmarks.recurring_series DIR [--wrong]

DIR holds one CSV (or .csv.gz) for each household, with the columns date, merchant, category, type, amount and label_kind. Labels
are read by the metrics only. What is counted is a household's payee, with its direction:

* labelled: one of its rows carries a label of something that comes again (rent, salary, instalment, premium, fee, a
  subscription's price, a season's power bill), and it has at least two rows: a single one shows no rhythm.
* unlabelled bill: no label, but a subscription, utility or household help. The streams label a subscription only when its price
  changes, so the same shop is labelled in one household and not in another. These are neither right nor wrong in `labelled`;
  `all that come again` counts them as things to find.
* anything else, such as shops, cafés, fares, weekly groceries, festivals and freelance income: a series found there is wrong.

Recall of changes: labelled price changes told with their day, and labelled second charges told as such.
"""

import argparse
import csv
import gzip
import io
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.domain.books import Direction
from app.domain.series_changes import ChangeKind
from app.domain.series_in_history import Entry, FoundSeries, series_in
from app.ml.commitments import is_commitment

COMES_AGAIN = frozenset(
    {
        "hn_rent", "hn_rent_rise", "hn_emi", "hn_new_emi", "hn_sip", "hn_salary", "hn_annual_first", "hn_annual_repeat",
        "hn_quarterly_first", "hn_quarterly", "hn_price_rise_small", "sub_price_jump", "hn_after_jump", "hn_utility_season",
    }
)  # fmt: skip
PRICE_CHANGES = frozenset({"hn_rent_rise", "hn_price_rise_small", "sub_price_jump"})
BILLS = frozenset({"Subscriptions", "Utilities", "House Help"})

Key = tuple[int, str, Direction]


@dataclass(frozen=True, slots=True)
class Stream:
    """A household's rows, with the label of each."""

    number: int
    entries: list[Entry]
    labels: dict[int, str]


def read(path: Path, number: int) -> Stream:
    """One household's file."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    entries, labels = [], {}
    for place, line in enumerate(csv.DictReader(io.StringIO(data.decode()))):
        labels[place] = line["label_kind"]
        entries.append(
            Entry(
                place,
                date.fromisoformat(line["date"]),
                line["merchant"],
                line["category"],
                Direction.OUT if line["type"] == "expense" else Direction.IN,
                int(Decimal(line["amount"]) * 100),
                is_commitment(line["category"]),
            )
        )
    return Stream(number, entries, labels)


class Tally:
    """What was found of what there is."""

    def __init__(self) -> None:
        self.labelled: set[Key] = set()
        self.bills: set[Key] = set()
        self.found: Counter[Key] = Counter()
        self.rows: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()

    def add(self, stream: Stream, found: Sequence[FoundSeries]) -> None:
        """Count one household."""
        rows: dict[Key, list[Entry]] = defaultdict(list)
        for entry in stream.entries:
            rows[stream.number, str(entry.payee), entry.direction].append(entry)
        for key, each in rows.items():
            if sum(stream.labels[entry.id] in COMES_AGAIN for entry in each) and len(each) > 1:
                self.labelled.add(key)
            elif each[0].category in BILLS and len(each) > 1:
                self.bills.add(key)
        for series in found:
            self.found[stream.number, str(series.payee), series.direction] += 1
        self._count_rows(stream, found)
        self._count_changes(stream, found)

    def _count_rows(self, stream: Stream, found: Sequence[FoundSeries]) -> None:
        taken = {entry.id for series in found for entry in series.entries}
        for entry in stream.entries:
            key = (stream.number, str(entry.payee), entry.direction)
            if stream.labels[entry.id] in COMES_AGAIN and key in self.labelled:
                self.rows["labelled"] += 1
                self.rows["labelled and found"] += entry.id in taken

    def _count_changes(self, stream: Stream, found: Sequence[FoundSeries]) -> None:
        told = {(series.payee, change.on, change.kind) for series in found for change in series.changes}
        prices = {
            (payee, on) for payee, on, kind in told if kind in {ChangeKind.ROSE, ChangeKind.FELL, ChangeKind.ONCE}
        }
        twice = {payee for payee, _, kind in told if kind is ChangeKind.DOUBLED}
        for entry in stream.entries:
            key = (stream.number, str(entry.payee), entry.direction)
            label = stream.labels[entry.id]
            if label in PRICE_CHANGES:
                self.asked["price changes"] += 1
                self.told["price changes"] += (entry.payee, entry.on) in prices
            elif label == "duplicate" and key in self.labelled | self.bills:
                self.asked["second charges"] += 1
                self.told["second charges"] += entry.payee in twice

    def lines(self) -> Iterable[str]:
        """The figures, as sentences."""
        keys = set(self.found)
        wrong = keys - self.labelled - self.bills
        right, bills = keys & self.labelled, keys & self.bills
        extra = sum(self.found[key] - 1 for key in right)
        yield _figures("labelled", len(right), len(wrong), len(self.labelled))
        yield _figures("all that come again", len(right | bills), len(wrong), len(self.labelled | self.bills))
        yield f"  one payee told as several series: {extra} more"
        yield f"  labelled rows in a series: {self.rows['labelled and found']} of {self.rows['labelled']}"
        for name in sorted(self.asked):
            yield f"  {name} told: {self.told[name]} of {self.asked[name]}"

    def wrongs(self) -> Iterable[str]:
        """What was found wrongly, and what was not found."""
        for key in sorted(set(self.found) - self.labelled - self.bills):
            yield f"  wrong: {key[0]:03d} {key[1]}"
        for key in sorted((self.labelled | self.bills) - set(self.found)):
            yield f"  missed: {key[0]:03d} {key[1]}"


def _figures(name: str, right: int, wrong: int, all_: int) -> str:
    precision = right / max(1, right + wrong)
    return f"{name}: precision {precision:.3f}, recall {right / max(1, all_):.3f} ({right} right, {wrong} wrong, {all_ - right} missed)"


def main() -> None:
    """Read a folder and print the figures, of all households and of the two halves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=("even", "odd"), help="half of the households")
    parser.add_argument("--wrong", action="store_true", help="name what was found wrongly or missed")
    chosen = parser.parse_args()
    files = sorted(chosen.folder.glob("*_[0-9]*.csv*"))
    assert files, f"no files of households in {chosen.folder}"
    halves = {"even": Tally(), "odd": Tally()}
    everything = Tally()
    seconds = 0.0
    rows = 0
    for number, file in enumerate(files):
        half = "odd" if number % 2 else "even"
        if chosen.only not in {None, half}:
            continue
        stream = read(file, number)
        started = time.perf_counter()
        found = series_in(stream.entries, max(entry.on for entry in stream.entries))
        seconds += time.perf_counter() - started
        rows += len(stream.entries)
        for tally in (halves[half], everything):
            tally.add(stream, found)
    for name, tally in {**halves, "all households": everything}.items():
        if tally.labelled:
            print(
                f"{name}:",
                *(tally.lines()),
                *(tally.wrongs() if chosen.wrong and tally is not everything else ()),
                sep="\n  ",
            )
    print(f"{rows} rows in {seconds:.2f} s: {seconds / max(1, rows) * 20_000 * 1000:.0f} ms for 20,000")


if __name__ == "__main__":
    main()
