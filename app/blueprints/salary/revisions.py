"""What a job pays from a month on: revise, correct, remove."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.salary.drafts import PREVIEW, Preview, preview_of
from app.blueprints.salary.forms import RevisionForm, said_of_revision
from app.blueprints.salary.views import bp, shown_job
from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.domain.periods import Month
from app.queries.accounts import accounts_of
from app.queries.salaries import Job, Revision
from app.services.salaries import add_revision, change_revision, remove_revision, restore_revision
from app.web import refusals
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.formats import field_symbol
from app.web.numbers import as_id


@bp.get("/salary_manager/<int:salary_id>/revise")
@allow(Role.EDITOR)
def revise(salary_id: int) -> ResponseReturnValue:
    """The form of what the job pays from a month on. It begins with what it pays now."""
    job = shown_job(salary_id)
    last = job.revisions[-1]
    said = said_of_revision(last, max(Month.of(today()).next(), last.from_month.next()).first)
    return _drawn(_form(said), job, None)


@bp.get("/salary_manager/<int:salary_id>/revisions/<int:salary_revision_id>")
@allow(Role.EDITOR)
def edit_revision(salary_id: int, salary_revision_id: int) -> ResponseReturnValue:
    """The form that corrects a revision, with the net pay that it brings."""
    job = shown_job(salary_id)
    revision = _revision(job, salary_revision_id)
    return _drawn(_form(said_of_revision(revision)), job, revision, _now(job, revision))


@bp.post("/salary_manager/<int:salary_id>/revise")
@allow(Role.EDITOR)
def save_revision(salary_id: int) -> ResponseReturnValue:
    """Save what is paid from a month on, as a new revision or as the one that `revision` names; or show the net pay only.

    Months that are posted stay as they are.
    """
    deps, job = current_deps(), shown_job(salary_id)
    revision = _revision(job, as_id(request.args["revision"])) if "revision" in request.args else None
    form = _form({})
    if not form.validate():
        return _drawn(form, job, revision), 422
    try:
        command = form.to_command(current_user.id)
        said_now = Revision(revision.id if revision else 0, command.from_month, command.note, command.terms)
        preview = preview_of(job.revised(said_now), command.from_month)
        if request.form.get("go") == PREVIEW:
            return _drawn(form, job, revision, preview)
        if revision:
            change_revision(revision.id, command, deps=deps)
        else:
            add_revision(job.id, command, deps=deps)
    except Refused as error:
        refusals.show(form, error)
        return _drawn(form, job, revision), 422
    say("ok", f"Saved. It applies from {command.from_month.first:%B %Y}; months that are posted stay as they are.")
    return redirect(url_for(".job", salary_id=job.id), code=303)


@bp.post("/salary_manager/<int:salary_id>/revisions/<int:salary_revision_id>/remove")
@allow(Role.EDITOR)
def drop_revision(salary_id: int, salary_revision_id: int) -> ResponseReturnValue:
    """Take a revision away; the one before it applies again."""
    revision = _revision(shown_job(salary_id), salary_revision_id)
    undo = url_for(".undrop_revision", salary_id=salary_id, salary_revision_id=salary_revision_id)
    try:
        remove_revision(g.book.id, salary_revision_id, user_id=current_user.id, deps=current_deps())
        say("ok", f"Removed the revision from {revision.from_month.first:%B %Y}.", action=Action("Undo", undo))
    except Refused as error:
        say("bad", error.user_message)
    return redirect(url_for(".job", salary_id=salary_id), code=303)


@bp.post("/salary_manager/<int:salary_id>/revisions/<int:salary_revision_id>/restore")
@allow(Role.EDITOR)
def undrop_revision(salary_id: int, salary_revision_id: int) -> ResponseReturnValue:
    """Bring a removed revision back."""
    shown_job(salary_id)
    try:
        restore_revision(g.book.id, salary_revision_id, user_id=current_user.id, deps=current_deps())
        say("ok", "The revision is back.")
    except Refused as error:
        say("bad", error.user_message)
    return redirect(url_for(".job", salary_id=salary_id), code=303)


def _form(said: dict[str, Any]) -> RevisionForm:
    return RevisionForm(g.book, accounts_of(current_deps().session, g.book.id), **said)


def _now(job: Job, revision: Revision) -> Preview | None:
    """The net pay of a revision as it is."""
    try:
        return preview_of(job, revision.from_month)
    except Refused:
        return None


def _revision(job: Job, revision_id: int | None) -> Revision:
    for each in job.revisions:
        if each.id == revision_id:
            return each
    raise NotInBook("salary revision", revision_id, g.book.id)


def _drawn(form: RevisionForm, job: Job, revision: Revision | None, preview: Preview | None = None) -> str:
    form.spare()
    posted = [month for month in job.payments if revision and job.revision_in(month).id == revision.id]
    return render_template(
        "salary/revision.html",
        form=form,
        job=job,
        revision=revision,
        preview=preview,
        posted=len(posted),
        symbol=field_symbol(),
    )
