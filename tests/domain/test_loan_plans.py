from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.borrowing import annual_percentage_rate, flat_loan
from app.domain.debts import Debt, Strategy, debt_plan, in_order, minimums_only
from app.domain.errors import Refused
from app.domain.interest import month_interest
from app.domain.loan_plans import (
    Event,
    EventKind,
    Keep,
    Method,
    Plan,
    RowKind,
    Terms,
    change_by,
    loan_plan,
    pay_off,
    yearly_cost,
)
from app.domain.loans import Loan, NeverRepaid, schedule
from app.domain.moratoriums import MoratoriumInterest, with_moratorium
from app.domain.prepayments import prepay_keeping_emi, prepay_keeping_tenure
from app.domain.rate_changes import change_rate_keeping_emi, change_rate_keeping_tenure

HOME = Terms(400_000_000, Decimal("0.0875"), 240, date(2026, 1, 31), 31)
RATES = st.decimals("0", "0.4", places=4)


@st.composite
def some_terms(draw: st.DrawFn) -> Terms:
    method = draw(st.sampled_from(Method))
    return Terms(
        draw(st.integers(1, 10**11)),
        Decimal(0) if method is Method.NONE else draw(RATES),
        draw(st.integers(1, 400)),
        date(2026, draw(st.sampled_from([1, 3, 5])), (day := draw(st.integers(1, 31)))),
        day,
        method,
        waiting_months=draw(st.integers(0, 30)),
        waiting_interest=draw(st.sampled_from(MoratoriumInterest)),
    )


@st.composite
def some_plans(draw: st.DrawFn) -> tuple[Terms, list[Event], Plan]:
    """Any loan with any events that it can have."""
    terms = draw(some_terms())
    events: list[Event] = []
    plan = loan_plan(terms)
    day = date(2026, 1, 1)
    for _ in range(draw(st.integers(0, 5))):
        day += timedelta(days=draw(st.integers(0, 1500)))
        kind = draw(st.sampled_from(EventKind))
        most = plan.balance_on(day) if kind is EventKind.PREPAYMENT else terms.principal_minor
        event = Event(day, kind, draw(st.sampled_from(Keep)), draw(st.integers(0, max(most, 1))), draw(RATES))
        try:
            plan = loan_plan(terms, [*events, event])
        except Refused:
            continue
        events.append(event)
    return terms, events, plan


@settings(max_examples=50, deadline=None)
@given(some_plans())
def test_any_loan_with_any_events_closes_at_exactly_zero(made: tuple[Terms, list[Event], Plan]) -> None:
    terms, events, plan = made

    repaid = sum(row.principal_minor + row.prepaid_minor for row in plan.rows)
    assert plan.rows[-1].balance_minor == 0
    assert repaid == terms.principal_minor + sum(row.added_minor for row in plan.rows)
    assert [row.on for row in plan.rows] == sorted(row.on for row in plan.rows)
    assert [row.number for row in plan.due] == list(range(1, len(plan.due) + 1))
    assert plan.rows[0].opening_minor == terms.principal_minor
    assert all(before.balance_minor == after.opening_minor for before, after in pairwise(plan.rows))
    assert all(
        min(row.opening_minor, row.interest_minor, row.paid_minor, row.principal_minor, row.balance_minor) >= 0
        for row in plan.rows
    )
    assert len(plan.rows) == len(plan.due) + len(events)
    assert sum(row.kind is RowKind.WAITING for row in plan.rows) <= terms.waiting_months


@settings(max_examples=50, deadline=None)
@given(st.integers(10**6, 10**10), RATES, st.integers(2, 240))
def test_a_plain_loan_is_the_schedule_of_the_rules(principal: int, rate: Decimal, months: int) -> None:
    plan, known = (
        loan_plan(Terms(principal, rate, months, date(2026, 1, 5), 5)),
        schedule(Loan(principal, rate, months)),
    )

    assert [(row.interest_minor, row.principal_minor, row.balance_minor) for row in plan.rows] == [
        (row.interest_minor, row.principal_minor, row.balance_minor) for row in known.rows
    ]
    assert plan.emi_minor == known.emi_minor


