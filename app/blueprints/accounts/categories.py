"""Categories: the tree with what moved in it, adding, changing, merging and archiving them."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blueprints.accounts.forms import NEEDS, CategoryForm, MergeForm
from app.blueprints.accounts.money import bp
from app.domain.books import AccountKind, Role
from app.domain.errors import NotInBook
from app.domain.periods import Month
from app.queries.accounts import AccountView, accounts_of, category_sums, tree, uses_of
from app.services.accounts import add_category, archive_account, change_category, merge_category
from app.web.access import allow
from app.web.deps import current_deps, today
from app.web.formats import counted
from app.web.refusals import form_page, taken

__all__ = ["bp"]


@bp.get("/categories")
@allow(Role.VIEWER)
def categories() -> ResponseReturnValue:
    """Both trees, with what moved in each category this month and in twelve months."""
    session, book_id = current_deps().session, g.book.id
    found, month = accounts_of(session, book_id), Month.of(today())
    return render_template(
        "accounts/categories.html",
        spending=tree(found, AccountKind.EXPENSE),
        earning=tree(found, AccountKind.INCOME),
        archived=[each for each in found.values() if each.is_category and each.is_archived],
        sums=category_sums(session, book_id, found, month),
        month=month,
        needs=NEEDS,
    )


@bp.route("/categories/new", methods=["GET", "POST"])
@allow(Role.EDITOR)
def new_category() -> ResponseReturnValue:
    """Make a category."""
    deps, book = current_deps(), g.book
    kind = request.args.get("kind", "")
    default = kind if kind in {AccountKind.EXPENSE, AccountKind.INCOME} else AccountKind.EXPENSE.value
    form = CategoryForm(book, accounts_of(deps.session, book.id), kind=default, icon="tag", colour="8")
    if not taken(form, lambda: add_category(form.to_command(current_user.id), deps=deps)):
        return _drawn(form)
    flash(f"Added {form.name.data}.", "ok")
    return redirect(url_for(".categories"), code=303)


@bp.route("/categories/<int:category_id>/edit", methods=["GET", "POST"])
@allow(Role.EDITOR)
def edit_category(category_id: int) -> ResponseReturnValue:
    """Rename, move, tag or redress a category."""
    deps, book = current_deps(), g.book
    category, found = _category(category_id)
    form = CategoryForm(book, found, category)
    if not taken(form, lambda: change_category(category_id, form.to_command(current_user.id), deps=deps)):
        return _drawn(form, category)
    flash("Changes saved.", "ok")
    return redirect(url_for(".categories"), code=303)


@bp.route("/categories/<int:category_id>/merge", methods=["GET", "POST"])
@allow(Role.EDITOR)
def merge(category_id: int) -> ResponseReturnValue:
    """Ask where everything of a category should go, and say what will happen; then do it."""
    deps, book_id = current_deps(), g.book.id
    category, found = _category(category_id)
    form = MergeForm(found, category)
    into_id = form.into_id.data or 0
    merged = taken(
        form,
        lambda: merge_category(category_id, into_id, book_id=book_id, user_id=current_user.id, deps=deps),
    )
    if merged is None:
        return form_page(
            form, "accounts/merge.html", category=category, uses=uses_of(deps.session, book_id, category_id)
        )
    moved = counted(merged.value, "transaction")
    flash(f"Merged {category.name} into {found[into_id].name}: {moved} moved.", "ok")
    return redirect(url_for(".categories"), code=303)


@bp.post("/categories/<int:category_id>/archive")
@allow(Role.EDITOR)
def archive_category(category_id: int) -> ResponseReturnValue:
    """Put a category away, or bring it back with `back`."""
    category, _ = _category(category_id)
    is_archived = "back" not in request.form
    archive_account(
        category_id, is_archived=is_archived, book_id=g.book.id, user_id=current_user.id, deps=current_deps()
    )
    flash(f"Archived {category.name}. Its history stays." if is_archived else f"{category.name} is back in use.", "ok")
    return redirect(url_for(".categories"), code=303)


def _category(category_id: int) -> tuple[AccountView, dict[int, AccountView]]:
    found = accounts_of(current_deps().session, g.book.id)
    category = found.get(category_id)
    if category is None or not category.is_category:
        raise NotInBook("category", category_id, g.book.id)
    return category, found


def _drawn(form: CategoryForm, category: AccountView | None = None) -> ResponseReturnValue:
    return form_page(form, "accounts/category_form.html", category=category)
