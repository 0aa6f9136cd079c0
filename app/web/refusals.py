"""A form and the service behind it: what is refused is shown where the person can correct it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import render_template

from app.domain.errors import Refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """That a service took a form. `value` is what it returned, which may be nothing."""

    value: T


def show(form: Any, error: Refused) -> None:
    """Put the words beside the field that the error names, or above the form when it names none of it."""
    field = form._fields.get(error.field)
    if field is None:
        form.form_errors.append(error.user_message)
    else:
        field.errors = [*field.errors, error.user_message]


def taken(form: Any, act: Callable[[], T], show_error: Callable[[Any, Refused], None] = show) -> Taken[T] | None:
    """Have a service act on a form that was sent and is valid.

    None when the form is only asked for, is not valid, or is refused: then it says why, and `form_page` is the answer.
    """
    if not form.validate_on_submit():
        return None
    try:
        return Taken(act())
    except Refused as error:
        show_error(form, error)
        return None


def form_page(form: Any, template: str, **context: Any) -> tuple[str, int]:
    """The page of a form: with 200 when it is asked for, with 422 when it was sent and comes back with all that was typed."""
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200
