"""A person's own pages: profile, password, devices, everything as a file, and leaving."""

import tempfile

from flask import Blueprint, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from app.blueprints.settings.archive import write_archive
from app.blueprints.settings.forms import LeaveForm, PasswordForm, ProfileForm
from app.domain.books import BookKind
from app.domain.errors import Refused
from app.queries.books import default_book
from app.queries.people import books_only_of, devices_of
from app.services.departures import delete_account
from app.services.people import change_password, change_profile
from app.services.sign_ins import sign_out_device, sign_out_elsewhere
from app.web import limits
from app.web.access import SIGNED_IN, allow
from app.web.deps import current_deps
from app.web.devices import device_name
from app.web.files import delete_file, open_file
from app.web.numbers import as_id
from app.web.refusals import form_page, taken

bp = Blueprint("settings", __name__)

IN_MEMORY = 8 * 1024 * 1024  # bytes of a download before it goes to the disk


@bp.before_request
def _open_some_book() -> None:
    """Pages about the person stand in the frame of a book as well: the one in the address, or their first."""
    if g.book is not None or not g.books:
        return
    if "book" in request.args:
        g.book = next((book for book in g.books if book.id == as_id(request.args["book"])), None) or abort(404)
    else:
        g.book = default_book(g.books, BookKind.PERSONAL) or default_book(g.books, BookKind.BUSINESS) or g.books[0]


@bp.get("/settings")
@allow(SIGNED_IN)
def overview() -> ResponseReturnValue:
    """Everything a person can set, by subject."""
    return render_template("settings/overview.html", all_books=g.books)


@bp.get("/profile")
@allow(SIGNED_IN)
def profile() -> ResponseReturnValue:
    """Who the person is, and how their pages look."""
    return render_template("settings/profile.html", form=ProfileForm(obj=current_user))


@bp.post("/profile")
@allow(SIGNED_IN)
def save_profile() -> ResponseReturnValue:
    """Keep what the person says."""
    form = ProfileForm()
    if not taken(form, lambda: change_profile(current_user.id, form.to_profile(), deps=current_deps())):
        return form_page(form, "settings/profile.html")
    flash("Your profile is saved.", "ok")
    return redirect(url_for("settings.profile"), code=303)


@bp.get("/settings/password")
@allow(SIGNED_IN)
def password() -> ResponseReturnValue:
    """Another password."""
    return render_template("settings/password.html", form=PasswordForm())


@bp.post("/settings/password")
@allow(SIGNED_IN)
@limits.per_person(limits.PASSWORDS_OF_A_PERSON)
def save_password() -> ResponseReturnValue:
    """Set it, and sign out everywhere else."""
    form = PasswordForm()
    if not taken(
        form,
        lambda: change_password(
            current_user.id,
            current=form.current.data,
            new=form.password.data,
            token=current_user.token,
            deps=current_deps(),
        ),
    ):
        return form_page(form, "settings/password.html")
    flash("Your password is changed. Other devices are signed out.", "ok")
    return redirect(url_for("settings.overview"), code=303)


@bp.get("/settings/devices")
@allow(SIGNED_IN)
def devices() -> ResponseReturnValue:
    """Where the person is signed in."""
    deps = current_deps()
    found = devices_of(deps.session, current_user.id, current_user.token, deps.now())
    return render_template("settings/devices.html", devices=found, device_name=device_name)


@bp.post("/settings/devices/<key>/sign-out")
@allow(SIGNED_IN)
def end_device(key: str) -> ResponseReturnValue:
    """Sign out one device."""
    if not sign_out_device(current_user.id, key, deps=current_deps()):
        flash("That device was signed out already.", "info")
    else:
        flash("The device is signed out.", "ok")
    return redirect(url_for("settings.devices"), code=303)


@bp.post("/settings/devices/sign-out-elsewhere")
@allow(SIGNED_IN)
def end_other_devices() -> ResponseReturnValue:
    """Sign out every device but this one."""
    sign_out_elsewhere(current_user.id, current_user.token, deps=current_deps())
    flash("You are signed out everywhere else.", "ok")
    return redirect(url_for("settings.devices"), code=303)


@bp.get("/settings/download")
@allow(SIGNED_IN)
@limits.per_person(limits.DOWNLOADS_OF_A_PERSON)
def export() -> ResponseReturnValue:
    """Everything of the person as one ZIP file."""
    deps = current_deps()
    person = {name: getattr(current_user, name) for name in ("email", "name", "born_on", "locale", "timezone", "theme")}
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    write_archive(file, person, g.books, deps.session, open_file)
    file.seek(0)
    name = f"fintrak-{deps.now():%Y-%m-%d}.zip"
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)


@bp.get("/settings/delete", endpoint="delete_account")
@allow(SIGNED_IN)
def delete_account_form() -> ResponseReturnValue:
    """What would go, and the last questions."""
    return _leave_page(LeaveForm())


@bp.post("/settings/delete")
@allow(SIGNED_IN)
@limits.per_person(limits.PASSWORDS_OF_A_PERSON)
def delete_account_now() -> ResponseReturnValue:
    """Remove the person and the books that only they own."""
    form = LeaveForm()
    if not taken(form, lambda: _leave(form)):
        return _leave_page(form)
    logout_user()
    flash("Your account is deleted, and everything in it.", "ok")
    return redirect(url_for("auth.sign_in"), code=303)


def _leave(form: LeaveForm) -> None:
    if form.typed_email.data.strip().lower() != current_user.email:
        raise Refused("This is not the address you sign in with.", field="typed_email")
    delete_account(current_user.id, password=form.password.data or "", delete_file=delete_file, deps=current_deps())


def _leave_page(form: LeaveForm) -> ResponseReturnValue:
    going = books_only_of(current_deps().session, current_user.id)
    return form_page(form, "settings/delete_account.html", going=going)
