"""What other pages ask of deposits: worth on many days at once, ends to come, and tax that banks hold back."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.domain.fixed_deposits import deposit_value
from app.domain.recurring_deposits import recurring_deposit_value
from app.domain.scheme_kinds import SchemeKind
from app.queries.scheme_taxes import tax_notes
from app.queries.schemes import maturing, scheme_values, schemes_of
from app.services.deps import Deps
from app.services.recurring import run_due
from app.services.scheme_terms import SchemeCommand
from app.services.schemes import add_scheme
from tests.guards.test_budgets import statements

pytestmark = pytest.mark.sqlite_only
TODAY = date(2026, 11, 22)


@pytest.fixture
def add(deps: Deps, make_book: Callable[..., int], account: Callable[[int, str], int]) -> Callable[..., int]:
    """Another deposit in the one book: ₹1,00,000 at 8 % for two years from 1 January 2026."""
    book = make_book()
    bank = account(book, "Bank account")
    names = (f"Deposit {number}" for number in range(1000))

    def make(kind: SchemeKind = SchemeKind.FD, **changes: object) -> int:
        said: dict[str, object] = {
            "name": next(names), "opened_on": date(2026, 1, 1), "tenor_months": 24, "principal_minor": 10_000_000,
            "rate": Decimal("0.08"), "from_account_id": bank, "payout_account_id": bank, "institution": "Canara Bank",
        } | changes  # fmt: skip
        add_scheme(SchemeCommand(book_id=book, user_id=None, kind=kind, **said), deps=deps)  # type: ignore[arg-type]
        return book

    return make


def test_worth_on_many_days_takes_as_many_statements_for_thirty_deposits_as_for_one(
    session: Session, add: Callable[..., int]
) -> None:
    days = [date(2025, 12, 1) + timedelta(days=30 * number) for number in range(40)]
    fund = {"tenor_months": None, "opened_on": date(2025, 4, 3)}
    book = add(SchemeKind.PPF, **fund)
    with statements() as few:
        scheme_values(session, book, days)
    for _ in range(10):
        add()
        add(SchemeKind.PPF, **fund)
        add(SchemeKind.MIS, tenor_months=None)
    with statements() as many:
        values = scheme_values(session, book, days)

    assert len(few) == len(many) <= 6
    assert len(values) == 31
    assert all(len(each) == 40 for each in values.values())
    deposit = next(each for each in schemes_of(session, book) if each.kind == SchemeKind.FD)
    rule = [deposit_value(10_000_000, Decimal("0.08"), deposit.plan.opened_on, day).value_minor if day >= deposit.plan.opened_on else 0 for day in days]  # fmt: skip
    end = deposit_value(10_000_000, Decimal("0.08"), deposit.plan.opened_on, deposit.plan.matures_on).value_minor
    assert values[deposit.account_id] == [min(each, end) for each in rule]


def test_ends_to_come_are_named_with_what_they_pay(deps: Deps, session: Session, add: Callable[..., int]) -> None:
    book = add(opened_on=date(2024, 12, 10))
    add(SchemeKind.RD, tenor_months=12, instalment_minor=100_000, is_scheduled=True)
    add(opened_on=date(2020, 1, 1), is_taken_over=True)
    run_due(book_id=book, deps=deps)

    found = maturing(session, book, TODAY, date(2027, 1, 1))

    assert [(each.matures_on, each.value_minor) for each in found] == [
        (date(2026, 12, 10), 11_716_594),
        (date(2027, 1, 1), recurring_deposit_value(100_000, Decimal("0.08"), 12)),
    ]
    assert maturing(session, book, date(2026, 12, 11), date(2026, 12, 31)) == []


def test_banks_hold_tax_back_above_the_limit_of_the_year_and_of_ones_age(
    session: Session, add: Callable[..., int]
) -> None:
    book = add(principal_minor=80_000_000)
    add(principal_minor=10_000_000, institution="canara  bank")
    add(principal_minor=10_000_000, institution="HDFC Bank")
    add(SchemeKind.NSC, tenor_months=None, principal_minor=100_000_000)  # no tax is held back from it
    schemes = schemes_of(session, book)

    young, old = tax_notes(schemes, TODAY, None).notes, tax_notes(schemes, TODAY, date(1960, 5, 1)).notes
    later = tax_notes(schemes, date(2027, 4, 1), None)

    assert [each.institution for each in young] == ["Canara Bank", "HDFC Bank"]
    assert (young[0].limit_minor, old[0].limit_minor) == (5_000_000, 10_000_000)
    assert young[0].tax_minor == pytest.approx(young[0].interest_minor / 10, abs=1)
    assert young[0].is_over
    assert (old[0].is_over, old[0].tax_minor) == (False, 0)
    assert not young[1].is_over
    assert later.notes == ()
    assert "2028" in later.unknown
