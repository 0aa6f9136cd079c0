"""Lenders who asked a bureau about the person."""

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.credit.forms import EnquiryForm
from app.blueprints.credit.overview import bp
from app.domain.books import Role
from app.domain.errors import NotInBook, Refused
from app.queries.credit import EnquiryView, enquiries_of
from app.services.credit import add_enquiry, change_enquiry, say_no_enquiries, set_enquiry_removed
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.flashes import Action, say
from app.web.refusals import form_page, taken


@bp.route("/credit/enquiries/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_enquiry() -> ResponseReturnValue:
    """Note that a lender asked."""
    form = EnquiryForm(enquired_on=today())
    if not taken(
        form,
        lambda: add_enquiry(g.book.id, form.day, form.lender.data or "", user_id=current_user.id, deps=current_deps()),
    ):
        return _drawn(form)
    flash("Enquiry saved.", "ok")
    return redirect(url_for(".overview"), code=303)


@bp.route("/credit/enquiries/<int:enquiry_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_enquiry(enquiry_id: int) -> ResponseReturnValue:
    """Correct when a lender asked, or who it was."""
    enquiry = _enquiry(enquiry_id)
    form = EnquiryForm(enquired_on=enquiry.on, lender=enquiry.lender)
    if not taken(
        form,
        lambda: change_enquiry(
            g.book.id,
            enquiry_id,
            form.day,
            form.lender.data or "",
            user_id=current_user.id,
            deps=current_deps(),
        ),
    ):
        return _drawn(form, enquiry)
    flash("Changes saved.", "ok")
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/enquiries/none")
@allow(Role.EDITOR)
def no_enquiries() -> ResponseReturnValue:
    """State that nobody asked in the last 12 months."""
    try:
        enquiry_id = say_no_enquiries(g.book.id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        say("warn", error.user_message)
    else:
        undo = Action("Undo", url_for(".remove_enquiry", enquiry_id=enquiry_id))
        say("ok", "Noted: nobody asked in the last 12 months.", action=undo)
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/enquiries/<int:enquiry_id>/remove")
@allow(Role.EDITOR)
def remove_enquiry(enquiry_id: int) -> ResponseReturnValue:
    """Take an enquiry out of sight."""
    lender = set_enquiry_removed(g.book.id, enquiry_id, is_removed=True, user_id=current_user.id, deps=current_deps())
    undo = Action("Undo", url_for(".restore_enquiry", enquiry_id=enquiry_id))
    say("ok", f"Removed the enquiry of {lender}." if lender else "Removed the note that nobody asked.", action=undo)
    return redirect(url_for(".overview"), code=303)


@bp.post("/credit/enquiries/<int:enquiry_id>/restore")
@allow(Role.EDITOR)
def restore_enquiry(enquiry_id: int) -> ResponseReturnValue:
    """Bring it back."""
    set_enquiry_removed(g.book.id, enquiry_id, is_removed=False, user_id=current_user.id, deps=current_deps())
    say("ok", "It is back.")
    return redirect(url_for(".overview"), code=303)


def _enquiry(enquiry_id: int) -> EnquiryView:
    """An enquiry of the book that was not removed.

    Raises: NotInBook.
    """
    for each in enquiries_of(current_deps().session, g.book.id):
        if each.id == enquiry_id and not each.is_none:
            return each
    raise NotInBook("enquiry", enquiry_id, g.book.id)


def _drawn(form: EnquiryForm, enquiry: EnquiryView | None = None) -> ResponseReturnValue:
    return form_page(form, "credit/enquiry_form.html", enquiry=enquiry)
