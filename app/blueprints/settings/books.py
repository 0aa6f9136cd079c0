"""A person's books, and who else may open them."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.settings.forms import BookForm, MemberForm, NewBookForm, RoleForm
from app.blueprints.settings.views import bp
from app.domain.books import BookKind, Role
from app.domain.errors import Refused
from app.queries.people import members_of
from app.services.books import archive_book, change_book, open_book
from app.services.memberships import add_member, change_role, remove_member
from app.web import limits
from app.web.access import SIGNED_IN, allow
from app.web.deps import current_deps, current_settings
from app.web.formats import MONTHS
from app.web.refusals import form_page, taken

__all__ = ["bp"]


@bp.get("/books")
@allow(SIGNED_IN)
def books() -> ResponseReturnValue:
    """Every book of the person. `wanted` is the kind that a page needed and did not find."""
    wanted = request.args.get("wanted")
    missing = BookKind(wanted) if wanted in set(BookKind) and not _has(wanted) else None
    return render_template("settings/books.html", all_books=g.books, missing=missing, months=MONTHS)


def _has(kind: str) -> bool:
    return any(book.kind == kind and not book.is_archived for book in g.books)


@bp.get("/books/new")
@allow(SIGNED_IN)
def new_book() -> ResponseReturnValue:
    """Another book."""
    settings, kind = current_settings(), request.args.get("kind", "")
    kind = kind if kind in set(BookKind) else BookKind.PERSONAL
    form = NewBookForm(
        kind=kind,
        name=kind.capitalize() if not _has(kind) else "",
        currency=settings.currency,
        timezone=current_user.timezone,
        fiscal_year_start=4,
    )
    return render_template("settings/new_book.html", form=form)


@bp.post("/books/new")
@allow(SIGNED_IN)
def add_book() -> ResponseReturnValue:
    """Open it."""
    form = NewBookForm()
    opened = taken(
        form,
        lambda: open_book(
            current_user.id,
            kind=BookKind(form.kind.data),
            name=form.name.data,
            currency=form.currency.data,
            timezone=form.timezone.data,
            fiscal_year_start=form.fiscal_year_start.data,
            deps=current_deps(),
        ),
    )
    if opened is None:
        return form_page(form, "settings/new_book.html")
    flash("The book is open, with the usual accounts and categories.", "ok")
    return redirect(url_for("settings.books", book=opened.value), code=303)


@bp.get("/books/edit")
@allow(Role.OWNER)
def edit_book() -> ResponseReturnValue:
    """Name, financial year and time zone of one book."""
    return render_template("settings/edit_book.html", form=BookForm(obj=g.book))


@bp.post("/books/edit")
@allow(Role.OWNER)
def save_book() -> ResponseReturnValue:
    """Keep them."""
    form = BookForm()
    if not taken(
        form,
        lambda: change_book(
            g.book.id,
            name=form.name.data,
            fiscal_year_start=form.fiscal_year_start.data,
            timezone=form.timezone.data,
            user_id=current_user.id,
            deps=current_deps(),
        ),
    ):
        return form_page(form, "settings/edit_book.html")
    flash("The book is saved.", "ok")
    return redirect(url_for("settings.books"), code=303)


@bp.post("/books/archive")
@allow(Role.OWNER)
def put_away() -> ResponseReturnValue:
    """Put the book away: it can still be read and downloaded."""
    archive_book(g.book.id, is_archived=True, user_id=current_user.id, deps=current_deps())
    flash(f"{g.book.name} is archived.", "ok")
    return redirect(url_for("settings.books"), code=303)


@bp.post("/books/unarchive")
@allow(Role.OWNER)
def bring_back() -> ResponseReturnValue:
    """Bring an archived book back."""
    archive_book(g.book.id, is_archived=False, user_id=current_user.id, deps=current_deps())
    flash(f"{g.book.name} is back.", "ok")
    return redirect(url_for("settings.books"), code=303)


@bp.get("/books/people")
@allow(Role.VIEWER)
def members() -> ResponseReturnValue:
    """Who may open the book."""
    return _members_page(MemberForm(formdata=None))


@bp.post("/books/people")
@allow(Role.OWNER)
@limits.per_person(limits.MEMBERS_OF_A_PERSON)
def let_in() -> ResponseReturnValue:
    """Let somebody in who has an account here."""
    form = MemberForm()
    added = taken(
        form,
        lambda: add_member(
            g.book.id,
            email=form.email.data,
            role=Role(form.role.data),
            user_id=current_user.id,
            deps=current_deps(),
        ),
    )
    if added is None:
        return _members_page(form)
    flash(f"{added.value} can open {g.book.name} now.", "ok")
    return redirect(url_for("settings.members"), code=303)


@bp.post("/books/people/<int:member_id>/role")
@allow(Role.OWNER)
def give_role(member_id: int) -> ResponseReturnValue:
    """Change what a member may do."""
    form = RoleForm()
    if not form.validate():
        flash("Choose a role from the list.", "bad")
        return redirect(url_for("settings.members"), code=303)
    try:
        change_role(g.book.id, member_id, Role(form.role.data), user_id=current_user.id, deps=current_deps())
    except Refused as error:
        flash(error.user_message, "bad")
    else:
        flash("The role is changed.", "ok")
    still_owner = member_id != current_user.id or form.role.data == Role.OWNER
    return redirect(url_for("settings.members" if still_owner else "settings.books"), code=303)


@bp.post("/books/people/<int:member_id>/remove")
@allow(Role.OWNER)
def let_go(member_id: int) -> ResponseReturnValue:
    """Close the book for a member."""
    return _part_with(member_id, "They can no longer open it.")


@bp.post("/books/leave")
@allow(Role.VIEWER)
def leave_book() -> ResponseReturnValue:
    """Close the book for oneself."""
    return _part_with(current_user.id, "")


def _part_with(member_id: int, said: str) -> ResponseReturnValue:
    is_me = member_id == current_user.id
    try:
        remove_member(g.book.id, member_id, user_id=current_user.id, deps=current_deps())
    except Refused as error:
        flash(error.user_message, "bad")
        return redirect(url_for("settings.members"), code=303)
    flash(f"You have left {g.book.name}." if is_me else said, "ok")
    if is_me:
        g.book = None  # the next page must not be about it
        return redirect(url_for("settings.books"), code=303)
    return redirect(url_for("settings.members"), code=303)


def _members_page(form: MemberForm) -> ResponseReturnValue:
    found = members_of(current_deps().session, g.book.id)
    return form_page(form, "settings/members.html", members=found, roles=list(Role), is_owner=g.book.role == Role.OWNER)