@settings(max_examples=50, deadline=None)
@given(
    st.integers(10**7, 10**10), st.decimals("0", "0.3", places=4), st.integers(13, 240), st.integers(1, 12), st.data()
)
def test_one_event_is_what_the_rules_say_of_it(
    principal: int, rate: Decimal, months: int, after: int, data: st.DataObject
) -> None:
    loan, terms = Loan(principal, rate, months), Terms(principal, rate, months, date(2026, 1, 31), 31)
    agreed = loan_plan(terms)
    day = agreed.rows[after - 1].on + timedelta(days=data.draw(st.integers(0, 27)))
    lump = data.draw(st.integers(1, agreed.rows[after - 1].balance_minor))
    new_rate = rate + Decimal("0.001")  # a little more never outgrows an instalment of twenty years at 30 %

    for keep, prepaid in ((Keep.EMI, prepay_keeping_emi), (Keep.TENURE, prepay_keeping_tenure)):
        plan, rule = loan_plan(terms, [Event(day, EventKind.PREPAYMENT, keep, lump)]), prepaid(loan, after, lump)
        assert [row.balance_minor for row in plan.due][after:] == [row.balance_minor for row in rule.rows]
        assert agreed.interest_minor - plan.interest_minor == rule.interest_saved_minor
    for keep, changed in ((Keep.EMI, change_rate_keeping_emi), (Keep.TENURE, change_rate_keeping_tenure)):
        try:
            moved = changed(loan, after, new_rate)
        except NeverRepaid:
            with pytest.raises(NeverRepaid):
                loan_plan(terms, [Event(day, EventKind.RATE, keep, annual_rate=new_rate)])
            continue
        plan = loan_plan(terms, [Event(day, EventKind.RATE, keep, annual_rate=new_rate)])
        assert [row.balance_minor for row in plan.due][after:] == [row.balance_minor for row in moved.rows]


@settings(max_examples=50, deadline=None)
@given(st.integers(10**5, 10**10), RATES, st.integers(1, 240), st.integers(1, 36), st.sampled_from(MoratoriumInterest))
def test_waiting_is_what_the_rules_say_of_it(
    principal: int, rate: Decimal, months: int, waiting: int, interest: MoratoriumInterest
) -> None:
    plan = loan_plan(
        Terms(principal, rate, months, date(2026, 1, 5), 5, waiting_months=waiting, waiting_interest=interest)
    )
    known = with_moratorium(Loan(principal, rate, months), waiting, interest)

    assert plan.rows[waiting - 1].balance_minor == known.balance_minor
    assert (plan.emi_minor, plan.interest_minor, plan.paid_minor) == (
        known.repayment.emi_minor,
        known.interest_minor,
        known.paid_minor,
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(10**5, 10**10), RATES, st.integers(1, 240))
def test_flat_interest_adds_up_to_what_was_agreed(principal: int, rate: Decimal, months: int) -> None:
    plan, known = (
        loan_plan(Terms(principal, rate, months, date(2026, 1, 5), 5, Method.FLAT)),
        flat_loan(principal, rate, months),
    )

    assert (plan.interest_minor, plan.emi_minor) == (known.interest_minor, known.emi_minor)
    assert yearly_cost(principal, [row.paid_minor for row in plan.rows]) == pytest.approx(
        known.reducing_rate, abs=Decimal("0.002") if principal < 10**7 else Decimal("0.0001")
    )


def test_the_yearly_cost_counts_the_fee_as_lenders_must_state_it() -> None:
    plan = loan_plan(Terms(20_000_000, Decimal("0.15"), 24, date(2026, 1, 5), 5))
    known = annual_percentage_rate(Loan(20_000_000, Decimal("0.15"), 24), 400_000)

    assert yearly_cost(19_600_000, [row.paid_minor for row in plan.rows]) == pytest.approx(
        known.apr, abs=Decimal("1e-6")
    )
    assert yearly_cost(100, [50, 50]) == 0
    with pytest.raises(Refused):
        yearly_cost(0, [50])


def test_the_last_day_of_the_month_clamps_and_comes_back() -> None:
    plan = loan_plan(Terms(400, Decimal(0), 4, date(2027, 2, 28), 31))

    assert [row.on for row in plan.rows] == [
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
        date(2027, 5, 31),
    ]


def test_a_loan_without_interest_divides_nothing_by_zero() -> None:
    plan = loan_plan(Terms(1_000_000, Decimal(0), 3, date(2026, 1, 5), 5, Method.NONE))

    assert [row.paid_minor for row in plan.rows] == [333_333, 333_333, 333_334]
    assert plan.interest_minor == 0


