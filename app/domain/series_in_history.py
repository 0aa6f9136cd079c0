"""Which rows of a book come again: subscriptions, rent, instalments, salaries, premiums, among everyday purchases.

Rows are looked at by payee and direction. What is not regular as a whole is split: two charges a day, two days of the
month, amounts that lie apart, amounts that repeat exactly. A series is believed when its days are too regular, and its
amounts too alike, to be chance; the evidence of both is added up in powers of ten.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import log10
from statistics import median, median_low
from typing import NamedTuple

from app.domain.books import Direction
from app.domain.recurring_series import AmountKind
from app.domain.series_beats import LONGEST_GAP, STEPS, Beat, Grid, Step, grids, may_fit, next_after, stretches_of
from app.domain.series_changes import Change, Paying, changes_of

FIXED_WITHIN = 0.05
ALIKE_WITHIN = 0.5  # of the rows around it: a summer's power bill is twice a winter's, but not twice its neighbours
ALIKE_SHARE = 0.8
FEWEST = {Beat.WEEKLY: 5, Beat.FORTNIGHTLY: 5, Beat.HALF_YEARLY: 2, Beat.YEARLY: 2}
FEWEST_OTHERS = 3
COVERED = 0.75  # of the periods between first and last
STRANGERS = 0.2  # of the rows may be no part of it: a bonus, an extra purchase
MOST_MISSING = 3  # periods in a row; more are a pause
EVIDENCE = 3.0
CHOICE = 3.0  # more of it for each tenfold of rows that a part is chosen from
EQUAL = 0.05  # how often two amounts of one payee are equal anyway
BEST_ROW = {step.beat: log10(step.length / EQUAL) for step in STEPS}  # the most that one more row can bring
STRANGE = 0.5  # less of it for each row that is no part
MISSED = 1.0  # for each period without a row
PAUSED = 2.0  # and for each long pause
ROWS_TO_PAUSE = 6  # a pause is believed only among so many rows
AGREED = 1.0  # evidence that a payment agreed beforehand brings along: premiums, taxes, fees
PREPAID = frozenset({Beat.EVERY_28_DAYS, Beat.EVERY_56_DAYS, Beat.EVERY_84_DAYS})  # these have a price
OFTEN_DAYS = 20
WEEKLY_WITHIN = 0.25  # weekly shopping has its day but no price
APART = 1.3  # neighbouring amounts this many times apart belong to different things
MOST_EXACT = 12  # amounts that repeat exactly, of one payee, that are looked at
CERTAIN = 100


class Entry(NamedTuple):
    """A row of a book. The amount is positive, in minor units; `is_agreed` says that its category holds contracts."""

    id: int
    on: date
    payee: Hashable
    category: Hashable
    direction: Direction
    amount_minor: int
    is_agreed: bool = False


@dataclass(frozen=True, slots=True)
class FoundSeries:
    """Rows that come again. `typical_minor` is what to expect next, `confidence` a percentage that only orders and describes."""

    payee: Hashable
    category: Hashable
    direction: Direction
    beat: Beat
    amount_kind: AmountKind
    typical_minor: int
    next_on: date
    anchor: int
    entries: tuple[Entry, ...]
    confidence: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    """Rows on a grid: one in each period, those charged a second time, and strangers."""

    grid: Grid
    chosen: tuple[Entry, ...]
    periods: tuple[int, ...]
    twice: tuple[Entry, ...]
    strangers: int
    coverage: float
    kind: AmountKind
    evidence: float

    @property
    def row_count(self) -> int:
        return len(self.chosen) + len(self.twice) + self.strangers


def series_in(entries: Iterable[Entry], today: date) -> list[FoundSeries]:
    """The series among the rows of a book, the surest first. Each row is in one at most.

    Units: minor units. Rounding: a typical amount between two is the lower one.
    Source: our own; figures in docs/benchmarks.md.

    >>> rows = [Entry(i, date(2026, i, 5), "Netflix", "Fun", Direction.OUT, 49_900) for i in range(1, 7)]
    >>> [(found.beat.value, found.next_on) for found in series_in(rows, date(2026, 6, 20))]
    [('monthly', datetime.date(2026, 7, 5))]
    """
    by_payee: dict[tuple[Hashable, Direction], list[Entry]] = defaultdict(list)
    for entry in entries:
        by_payee[entry.payee, entry.direction].append(entry)
    found = [
        _described(fit, today)
        for rows in by_payee.values()
        if len(rows) > 1
        for fit in _fits(sorted(rows, key=lambda row: (row.on, row.id)))
    ]
    return sorted(found, key=lambda each: (-each.confidence, -each.typical_minor, each.entries[0].id))


def _fits(rows: Sequence[Entry]) -> list[_Fit]:
    whole = _best(rows, len(rows))
    if whole:
        return [whole]
    for parts in (_by_rank(rows), _by_day(rows)):
        fits = _all_fit(parts, len(rows))
        if fits:
            return fits
    found: list[_Fit] = []
    rest = list(rows)
    for part in _by_amount(rows):
        ids = {row.id for row in rest}
        fit = _best([row for row in part if row.id in ids], len(rows))
        if fit:
            found.append(fit)
            taken = {row.id for row in fit.chosen + fit.twice}
            rest = [row for row in rest if row.id not in taken]
    return _joined(found)


def _all_fit(parts: Sequence[Sequence[Entry]], of: int) -> list[_Fit]:
    """The fits of several parts, or nothing when one of them has none."""
    fits: list[_Fit] = []
    for part in sorted(parts, key=len) if len(parts) > 1 else ():
        fit = _best(part, of)
        if fit is None:
            return []
        fits.append(fit)
    return fits


def _best(rows: Sequence[Entry], of: int) -> _Fit | None:
    """The likeliest beat of the rows, if any is likely enough, when they are chosen from `of` rows."""
    best: _Fit | None = None
    if len(rows) < min(FEWEST.values()):
        return None
    days = [row.on for row in rows]
    gaps = [min((later - earlier).days, LONGEST_GAP - 1) for earlier, later in pairwise(days)]
    needed = _needed(len(rows), of)
    for step in STEPS:
        if (
            len(rows) < _fewest(step)
            or (len(rows) - 1) * BEST_ROW[step.beat] + AGREED < needed
            or not may_fit(step, gaps)
        ):
            continue
        for grid in grids(step, days, 1 - STRANGERS):
            fit = _fit(rows, grid)
            if fit and fit.evidence >= _needed(fit.row_count, of) and (best is None or fit.evidence > best.evidence):
                best = fit
    return best


def _needed(count: int, of: int) -> float:
    """More where few of many rows are taken: among many rows, some agree by chance."""
    return EVIDENCE + CHOICE * log10(max(1, of / count))


def _fit(rows: Sequence[Entry], grid: Grid) -> _Fit | None:
    by_period: dict[int, list[tuple[int, Entry]]] = defaultdict(list)
    for row in rows:
        period, off = grid.place_of(row.on)
        if abs(off) <= grid.step.tolerance:
            by_period[period].append((abs(off), row))
    periods = tuple(sorted(by_period))
    if len(periods) < _fewest(grid.step):
        return None
    stretches = stretches_of(periods, MOST_MISSING)
    expected = sum(last - first + 1 for first, last in stretches)
    if len(periods) < COVERED * expected or len(stretches) > 1 + len(periods) // ROWS_TO_PAUSE:
        return None
    chosen, twice, offs = _one_a_period([by_period[period] for period in periods])
    strangers = len(rows) - len(chosen) - len(twice)
    if strangers > STRANGERS * len(rows) or len(twice) > max(1, STRANGERS * len(chosen)):
        return None
    kind = _kind(chosen, grid.step)
    if kind is None:
        return None
    against = STRANGE * strangers + MISSED * (expected - len(periods)) + PAUSED * (len(stretches) - 1)
    evidence = _evidence(chosen, offs, grid.step) - against
    return _Fit(grid, tuple(chosen), periods, tuple(twice), strangers, len(periods) / expected, kind, evidence)


def _one_a_period(by_period: Sequence[Sequence[tuple[int, Entry]]]) -> tuple[list[Entry], list[Entry], list[int]]:
    """Of each period the row that agrees best with the others, those charged a second time, and how many days each chosen one is off."""
    level = median_low(row.amount_minor for each in by_period for _, row in each)
    chosen: list[Entry] = []
    twice: list[Entry] = []
    offs: list[int] = []
    for each in by_period:
        near = chosen[-1].amount_minor if chosen else level
        (off, row), *others = (
            each
            if len(each) == 1
            else sorted(
                each, key=lambda pair: (min(_apart(pair[1], near), _apart(pair[1], level)), pair[0], pair[1].id)
            )
        )
        twice.extend(other for _, other in others if _apart(other, row.amount_minor) <= FIXED_WITHIN)
        chosen.append(row)
        offs.append(off)
    return chosen, twice, offs


def _kind(rows: Sequence[Entry], step: Step) -> AmountKind | None:
    """Whether the amounts stay, move a little, or are no series at all."""
    amounts = [row.amount_minor for row in rows]
    steady = sum(1 for earlier, later in pairwise(amounts) if abs(later - earlier) <= FIXED_WITHIN * earlier)
    if steady >= ALIKE_SHARE * (len(amounts) - 1):
        return AmountKind.FIXED
    within = WEEKLY_WITHIN if step.length < OFTEN_DAYS else ALIKE_WITHIN
    around = [median(amounts[max(0, i - 2) : i + 3]) for i in range(len(amounts))]
    alike = sum(1 for amount, middle in zip(amounts, around, strict=True) if abs(amount - middle) <= within * middle)
    return AmountKind.VARIABLE if alike >= ALIKE_SHARE * len(amounts) and step.beat not in PREPAID else None


def _evidence(rows: Sequence[Entry], offs: Sequence[int], step: Step) -> float:
    """How unlikely it is, in powers of ten, that days and amounts agree like this by chance."""
    usual = sorted(offs)[int(len(offs) * 0.9)] if len(offs) > FEWEST_OTHERS else max(offs)
    by_day = log10(step.length / (2 * usual + 1))
    by_amount = 0.0
    for earlier, later in pairwise(rows):
        apart = abs(later.amount_minor - earlier.amount_minor) / max(later.amount_minor, earlier.amount_minor)
        by_amount += log10(1 / (2 * apart + EQUAL)) if 2 * apart + EQUAL < 1 else 0.0
    agreed = AGREED if sum(row.is_agreed for row in rows) * 2 > len(rows) else 0.0
    return (len(rows) - 1) * by_day + by_amount + agreed


def _by_rank(rows: Sequence[Entry]) -> list[list[Entry]]:
    """The first charge of each day, the second one, and so on."""
    parts: dict[int, list[Entry]] = defaultdict(list)
    ranks: Counter[date] = Counter()
    for row in rows:
        parts[ranks[row.on]].append(row)
        ranks[row.on] += 1
    return list(parts.values())


def _by_day(rows: Sequence[Entry]) -> list[list[Entry]]:
    """Two groups of days of the month, split at the two widest holes between them."""
    days = sorted({row.on.day for row in rows})
    if len(days) == 1:
        return []
    holes = sorted(
        ((later - earlier) % 31 or 31, later) for earlier, later in zip(days, days[1:] + days[:1], strict=True)
    )
    start, end = sorted(hole[1] for hole in holes[-2:])
    inner = [row for row in rows if start <= row.on.day < end]
    outer = [row for row in rows if not start <= row.on.day < end]
    return [part for part in (inner, outer) if part]


def _by_amount(rows: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Rows whose amounts lie together, then rows of exactly one amount."""
    ordered = sorted(rows, key=lambda row: row.amount_minor)
    group = [ordered[0]]
    groups = []
    for earlier, later in pairwise(ordered):
        if later.amount_minor > APART * earlier.amount_minor:
            groups.append(group)
            group = []
        group.append(later)
    groups.append(group)
    if len(groups) > 1:
        yield from (sorted(each, key=lambda row: (row.on, row.id)) for each in groups if len(each) > 1)
    counted = Counter(row.amount_minor for row in rows)
    for amount, times in counted.most_common(MOST_EXACT):
        if times >= FEWEST_OTHERS:
            yield [row for row in rows if row.amount_minor == amount]


