"""What every page keeps: valid HTML, one h1, a title, labels, unique ids, nothing inline, the security headers."""

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import html5lib
import pytest
from werkzeug.test import TestResponse

from app.web.access import PUBLIC, need_of
from tests.guards.world import PLANTED, World

pytestmark = pytest.mark.sqlite_only
HTML = "{http://www.w3.org/1999/xhtml}"


def _pages(world: World, person: str | None) -> Iterator[tuple[str, TestResponse]]:
    client = world.client(person)
    with world.app.app_context():
        rules = [rule for rule in world.rules("GET") if person or need_of(rule.endpoint) == PUBLIC]
    for rule in rules:
        address = world.address(rule, book=world.book_for(rule) if person else None)
        answer = client.get(address)
        if answer.mimetype == "text/html" and answer.status_code < 300:
            yield address, answer
        answer.close()
    for address in ("/no-such-page",):
        yield address, client.get(address)


def _parse(answer: TestResponse) -> tuple[ET.Element, list[str]]:
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"))
    tree = parser.parse(answer.get_data(as_text=True))
    errors = [f"{position}: {code} {data}" for position, code, data in parser.errors]
    return tree, errors


@pytest.mark.parametrize("person", ["owner", None])
def test_every_page_is_a_good_page(world: World, person: str | None) -> None:
    seen = 0
    for address, answer in _pages(world, person):
        tree, errors = _parse(answer)
        elements = list(tree.iter())
        tags = Counter(element.tag for element in elements)
        [h1] = [element for element in elements if element.tag == f"{HTML}h1"] if tags[f"{HTML}h1"] == 1 else [None]
        title = tree.findtext(f".//{HTML}title") or ""
        ids = Counter(element.get("id") for element in elements if element.get("id"))

        assert errors == [], address
        assert h1 is not None, f"{address}: {tags[f'{HTML}h1']} h1"
        assert title.strip().startswith(" ".join("".join(h1.itertext()).split())), (address, title)
        assert [each for each, count in ids.items() if count > 1] == [], address
        assert _unlabelled(elements, ids) == [], address
        assert _inline(elements) == [], address
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        seen += 1

    assert seen > (15 if person else 3)


def _unlabelled(elements: list[ET.Element], ids: Counter[str | None]) -> list[str]:
    """Form controls and buttons without a name that a screen reader could say."""
    labelled = {element.get("for") for element in elements if element.tag == f"{HTML}label"}
    inside = {id(child) for element in elements if element.tag == f"{HTML}label" for child in element.iter()}
    wrong = []
    for element in elements:
        name = element.tag.removeprefix(HTML)
        if name in {"input", "select", "textarea"} and element.get("type") not in {"hidden", "submit", "button"}:
            described = element.get("aria-label") or element.get("aria-labelledby")
            if not described and element.get("id") not in labelled and id(element) not in inside:
                wrong.append(ET.tostring(element, encoding="unicode"))
        if name in {"a", "button"} and not "".join(element.itertext()).strip() and not element.get("aria-label"):
            wrong.append(ET.tostring(element, encoding="unicode"))
        references = (element.get("aria-describedby") or "").split()
        wrong.extend(
            f"{name} describes itself by #{each}, which is not there" for each in references if each not in ids
        )
    return wrong


def _inline(elements: list[ET.Element]) -> list[str]:
    """Code or style in the page itself, which the CSP would not run."""
    wrong = []
    for element in elements:
        name = element.tag.removeprefix(HTML)
        if name == "style" or (
            name == "script" and not element.get("src") and element.get("type") != "application/json"
        ):
            wrong.append(name)
        wrong.extend(
            f"{name} {attribute}" for attribute in element.attrib if attribute == "style" or attribute.startswith("on")
        )
        wrong.extend(
            f"{name} {value}" for value in element.attrib.values() if value.strip().lower().startswith("javascript:")
        )
    return wrong


def test_text_planted_everywhere_never_comes_back_unescaped(planted_world: World) -> None:
    met = 0
    for person in ("owner", "viewer"):
        client = planted_world.client(person)
        for rule in planted_world.rules("GET"):
            answer = client.get(planted_world.address(rule, book=planted_world.book_for(rule)))
            if answer.mimetype == "text/html":
                text = answer.get_data(as_text=True)
                assert PLANTED not in text, rule
                assert "<script>alert" not in text, rule
                assert "'\"planted\"')</script>49" not in text, rule
                met += "&lt;script&gt;alert" in text
            answer.close()

    assert met > 10