def test_the_lenders_own_instalment_leaves_the_difference_to_the_last_one() -> None:
    agreed = loan_plan(HOME)
    own = loan_plan(Terms(400_000_000, Decimal("0.0875"), 240, date(2026, 1, 31), 31, emi_minor=3_535_000))

    assert agreed.emi_minor == 3_534_843
    assert {row.paid_minor for row in own.rows[:-1]} == {3_535_000}
    assert own.rows[-1].paid_minor < 3_535_000
    assert len(own.rows) == 240


@pytest.mark.parametrize("own", [1, 2_900_000, 3_400_000])
def test_an_instalment_that_does_not_repay_the_loan_is_refused(own: int) -> None:
    with pytest.raises(Refused) as error:
        loan_plan(Terms(400_000_000, Decimal("0.0875"), 240, date(2026, 1, 31), 31, emi_minor=own))

    assert error.value.field == "emi"


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (Event(date(2026, 2, 1), EventKind.RATE, Keep.EMI, annual_rate=Decimal("0.12")), "keep"),
        (Event(date(2026, 2, 1), EventKind.RATE, Keep.EMI, annual_rate=Decimal("0.10589")), "keep"),
        (Event(date(2026, 2, 1), EventKind.RATE, Keep.EMI, annual_rate=Decimal(11)), "annual_rate"),
        (Event(date(2026, 2, 1), EventKind.PREPAYMENT, amount_minor=400_000_000), "amount"),
        (Event(date(2026, 2, 1), EventKind.PREPAYMENT, amount_minor=0), "amount"),
        (Event(date(2026, 2, 1), EventKind.BALANCE, amount_minor=-1), "amount"),
        (Event(date(2046, 1, 31), EventKind.PREPAYMENT, amount_minor=1), "on"),
    ],
)
def test_what_cannot_happen_to_a_loan_is_refused(event: Event, field: str) -> None:
    with pytest.raises(Refused) as error:
        loan_plan(HOME, [event])

    assert error.value.field == field


def test_a_balance_that_would_grow_is_refused_as_such() -> None:
    with pytest.raises(NeverRepaid) as error:
        loan_plan(HOME, [Event(date(2026, 2, 1), EventKind.RATE, Keep.EMI, annual_rate=Decimal("0.12"))])

    assert "does not cover the interest" in error.value.user_message


def test_an_extra_payment_of_everything_ends_the_loan_and_nothing_comes_after_it() -> None:
    first = loan_plan(HOME).rows[0]
    everything = Event(date(2026, 2, 1), EventKind.PREPAYMENT, amount_minor=first.balance_minor)
    plan = loan_plan(HOME, [everything])

    assert (len(plan.rows), plan.ends_on, plan.rows[-1].balance_minor) == (2, date(2026, 2, 1), 0)
    with pytest.raises(Refused):
        loan_plan(HOME, [everything, everything])


def test_flat_interest_is_exact_on_the_half() -> None:
    plan = loan_plan(Terms(100_000, Decimal("0.0001"), 117, date(2026, 1, 5), 5, Method.FLAT))

    assert plan.interest_minor == flat_loan(100_000, Decimal("0.0001"), 117).interest_minor == 98  # 97.5


def test_flat_interest_stays_when_something_is_paid_early() -> None:
    terms = Terms(12_000_000, Decimal("0.12"), 12, date(2026, 1, 5), 5, Method.FLAT)
    shorter = loan_plan(terms, [Event(date(2026, 6, 9), EventKind.PREPAYMENT, Keep.EMI, 3_000_000)])
    smaller = loan_plan(terms, [Event(date(2026, 6, 9), EventKind.PREPAYMENT, Keep.TENURE, 3_000_000)])

    assert (len(shorter.due), shorter.interest_minor) == (9, 9 * 120_000)
    assert (len(smaller.due), smaller.interest_minor, smaller.rows[-1].paid_minor) == (12, 12 * 120_000, 620_000)
    with pytest.raises(Refused):
        loan_plan(terms, [Event(date(2026, 6, 9), EventKind.RATE, annual_rate=Decimal("0.1"))])


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("principal", (0, "0.1", 12)),
        ("principal", (-5, "0.1", 12)),
        ("principal", (10**15, "0.1", 12)),
        ("annual_rate", (100, "-0.1", 12)),
        ("annual_rate", (100, "NaN", 12)),
        ("months", (100, "0.1", 0)),
        ("months", (100, "0.1", -3)),
        ("months", (100, "0.1", 601)),
    ],
)
def test_terms_that_nobody_can_mean_are_refused(field: str, values: tuple[int, str, int]) -> None:
    principal, rate, months = values
    with pytest.raises(Refused) as error:
        Terms(principal, Decimal(rate), months, date(2026, 1, 5), 5)

    assert error.value.field == field


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("day", {"day": 6}),
        ("day", {"day": 32}),
        ("day", {"first_on": date(2026, 2, 27), "day": 31}),
        ("waiting_months", {"waiting_months": -1}),
        ("waiting_months", {"waiting_months": 600}),
        ("emi", {"emi_minor": 0}),
        ("annual_rate", {"method": Method.NONE}),
        ("first_on", {"first_on": date(9999, 12, 5)}),
    ],
)
def test_dates_and_waiting_that_nobody_can_mean_are_refused(field: str, changes: dict[str, object]) -> None:
    values: dict[str, object] = {"principal_minor": 100, "annual_rate": Decimal("0.1"), "months": 12, "first_on": date(2026, 1, 5), "day": 5}  # fmt: skip
    with pytest.raises(Refused) as error:
        Terms(**(values | changes))  # type: ignore[arg-type]

    assert error.value.field == field


