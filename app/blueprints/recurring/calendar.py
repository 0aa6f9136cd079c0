"""A month of what comes again: what was posted, what waits, and what is expected, day by day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from app.blueprints.recurring.lists import bp
from app.domain.books import Role
from app.domain.periods import Month
from app.domain.recurrence import WEEK
from app.domain.schedules import OccurrenceState
from app.queries.schedules import Decided, Expected, decided_between, upcoming
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.formats import month_name
from app.web.months import YEARS_AHEAD, Step, asked_month, previous_step


@dataclass(frozen=True, slots=True)
class Item:
    """Something on a day. `minor` is in `currency`, none being the book's; a transfer keeps its size."""

    name: str
    minor: int
    currency: str | None
    is_transfer: bool
    state: str  # expected, posted, waiting, skipped or deleted
    url: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar. What goes out and comes in is in the book's currency, both positive, without what was skipped."""

    date: date
    is_in_month: bool
    is_today: bool
    items: tuple[Item, ...]
    out_minor: int
    in_minor: int


@bp.get("/recurring/calendar")
@allow(Role.VIEWER)
def calendar() -> ResponseReturnValue:
    """A month with what comes and came on each day."""
    session, book_id, day = current_deps().session, g.book.id, today()
    month = asked_month(day)
    came = decided_between(session, book_id, month.first, month.last)
    coming = upcoming(session, book_id, month.first, month.last)
    days = _days(month, day, came, coming)
    inside = [each for each in days if each.is_in_month]
    return render_template(
        "recurring/calendar.html",
        month=month,
        weeks=[days[at : at + WEEK] for at in range(0, len(days), WEEK)],
        busy=[each for each in inside if each.items],
        out_minor=sum(each.out_minor for each in inside),
        in_minor=sum(each.in_minor for each in inside),
        waiting=sum(each.state == OccurrenceState.WAITING for each in came),
        count=len(came) + len(coming),
        previous=previous_step(month),
        next=_next_step(month, day),
        is_running=Month.of(day) == month,
    )


def _days(month: Month, day: date, came: Iterable[Decided], coming: Iterable[Expected]) -> list[Day]:
    """Whole weeks from Monday on that hold the month."""
    items: dict[date, list[Item]] = defaultdict(list)
    changes: dict[date, list[int]] = defaultdict(list)
    for past in came:
        items[past.due_on].append(_decided(past))
        if past.state != OccurrenceState.SKIPPED and not past.is_void:
            changes[past.due_on].append(_change(past))
    for expected in coming:
        items[expected.due_on].append(_expected(expected))
        changes[expected.due_on].append(expected.posts.expected_minor)
    start = month.first - timedelta(days=month.first.weekday())
    end = month.last + timedelta(days=WEEK - 1 - month.last.weekday())
    return [
        Day(
            each,
            Month.of(each) == month,
            each == day,
            tuple(items[each]),
            -sum(minor for minor in changes[each] if minor < 0),
            sum(minor for minor in changes[each] if minor > 0),
        )
        for each in (start + timedelta(days=at) for at in range((end - start).days + 1))
    ]


def _decided(past: Decided) -> Item:
    ledger = "business_ledger" if g.book.kind == "business" else "ledger"
    posts = past.posts
    url = url_for(".schedule", schedule_id=posts.schedule_id)
    if past.transaction_id is not None and past.minor is not None:
        url = url_for(f"{ledger}.transaction", transaction_id=past.transaction_id)
        state = "deleted" if past.is_void else past.state.value
        return Item(posts.name, past.minor, None, posts.is_transfer, state, url)
    return Item(posts.name, posts.minor, posts.currency, posts.is_transfer, past.state.value, url)


def _expected(expected: Expected) -> Item:
    posts = expected.posts
    url = url_for(".schedule", schedule_id=posts.schedule_id)
    return Item(posts.name, posts.minor, posts.currency, posts.is_transfer, "expected", url)


def _change(past: Decided) -> int:
    if past.posts.is_transfer:
        return 0
    return past.posts.expected_minor if past.minor is None else past.minor


def _next_step(month: Month, day: date) -> Step:
    """The month after, some years ahead at most."""
    later = month.next()
    url = url_for(".calendar", month=str(later)) if later.year <= day.year + YEARS_AHEAD else None
    return Step(month_name(later), url)
