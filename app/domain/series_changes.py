"""What became of something that comes again: a new price, a slow drift, a second charge in one period, an end."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median, median_low

from app.domain.recurring_series import AmountKind
from app.domain.series_beats import Grid

STEP = 0.01  # smaller differences of a fixed price are rounding
DRIFT = 0.08
FEWEST_TO_DRIFT = 6
MISSED_TO_STOP = 2  # of what comes at least monthly; of rarer things one
OFTEN_DAYS = 40


class ChangeKind(StrEnum):
    """What happened."""

    ROSE = "rose"
    FELL = "fell"
    ONCE = "once"  # another amount, and then the old one again
    DRIFTED_UP = "drifted_up"
    DRIFTED_DOWN = "drifted_down"
    DOUBLED = "doubled"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened on a day, with the amounts before and after in minor units."""

    kind: ChangeKind
    on: date
    from_minor: int
    to_minor: int


@dataclass(frozen=True, slots=True)
class Paying:
    """The rows of a series: one a period, with the number of the period, and those that came a second time."""

    grid: Grid
    rows: tuple[tuple[date, int], ...]
    periods: tuple[int, ...]
    twice: tuple[tuple[date, int], ...]
    kind: AmountKind


def changes_of(paying: Paying, today: date) -> tuple[Change, ...]:
    """The changes of a series, oldest first."""
    found = _steps(paying) if paying.kind is AmountKind.FIXED else _drift(paying)
    found += [Change(ChangeKind.DOUBLED, on, amount, amount) for on, amount in paying.twice]
    last_on, last_minor = paying.rows[-1]
    if today > stopped_after(paying):
        found.append(Change(ChangeKind.STOPPED, last_on, last_minor, 0))
    return tuple(sorted(found, key=lambda change: (change.on, change.kind)))


def stopped_after(paying: Paying) -> date:
    """The day after which a series counts as stopped: when it was missed often enough, and its usual delay has passed."""
    step = paying.grid.step
    missed = MISSED_TO_STOP if step.length < OFTEN_DAYS else 1
    due = paying.grid.day_of(paying.periods[-1] + missed)
    return date.fromordinal(due.toordinal() + 2 * step.tolerance)


def _steps(paying: Paying) -> list[Change]:
    """New prices, and single payments away from the price; the newest one counts as a new price."""
    found = []
    amounts = [amount for _, amount in paying.rows]
    level = amounts[0]
    for number, (on, amount) in enumerate(paying.rows[1:], 1):
        if abs(amount - level) <= STEP * level:
            continue
        following = amounts[number + 1] if number + 1 < len(amounts) else amount
        if abs(following - amount) < abs(following - level):
            found.append(Change(ChangeKind.ROSE if amount > level else ChangeKind.FELL, on, level, amount))
            level = amount
        else:
            found.append(Change(ChangeKind.ONCE, on, level, amount))
    return found


def _drift(paying: Paying) -> list[Change]:
    """How much more each row is than the one a year before it; within a year, of the newer half than of the older one."""
    by_period = dict(zip(paying.periods, paying.rows, strict=True))
    a_year = round(365.25 / paying.grid.step.length)
    pairs = [
        (by_period[period - a_year][1], amount)
        for period, (_, amount) in by_period.items()
        if period - a_year in by_period
    ]
    if len(pairs) < FEWEST_TO_DRIFT:
        return []
    ratio = median(later / earlier for earlier, later in pairs)
    if abs(ratio - 1) < DRIFT:
        return []
    kind = ChangeKind.DRIFTED_UP if ratio > 1 else ChangeKind.DRIFTED_DOWN
    return [
        Change(
            kind,
            paying.rows[-1][0],
            median_low(sorted(each[0] for each in pairs)),
            median_low(sorted(each[1] for each in pairs)),
        )
    ]
