"""Every form of every page survives what nobody should type: never a 500, nothing half-saved, what was typed is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree as ET

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.queries.verification import verify_book
from tests.guards.world import World

pytestmark = pytest.mark.sqlite_only
HTML = "{http://www.w3.org/1999/xhtml}"
BAD = (
    "",
    "   ",
    "banana",
    "nan",
    "inf",
    "-1",
    "1e400",
    "9" * 60,
    "99999999999999999999",
    "2026-02-31",
    "😀" * 30,
    "a\x00b",
    "' OR 1=1 --",
    "=1+1",
    "x" * 5000,
)
ENDS_THE_VISIT = (
    "/logout",
    "/settings/delete",
    "/devices",
    "/settings/devices",
    "/settings/password",
    "/password",
    "/demo",
)
KEPT = "banana"
PARTS = 6
"""The forms are looked at in so many tests, each with a fresh world, so that processes can share them."""


@dataclass(frozen=True, slots=True)
class Form:
    """A POST form of a page, with the values that it would send untouched."""

    page: str
    action: str
    values: dict[str, str]
    typed: tuple[str, ...]
    files: tuple[str, ...]
    texts: tuple[str, ...]  # those of `typed` that a person writes rather than chooses


def _forms(client: FlaskClient, page: str) -> Iterator[Form]:
    answer = client.get(page)
    if answer.mimetype != "text/html" or answer.status_code != 200:
        return
    tree = html5lib.parse(answer.get_data(as_text=True))
    for form in tree.iter(f"{HTML}form"):
        action = form.get("action") or page
        if (form.get("method") or "get").lower() == "post" and not action.startswith(ENDS_THE_VISIT):
            yield _read(page, action, form, tree)


def _read(page: str, action: str, form: ET.Element, tree: ET.Element) -> Form:
    values: dict[str, str] = {}
    typed, files, texts = [], [], []
    outside = [each for each in tree.iter() if form.get("id") and each.get("form") == form.get("id")]
    for element in [*form.iter(), *outside]:
        name, kind = element.get("name"), element.get("type")
        if not name:
            continue
        if kind == "file":
            files.append(name)
        elif element.tag == f"{HTML}select":
            options = list(element.iter(f"{HTML}option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            values[name] = (chosen[0].get("value") or "") if chosen else ""
            typed.append(name)
        elif kind in {"radio", "checkbox"}:
            if element.get("checked") is not None or name not in values:
                values[name] = element.get("value") or "on"
            typed.append(name)
        elif element.tag in {f"{HTML}input", f"{HTML}textarea", f"{HTML}button"}:
            values[name] = element.get("value") or (element.text or "")
            typed.append(name)
            if kind in {None, "text", "search", "email"} and element.tag != f"{HTML}button":
                texts.append(name)
    chosen_names = tuple(dict.fromkeys(each for each in typed if each != "csrf_token"))
    return Form(page, action, values, chosen_names, tuple(files), tuple(texts))


def _all_forms(world: World, client: FlaskClient) -> list[Form]:
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for rule in world.rules("GET"):
        for form in _forms(client, world.address(rule, book=world.book_for(rule))):
            path = form.action.split("?")[0]
            found.setdefault((path, tuple(sorted(form.values))), form)
    return list(found.values())


@pytest.mark.parametrize("part", range(PARTS))
def test_no_form_answers_500_whatever_is_typed(world: World, session: Session, part: int) -> None:
    client = world.client("owner")
    forms = _all_forms(world, client)[part::PARTS]

    for form in forms:
        for name in form.typed:
            for bad in BAD:
                answer = client.post(form.action, data=form.values | {name: bad})
                assert answer.status_code < 500, (form.page, form.action, name, bad)
                answer.close()
        for name in form.files:
            for content in (
                b"",
                b"\xff\xd8\xff\xe0 not really a picture",
                b"\x00" * 100,
                b"%PDF-1.7 broken",
                b"a,b\n1,2\n",
            ):
                answer = client.post(
                    form.action,
                    data=form.values | {name: (BytesIO(content), "x.bin")},
                    content_type="multipart/form-data",
                )
                assert answer.status_code < 500, (form.page, form.action, name, content)
                answer.close()

    session.rollback()
    assert len(forms) > 8
    assert [verify_book(session, book).differences for book in (world.personal, world.business)] == [(), ()]


def test_every_form_keeps_what_was_typed_when_it_refuses(world: World) -> None:
    client = world.client("owner")
    kept = 0
    for form in _all_forms(world, client):
        answer = client.post(form.action, data=form.values | dict.fromkeys(form.typed, KEPT))
        if answer.status_code == 422 and form.texts:
            assert KEPT in answer.get_data(as_text=True), (form.page, form.action)
            kept += 1

    assert kept > 3
