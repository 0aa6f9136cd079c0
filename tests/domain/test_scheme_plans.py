"""Deposits on any day: against the formulas of each scheme, and promises that hold for all of them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.anniversaries import months_later
from app.domain.certificates import doubling_certificate, savings_certificate
from app.domain.errors import Refused
from app.domain.fiscal_years import FiscalYear
from app.domain.fixed_deposits import Payout, deposit_payout, deposit_value
from app.domain.income_schemes import monthly_income, senior_income, time_deposit_income
from app.domain.provident_funds import Movement, fund_projection, fund_year
from app.domain.recurring_deposits import recurring_deposit_value
from app.domain.scheme_kinds import KINDS, Family, SchemeKind, check_once, check_year, maturity_of
from app.domain.scheme_plans import (
    Compounding,
    Plan,
    course_of,
    fund_interest,
    instalment_days,
    interest_between,
    interest_by_year,
    payments,
    rate_on,
    value_at_maturity,
    with_planned,
)

MANY = settings(max_examples=50, deadline=None)
DAYS = st.dates(date(1990, 1, 1), date(2025, 12, 31))
RATES = st.decimals(Decimal("0.001"), Decimal("0.2"), places=4)
LUMPS = (
    SchemeKind.FD,
    SchemeKind.FD_PAYOUT,
    SchemeKind.NSC,
    SchemeKind.KVP,
    SchemeKind.SCSS,
    SchemeKind.MIS,
    SchemeKind.TD,
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any deposit that the rules allow, its money really paid in."""
    kind = draw(st.sampled_from(list(SchemeKind)))
    facts, opened = KINDS[kind], draw(DAYS)
    months = draw(st.sampled_from(facts.tenors)) if facts.tenors else draw(st.integers(1, 130))
    days = draw(st.integers(0, 60)) if kind in {SchemeKind.FD, SchemeKind.FD_PAYOUT} else 0
    ends = maturity_of(kind, opened, months, days)
    plan = Plan(
        kind, opened, ends, opened, rate=draw(RATES), compounding=draw(st.sampled_from(Compounding)),
        payout=draw(st.sampled_from(Payout)) if kind == SchemeKind.FD_PAYOUT else None,
    )  # fmt: skip
    if facts.family == Family.INSTALMENTS:
        plan = replace(plan, instalment_minor=draw(st.integers(1, 10**7)), instalment_months=1, instalments_from=opened)
        paid = [day for day in instalment_days(plan) if draw(st.booleans())]
        return replace(plan, deposits=tuple(Movement(day, plan.instalment_minor) for day in paid))
    if facts.family == Family.FUND:
        within = st.builds(Movement, st.dates(opened, ends - timedelta(days=1)), st.integers(1, 10**7))
        moves = sorted(draw(st.lists(within, max_size=8)), key=lambda move: move.on)
        return replace(plan, rate=None, rates=((opened, draw(RATES)),), deposits=tuple(moves))
    return replace(plan, principal_minor=draw(st.integers(1, 10**11)))


@MANY
@given(plans(), st.data())
def test_what_a_deposit_has_brought_never_falls_before_its_end_and_stays_after_it(
    plan: Plan, data: st.DataObject
) -> None:
    course = course_of(plan)
    inside = st.dates(plan.opened_on, plan.matures_on)
    days = sorted([plan.opened_on, *data.draw(st.lists(inside, max_size=20)), plan.matures_on])

    brought = [course(day).value_minor + course(day).paid_out_minor for day in days]
    afterwards = {course(plan.matures_on + timedelta(days=late)) for late in (0, 1, 400, 9000)}

    assert brought == sorted(brought)
    assert afterwards == {course(plan.matures_on)}
    assert course(plan.matures_on).value_minor == value_at_maturity(replace(plan, instalment_minor=0), plan.opened_on)
    assert course(plan.opened_on - timedelta(days=1)).value_minor == 0


@MANY
@given(plans(), st.integers(1, 12))
def test_interest_of_the_years_adds_up_to_all_interest(plan: Plan, first_month: int) -> None:
    course = course_of(plan)

    years = interest_by_year(plan, course, date(2200, 1, 1), first_month)

    assert sum(each.earned_minor for each in years) == course(plan.matures_on).earned_minor
    assert all(each.earned_minor >= 0 for each in years)


