"""The main job as a newcomer does it, in Chromium, at desktop and phone size."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.ocr.papers import TEA_HOUSE, drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "a long walk by the sea"
TODAY = datetime.now(UTC).date()


def _statement(folder: Path) -> Path:
    """A bank's file: thirty days of tea, vegetables and one salary, ending yesterday."""
    lines = ["Date,Narration,Debit,Credit,Balance"]
    balance = 100_000
    for back in range(30, 0, -1):
        day = TODAY - timedelta(days=back)
        out = 180 + 7 * (back % 5)
        balance -= out
        lines.append(f"{day:%d/%m/%Y},UPI/{100000 + back}/FRESH MART,{out}.00,,{balance}.00")
        if back == 25:
            balance += 85_000
            lines.append(f"{day:%d/%m/%Y},NEFT SALARY ACME,,85000.00,{balance}.00")
    path = folder / "statement.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def _seen(page: Page, text: str) -> Locator:
    """The first visible place with this text: a list is a table on a desktop, and rows on a phone."""
    return page.get_by_text(text).filter(visible=True).first


def test_from_registration_to_a_warning(page: Page, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    page.goto("/")
    _fits(page)
    page.get_by_role("link", name="Create an account").first.click()
    page.get_by_label("Your name").fill("Asha Rao")
    page.get_by_label("E-mail address").fill(f"asha{abs(hash(request.node.name)) % 10**6}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to Personal")
    _fits(page)

    _import(page, tmp_path)
    _add_by_receipt(page, tmp_path)
    _is_warned(page)


def _import(page: Page, folder: Path) -> None:
    page.goto("/imports")
    page.locator("input[type=file]").set_input_files(_statement(folder))
    page.get_by_label("Account", exact=True).select_option(label="Bank account")
    page.get_by_role("button", name="Read file").click()
    for step in ("Check the rows", "Import 31 rows"):
        button = page.get_by_role("button", name=step)
        expect(button).to_be_visible()
        _fits(page)
        button.click()
    expect(page.get_by_text("31 transactions imported")).to_be_visible(timeout=30_000)
    page.goto("/transactions")
    expect(_seen(page, "+₹85,000.00")).to_be_visible()
    _fits(page)


def _add_by_receipt(page: Page, folder: Path) -> None:
    photo = folder / "receipt.jpg"
    photo.write_bytes(drawn(TEA_HOUSE))
    page.goto("/transactions/new")
    page.locator("#receipt-file").set_input_files(photo)
    expect(page.locator("#amount")).to_have_value(re.compile(r"^194(\.00)?$"), timeout=60_000)
    expect(page.locator("#occurred_on")).to_have_value("2025-02-14")
    _fits(page)
    page.locator("#category_id").select_option(label="Dining")
    page.get_by_role("button", name="Save transaction").click()
    page.goto("/transactions?q=meera")
    expect(_seen(page, "Meera Tea House")).to_be_visible()


def _is_warned(page: Page) -> None:
    page.goto("/transactions/new")
    page.locator("#amount").fill("18,400")
    page.locator("#payee").fill("Fresh Mart")
    page.locator("#category_id").select_option(label="Groceries")
    page.get_by_role("button", name="Save transaction").click()
    expect(page.get_by_role("status").filter(has_text="Fresh Mart")).to_be_visible()
    page.goto("/dashboard")
    expect(page.get_by_text("Needs a look")).to_be_visible()
    _fits(page)
    page.get_by_role("button", name="This is normal").first.click()
    expect(page.get_by_role("button", name="Undo").or_(page.get_by_role("link", name="Undo"))).to_be_visible()
