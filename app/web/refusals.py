"""What a service refuses, shown where the person can correct it."""

from typing import Any

from app.domain.errors import Refused


def show(form: Any, error: Refused) -> None:
    """Put the words beside the field that the error names, or above the form when it names none of it."""
    field = form._fields.get(error.field)
    if field is None:
        form.form_errors.append(error.user_message)
    else:
        field.errors = [*field.errors, error.user_message]
