"""Deposits in the books: what opens, feeds, pays and ends them, and taking it all back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.books import Direction, State
from app.domain.errors import NotInBook, Refused
from app.domain.facts.reading import NotKnown
from app.domain.fixed_deposits import Payout, deposit_value
from app.domain.scheme_entries import EntryPart
from app.domain.scheme_kinds import KINDS, Family, SchemeKind
from app.domain.scheme_plans import Compounding
from app.models.account import Account
from app.models.schedule import Occurrence
from app.models.scheme import Scheme
from app.models.transaction import Transaction
from app.queries.accounts import Balance, accounts_of, balances
from app.queries.schemes import SchemeView, figures_of, scheme_of, scheme_values, schemes_of, years_of
from app.queries.verification import verify_book
from app.services.deps import Deps
from app.services.recurring import confirm, run_due, skip
from app.services.scheme_terms import SchemeCommand
from app.services.schemes import (
    ClosingCommand,
    add_scheme,
    change_scheme,
    close_scheme,
    pay_in,
    remove_scheme,
    reopen_scheme,
    restore_scheme,
    write_rate,
)
from app.services.transactions import TransactionCommand, record_transaction
from tests.conftest import Clock

TODAY = date(2026, 11, 22)
BANK = "Bank account"
Command = Callable[..., SchemeCommand]


@pytest.fixture
def book(make_book: Callable[..., int]) -> int:
    return make_book()


@pytest.fixture
def bank(book: int, account: Callable[[int, str], int]) -> int:
    return account(book, BANK)


@pytest.fixture
def command(book: int, bank: int) -> Command:
    """A deposit of ₹1,00,000 at 8 % for a year, paid from the bank account: `command(kind=SchemeKind.RD, …)`."""

    def make(**changes: object) -> SchemeCommand:
        usual = SchemeCommand(
            book_id=book, user_id=None, kind=SchemeKind.FD, name="Deposit", opened_on=date(2025, 1, 1), institution="Canara Bank",
            tenor_months=12, principal_minor=10_000_000, rate=Decimal("0.08"), from_account_id=bank, payout_account_id=bank,
        )  # fmt: skip
        return replace(usual, **changes)  # type: ignore[arg-type]  # fields of a command

    return make


def held(session: Session, book: int) -> dict[str, Balance]:
    session.rollback()
    return {each.account.name: each for each in balances(session, book, accounts_of(session, book))}


def moved(scheme: SchemeView, part: EntryPart) -> list[tuple[date, int, int]]:
    return [(each.occurred_on, each.interest_minor, each.tax_minor) for each in scheme.entries if each.part == part]


def test_the_seeds_deposit_is_worth_1070_for_ever_and_pays_just_that(
    deps: Deps, session: Session, book: int, bank: int, command: Command
) -> None:
    old = {"opened_on": date(2020, 1, 1), "principal_minor": 100_000, "rate": Decimal("0.07"), "is_taken_over": True}
    yearly = add_scheme(command(**old, name="Yearly", compounding=Compounding.YEARLY), deps=deps)
    quarterly = add_scheme(command(**old, name="Quarterly"), deps=deps)
    account_id = scheme_of(session, book, yearly).account_id
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2021, 1, 1), date(2024, 2, 29), TODAY]

    before = scheme_values(session, book, days)
    close_scheme(ClosingCommand(book, None, yearly, TODAY, bank, 107_000), deps=deps)
    after = scheme_values(session, book, days)

    assert before[account_id] == [0, 100_000, 107_000, 107_000, 107_000]
    assert before[scheme_of(session, book, quarterly).account_id][2:] == [107_186] * 3
    assert after[account_id] == [0, 100_000, 107_000, 107_000, 0]
    assert held(session, book)[BANK].amount_minor == 107_000
    assert held(session, book)["Yearly"].amount_minor == 0
    assert verify_book(session, book).differences == ()


def test_whatever_the_kind_its_account_is_empty_after_its_end_and_the_books_are_clean(
    deps: Deps, session: Session, book: int, command: Command
) -> None:
    facts: dict[SchemeKind, dict[str, Any]] = {
        SchemeKind.FD: {"tenor_months": 13, "tenor_days": 5}, SchemeKind.FD_PAYOUT: {"tenor_months": 14, "payout": Payout.QUARTERLY},
        SchemeKind.TAX_SAVER: {"payout": Payout.QUARTERLY}, SchemeKind.TD: {"tenor_months": 36}, SchemeKind.KVP: {"tenor_months": 115, "rate": None},
        SchemeKind.RD: {"tenor_months": 12, "instalment_minor": 50_000, "is_scheduled": True},
        SchemeKind.POST_RD: {"instalment_minor": 50_000, "is_scheduled": True, "is_taken_over": True, "counted_on": date(2007, 12, 31)},
        SchemeKind.MIS: {"is_taken_over": True},
        SchemeKind.PPF: {"instalment_minor": 100_000, "instalment_months": 12, "is_scheduled": True, "instalments_from": date(2004, 5, 3)},
        SchemeKind.SSY: {"principal_minor": 100_000},
    }  # fmt: skip
    for kind in SchemeKind:
        said: dict[str, Any] = {
            "kind": kind,
            "name": kind.value,
            "opened_on": date(2003, 5, 31),
            "tenor_months": None,
        } | facts.get(kind, {})
        add_scheme(command(**said), deps=deps)

    run_due(book_id=book, deps=deps)
    schemes = schemes_of(session, book)
    worth = {each.kind: figures_of(each, TODAY, 4) for each in schemes}
    accrued = {each.kind: each.balance_minor for each in schemes}
    for each in schemes:
        assert each.maturity_schedule_id is not None
        confirm(book, each.maturity_schedule_id, each.plan.matures_on, user_id=None, deps=deps)
    again = run_due(book_id=book, deps=deps)

    after = held(session, book)
    assert [after[kind.value].amount_minor for kind in SchemeKind] == [0] * len(SchemeKind)
    for each in schemes_of(session, book):
        [(day, interest, _)] = moved(each, EntryPart.CLOSING)
        assert each.closed_on == day == each.plan.matures_on
        assert interest == worth[each.kind].worth_minor - accrued[each.kind]
        years = years_of(each, TODAY, 4)
        if each.kind != SchemeKind.MIS:  # its payments were made before the books knew it
            assert sum(year.earned_minor for year in years) == sum(year.paid_minor for year in years)
    assert (again.posted, again.waiting) == (0, 0)
    assert verify_book(session, book).differences == ()


def test_interest_is_paid_out_on_its_days_less_tax_and_never_before_the_books_knew_it(
    deps: Deps, session: Session, book: int, command: Command
) -> None:
    terms = {
        "kind": SchemeKind.FD_PAYOUT,
        "opened_on": date(2026, 5, 31),
        "payout": Payout.MONTHLY,
        "tax_rate": Decimal("0.1"),
    }
    paid = add_scheme(command(**terms, name="Paid"), deps=deps)
    known = add_scheme(command(**terms, name="Known", is_taken_over=True), deps=deps)
    run_due(book_id=book, deps=deps)

    days = [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)]
    assert moved(scheme_of(session, book, paid), EntryPart.PAYOUT) == [(day, 66_225, 6_623) for day in days]
    assert moved(scheme_of(session, book, known), EntryPart.PAYOUT) == []
    assert held(session, book)[BANK].amount_minor == -10_000_000 + 5 * (66_225 - 6_623)
    assert verify_book(session, book).differences == ()


def test_a_fund_earns_on_what_was_really_paid_in_and_asks_when_a_rate_is_missing(  # noqa: PLR0917 - fixtures
    deps: Deps, session: Session, book: int, bank: int, command: Command, clock: Clock
) -> None:
    clock.at = datetime(2026, 3, 20, tzinfo=UTC)
    fund = command(
        kind=SchemeKind.PPF,
        name="PPF",
        opened_on=date(2025, 4, 3),
        tenor_months=None,
        principal_minor=5_000_000,
        rate=None,
    )
    scheme_id = add_scheme(fund, deps=deps)
    pay = {"from_account_id": bank, "user_id": None, "deps": deps}
    pay_in(book, scheme_id, amount_minor=1_000_000, day=date(2025, 7, 5), **pay)  # type: ignore[arg-type]
    pay_in(book, scheme_id, amount_minor=1_000_000, day=date(2025, 7, 6), **pay)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="1,50,000") as refused:
        pay_in(book, scheme_id, amount_minor=8_000_001, day=date(2026, 1, 1), **pay)  # type: ignore[arg-type]
    clock.at = datetime(2027, 4, 2, tzinfo=UTC)
    run_due(book_id=book, deps=deps)
    run_due(book_id=book, deps=deps)

    found = scheme_of(session, book, scheme_id)
    first = (5_000_000 * 12 + 1_000_000 * 9 + 1_000_000 * 8) * Decimal("0.071") / 12
    [(day, credited, _)] = moved(found, EntryPart.CREDIT)
    waiting = session.scalars(select(Occurrence).where(Occurrence.schedule_id == found.interest_schedule_id, Occurrence.transaction_id.is_(None))).one()  # fmt: skip
    assert refused.value.field == "amount"
    assert (day, credited) == (date(2026, 3, 31), round(first / 100) * 100)
    assert waiting.due_on == date(2027, 3, 31)
    assert "01.04.2026" in (waiting.reason or "")

    write_rate(book, scheme_id, date(2026, 4, 1), Decimal("0.07"), user_id=None, deps=deps)
    confirm(book, found.interest_schedule_id or 0, date(2027, 3, 31), user_id=None, deps=deps)
    second = moved(scheme_of(session, book, scheme_id), EntryPart.CREDIT)[1]
    assert second[1] == round((7_000_000 + credited) * Decimal("0.07") / 100) * 100
    assert held(session, book)["PPF"].amount_minor == 7_000_000 + credited + second[1]
    assert verify_book(session, book).differences == ()


def test_a_year_that_a_person_leaves_out_is_entered_by_hand(
    deps: Deps, session: Session, book: int, command: Command
) -> None:
    fund = command(
        kind=SchemeKind.PPF,
        opened_on=date(2018, 4, 3),
        tenor_months=None,
        is_taken_over=True,
        counted_on=date(2026, 3, 30),
    )
    found = scheme_of(session, book, add_scheme(fund, deps=deps))
    worth = scheme_values(session, book, [TODAY])[found.account_id]

    skip(book, found.interest_schedule_id or 0, date(2026, 3, 31), user_id=None, deps=deps)

    assert worth == [
        10_000_000 + 466_600
    ]  # seven whole months at 8 %, in whole rupees; nothing for a balance of 30 March
    assert scheme_values(session, book, [TODAY])[found.account_id] == worth


def test_closing_early_posts_what_came_and_can_be_taken_back(
    deps: Deps, session: Session, book: int, bank: int, command: Command
) -> None:
    scheme_id = add_scheme(command(kind=SchemeKind.SCSS, opened_on=date(2026, 2, 10), tenor_months=60), deps=deps)
    run_due(book_id=book, deps=deps)
    before = scheme_of(session, book, scheme_id)
    paid = sum(each[1] for each in moved(before, EntryPart.PAYOUT))
    early = figures_of(before, TODAY, 4).early
    assert early is not None

    close_scheme(ClosingCommand(book, None, scheme_id, TODAY, bank, early.amount_minor), deps=deps)
    closed = scheme_of(session, book, scheme_id)
    assert paid > 0
    assert sum(year.paid_minor for year in years_of(closed, TODAY, 4)) == 0  # within a year all interest is taken back
    assert sum(year.earned_minor for year in years_of(closed, TODAY, 4)) == 0
    assert held(session, book)[BANK].amount_minor == 0
    assert held(session, book)["Deposit"].account.is_archived
    assert scheme_values(session, book, [TODAY])[closed.account_id] == [0]
    with pytest.raises(Refused, match="closed already"):
        close_scheme(ClosingCommand(book, None, scheme_id, TODAY, bank, 1), deps=deps)

    reopen_scheme(book, scheme_id, user_id=None, deps=deps)
    run_due(book_id=book, deps=deps)
    assert scheme_of(session, book, scheme_id).entries == before.entries
    assert held(session, book)["Deposit"].amount_minor == 10_000_000
    assert not held(session, book)["Deposit"].account.is_archived
    assert verify_book(session, book).differences == ()


def test_removing_takes_everything_out_and_undo_brings_it_back_as_it_was(
    deps: Deps, session: Session, book: int, bank: int, command: Command
) -> None:
    scheme_id = add_scheme(
        command(kind=SchemeKind.RD, opened_on=date(2026, 8, 5), instalment_minor=100_000, is_scheduled=True), deps=deps
    )
    run_due(book_id=book, deps=deps)
    before, values = scheme_of(session, book, scheme_id), scheme_values(session, book, [TODAY])
    assert held(session, book)[BANK].amount_minor == -400_000

    remove_scheme(book, scheme_id, user_id=None, deps=deps)
    run_due(book_id=book, deps=deps)
    assert schemes_of(session, book) == []
    assert scheme_values(session, book, [TODAY]) == {}
    assert held(session, book)[BANK].amount_minor == 0
    assert set(session.scalars(select(Transaction.state).where(Transaction.book_id == book))) == {State.VOID}
    with pytest.raises(NotInBook):
        pay_in(book, scheme_id, amount_minor=1, day=TODAY, from_account_id=bank, user_id=None, deps=deps)

    restore_scheme(book, scheme_id, user_id=None, deps=deps)
    assert scheme_of(session, book, scheme_id) == before
    assert scheme_values(session, book, [TODAY]) == values
    assert verify_book(session, book).differences == ()


def test_a_change_posts_the_opening_anew_and_moves_the_end(
    deps: Deps, session: Session, book: int, command: Command
) -> None:
    scheme_id = add_scheme(command(), deps=deps)
    run_due(book_id=book, deps=deps)  # its end of January 2026 waits
    change_scheme(scheme_id, command(name="Renamed", principal_minor=12_345_678, tenor_months=36), deps=deps)
    run_due(book_id=book, deps=deps)

    found = scheme_of(session, book, scheme_id)
    assert (found.name, found.plan.matures_on) == ("Renamed", date(2028, 1, 1))
    assert held(session, book)["Renamed"].amount_minor == 12_345_678
    assert held(session, book)[BANK].amount_minor == -12_345_678
    assert session.scalars(select(Occurrence)).all() == []
    value = deposit_value(12_345_678, Decimal("0.08"), date(2025, 1, 1), TODAY).value_minor
    assert scheme_values(session, book, [TODAY]) == {found.account_id: [value]}
    assert verify_book(session, book).differences == ()


def test_money_moved_by_hand_counts_beside_the_rule(
    deps: Deps, session: Session, book: int, bank: int, command: Command
) -> None:
    found = scheme_of(session, book, add_scheme(command(opened_on=date(2026, 1, 1)), deps=deps))
    worth = scheme_values(session, book, [TODAY])[found.account_id][0]

    record_transaction(
        TransactionCommand(book, None, Direction.TRANSFER, TODAY, found.account_id, 4_000_000, to_account_id=bank),
        deps=deps,
    )

    assert scheme_values(session, book, [TODAY])[found.account_id][0] == worth - 4_000_000


def test_a_rate_that_nobody_notified_is_asked_for(deps: Deps, session: Session, book: int, command: Command) -> None:
    nsc = command(kind=SchemeKind.NSC, tenor_months=None, rate=None)
    add_scheme(replace(nsc, opened_on=date(2026, 3, 31)), deps=deps)
    with pytest.raises(NotKnown, match=r"01\.04\.2026") as refused:
        add_scheme(replace(nsc, opened_on=date(2026, 4, 1), name="Later"), deps=deps)
    with pytest.raises(NotKnown):
        add_scheme(
            command(kind=SchemeKind.KVP, tenor_months=None, name="Doubles", opened_on=date(2023, 1, 1)), deps=deps
        )

    assert refused.value.field == "rate"
    assert [each.plan.rate for each in schemes_of(session, book)] == [Decimal("0.077")]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"opened_on": date(2026, 11, 23)}, "opened_on"),
        ({"opened_on": date(1900, 1, 1)}, "opened_on"),
        ({"tenor_months": -12}, "tenor"),
        ({"tenor_months": 0}, "tenor"),
        ({"tenor_months": 10**9}, "tenor"),
        ({"tenor_months": None}, "tenor"),
        ({"rate": Decimal(0)}, "rate"),
        ({"rate": Decimal("-0.01")}, "rate"),
        ({"rate": Decimal("0.51")}, "rate"),
        ({"rate": None}, "rate"),
        ({"principal_minor": 0}, "principal"),
        ({"principal_minor": -1}, "principal"),
        ({"principal_minor": 10**15}, "principal"),
        ({"principal_minor": 10**15 - 1, "tenor_months": 600, "rate": Decimal("0.5")}, "principal"),
        ({"from_account_id": None}, "from_account_id"),
        ({"name": "  "}, "name"),
        ({"name": BANK}, "name"),
        ({"kind": SchemeKind.FD_PAYOUT, "payout_account_id": None}, "payout_account_id"),
        ({"kind": SchemeKind.RD, "instalment_minor": 0}, "instalment"),
        ({"kind": SchemeKind.RD, "instalment_minor": 10**15 - 1, "tenor_months": 600}, "instalment"),
        ({"kind": SchemeKind.RD, "instalment_minor": 100, "is_taken_over": True, "counted_on": date(2024, 1, 1)}, "counted_on"),
        ({"kind": SchemeKind.RD, "instalment_minor": 100, "is_taken_over": True, "paid_before": 99}, "paid_before"),
        ({"kind": SchemeKind.MIS, "tenor_months": None, "principal_minor": 90_000_001}, "principal"),
        ({"kind": SchemeKind.PPF, "tenor_months": None, "principal_minor": 15_000_001}, "principal"),
        ({"kind": SchemeKind.PPF, "tenor_months": 12}, "tenor"),
        ({"kind": SchemeKind.PPF, "tenor_months": None, "principal_minor": 0}, "principal"),
        ({"kind": SchemeKind.PPF, "tenor_months": None, "instalment_minor": 5_000_000, "instalment_months": 3}, "instalment"),
        ({"tax_rate": Decimal(2)}, "tax_rate"),
        ({"penalty_rate": Decimal(-1)}, "penalty_rate"),
    ],
)  # fmt: skip
def test_what_nobody_can_mean_is_refused_beside_its_field_and_nothing_is_kept(  # noqa: PLR0917 - fixtures
    deps: Deps, session: Session, book: int, command: Command, said: dict[str, object], field: str
) -> None:
    accounts = len(session.scalars(select(Account.id)).all())

    with pytest.raises(Refused) as refused:
        add_scheme(command(**said), deps=deps)

    assert refused.value.field == field
    assert session.scalars(select(Scheme.id)).all() == []
    assert len(session.scalars(select(Account.id)).all()) == accounts
    assert verify_book(session, book).transactions == 0


@pytest.mark.sqlite_only
def test_accounts_of_other_books_and_schemes_of_other_countries_are_refused(  # noqa: PLR0917 - fixtures
    deps: Deps, session: Session, book: int, make_book: Callable[..., int], make_user: Callable[..., int],
    account: Callable[[int, str], int], command: Command,
) -> None:  # fmt: skip
    other = make_book(make_user("ravi@example.com"), currency="USD")
    theirs = account(other, BANK)

    with pytest.raises(NotInBook):
        add_scheme(command(from_account_id=theirs), deps=deps)
    with pytest.raises(NotInBook):
        add_scheme(command(payout_account_id=theirs), deps=deps)
    mine = command(book_id=other, from_account_id=theirs, payout_account_id=theirs)
    with pytest.raises(Refused, match="rupees"):
        add_scheme(replace(mine, kind=SchemeKind.PPF), deps=deps)
    scheme_id = add_scheme(mine, deps=deps)

    with pytest.raises(NotInBook):
        remove_scheme(book, scheme_id, user_id=None, deps=deps)
    assert {KINDS[each.kind].family for each in schemes_of(session, other)} == {Family.GROWTH}
