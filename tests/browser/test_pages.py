"""Every page with the demo's books in it: fits its window, reports nothing, and can be read and used by everybody."""

import os
from collections.abc import Iterator
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from app.settings import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite_only]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[tuple[Literal["light", "dark"], list[str]], ...] = (("light", LEVELS), ("dark", ["color-contrast"]))
SMALL = 600
OPEN_PAGES = ("/", "/login", "/register", "/forgot")
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = """async (rules) => (await axe.run(document, { runOnly: rules })).violations
    .flatMap(({ id, nodes }) => nodes.map(({ target, any }) => `${id}: ${target.join(' ')} ${any[0]?.message ?? ''}`))"""
LINKS = "[...document.querySelectorAll('main a[href]')].map((link) => link.getAttribute('href'))"


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker that `make setup` fetched."""
    if not AXE.is_file():
        if os.environ.get("CI"):
            raise RuntimeError("CI has no axe-core; run make assets")
        pytest.skip("no axe-core here: make assets fetches it")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo(chromium: Browser, server: str) -> tuple[dict[str, str], dict[str, str]]:
    """The cookies of a demo visitor, and the number of their book of each kind."""
    context = chromium.new_context(base_url=server)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="demo data").first.click()
    page.wait_for_url("**/dashboard**")
    books = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.ft-side .ft-book__menu a[data-book]')]"
        ".map((link) => [link.dataset.book, new URL(link.href).searchParams.get('book')]))"
    )
    cookies = {each["name"]: each["value"] for each in context.cookies()}
    context.close()
    return cookies, books


def test_every_page_fits_and_is_accessible_in_light_and_dark(
    page: Page, server: str, app: Flask, demo: tuple[dict[str, str], dict[str, str]], axe: str
) -> None:
    wrong: list[str] = []
    for address in OPEN_PAGES:
        page.goto(address)
        wrong += _faults(page, axe)
    cookies, books = demo
    page.context.add_cookies([{"name": name, "value": value, "url": server} for name, value in cookies.items()])
    seen = []
    for endpoint in _walk(page, app, books):
        wrong += _faults(page, axe)
        seen.append(endpoint)

    assert wrong == []
    assert {"personal.dashboard", "business.dashboard", "ledger.transaction", "accounts.edit_category"} <= set(seen)


def _walk(page: Page, app: Flask, books: dict[str, str]) -> Iterator[str]:
    """Open every page of the demo person: those without numbers in their address, then one of each kind they link to."""
    adapter = app.url_map.bind("127.0.0.1")
    plain = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    waiting = {
        rule.endpoint: f"{rule.rule}?book={books['business' if rule.endpoint.startswith('business') else 'personal']}"
        for rule in plain
    }
    done: set[str] = set()
    while waiting:
        endpoint, address = waiting.popitem()
        done.add(endpoint)
        if not _open(page, address):
            continue
        links: list[str] = page.evaluate(LINKS)
        waiting |= {name: link for link in links if (name := _endpoint(adapter, link)) and name not in done}
        yield endpoint


def _open(page: Page, address: str) -> bool:
    """Whether it is a page; a file to download is none."""
    told = page.request.head(address)
    assert told.ok, f"{told.status} at {address}"
    is_page = "text/html" in told.headers["content-type"]
    if is_page:
        page.goto(address)
    return is_page


def _endpoint(adapter: MapAdapter, link: str) -> str | None:
    """Which of our pages a link leads to."""
    try:
        return adapter.match(link.partition("?")[0].partition("#")[0], method="GET")[0] if link[:1] == "/" else None
    except (HTTPException, RequestRedirect):
        return None


def _faults(page: Page, axe: str) -> Iterator[str]:
    """What is too wide, and what axe has to say, in both colour schemes. The `page` fixture minds the console.

    Colours are the same at every size, so a phone is looked at in light only.
    """
    is_phone = (page.viewport_size or {"width": 0})["width"] < SMALL
    for scheme, rules in SCHEMES[:1] if is_phone else SCHEMES:
        if scheme == "dark":
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            page.reload()  # in dark from the first paint: a change on the way leaves stale colours in containers
        page.wait_for_selector("html[data-ready]")
        if page.evaluate(TOO_WIDE) > 0:
            yield f"{page.url} scrolls sideways"
        page.evaluate(axe)
        for fault in page.evaluate(VIOLATIONS, rules):
            yield f"{page.url} in {scheme}: {fault}"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