def test_a_loan_does_not_grow_beyond_any_amount() -> None:
    with pytest.raises(Refused):
        loan_plan(Terms(10**15 - 1, Decimal("0.1"), 12, date(2026, 1, 5), 5, waiting_months=6, waiting_interest=MoratoriumInterest.CAPITALISE))  # fmt: skip


@st.composite
def some_debts(draw: st.DrawFn) -> list[Debt]:
    """Any debts, also such as their minimums never repay."""
    return [
        Debt(
            str(at),
            balance,
            rate := draw(st.decimals("0", "0.45", places=3)),
            max(0, month_interest(balance, rate) + draw(st.integers(-5, balance // 4 + 5))),
        )
        for at, balance in enumerate(draw(st.lists(st.integers(1, 10**8), min_size=1, max_size=5)))
    ]


@settings(max_examples=50, deadline=None)
@given(some_debts(), st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_the_dearest_first_costs_least_and_minimums_most(debts: list[Debt], extra: int, random: object) -> None:
    """Any order against minimums: exactly, for every balance is at most as high in every month and rounding keeps the order.

    Avalanche against any order: exactly before rounding. Half a unit on each debt and month may go the other way, and bears
    interest itself from then on.
    """
    shuffled = list(debts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    orders = (in_order(debts, Strategy.SNOWBALL), tuple(shuffled))
    least, avalanche = minimums_only(debts), debt_plan(in_order(debts, Strategy.AVALANCHE), extra)
    growth = 1 + max(debt.annual_rate for debt in debts) / 12

    for order in orders:
        plan = debt_plan(order, extra)
        if plan is not None:
            assert avalanche is not None
            rounding = Decimal("0.5") * len(debts) * sum(growth**at for one in (plan, avalanche) for at in range(len(one.months)))  # fmt: skip
            assert avalanche.interest_minor <= plan.interest_minor + rounding
        if least is not None:
            assert plan is not None
            assert avalanche is not None
            assert max(plan.interest_minor, avalanche.interest_minor) <= least


def test_paying_back_at_once_saves_the_interest_left_less_the_charge() -> None:
    plan, day = loan_plan(HOME), date(2030, 1, 1)
    owed = plan.balance_on(day)
    off = pay_off(plan, day, owed, Decimal("0.02"))

    assert off is not None
    assert off.pay_minor == owed + off.charge_minor
    assert off.saved_minor == plan.interest_minor - sum(row.interest_minor for row in plan.rows if row.on <= day) - off.charge_minor  # fmt: skip
    even = pay_off(plan, day, owed, off.break_even_rate)
    assert even is not None
    assert abs(even.saved_minor) <= 1
    assert pay_off(plan, day, 0, Decimal(0)) is None
    for charge in ("-0.1", "1.1"):
        with pytest.raises(Refused):
            pay_off(plan, day, owed, Decimal(charge))


def test_while_waiting_an_extra_payment_makes_what_is_repaid_later_smaller() -> None:
    terms = Terms(1_000_000, Decimal("0.12"), 12, date(2026, 1, 5), 5, waiting_months=6, waiting_interest=MoratoriumInterest.SIMPLE)  # fmt: skip
    change = change_by(terms, [], Event(date(2026, 3, 9), EventKind.PREPAYMENT, Keep.EMI, 400_000))

    assert [row.interest_minor for row in change.after.due[:6]] == [10_000] * 3 + [6_000] * 3
    assert change.months_saved == 0
    assert change.emi_after_minor < change.emi_before_minor
