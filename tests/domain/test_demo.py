from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from app.domain.books import Subtype
from app.domain.chart import STARTERS
from app.domain.demo import DemoBook
from app.domain.demo_household import household
from app.domain.demo_studio import studio

END = date(2026, 11, 22)
Invent = Callable[[int, date], DemoBook]
both = pytest.mark.parametrize("invent", [household, studio])
OWED = {Subtype.CARD, Subtype.LOAN}


@both
def test_the_same_seed_and_day_give_the_same_book(invent: Invent) -> None:
    assert invent(7, END) == invent(7, END)
    assert invent(7, END) != invent(8, END)


@both
@pytest.mark.parametrize("end", [END, date(2024, 2, 29), date(2026, 1, 1), date(2027, 3, 31)])
def test_every_entry_adds_up_to_zero_and_lies_within_the_24_months(invent: Invent, end: date) -> None:
    book = invent(7, end)

    assert all(sum(minor for _, minor in entry.legs) == 0 for entry in book.entries)
    assert all(minor for entry in book.entries for _, minor in entry.legs)
    days = [entry.occurred_on for entry in book.entries]
    assert days == sorted(days)
    assert book.opened_on <= days[0]
    assert days[-1] <= end


@both
def test_every_leg_names_an_account_or_a_category_that_a_new_book_has(invent: Invent) -> None:
    book = invent(7, END)
    known = {account.name for account in book.accounts} | {starter.name for starter in STARTERS[book.kind]}

    assert {name for entry in book.entries for name, _ in entry.legs} <= known


@pytest.mark.parametrize("seed", range(5))
def test_nothing_that_the_studio_owns_ever_falls_below_zero_and_nothing_owed_is_overpaid(seed: int) -> None:
    book = studio(seed, END)
    balances = {
        account.name: account.opening_minor * (-1 if account.subtype in OWED else 1) for account in book.accounts
    }
    owed = {account.name for account in book.accounts if account.subtype in OWED}

    for entry in book.entries:
        for name, minor in entry.legs:
            if name in balances:
                balances[name] += minor
                assert (balances[name] <= 0) if name in owed else (balances[name] >= 0), (entry, balances[name])


def test_one_subscription_of_the_household_costs_more_once() -> None:
    entries = household(7, END).entries
    netflix = [minor for e in entries for name, minor in e.legs if e.payee == "Netflix" and name == "Subscriptions"]

    assert (sorted(set(netflix)), netflix) == ([49_900, 64_900], sorted(netflix))


def test_the_household_has_one_bill_far_above_the_usual_and_one_purchase_charged_twice() -> None:
    entries = household(7, END).entries
    bills = [minor for e in entries for name, minor in e.legs if name == "Electricity"]
    twice = Counter(legs for e in entries if e.payee == "Manipal Diagnostics" for legs in [e.legs])

    assert max(bills) == 984_200
    assert sorted(bills)[-2] < 984_200 / 2
    assert list(twice.values()) == [2]


def test_transfers_are_no_spending() -> None:
    book = household(7, END)
    accounts = {account.name for account in book.accounts}
    moved = [entry for entry in book.entries if entry.description in {"Credit card bill", "ATM withdrawal"}]

    assert len(moved) > 40
    assert all({name for name, _ in entry.legs} <= accounts for entry in moved)
