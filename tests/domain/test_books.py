from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.books import AccountKind, Effect, Leg, Role, effect, is_balanced
from app.domain.periods import Month, fiscal_year
from app.domain.texts import clean, key

KINDS = dict(enumerate(AccountKind))
CASH, CARD, EQUITY, SALARY, FOOD = range(5)
legs = st.lists(
    st.builds(
        lambda account, base: Leg(account, base, base), st.sampled_from(list(KINDS)), st.integers(-(10**12), 10**12)
    ),
    max_size=8,
)
months = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))


def test_an_expense_is_spending_and_a_refund_makes_it_smaller() -> None:
    spent = effect([Leg(FOOD, 500, 500), Leg(CASH, -500, -500)], KINDS)
    refunded = effect([Leg(FOOD, -200, -200), Leg(CASH, 200, 200)], KINDS)

    assert spent == Effect(0, 500, 0)
    assert refunded == Effect(0, -200, 0)


def test_a_transfer_is_neither_income_nor_spending() -> None:
    assert effect([Leg(CARD, 900, 900), Leg(CASH, -900, -900)], KINDS) == Effect(0, 0, 900)


@given(legs)
def test_income_less_spending_is_what_the_other_accounts_gained(found: list[Leg]) -> None:
    sums = effect(found, KINDS)
    others = sum(leg.base_minor for leg in found if leg.account_id not in {SALARY, FOOD})

    if is_balanced(found):
        assert sums.income_minor - sums.expense_minor == others


@given(legs)
def test_money_between_own_accounts_never_touches_income_or_spending(found: list[Leg]) -> None:
    sums = effect([leg for leg in found if leg.account_id in {CASH, CARD}], KINDS)

    assert (sums.income_minor, sums.expense_minor) == (0, 0)


def test_each_role_may_do_what_the_ones_below_it_may() -> None:
    assert Role.OWNER.covers(Role.VIEWER)
    assert Role.EDITOR.covers(Role.EDITOR)
    assert not Role.VIEWER.covers(Role.EDITOR)


@given(months, st.integers(-500, 500))
def test_months_shift_there_and_back(month: Month, count: int) -> None:
    assert month.shift(count).shift(-count) == month
    assert (month.shift(count) > month) == (count > 0)


@given(months)
def test_a_month_ends_the_day_before_the_next_begins(month: Month) -> None:
    assert (month.next().first - month.last).days == 1
    assert Month.of(month.last) == Month.parse(str(month)) == month
    assert month.up_to(31) == month.last


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "0-1", "१०-११", "2026-11-01", "-", "nan-inf", "9999999-1"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which words does not matter here
        Month.parse(text)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 12))
def test_every_day_is_in_its_financial_year_which_has_twelve_months(day: date, first_month: int) -> None:
    year = fiscal_year(day, first_month)

    assert day in year
    assert Month.of(year.first).shift(11) == Month.of(year.last)


@given(st.text(max_size=200), st.integers(1, 100))
def test_kept_text_fits_its_place_and_stays_what_it_is_when_cleaned_again(text: str, limit: int) -> None:
    kept = clean(text, limit)

    assert len(kept) <= limit
    assert clean(kept, limit) == kept
    assert "\n" not in kept
    assert "\x00" not in kept


@given(st.text(max_size=100))
def test_a_key_is_the_same_however_the_name_is_spaced_and_cased(text: str) -> None:
    assert key(f"  {text}  ") == key(text)
    assert key("ＢＩＧ  Bazaar") == key("big bazaar")


def test_lines_are_kept_only_where_lines_are_wanted() -> None:
    assert clean("one\ntwo\x07", 50) == "one two"
    assert clean("one\ntwo\x07", 50, lines=True) == "one\ntwo"
    assert clean(None, 5) == ""
