"""Goals: how they stand, adding, changing and removing them."""

from collections.abc import Iterator

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.net_worth import properties
from app.blueprints.net_worth.forms import BASES, GoalForm
from app.blueprints.net_worth.views import book_worth
from app.domain.books import Role
from app.domain.errors import NotInBook
from app.queries.accounts import accounts_of
from app.queries.goals import DRAWS, LEAST_MONTHS, MOST_MONTHS, GoalRow, goals_of, standing
from app.services.goals import add_goal, change_goal, set_goal_removed
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.refusals import form_page, taken
from app.web.tables import Cell, Money, table_file
from app.web.worth import chance_in_words

bp = properties.bp


@bp.get("/net_worth/goals")
@allow(Role.VIEWER)
def goals() -> ResponseReturnValue:
    """Every goal, the nearest first."""
    worth = book_worth()
    views = [standing(goal, worth) for goal in goals_of(current_deps().session, g.book.id)]
    return render_template(
        "net_worth/goals.html",
        goals=views,
        accounts={line.account.id: line.account for line in worth.lines},
        bases=BASES,
        least_months=LEAST_MONTHS,
        most_months=MOST_MONTHS,
        draws=DRAWS,
        chance_in_words=chance_in_words,
    )


@bp.get("/net_worth/goals/export")
@allow(Role.VIEWER)
def export_goals() -> ResponseReturnValue:
    """The goals as a file."""
    worth, currency = book_worth(), g.book.currency

    def rows() -> Iterator[tuple[Cell, ...]]:
        for goal in goals_of(current_deps().session, g.book.id):
            view = standing(goal, worth)
            need = None if view.need_minor is None else Money(view.need_minor, currency)
            yield (
                goal.name, Money(goal.target_minor, currency), goal.by_on, BASES[goal.basis], Money(view.reached_minor, currency),
                view.months_left, need, chance_in_words(view), currency,
            )  # fmt: skip

    headings = (
        "Goal", "Amount", "By", "What counts", "Reached", "Months left", "Needed each month", "Probability", "Currency",
    )  # fmt: skip
    return table_file("goals", headings, rows(), request.args.get("format"))


@bp.route("/net_worth/goals/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_goal() -> ResponseReturnValue:
    """Set a goal."""
    deps, book = current_deps(), g.book
    form = GoalForm(book, accounts_of(deps.session, book.id), today())
    if not taken(form, lambda: add_goal(form.to_command(current_user.id), deps=deps)):
        return _drawn(form)
    flash(f"Set the goal {form.name.data}.", "ok")
    return redirect(url_for(".goals"), code=303)


@bp.route("/net_worth/goals/<int:goal_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_goal(goal_id: int) -> ResponseReturnValue:
    """Change a goal."""
    deps, book = current_deps(), g.book
    goal = _goal(goal_id)
    form = GoalForm(book, accounts_of(deps.session, book.id), today(), goal)
    if not taken(form, lambda: change_goal(goal_id, form.to_command(current_user.id), deps=deps)):
        return _drawn(form, goal)
    flash("Changes saved.", "ok")
    return redirect(url_for(".goals"), code=303)


@bp.post("/net_worth/goals/<int:goal_id>/remove")
@allow(Role.EDITOR)
def remove_goal(goal_id: int) -> ResponseReturnValue:
    """Remove a goal."""
    name = set_goal_removed(
        goal_id, is_removed=True, book_id=g.book.id, user_id=current_user.id, deps=current_deps()
    )  # fmt: skip
    say("ok", f"Removed the goal {name}.", action=Action("Undo", url_for(".restore_goal", goal_id=goal_id)))
    return redirect(url_for(".goals"), code=303)


@bp.post("/net_worth/goals/<int:goal_id>/restore")
@allow(Role.EDITOR)
def restore_goal(goal_id: int) -> ResponseReturnValue:
    """Undo the removal."""
    name = set_goal_removed(
        goal_id, is_removed=False, book_id=g.book.id, user_id=current_user.id, deps=current_deps()
    )  # fmt: skip
    flash(f"{name} is back.", "ok")
    return redirect(url_for(".goals"), code=303)


def _goal(goal_id: int) -> GoalRow:
    found = next((each for each in goals_of(current_deps().session, g.book.id) if each.id == goal_id), None)
    if found is None:
        raise NotInBook("goal", goal_id, g.book.id)
    return found


def _drawn(form: GoalForm, goal: GoalRow | None = None) -> ResponseReturnValue:
    return form_page(form, "net_worth/goal_form.html", goal=goal)
