"""What was found in the history, in sentences that a person can check."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.domain.books import Direction
from app.domain.recurring_series import AmountKind
from app.domain.series_beats import Beat
from app.domain.series_changes import Change, ChangeKind
from app.queries.recurring_series import SeriesView
from app.web.formats import day, money

EACH = {
    Beat.WEEKLY: "each week",
    Beat.FORTNIGHTLY: "every two weeks",
    Beat.EVERY_28_DAYS: "every 28 days",
    Beat.MONTHLY: "each month",
    Beat.EVERY_56_DAYS: "every 56 days",
    Beat.EVERY_84_DAYS: "every 84 days",
    Beat.QUARTERLY: "every three months",
    Beat.HALF_YEARLY: "every six months",
    Beat.YEARLY: "each year",
}
PERIOD = {
    Beat.WEEKLY: "week",
    Beat.MONTHLY: "month",
    Beat.QUARTERLY: "quarter",
    Beat.HALF_YEARLY: "half year",
    Beat.YEARLY: "year",
}
TITLES = {
    ChangeKind.ROSE: "Price rose",
    ChangeKind.FELL: "Price fell",
    ChangeKind.ONCE: "Another amount once",
    ChangeKind.DRIFTED_UP: "Slowly more",
    ChangeKind.DRIFTED_DOWN: "Slowly less",
    ChangeKind.DOUBLED: "Charged twice",
    ChangeKind.STOPPED: "Stopped",
}
ICONS = {
    ChangeKind.ROSE: "graph-up-arrow",
    ChangeKind.FELL: "graph-down-arrow",
    ChangeKind.ONCE: "exclamation-diamond",
    ChangeKind.DRIFTED_UP: "graph-up",
    ChangeKind.DRIFTED_DOWN: "graph-down",
    ChangeKind.DOUBLED: "copy",
    ChangeKind.STOPPED: "pause-circle",
}
TITLES_IN = {ChangeKind.ROSE: "Rose", ChangeKind.FELL: "Fell", ChangeKind.DOUBLED: "Came twice"}
WORTH_A_LOOK_IN = frozenset({ChangeKind.FELL, ChangeKind.ONCE, ChangeKind.DRIFTED_DOWN})
WORTH_A_LOOK_OUT = frozenset({ChangeKind.ROSE, ChangeKind.ONCE, ChangeKind.DRIFTED_UP, ChangeKind.DOUBLED})


@dataclass(frozen=True, slots=True)
class Finding:
    """A change of a series as the page tells it."""

    series: SeriesView
    change: Change
    title: str
    icon: str
    text: str
    tone: str


def reason(series: SeriesView, today: date) -> str:
    """Why we think so: how much, how often, since when, and how often in all."""
    about = "" if series.amount_kind is AmountKind.FIXED else "About "
    how = f"{about}{_amount(series.typical_minor)} {EACH[series.beat]} since {_dated(series.since, today)}"
    return f"{how}, {series.count} times, last {_dated(series.last_on, today)}."


def told(series: SeriesView, change: Change, today: date) -> str:
    """A change, with its day and what it was before."""
    was, became, when = _amount(change.from_minor), _amount(change.to_minor), _dated(change.on, today)
    match change.kind:
        case ChangeKind.ROSE | ChangeKind.FELL:
            return f"{became} since {when}, {was} before."
        case ChangeKind.ONCE:
            return f"{became} on {when} instead of {was}."
        case ChangeKind.DRIFTED_UP | ChangeKind.DRIFTED_DOWN:
            return f"About {became} now, about {was} a year earlier."
        case ChangeKind.DOUBLED:
            period = PERIOD.get(series.beat, "period")
            return f"{became} on {when}, for the second time in one {period}."
        case ChangeKind.STOPPED:
            return f"Last paid {when}: {was} {EACH[series.beat]} until then."


def findings(found: tuple[SeriesView, ...], since: date, today: date) -> Iterator[Finding]:
    """Changes since a day, the newest first. What stopped is told elsewhere."""
    changes = [
        (change, series)
        for series in found
        for change in series.changes
        if change.kind is not ChangeKind.STOPPED and change.on >= since
    ]
    for change, series in sorted(changes, key=lambda pair: pair[0].on, reverse=True):
        is_income = series.direction == Direction.IN
        tone = "warn" if change.kind in (WORTH_A_LOOK_IN if is_income else WORTH_A_LOOK_OUT) else ""
        title = TITLES[change.kind] if not is_income else TITLES_IN.get(change.kind, TITLES[change.kind])
        yield Finding(series, change, title, ICONS[change.kind], told(series, change, today), tone)


def _amount(minor: int) -> str:
    return money(minor, decimals=False)


def _dated(value: date, today: date) -> str:
    """3 Nov, and of another year Nov 25."""
    return day(value) if value.year == today.year else f"{day(value)} {value.year}"
