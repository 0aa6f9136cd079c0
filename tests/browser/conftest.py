"""A real Chromium on a real server: the application under gunicorn, on a SQLite file of its own."""

import os
import secrets
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.server import Server, running_server

SIZES = {"desktop": ViewportSize(width=1440, height=900), "phone": ViewportSize(width=390, height=844)}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        if os.environ.get("CI"):
            raise RuntimeError("CI has no Chromium")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server. When all has been clicked, every book in it must still prove itself."""
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server
        server.flask("books", "verify")  # raises when there is any difference


@pytest.fixture(scope="session")
def server(running: Server) -> str:
    return running.address


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, chromium: Browser, server: str) -> Iterator[Page]:
    """A browser window of one size, where a script error or a blocked resource is a failure."""
    is_phone = request.param == "phone"
    context = chromium.new_context(
        viewport=SIZES[request.param], base_url=server, has_touch=is_phone, is_mobile=is_phone, locale="en-IN"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda message: wrong.append(message.text) if message.type == "error" and "422" not in message.text else None,
    )
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def newcomer(page: Page) -> Page:
    """A window in which somebody new has just created an account."""
    page.goto("/register")
    page.get_by_label("Your name").fill("Asha Rao")
    page.get_by_label("E-mail address").fill(f"asha{secrets.token_hex(6)}@example.com")
    page.get_by_label("Password").fill("a long walk by the sea")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/dashboard**")
    return page
