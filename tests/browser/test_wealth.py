"""What a person earns, owes, saves and plans, clicked through in Chromium; the books prove themselves afterwards."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from app.domain.periods import Month
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TODAY = datetime.now(UTC).date()
LAST_MONTH = Month.of(TODAY).previous()


def _fits(page: Page) -> None:
    page.wait_for_load_state()
    page.wait_for_selector("html[data-ready]")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def _save(page: Page, button: str, heading: str) -> None:
    """Press the button; the page that follows has this heading and no error."""
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    expect(page.locator(".ft-field--error")).to_have_count(0)
    _fits(page)


def _fill(page: Page, **values: str) -> None:
    """Type into fields by their names."""
    for name, value in values.items():
        page.locator(f"main form [name={name}]").first.fill(value)


def _choose(page: Page, **labels: str) -> None:
    """Choose from lists by what they show, or how that begins."""
    for name, label in labels.items():
        choices = page.locator(f"main form select[name={name}]")
        fitting = choices.locator("option").filter(has_text=re.compile(f"^\\s*{label}"))
        choices.select_option(fitting.first.get_attribute("value"))


def _pick(page: Page, words: str) -> None:
    """Pick a segment of a choice by its words."""
    page.locator("main form label", has_text=words).filter(visible=True).first.click()


def _sees(page: Page, words: str) -> None:
    expect(page.get_by_text(words).filter(visible=True).first).to_be_visible()


def test_a_life_with_salary_debts_savings_and_plans(newcomer: Page, running: Server) -> None:
    page = newcomer
    _earn(page)
    _borrow(page)
    _save_up(page)
    _invest(page)
    _repeat(page)
    _own_and_plan(page)
    _look_at_tax_and_credit(page)

    assert "0 differences" in running.flask("books", "verify")
    running.flask("recurring", "run")
    assert running.flask("recurring", "run") == "0 posted, 0 waiting\n"
    assert "0 differences" in running.flask("books", "verify")


def _earn(page: Page) -> None:
    page.goto("/salary_manager/new")
    _fill(
        page, employer="Lumen Systems", first_on=LAST_MONTH.first.isoformat(), basic="60,000", rent_allowance="24,000"
    )
    _fill(page, born_on="1992-05-14")
    page.locator("[name=is_month_end]").uncheck()
    page.locator("[name=posts_past]").check()
    page.get_by_role("button", name="Show net pay").click()
    expect(page).to_have_url(re.compile("#net-pay$"))
    _sees(page, "Net pay in")
    _fits(page)
    _save(page, "Save salary", "Lumen Systems")
    page.goto("/salary_manager")
    _sees(page, "Lumen Systems")


def _borrow(page: Page) -> None:
    page.goto("/loans/new")
    first = Month.of(TODAY).next().up_to(31)
    _fill(page, name="Bike loan", principal="90,000", months="12", annual_rate="0", first_on=first.isoformat())
    _fill(page, started_on=TODAY.isoformat())
    _pick(page, "No interest")
    _choose(page, into_account_id="Bank account", pay_account_id="Bank account")
    _save(page, "Add loan", "Bike loan")
    _sees(page, "₹7,500")
    page.goto("/loans/planner?extra=2000")
    _fits(page)


def _save_up(page: Page) -> None:
    page.goto("/schemes/new/fd")
    opened = TODAY - timedelta(days=20)
    _fill(page, name="Rainy days", opened_on=opened.isoformat(), principal="20,000", rate="7.25", tenor="12")
    _save(page, "Add scheme", "Rainy days")


def _invest(page: Page) -> None:
    page.goto("/investments/new")
    bought = TODAY - timedelta(days=40)
    _fill(page, name="Index fund", on=bought.isoformat(), quantity="100.125", price="182.44")
    page.locator("[name=asset_class]").select_option("equity_fund")
    _choose(page, account_id="Bank account")
    _save(page, "Add investment", "Index fund")
    page.goto("/investments")
    _sees(page, "no price")
    _fits(page)
    page.goto("/sold_investments")
    _fits(page)


def _repeat(page: Page) -> None:
    page.goto("/recurring/new")
    soon = TODAY + timedelta(days=3)
    _fill(page, amount="499", payee="Streamly", occurred_on=soon.isoformat())
    _choose(page, account_id="Bank account", category_id="Subscriptions")
    page.get_by_role("button", name="Add recurring").click()
    expect(page.locator(".ft-field--error")).to_have_count(0)
    page.goto("/recurring")
    _sees(page, "Streamly")
    page.goto("/recurring/calendar")
    _fits(page)


def _own_and_plan(page: Page) -> None:
    page.goto("/net_worth/goals/new")
    _fill(page, name="A week by the sea", target="80,000", by_on=date(TODAY.year + 1, 6, 1).isoformat())
    _pick(page, "What you save from now on")
    page.get_by_role("button", name="Save goal").click()
    expect(page.locator(".ft-field--error")).to_have_count(0)
    page.goto("/net_worth")
    _sees(page, "A week by the sea")
    _fits(page)


def _look_at_tax_and_credit(page: Page) -> None:
    page.goto("/tax_estimator")
    _sees(page, "not tax advice")
    page.goto("/credit/scores/new")
    _fill(page, bureau="CIBIL", score="782")
    page.get_by_role("button", name="Save score").click()
    _sees(page, "782")
    page.goto("/dashboard")
    _sees(page, "Coming up")
    _fits(page)
