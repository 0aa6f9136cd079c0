"""Scores of bureaus: written down by hand, or brought in a file."""

from datetime import datetime
from decimal import Decimal

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.credit.forms import FileForm, ScoreForm
from app.blueprints.credit.overview import bp
from app.domain.books import Role
from app.domain.credit_scores import BUREAUS, MOST_BYTES, BadScoreFile
from app.domain.errors import NotInBook, Refused
from app.queries.credit import ScoreView, scores_of
from app.services.credit import add_score, bring_scores, change_score, set_score_removed, take_back_scores
from app.services.credit_bureau import Consent, ReportFile
from app.services.credit_questions import ask_bureau
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import counted
from app.web.refusals import form_page, show, taken

PROBLEMS_SHOWN = 200


@bp.route("/credit/scores/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_score() -> ResponseReturnValue:
    """Write a score down."""
    form = ScoreForm(scored_on=today())
    if not taken(form, lambda: add_score(g.book.id, form.to_score(), user_id=current_user.id, deps=current_deps())):
        return _drawn(form)
    flash("Score saved.", "ok")
    return redirect(url_for(".overview"), code=303)


@bp.route("/credit/scores/<int:score_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_score(score_id: int) -> ResponseReturnValue:
    """Correct a score."""
    score = _score(score_id)
    form = ScoreForm(
        scored_on=score.on,
        bureau=score.bureau,
        score=Decimal(score.score),
        low=Decimal(score.low),
        high=Decimal(score.high),
    )
    if not taken(
        form, lambda: change_score(g.book.id, score_id, form.to_score(), user_id=current_user.id, deps=current_deps())
    ):
        return _drawn(form, score)
    flash("Changes saved.", "ok")
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/scores/<int:score_id>/remove")
@allow(Role.EDITOR)
def remove_score(score_id: int) -> ResponseReturnValue:
    """Take a score out of sight."""
    bureau = set_score_removed(g.book.id, score_id, is_removed=True, user_id=current_user.id, deps=current_deps())
    undo = Action("Undo", url_for(".restore_score", score_id=score_id))
    say("ok", f"Removed the score of {bureau}.", action=undo)
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/scores/<int:score_id>/restore")
@allow(Role.EDITOR)
def restore_score(score_id: int) -> ResponseReturnValue:
    """Bring a removed score back."""
    try:
        set_score_removed(g.book.id, score_id, is_removed=False, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("warn", error.user_message)
    else:
        say("ok", "The score is back.")
    return redirect(url_for(".overview"), code=303)


@bp.route("/credit/scores/import", methods=["GET", "POST"])
@allow(Role.EDITOR)
def import_scores() -> ResponseReturnValue:
    """Bring a file of scores: all of it, or nothing when a line is not right."""
    form, deps = FileForm(), current_deps()
    if not form.validate_on_submit():
        return _asked(form)
    try:
        report = ReportFile(form.file.data.read(MOST_BYTES + 1), today())
        given = Consent("a file that the person gave", deps.now(), deps.now())
        answer = report.fetch(str(current_user.id), given)
        snapshots = answer if isinstance(answer, tuple) else ()
        brought = bring_scores(g.book.id, snapshots, user_id=current_user.id, deps=deps)
    except BadScoreFile as error:
        show(form, error)
        return _asked(form, error.problems)
    here = f" {_scores(brought.here)} were here already." if brought.here else ""
    undo = Action("Undo", url_for(".undo_import", at=brought.at.isoformat())) if brought.new else None
    say("ok", f"{_scores(brought.new).capitalize()} saved.{here}", action=undo)
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/scores/import/undo")
@allow(Role.EDITOR)
def undo_import() -> ResponseReturnValue:
    """Take back what a file brought."""
    try:
        at = datetime.fromisoformat(request.values.get("at", ""))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise NotInBook("import", 0, g.book.id)
    count = take_back_scores(g.book.id, at, user_id=current_user.id, deps=current_deps())
    say("ok", f"{_scores(count).capitalize()} taken back.")
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/ask")
@allow(Role.EDITOR)
def ask() -> ResponseReturnValue:
    """Consent to one question to the bureau that the operator connected."""
    deps = current_deps()
    try:
        ask_bureau(g.book.id, user_id=current_user.id, deps=deps)
    except Refused as error:
        say("warn", error.user_message)
    else:
        say("ok", f"{deps.credit_bureau.name} is being asked. What it says is here soon.")
    return redirect(url_for(".overview"), code=303)


def _score(score_id: int) -> ScoreView:
    """A score of the book that was not removed.

    Raises: NotInBook.
    """
    for each in scores_of(current_deps().session, g.book.id):
        if each.id == score_id:
            return each
    raise NotInBook("score", score_id, g.book.id)


def _scores(count: int) -> str:
    return counted(count, "score") if count else "no scores"


def _drawn(form: ScoreForm, score: ScoreView | None = None) -> ResponseReturnValue:
    return form_page(form, "credit/score_form.html", score=score, bureaus=BUREAUS)


def _asked(form: FileForm, problems: tuple[str, ...] = ()) -> ResponseReturnValue:
    shown = problems[:PROBLEMS_SHOWN]
    return form_page(form, "credit/import.html", problems=shown, more=len(problems) - len(shown), max_bytes=MOST_BYTES)
