"""Closing before the end, kind by kind."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fixed_deposits import Payout
from app.domain.income_schemes import LockedIn
from app.domain.provident_funds import Movement
from app.domain.scheme_closing import EarlyTerms, compared, early_value
from app.domain.scheme_kinds import SchemeKind, maturity_of
from app.domain.scheme_plans import Compounding, Plan, course_of

NONE = EarlyTerms()
OPENED = date(2024, 1, 15)


def plan_of(kind: SchemeKind, months: int, rate: str = "0.07", **changes: object) -> Plan:
    plan = Plan(kind, OPENED, maturity_of(kind, OPENED, months), OPENED, 10_000_000, Decimal(rate))
    return replace(plan, **changes)  # type: ignore[arg-type]  # fields of a plan


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(Compounding),
    st.one_of(st.none(), st.sampled_from(Payout)),
    st.integers(0, 700),
    st.decimals(0, Decimal("0.02"), places=4),
)
def test_a_bank_deposit_closed_early_never_pays_more_than_it_is_worth(
    compounding: Compounding, payout: Payout | None, days: int, penalty: Decimal
) -> None:
    kind = SchemeKind.FD_PAYOUT if payout else SchemeKind.FD
    plan = plan_of(kind, 24, payout=payout, compounding=compounding)
    on = OPENED + timedelta(days=days)

    value = early_value(plan, on, EarlyTerms(penalty))
    found = compared(plan, on, value.amount_minor, on)

    if days >= 7:
        assert value.rate == max(Decimal(0), Decimal("0.07") - penalty)
        assert penalty or found.given_up_minor == 0
    assert found.given_up_minor >= 0
    assert found.missed_minor >= found.given_up_minor


def test_the_penalty_comes_off_the_rate_for_the_time_it_ran() -> None:
    plan, on = plan_of(SchemeKind.FD, 36), date(2025, 1, 15)

    assert early_value(plan, on, EarlyTerms(Decimal("0.01"), Decimal("0.065"))).amount_minor == 10_561_448
    assert early_value(plan, on, EarlyTerms(Decimal("0.01"))).amount_minor == 10_613_636
    assert early_value(plan, OPENED + timedelta(days=6), NONE).amount_minor == 10_000_000
    assert early_value(plan, date(2030, 1, 1), EarlyTerms(Decimal("0.01"))).amount_minor == course_of(plan)(plan.matures_on).value_minor  # fmt: skip


def test_a_deposit_that_paid_too_much_gives_back_less_than_was_put_in() -> None:
    plan = plan_of(SchemeKind.FD_PAYOUT, 24, payout=Payout.QUARTERLY)

    early = early_value(plan, date(2024, 7, 15), EarlyTerms(Decimal("0.02")))

    assert early.amount_minor == 10_000_000 + 2 * 125_000 - 2 * 175_000  # two quarters at 5 %, less two at 7 %


@pytest.mark.parametrize(
    ("kind", "months", "on"),
    [
        (SchemeKind.TAX_SAVER, 60, date(2026, 1, 1)), (SchemeKind.NSC, 60, date(2028, 1, 1)), (SchemeKind.KVP, 115, date(2026, 7, 14)),
        (SchemeKind.MIS, 60, date(2025, 1, 14)), (SchemeKind.TD, 24, date(2024, 7, 14)), (SchemeKind.TD, 60, date(2028, 1, 14)),
        (SchemeKind.POST_RD, 60, date(2027, 1, 14)), (SchemeKind.PPF, 180, date(2029, 3, 31)),
    ],
)  # fmt: skip
def test_what_is_locked_in_says_so(kind: SchemeKind, months: int, on: date) -> None:
    with pytest.raises(LockedIn):
        early_value(plan_of(kind, months), on, NONE)


@pytest.mark.parametrize(("kind", "months"), [(SchemeKind.KVP, 115), (SchemeKind.SSY, 252)])
def test_what_only_the_office_knows_is_never_made_up(kind: SchemeKind, months: int) -> None:
    with pytest.raises(NotKnown):
        early_value(plan_of(kind, months), date(2027, 1, 15), NONE)


def test_the_senior_scheme_keeps_back_its_share_and_takes_back_a_first_years_interest() -> None:
    plan = plan_of(SchemeKind.SCSS, 60, "0.08")
    paid = course_of(plan)(date(2024, 10, 2)).paid_out_minor

    assert paid > 0
    assert early_value(plan, date(2024, 10, 2), NONE).amount_minor == 10_000_000 - paid
    assert early_value(plan, date(2025, 4, 1), NONE).amount_minor == 10_000_000 - 150_000
    assert early_value(plan, date(2026, 4, 1), NONE).amount_minor == 10_000_000 - 100_000


def test_monthly_income_keeps_back_two_and_then_one_per_cent() -> None:
    plan = plan_of(SchemeKind.MIS, 60, "0.074")

    assert early_value(plan, date(2025, 2, 1), NONE).amount_minor == 9_800_000
    assert early_value(plan, date(2027, 2, 1), NONE).amount_minor == 9_900_000


def test_a_time_deposit_pays_two_points_less_for_whole_years_and_the_savings_rate_after() -> None:
    plan = plan_of(SchemeKind.TD, 36, "0.071")

    half = early_value(plan, date(2024, 8, 15), EarlyTerms(savings_rate=Decimal("0.04"))).amount_minor
    later = early_value(plan, date(2025, 4, 20), EarlyTerms(savings_rate=Decimal("0.04"))).amount_minor

    assert half == 10_000_000 + 233_300  # seven months at 4 %, to the rupee
    # a year at 6.9 % less 2 points: 4,991.00; three months at 4 %: 1,000.00; the year's 7,291.00 was paid out
    assert later == 10_000_000 + 499_100 + 100_000 - 729_100
    with pytest.raises(NotKnown, match="savings rate"):
        early_value(plan, date(2026, 8, 15), NONE)
    old = date(2023, 1, 1)
    with pytest.raises(NotKnown, match=r"before 10\.11\.2023"):
        early_value(replace(plan, opened_on=old, starts_on=old, matures_on=date(2026, 1, 1)), date(2024, 8, 1), NONE)


def test_a_ppf_loses_a_point_of_interest_from_its_beginning() -> None:
    first = date(2017, 4, 1)
    plan = Plan(SchemeKind.PPF, first, date(2033, 4, 1), first, deposits=(Movement(first, 10_000_000),), rates=((first, Decimal("0.071")),))  # fmt: skip

    early = early_value(plan, date(2024, 3, 31), NONE).amount_minor

    assert early == course_of(replace(plan, rates=((first, Decimal("0.061")),)))(date(2024, 3, 31)).value_minor
    assert early < course_of(plan)(date(2024, 3, 31)).value_minor


def test_holding_on_counts_payments_to_come_and_not_the_money_still_to_pay_in() -> None:
    opened = date(2025, 1, 1)
    plan = Plan(
        SchemeKind.RD, opened, date(2026, 1, 1), opened, rate=Decimal("0.08"), instalment_minor=100_000, instalment_months=1,
        instalments_from=opened, deposits=tuple(Movement(date(2025, month, 1), 100_000) for month in (1, 2, 3)),
    )  # fmt: skip
    income = plan_of(SchemeKind.MIS, 60, "0.06")

    rest = compared(plan, date(2025, 3, 15), 300_000, date(2025, 3, 15))
    paying = compared(income, date(2026, 1, 15), 9_800_000, date(2026, 1, 15))

    assert 0 < rest.missed_minor < 60_000
    assert paying.missed_minor == 36 * 50_000 + 200_000


def test_closing_before_the_opening_and_impossible_rates_are_refused() -> None:
    plan = plan_of(SchemeKind.FD, 12)

    with pytest.raises(Refused, match="not been opened"):
        early_value(plan, OPENED - timedelta(days=1), NONE)
    with pytest.raises(Refused) as refused:
        early_value(plan, date(2024, 3, 1), EarlyTerms(card_rate=Decimal("NaN")))
    assert refused.value.field == "card_rate"
