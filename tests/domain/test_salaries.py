"""Gross to net, and the year's tax spread over the pay days."""

from dataclasses import replace
from datetime import date
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.facts.reading import NotKnown
from app.domain.fiscal_years import FiscalYear
from app.domain.payslips import PayStructure, payslip
from app.domain.periods import Month
from app.domain.professional_tax import Gender
from app.domain.provident_contributions import WageBase
from app.domain.recurrence import occurrences
from app.domain.salaries import (
    OWN_STATE,
    Declared,
    Part,
    Pay,
    PayItem,
    PayLine,
    PayTerms,
    ProvidentMode,
    TaxMode,
    check_net,
    pay_of,
    pay_rule,
)
from app.domain.salary_years import Before, PayMonth, PayState, YearPlan, plan_year
from app.domain.tax.years import Regime

FY = FiscalYear(2026)
APRIL = Month(2026, 4)
BORN = date(1990, 6, 1)
TERMS = PayTerms(6_000_000, rent_allowance_minor=3_000_000, special_minor=9_000_000, provident=ProvidentMode.FULL, state="MH", tax=TaxMode.PLAN)  # fmt: skip
rupees = st.integers(0, 400_000).map(lambda amount: amount * 100)


def year(
    terms: PayTerms, *, count: int = 12, booked: dict[int, Pay] | None = None, before: Before | None = None
) -> YearPlan:
    months = [
        PayMonth(
            month := APRIL.shift(12 - count + number), month.last, terms,
            PayState.POSTED if number in (booked or {}) else PayState.EXPECTED, (booked or {}).get(number),
        )
        for number in range(count)
    ]  # fmt: skip
    return plan_year(FY, months, before=before or Before(), born_on=BORN)


terms_of_a_year = st.builds(
    PayTerms,
    rupees.filter(bool),
    rent_allowance_minor=rupees,
    special_minor=rupees,
    provident=st.just(ProvidentMode.CAPPED),
    is_insured=st.just(value=True),
    state=st.just("MH"),
    gender=st.sampled_from(Gender),
    tax=st.just(TaxMode.PLAN),
    regime=st.sampled_from(Regime),
    rent_paid_minor=rupees,
    is_in_metro=st.booleans(),
    declared=st.builds(Declared, rupees),
)


