from types import SimpleNamespace

import pytest

from app.domain.errors import Refused
from app.web.refusals import taken


class AForm:
    """As much of a form as matters here."""

    def __init__(self, *, is_right: bool = True) -> None:
        self.is_right = is_right
        self.name = SimpleNamespace(errors=())
        self._fields = {"name": self.name}
        self.form_errors: list[str] = []

    def validate_on_submit(self) -> bool:
        return self.is_right


def refuse(field: str | None) -> int:
    raise Refused("This name is taken.", field=field)


@pytest.mark.parametrize("answer", [7, 0, "", None])
def test_whatever_a_service_returns_it_took_the_form(answer: object) -> None:
    done = taken(AForm(), lambda: answer)

    assert done
    assert done.value == answer


def test_a_form_that_is_not_right_reaches_no_service() -> None:
    assert taken(AForm(is_right=False), lambda: pytest.fail("it was called")) is None


@pytest.mark.parametrize(("field", "beside", "above"), [("name", 1, 0), (None, 0, 1), ("of another form", 0, 1)])
def test_what_is_refused_stands_beside_its_field_or_above_the_form(field: str | None, beside: int, above: int) -> None:
    form = AForm()

    assert taken(form, lambda: refuse(field)) is None
    assert list(form.name.errors) == ["This name is taken."] * beside
    assert form.form_errors == ["This name is taken."] * above


def test_a_view_may_say_itself_where_a_refusal_stands() -> None:
    form = AForm()
    taken(form, lambda: refuse(None), lambda shown, error: shown.form_errors.append(f"Sorry: {error.user_message}"))

    assert form.form_errors == ["Sorry: This name is taken."]