def _joined(fits: Sequence[_Fit]) -> list[_Fit]:
    """Series that carry on where another one of the same day ended: the price changed."""
    joined: list[_Fit] = []
    for fit in sorted(fits, key=lambda each: each.chosen[0].on):
        before = next((each for each in joined if _carries_on(each, fit)), None)
        if before is None:
            joined.append(fit)
            continue
        joined.remove(before)
        shift = fit.grid.place_of(before.chosen[-1].on)[0] - before.periods[-1]
        periods = tuple(period + shift for period in before.periods) + fit.periods
        joined.append(
            _Fit(
                fit.grid,
                before.chosen + fit.chosen,
                periods,
                before.twice + fit.twice,
                before.strangers + fit.strangers,
                min(before.coverage, fit.coverage),
                fit.kind,
                before.evidence + fit.evidence,
            )
        )
    return joined


def _carries_on(before: _Fit, after: _Fit) -> bool:
    if before.grid.step != after.grid.step:
        return False
    period, off = after.grid.place_of(before.chosen[-1].on)
    return abs(off) <= after.grid.step.tolerance and 0 < after.periods[0] - period <= MOST_MISSING


def _described(fit: _Fit, today: date) -> FoundSeries:
    rows = fit.chosen
    recent = [row.amount_minor for row in rows[-12:]]
    typical = recent[-1] if fit.kind is AmountKind.FIXED else median_low(recent)
    fitting = len(rows) / (len(rows) + fit.strangers + len(fit.twice))
    confidence = int(CERTAIN * fit.coverage * fitting * len(rows) / (len(rows) + 1))
    next_on = next_after(fit.grid, rows[-1].on)
    paying = Paying(
        fit.grid,
        tuple((row.on, row.amount_minor) for row in rows),
        fit.periods,
        tuple((row.on, row.amount_minor) for row in fit.twice),
        fit.kind,
    )
    entries = tuple(sorted(rows + fit.twice, key=lambda row: (row.on, row.id)))
    category = Counter(row.category for row in rows).most_common(1)[0][0]
    return FoundSeries(
        rows[0].payee, category, rows[0].direction, fit.grid.step.beat, fit.kind, typical, next_on,
        fit.grid.anchor, entries, confidence, changes_of(paying, today),
    )  # fmt: skip


def _fewest(step: Step) -> int:
    return FEWEST.get(step.beat, FEWEST_OTHERS)


def _apart(row: Entry, amount: int) -> float:
    return abs(row.amount_minor - amount) / max(row.amount_minor, amount)