@settings(max_examples=50, deadline=None)
@given(terms_of_a_year)
def test_a_year_of_the_same_pay_is_taxed_as_its_payslip_says(terms: PayTerms) -> None:
    structure = PayStructure(
        terms.basic_minor, terms.rent_allowance_minor, terms.special_minor, WageBase.CAPPED, "MH", terms.gender,
        terms.rent_paid_minor, terms.is_in_metro, terms.declared.savings_minor,
    )  # fmt: skip
    slip, plan = payslip(structure, FY, terms.regime, 36, APRIL), year(terms)

    assert plan.tax_minor == plan.held_minor == slip.annual_tax_minor
    assert plan.months[-1].left_minor == 0
    for each in plan.months:
        assert each.pay.net_minor == each.pay.gross_minor - each.pay.taken_minor
        assert each.pay.of(Part.TAX) >= 0
    assert plan.months[0].pay.with_tax(slip.tax_minor).net_minor == slip.net_minor


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 5_000_000)), max_size=8), rupees)
def test_what_is_posted_counts_and_the_rest_of_the_tax_follows(posted: list[tuple[int, int]], before: int) -> None:
    booked = {at: pay_of(TERMS, APRIL.shift(at)).with_tax(tax) for at, tax in posted}
    plan = year(TERMS, booked=booked, before=Before(before, 0, before // 10))
    held = before // 10 + sum(pay.of(Part.TAX) for pay in booked.values())
    open_days = [each for each in plan.months if each.state is PayState.EXPECTED]

    assert plan.tax_minor is not None
    assert [each.pay for each in plan.months if each.state is PayState.POSTED] == [booked[at] for at in sorted(booked)]
    assert plan.held_minor == (max(plan.tax_minor, held) if open_days else held)
    parts = [each.pay.of(Part.TAX) for each in open_days]
    assert max(parts[:-1], default=0) - min(parts[:-1], default=0) <= 100 or min(parts) == 0


def test_80c_counts_with_the_provident_fund_up_to_its_cap_and_only_in_the_old_regime() -> None:
    def tax(saved: int, regime: Regime) -> int | None:
        return year(replace(TERMS, regime=regime, declared=Declared(savings_minor=saved))).tax_minor

    fund = 12 * 720_000

    assert tax(50_000_000, Regime.OLD) == tax(15_000_000 - fund, Regime.OLD)
    assert (tax(0, Regime.OLD) or 0) > (tax(15_000_000, Regime.OLD) or 0)
    assert tax(50_000_000, Regime.NEW) == tax(0, Regime.NEW)


def test_rent_allowance_is_exempt_stretch_by_stretch_when_the_rent_changes() -> None:
    old = replace(TERMS, regime=Regime.OLD, rent_paid_minor=2_000_000)
    months = [
        PayMonth(APRIL.shift(at), APRIL.shift(at).last, old if at < 6 else replace(old, rent_paid_minor=0), PayState.EXPECTED)
        for at in range(12)
    ]  # fmt: skip
    plan = plan_year(FY, months, before=Before(), born_on=BORN)
    step = next(each for each in plan.steps if each.label == "House rent allowance")

    assert step.old_minor == -6 * (2_000_000 - 600_000)  # rent less a tenth of basic pay, for the months with rent
    assert step.new_minor is None


def test_costs_paid_back_are_no_income_and_leave_travel_is_exempt_in_the_old_regime() -> None:
    items = (PayItem(Part.UNTAXED, "Fuel", 500_000), PayItem(Part.OLD_EXEMPT, "Leave travel", 400_000))
    plain, plan = year(TERMS), year(replace(TERMS, items=items))

    assert plan.comparison is not None
    assert plain.comparison is not None
    assert plan.comparison.new.total_income_minor == plain.comparison.new.total_income_minor + 12 * 400_000
    assert plan.comparison.old.total_income_minor == plain.comparison.old.total_income_minor
    assert plan.months[0].pay.gross_minor == TERMS.gross_minor + 900_000


def test_days_left_out_bring_nothing_and_the_tax_moves_to_the_others() -> None:
    months = [
        PayMonth(APRIL.shift(at), APRIL.shift(at).last, TERMS, PayState.SKIPPED if at == 3 else PayState.EXPECTED)
        for at in range(12)
    ]
    plan = plan_year(FY, months, before=Before(), born_on=BORN)

    assert plan.months[3].pay.gross_minor == 0
    assert plan.to_date(Month(2027, 3)).gross_minor == 11 * TERMS.gross_minor
    assert plan.held_minor == plan.tax_minor


def test_a_year_without_rules_is_said_and_never_borrowed() -> None:
    later = FiscalYear(2031)
    months = [PayMonth(Month(2031, 5), date(2031, 5, 31), replace(TERMS, state=""), PayState.EXPECTED)]
    own = [replace(months[0], terms=replace(TERMS, state="", tax=TaxMode.OWN, own_tax_minor=100_000))]

    with pytest.raises(NotKnown, match="2031-32 are not known yet"):
        plan_year(later, months, before=Before(), born_on=BORN)
    plan = plan_year(later, own, before=Before(), born_on=BORN)
    assert (plan.comparison, plan.months[0].pay.of(Part.TAX)) == (None, 100_000)
    assert "not known" in plan.problem
    with pytest.raises(NotKnown):
        pay_of(replace(TERMS, state="KA"), Month(2024, 5))


def test_tax_from_the_year_needs_a_date_of_birth() -> None:
    month = PayMonth(APRIL, APRIL.last, TERMS, PayState.EXPECTED)

    with pytest.raises(Refused) as told:
        plan_year(FY, [month], before=Before(), born_on=None)
    assert told.value.field == "born_on"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"basic_minor": 0, "rent_allowance_minor": 0, "special_minor": 0}, "basic"),
        ({"basic_minor": -1}, "basic"),
        ({"special_minor": -1}, "special"),
        ({"provident": ProvidentMode.OWN, "own_provident_minor": 18_000_001}, "own_provident"),
        ({"tax": TaxMode.OWN, "own_tax_minor": 18_000_001}, "own_tax"),
        ({"state": OWN_STATE, "own_professional_tax_minor": 250_001}, "own_professional_tax"),
        ({"state": "XX"}, "state"),
        ({"items": (PayItem(Part.DEDUCTION, "", 1),)}, "deductions"),
        ({"items": (PayItem(Part.TAXED, "Bonus", 0),)}, "allowances"),
        ({"items": (PayItem(Part.TAXED, "Bonus", 1), PayItem(Part.UNTAXED, "Bonus", 1))}, "allowances"),
        ({"items": tuple(PayItem(Part.TAXED, str(at), 1) for at in range(13))}, "allowances"),
        ({"items": (PayItem(Part.TAX, "Tax", 1),)}, "allowances"),
        ({"declared": Declared(health_minor=-1)}, "health"),
    ],
)
def test_terms_that_no_payslip_can_have_are_refused_beside_their_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as told:
        replace(TERMS, **changes)  # type: ignore[arg-type]

    assert told.value.field == field


def test_more_taken_than_paid_is_refused_beside_what_takes_most() -> None:
    terms = replace(TERMS, items=(PayItem(Part.DEDUCTION, "Advance", 18_000_000),), tax=TaxMode.NONE)

    with pytest.raises(Refused) as told:
        check_net(pay_of(terms, APRIL))
    assert told.value.field == "deductions"


def test_another_net_becomes_pay_or_a_deduction() -> None:
    pay = Pay((PayLine(Part.BASIC, 5_000_000), PayLine(Part.TAX, 1_000_000)))

    assert pay.with_net(4_000_000) is pay
    assert (pay.with_net(4_500_000).gross_minor, pay.with_net(4_500_000).taken_minor) == (5_500_000, 1_000_000)
    assert (pay.with_net(3_500_000).gross_minor, pay.with_net(3_500_000).taken_minor) == (5_000_000, 1_500_000)


def test_pay_days_fall_back_to_short_months_and_come_back() -> None:
    def days(pay_day: int, first: date) -> list[int]:
        return [day.day for day in islice(occurrences(pay_rule(pay_day, None), first), 4)]

    assert days(31, date(2026, 11, 30)) == [30, 31, 31, 28]
    assert days(30, date(2026, 12, 30)) == [30, 30, 28, 30]