@MANY
@given(plans())
def test_payments_end_with_the_deposit_and_are_what_it_paid_out(plan: Plan) -> None:
    paid, end = payments(plan), course_of(plan)(plan.matures_on)

    assert sum(each.amount_minor for each in paid) == (end.earned_minor if plan.family == Family.INCOME else 0)
    assert all(each.first < each.on for each in paid)
    assert all(before.on == after.first for before, after in pairwise(paid))
    assert not paid or paid[-1].on == plan.matures_on


@MANY
@given(st.integers(1, 10**11), RATES, DAYS, st.integers(1, 120))
def test_at_its_end_each_kind_is_worth_what_its_own_formula_says(
    amount: int, rate: Decimal, opened: date, months: int
) -> None:
    ends = months_later(opened, months)
    five = months_later(opened, 60)
    deposit = Plan(SchemeKind.FD, opened, ends, opened, amount, rate)
    certificate = Plan(SchemeKind.NSC, opened, five, opened, amount, rate)
    doubling = Plan(SchemeKind.KVP, opened, ends, opened, amount)
    instalments = Plan(SchemeKind.RD, opened, ends, opened, rate=rate, instalment_minor=amount, instalment_months=1, instalments_from=opened)  # fmt: skip

    assert course_of(deposit)(ends).value_minor == deposit_value(amount, rate, opened, ends).value_minor
    assert course_of(certificate)(five).value_minor == savings_certificate(amount, rate).maturity_minor
    assert course_of(doubling)(ends).value_minor == doubling_certificate(amount, opened, months).maturity_minor
    assert value_at_maturity(instalments, opened) == recurring_deposit_value(amount, rate, months)


def test_the_seed_deposit_stops_growing_at_its_end() -> None:
    opened = date(2020, 1, 1)
    plan = Plan(SchemeKind.FD, opened, date(2021, 1, 1), opened, 100_000, Decimal("0.07"), Compounding.YEARLY)

    assert [course_of(plan)(day).value_minor for day in (date(2021, 1, 1), date(2022, 6, 1), date(2026, 11, 22))] == [
        107_000
    ] * 3
    assert course_of(replace(plan, compounding=Compounding.QUARTERLY))(date(2026, 11, 22)).value_minor == 107_186
    assert (
        course_of(replace(plan, compounding=Compounding.SIMPLE))(date(2026, 11, 22)).value_minor == 107_019
    )  # 366 days


def test_every_kind_grows_by_its_own_rule() -> None:
    opened, rate, amount = date(2024, 4, 1), Decimal("0.08"), 1_000_000
    values = {}
    for kind in LUMPS:
        ends = maturity_of(kind, opened, 60)
        payout = Payout.MONTHLY if kind == SchemeKind.FD_PAYOUT else None
        end = course_of(Plan(kind, opened, ends, opened, amount, rate, payout=payout))(ends)
        values[kind] = end.value_minor + end.paid_out_minor

    assert values[SchemeKind.FD_PAYOUT] == amount + 60 * deposit_payout(amount, rate, Payout.MONTHLY)
    assert values[SchemeKind.MIS] == amount + 60 * monthly_income(amount, rate)
    assert values[SchemeKind.TD] == amount + 5 * time_deposit_income(amount, rate)
    assert values[SchemeKind.SCSS] == amount + 20 * senior_income(amount, rate, opened).quarterly_minor
    assert len(set(values.values())) == len(LUMPS)


@MANY
@given(st.lists(st.tuples(st.dates(date(2025, 4, 1), date(2026, 3, 31)), st.integers(1, 10**8)), max_size=6), RATES)
def test_a_year_of_a_fund_is_credited_as_its_scheme_says(moves: list[tuple[date, int]], rate: Decimal) -> None:
    first = date(2025, 4, 1)
    deposits = tuple(sorted((Movement(*each) for each in moves), key=lambda move: move.on))
    plan = Plan(SchemeKind.PPF, first, date(2041, 4, 1), first, deposits=deposits, rates=((first, rate),))

    assert fund_interest(plan, 2025) == fund_year(0, 2025, rate, deposits).interest_minor


def test_a_deposit_after_the_fifth_waits_for_the_next_month() -> None:
    first = date(2025, 4, 1)
    plan = Plan(SchemeKind.PPF, first, date(2041, 4, 1), first)
    early, late = (replace(plan, deposits=(Movement(date(2025, 4, day), 15_000_000),)) for day in (5, 6))

    assert fund_interest(early, 2025) - fund_interest(late, 2025) == 88_700  # one month at 7.1 %, to the rupee
    assert course_of(early)(date(2025, 4, 29)).value_minor == 15_000_000
    assert course_of(early)(date(2025, 4, 30)).value_minor == 15_088_700  # whole rupees that are sure


