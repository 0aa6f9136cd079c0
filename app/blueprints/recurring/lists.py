"""What comes again: the list, one schedule with its dates, and making and changing them."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.recurring.forms import ScheduleForm, said_of_transaction
from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.domain.schedules import OccurrenceState, ScheduleKind, ScheduleState
from app.jobs.port import JobName
from app.queries.accounts import accounts_of
from app.queries.schedules import (
    Expected,
    ScheduleView,
    decided_count,
    decided_of,
    one_schedule,
    schedules_of,
    upcoming,
    waiting_in,
)
from app.queries.transactions import last_used_account, one_of
from app.services.own_schedules import (
    OwnSchedule,
    alter_schedule,
    end_schedule,
    make_schedule,
    past_count,
    pause_schedule,
    remove_schedule,
    restore_schedule,
    resume_schedule,
)
from app.services.recurring import run_due
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol
from app.web.navigation import has_page
from app.web.numbers import as_id
from app.web.refusals import form_page, taken
from app.web.tables import Money, table_file

AHEAD = timedelta(days=30)
COMING = 12
SHOWN = 100
AT_ONCE = 60
"""So many dates are posted before the page answers; more are left to the jobs."""
HOMES = {
    ScheduleKind.SALARY: ("Salary", {"personal": "salary.overview"}),
    ScheduleKind.LOAN: ("Loans", {"personal": "loans.loans", "business": "business_loans.loans"}),
    ScheduleKind.SCHEME: ("Fixed schemes", {"personal": "schemes.schemes", "business": "schemes.schemes"}),
    ScheduleKind.INVESTMENT: ("Investments", {"personal": "investments.holdings", "business": "investments.holdings"}),
}
"""The pages of the parts that keep schedules of their own."""

bp = Blueprint("recurring", __name__)


@dataclass(frozen=True, slots=True)
class Group:
    """Schedules that stand alike."""

    title: str
    sub: str
    schedules: list[ScheduleView]


@bp.get("/recurring")
@allow(Role.VIEWER)
def schedules() -> ResponseReturnValue:
    """What waits, what runs, what rests and what has ended."""
    session, book, day = current_deps().session, g.book, today()
    found = schedules_of(session, book.id)
    coming = upcoming(session, book.id, date.min, day + AHEAD)
    waiting = waiting_in(session, book.id)
    monthly = [each.monthly_minor(day) for each in found]
    return render_template(
        "recurring/schedules.html",
        parts=_groups(found),
        waiting=waiting,
        waiting_count=sum(each.waiting for each in found),
        homes=homes(),
        month_out=-sum(minor for minor in monthly if minor < 0),
        month_in=sum(minor for minor in monthly if minor > 0),
        ahead=_net(coming),
        ahead_count=len(coming),
        today=day,
    )


@bp.get("/recurring/export")
@allow(Role.VIEWER)
def export() -> ResponseReturnValue:
    """The list as a file."""
    headings = (
        "Name", "Kind", "State", "Repeats", "Rule", "First date", "Next date", "Posts by itself", "Account", "To account", "Amount",
        "Currency", "Waiting",
    )  # fmt: skip
    rows = [
        (
            each.name, each.posts.kind.value, each.state.value, each.words, str(each.rule), each.first_on, each.coming_on,
            "yes" if each.posts.is_automatic else "no", each.posts.account, each.posts.to_account,
            Money(each.posts.minor, each.posts.currency or g.book.currency), each.posts.currency or g.book.currency, each.waiting,
        )
        for each in schedules_of(current_deps().session, g.book.id)
    ]  # fmt: skip
    return table_file("recurring", headings, rows, request.args.get("format"))


@bp.route("/recurring/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_schedule() -> ResponseReturnValue:
    """Let something come again; `?transaction=7` says it like that one."""
    deps, book, day = current_deps(), g.book, today()
    accounts = accounts_of(deps.session, book.id)
    if request.method == "GET":
        row = one_of(deps.session, book.id, number) if (number := as_id(request.args.get("transaction"))) else None
        said = said_of_transaction(row, book) if row else {"account_id": last_used_account(deps.session, book.id)}
        return _drawn(ScheduleForm(book, accounts, **({"occurred_on": day} | said)))
    form = ScheduleForm(book, accounts)
    made = taken(form, lambda: _made(form), ScheduleForm.show)
    if made is None:
        return _drawn(form)
    wanted, schedule_id = made.value
    count = _settle(wanted)
    say("ok", f"Added {wanted.name}." + (f" {count} dates were posted." if count > 1 else ""))
    return redirect(url_for(".schedule", schedule_id=schedule_id), code=303)


@bp.get("/recurring/<int:schedule_id>")
@allow(Role.VIEWER)
def schedule(schedule_id: int) -> ResponseReturnValue:
    """One schedule: what it posts, what became of its dates, and the next ones."""
    session, book_id = current_deps().session, g.book.id
    row = found(schedule_id)
    past = decided_of(session, book_id, schedule_id, most=SHOWN)
    decided = {each.due_on for each in past}
    return render_template(
        "recurring/schedule.html",
        row=row,
        accounts=accounts_of(session, book_id),
        past=[each for each in past if each.state != OccurrenceState.WAITING],
        is_all=len(past) < SHOWN,
        past_count=decided_count(session, book_id, schedule_id) if len(past) == SHOWN else len(past),
        waiting=[each for each in reversed(past) if each.state == OccurrenceState.WAITING],
        coming=[day for day in row.coming(COMING + len(decided)) if day not in decided][:COMING],
        kept_in=homes().get(row.posts.kind),
        today=today(),
    )


@bp.route("/recurring/<int:schedule_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_schedule(schedule_id: int) -> ResponseReturnValue:
    """Let it say something else from now on."""
    deps, book = current_deps(), g.book
    row = found(schedule_id)
    if not row.is_own:
        raise NotInBook("schedule", schedule_id, book.id)
    form = ScheduleForm(book, accounts_of(deps.session, book.id), schedule=row)
    if not taken(
        form, lambda: alter_schedule(schedule_id, form.to_wanted(current_user.id), deps=deps), ScheduleForm.show
    ):
        return _drawn(form, row)
    deps.jobs.enqueue(JobName.RUN_SCHEDULES, book_id=book.id)
    say("ok", "Changes saved. What it posted before stays as it is.")
    return redirect(url_for(".schedule", schedule_id=schedule_id), code=303)


@bp.post("/recurring/<int:schedule_id>/pause")
@allow(Role.EDITOR)
def pause(schedule_id: int) -> ResponseReturnValue:
    """Let dates pass until it is resumed."""
    try:
        pause_schedule(g.book.id, schedule_id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("bad", error.user_message)
    else:
        undo = Action("Resume", url_for(".resume", schedule_id=schedule_id))
        say("ok", "Paused. Dates that pass meanwhile do not come.", action=undo)
    return redirect(url_for(".schedule", schedule_id=schedule_id), code=303)


@bp.post("/recurring/<int:schedule_id>/resume")
@allow(Role.EDITOR)
def resume(schedule_id: int) -> ResponseReturnValue:
    """Go on with the next date."""
    deps = current_deps()
    try:
        resume_schedule(g.book.id, schedule_id, user_id=current_user.id, deps=deps)
    except Refused as error:
        say("bad", error.user_message)
    else:
        deps.jobs.enqueue(JobName.RUN_SCHEDULES, book_id=g.book.id)
        say("ok", "It goes on with its next date.")
    return redirect(url_for(".schedule", schedule_id=schedule_id), code=303)


@bp.post("/recurring/<int:schedule_id>/end")
@allow(Role.EDITOR)
def end(schedule_id: int) -> ResponseReturnValue:
    """Let no more dates come."""
    end_schedule(g.book.id, schedule_id, user_id=current_user.id, deps=current_deps())
    say("ok", "Ended. No more dates come.", action=Action("Undo", url_for(".resume", schedule_id=schedule_id)))
    return redirect(url_for(".schedule", schedule_id=schedule_id), code=303)


@bp.post("/recurring/<int:schedule_id>/remove")
@allow(Role.EDITOR)
def remove(schedule_id: int) -> ResponseReturnValue:
    """Take it out of sight; it can come back."""
    row = found(schedule_id)
    remove_schedule(g.book.id, schedule_id, user_id=current_user.id, deps=current_deps())
    undo = Action("Undo", url_for(".restore", schedule_id=schedule_id))
    say("ok", f"Removed {row.name}. What it posted stays.", action=undo)
    return redirect(url_for(".schedules"), code=303)


@bp.post("/recurring/<int:schedule_id>/restore")
@allow(Role.EDITOR)
def restore(schedule_id: int) -> ResponseReturnValue:
    """Bring a removed one back as it was."""
    restore_schedule(g.book.id, schedule_id, user_id=current_user.id, deps=current_deps())
    say("ok", "It is back as it was.")
    return redirect(url_for(".schedule", schedule_id=schedule_id), code=303)


def found(schedule_id: int) -> ScheduleView:
    """A schedule of the book that was not removed.

    Raises: NotInBook.
    """
    row = one_schedule(current_deps().session, g.book.id, schedule_id)
    if row is None or row.is_removed:
        raise NotInBook("schedule", schedule_id, g.book.id)
    return row


def homes() -> dict[ScheduleKind, tuple[str, str]]:
    """What the pages of other parts are called, and their endpoints in this kind of book. Those that are not there are left out."""
    return {
        kind: (label, endpoints[g.book.kind.value])
        for kind, (label, endpoints) in HOMES.items()
        if has_page(endpoints.get(g.book.kind.value, ""))
    }


def _groups(found: list[ScheduleView]) -> list[Group]:
    def those(*states: ScheduleState) -> list[ScheduleView]:
        return [each for each in found if each.state in states]

    return [
        Group("Running", "The next one first", those(ScheduleState.ACTIVE)),
        Group("Paused", "Their dates pass until they are resumed", those(ScheduleState.PAUSED)),
        Group("Ended", "No more dates come", those(ScheduleState.ENDED)),
    ]


def _net(coming: list[Expected]) -> tuple[int, int]:
    """What goes out and what comes in, both said positive."""
    minors = [each.posts.expected_minor for each in coming]
    return -sum(minor for minor in minors if minor < 0), sum(minor for minor in minors if minor > 0)


def _made(form: ScheduleForm) -> tuple[OwnSchedule, int]:
    """What the form asks for, and its id.

    Raises: Refused, also while it is not said what becomes of dates before today.
    """
    if not form.knows_the_past(today()):
        raise Refused(_asked(form), field="past")
    wanted = form.to_wanted(current_user.id)
    return wanted, make_schedule(wanted, deps=current_deps())


def _asked(form: ScheduleForm) -> str:
    if form.too_many_past:
        return (
            "There are more past dates than can be posted at once. They stay as they are, or choose a later first date."
        )
    one = form.asks_past == 1
    return f"{'1 date lies' if one else f'{form.asks_past} dates lie'} before today. Say whether {'it is' if one else 'they are'} in the books already."


def _settle(wanted: OwnSchedule) -> int:
    """Post what has come already, so that the next page shows it. Returns how many dates of the book were posted."""
    deps, book_id, day = current_deps(), g.book.id, today()
    if (past_count(wanted.rule, wanted.first_on, day) if wanted.posts_past else 0) > AT_ONCE:
        deps.jobs.enqueue(JobName.RUN_SCHEDULES, book_id=book_id)
        return 0
    return run_due(book_id=book_id, deps=deps).posted


def _drawn(form: ScheduleForm, row: ScheduleView | None = None) -> ResponseReturnValue:
    return form_page(form, "recurring/form.html", row=row, symbol=field_symbol(form.currency))