def test_fifteen_yearly_deposits_come_to_the_published_sum() -> None:
    first = date(2011, 4, 1)
    plan = Plan(
        SchemeKind.PPF, first, date(2026, 4, 1), first, rates=((first, Decimal("0.071")),),
        instalment_minor=15_000_000, instalment_months=12, instalments_from=first,
    )  # fmt: skip

    published = fund_projection(15_000_000, Decimal("0.071"), 15)
    assert abs(course_of(with_planned(plan, date(2011, 3, 31)))(plan.matures_on).value_minor - published) <= 15 * 100


def test_a_credit_in_the_passbook_counts_instead_of_the_formula() -> None:
    first = date(2024, 4, 1)
    plan = Plan(SchemeKind.PPF, first, date(2040, 4, 1), first, deposits=(Movement(first, 10_000_000),))

    credited = course_of(replace(plan, credits={2024: 700_000}))

    assert course_of(plan)(date(2025, 3, 31)).value_minor == 10_710_000
    assert credited(date(2025, 3, 31)).value_minor == 10_700_000
    assert interest_between(credited, date(2024, 4, 1), date(2025, 3, 31)) == 700_000
    assert fund_interest(replace(plan, credits={2024: 700_000}), 2024) == 710_000


def test_a_missing_rate_is_assumed_openly() -> None:
    first = date(2025, 4, 1)
    plan = Plan(SchemeKind.PPF, first, date(2041, 4, 1), first)

    assert rate_on(plan, date(2026, 3, 31)).certainty == "high"
    assert rate_on(plan, date(2026, 4, 1)).is_assumed
    assert rate_on(replace(plan, rates=((date(2026, 4, 1), Decimal("0.069")),)), date(2026, 4, 1)).certainty == "own"


def test_a_missed_instalment_is_missing_at_the_end() -> None:
    first = date(2025, 1, 31)
    plan = Plan(SchemeKind.RD, first, date(2026, 1, 31), first, rate=Decimal("0.07"), instalment_minor=100_000, instalment_months=1, instalments_from=first)  # fmt: skip
    days = list(instalment_days(plan))
    paid = replace(plan, deposits=tuple(Movement(day, 100_000) for day in days if day != date(2025, 2, 28)))

    full = value_at_maturity(plan, first)
    assert full == recurring_deposit_value(100_000, Decimal("0.07"), 12)
    assert value_at_maturity(paid, date(2025, 12, 1)) < full - 100_000
    assert course_of(paid)(plan.matures_on).paid_in_minor == 1_100_000


@pytest.mark.parametrize(
    ("kind", "months", "days"),
    [
        (SchemeKind.FD, -12, 0), (SchemeKind.FD, 0, 0), (SchemeKind.FD, 0, 6), (SchemeKind.FD, 601, 0), (SchemeKind.FD, 0, -30),
        (SchemeKind.NSC, 48, 0), (SchemeKind.TD, 48, 0), (SchemeKind.PPF, 180, 1),
    ],
)  # fmt: skip
def test_a_term_that_a_kind_does_not_have_is_refused(kind: SchemeKind, months: int, days: int) -> None:
    with pytest.raises(Refused) as refused:
        maturity_of(kind, date(2025, 1, 1), months, days)

    assert refused.value.field == "tenor"


def test_the_limits_of_schemes_are_theirs_and_of_their_time() -> None:
    with pytest.raises(Refused, match="9,00,000"):
        check_once(SchemeKind.MIS, 90_000_001, date(2026, 1, 1), is_joint=False)
    check_once(SchemeKind.MIS, 150_000_000, date(2026, 1, 1), is_joint=True)
    check_once(
        SchemeKind.MIS, 90_000_001, date(2020, 1, 1), is_joint=False
    )  # what held then is not written: not checked
    with pytest.raises(Refused, match="1,50,000"):
        check_year(SchemeKind.PPF, 15_000_001, date(2026, 1, 1), field="amount")


def test_a_ppf_counts_its_fifteen_years_from_the_end_of_its_first() -> None:
    assert maturity_of(SchemeKind.PPF, date(2020, 4, 1), 180) == date(2036, 4, 1)
    assert maturity_of(SchemeKind.PPF, date(2020, 3, 31), 180) == date(2035, 4, 1)
    assert FiscalYear.of(date(2036, 4, 1) - timedelta(days=1)) == FiscalYear(2035)
