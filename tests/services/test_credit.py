"""Scores, cards and enquiries are kept, corrected, removed and brought back; a file comes in whole or not at all."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.domain.books import Direction, Subtype
from app.domain.credit_factors import CreditKind, Factor
from app.domain.credit_scores import BadScoreFile, Score
from app.domain.errors import NotInBook, Refused
from app.queries.accounts import accounts_of
from app.queries.credit import Credit, credit_of
from app.queries.verification import verify_book
from app.services.accounts import AccountCommand, add_account
from app.services.credit import (
    AccountFacts,
    add_account_facts,
    add_enquiry,
    add_score,
    bring_scores,
    change_account_facts,
    change_score,
    say_no_enquiries,
    set_account_removed,
    set_enquiry_removed,
    set_score_removed,
    take_back_scores,
)
from app.services.credit_bureau import (
    API,
    BureauUnavailable,
    Consent,
    CreditSnapshot,
    NoBureau,
    NoHistory,
    NotConfigured,
    ReportFile,
    snapshot_of,
)
from app.services.deps import Deps
from app.services.transactions import Line, TransactionCommand, record_transaction
from tests.conftest import NOW
from tests.guards.test_budgets import statements

TODAY = date(2026, 11, 22)
CONSENT = Consent("a file", NOW, NOW)
Account = Callable[[int, str], int]


@pytest.fixture
def by(deps: Deps) -> dict[str, Any]:
    return {"user_id": None, "deps": deps}


@pytest.fixture
def see(session: Session) -> Callable[..., Credit]:
    def read(book: int, *, paid: int = 0) -> Credit:
        session.rollback()
        return credit_of(session, book, "INR", TODAY, paid_minor=paid)

    return read


def card(deps: Deps, session: Session, book: int, name: str = "Regalia", currency: str = "INR") -> int:
    add_account(AccountCommand(book, None, name, Subtype.CARD, currency), deps=deps)
    session.rollback()
    return next(each.id for each in accounts_of(session, book).values() if each.name == name)


def test_a_score_is_kept_corrected_removed_and_brought_back(
    make_book: Callable[..., int], by: dict[str, Any], see: Callable[..., Credit], session: Session
) -> None:
    book = make_book()
    add_score(book, Score(date(2026, 8, 3), "cibil", 761), **by)
    number = add_score(book, Score(date(2026, 11, 3), "CIBIL", 780), **by)
    change_score(book, number, Score(date(2026, 11, 4), "CIBIL", 781), **by)
    newest, first = see(book).scores
    assert (newest.score, newest.on, newest.change, first.bureau) == (781, date(2026, 11, 4), 20, "CIBIL")

    set_score_removed(book, number, is_removed=True, **by)
    assert [each.score for each in see(book).scores] == [761]
    with pytest.raises(NotInBook):
        change_score(book, number, Score(date(2026, 11, 4), "CIBIL", 700), **by)
    taken = add_score(book, Score(date(2026, 11, 4), "CIBIL", 790), **by)
    with pytest.raises(Refused, match="already: 790"):
        set_score_removed(book, number, is_removed=False, **by)
    set_score_removed(book, taken, is_removed=True, **by)
    set_score_removed(book, number, is_removed=False, **by)
    assert [each.score for each in see(book).scores] == [781, 761]
    assert verify_book(session, book).differences == ()


@pytest.mark.sqlite_only
def test_a_score_that_cannot_be_is_refused_beside_its_field(
    make_book: Callable[..., int], by: dict[str, Any], see: Callable[..., Credit]
) -> None:
    book = make_book()
    for score, field in (
        (Score(date(2026, 11, 23), "CIBIL", 700), "scored_on"),
        (Score(date(1900, 1, 1), "CIBIL", 700), "scored_on"),
        (Score(TODAY, " ", 700), "bureau"),
        (Score(TODAY, "CIBIL", 299), "score"),
        (Score(TODAY, "CIBIL", 901), "score"),
        (Score(TODAY, "CIBIL", 700, 900, 300), "high"),
        (Score(TODAY, "CIBIL", 700, 0, 10**9), "high"),
    ):
        with pytest.raises(Refused) as refusal:
            add_score(book, score, **by)
        assert refusal.value.field == field
    assert see(book).scores == ()


def test_a_file_comes_in_once_and_goes_again_and_never_contradicts_what_is_written(
    make_book: Callable[..., int], deps: Deps, by: dict[str, Any], see: Callable[..., Credit]
) -> None:
    book = make_book()
    add_score(book, Score(date(2026, 8, 3), "CIBIL", 761), **by)

    def bring(text: str) -> Any:
        answer = ReportFile(text.encode(), TODAY).fetch("1", CONSENT)
        assert isinstance(answer, tuple)
        return bring_scores(book, answer, user_id=None, deps=deps)

    lines = "date,bureau,score\n2026-11-03,CIBIL,781\n2026-08-03,cibil,761\n2026-11-05,Experian,790\n"
    first = bring(lines)
    again = bring(lines)
    assert (first.new, first.here, again.new, again.here) == (2, 1, 0, 3)
    with pytest.raises(BadScoreFile) as failure:
        bring("date,bureau,score\n2026-10-01,Equifax,700\n2026-11-03,CIBIL,782\n")
    assert failure.value.problems == ("CIBIL, 2026-11-03: 782, but 781 is written down.",)
    assert len(see(book).scores) == 3
    assert take_back_scores(book, first.at, user_id=None, deps=deps) == 2
    assert [each.score for each in see(book).scores] == [761]


def test_the_estimate_reads_balances_from_the_books_and_only_this_books_things_count(
    *,
    make_user: Callable[..., int],
    make_book: Callable[..., int],
    deps: Deps,
    session: Session,
    account: Account,
    by: dict[str, Any],
    see: Callable[..., Credit],
) -> None:
    book, other = make_book(), make_book(make_user("bob@example.com"))
    regalia = card(deps, session, book)
    spent = Line(account(book, "Groceries"), 6_000_000)
    record_transaction(
        TransactionCommand(book, None, Direction.OUT, date(2026, 11, 2), regalia, 6_000_000, (spent,)), deps=deps
    )
    facts = AccountFacts(CreditKind.LOAN, "", regalia, 1, 20_000_000, date(2020, 11, 22), 1)
    number = add_account_facts(book, facts, **by)
    add_enquiry(book, date(2026, 1, 5), "Bajaj", **by)
    add_enquiry(other, date(2026, 1, 5), "Axis", **by)
    add_score(other, Score(TODAY, "CIBIL", 500), **by)

    with statements() as asked:
        credit = credit_of(session, book, "INR", TODAY)
    assert len(asked) <= 6
    (only,) = credit.accounts
    assert (only.name, only.kind, only.owed_minor) == ("Regalia", CreditKind.CARD, 6_000_000)
    values = {part.rule.factor: part.value for part in credit.estimate.parts}
    assert (values[Factor.UTILISATION], values[Factor.ENQUIRIES], values[Factor.MIX]) == (
        Decimal(30),
        Decimal(1),
        Decimal(1),
    )
    assert credit.scores == ()
    assert credit.estimate.total == sum(part.share or 0 for part in credit.estimate.parts)
    better = see(book, paid=4_000_000).estimate
    assert better.total is not None
    assert credit.estimate.total is not None
    assert better.total > credit.estimate.total

    with pytest.raises(Refused, match="described already"):
        add_account_facts(book, facts, **by)
    with pytest.raises(NotInBook):
        add_account_facts(other, facts, **by)
    with pytest.raises(NotInBook):
        add_account_facts(book, AccountFacts(CreditKind.CARD, "x", account(book, "Cash")), **by)
    change_account_facts(book, number, AccountFacts(CreditKind.CARD, "Mine", regalia), **by)
    assert see(book).estimate.total is None
    set_account_removed(book, number, is_removed=True, **by)
    assert [each.name for each in see(book).plain] == ["Regalia"]
    set_account_removed(book, number, is_removed=False, **by)
    assert see(book).accounts[0].name == "Mine"


@pytest.mark.sqlite_only
def test_a_card_in_another_currency_is_not_added_up_with_the_others(
    make_book: Callable[..., int], deps: Deps, session: Session, by: dict[str, Any], see: Callable[..., Credit]
) -> None:
    book = make_book()
    dollars = card(deps, session, book, "Amex", "USD")
    add_account_facts(book, AccountFacts(CreditKind.CARD, "", dollars, None, 500_000), **by)
    add_account_facts(book, AccountFacts(CreditKind.CARD, "Old", None, 100_000, 1_000_000), **by)
    credit = see(book)
    assert (credit.foreign_cards, credit.owed_minor, credit.limit_minor) == (1, 100_000, 1_000_000)
    assert {each.name: each.currency for each in credit.accounts} == {"Amex": "USD", "Old": "INR"}


@pytest.mark.sqlite_only
def test_a_card_that_cannot_be_is_refused_beside_its_field(
    make_book: Callable[..., int], by: dict[str, Any], see: Callable[..., Credit]
) -> None:
    book = make_book()
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"name": " "}, "name"),
        ({"limit_minor": -1}, "limit"),
        ({"limit_minor": 0}, "limit"),
        ({"owed_minor": -5}, "owed"),
        ({"late": 25}, "late"),
        ({"late": -1}, "late"),
        ({"opened_on": date(2027, 1, 1)}, "opened_on"),
        ({"opened_on": date(1900, 1, 1)}, "opened_on"),
    )
    for changes, field in wrong:
        with pytest.raises(Refused) as refusal:
            add_account_facts(book, AccountFacts(**({"kind": CreditKind.CARD, "name": "Card"} | changes)), **by)
        assert refusal.value.field == field
    assert see(book).accounts == ()


@pytest.mark.sqlite_only
def test_no_enquiries_is_something_to_say_and_not_the_same_as_nothing_said(
    make_book: Callable[..., int], by: dict[str, Any], see: Callable[..., Credit]
) -> None:
    book = make_book()

    def value() -> object:
        return {part.rule.factor: part.value for part in see(book).estimate.parts}[Factor.ENQUIRIES]

    assert value() is None
    said = say_no_enquiries(book, **by)
    assert say_no_enquiries(book, **by) == said
    assert value() == 0
    set_enquiry_removed(book, said, is_removed=True, **by)
    assert value() is None
    asked = add_enquiry(book, date(2026, 3, 1), "Bajaj", **by)
    add_enquiry(book, date(2025, 3, 1), "Axis", **by)
    assert value() == 1
    with pytest.raises(Refused, match="Bajaj asked"):
        say_no_enquiries(book, **by)
    set_enquiry_removed(book, asked, is_removed=True, **by)
    assert value() == 0


def test_no_bureau_is_connected_until_somebody_does_and_its_answers_are_snapshots() -> None:
    assert NoBureau().fetch("1", CONSENT) == NotConfigured()
    said = {"provider": "CIBIL", "model": "TransUnion 3.0", "score": 781, "range": [300, 900], "as_of": "2026-11-03"}
    assert snapshot_of(said, "X") == CreditSnapshot(Score(date(2026, 11, 3), "CIBIL", 781), API, "TransUnion 3.0")
    assert snapshot_of(said | {"score": None}, "X") == NoHistory()
    for wrong in ({"score": "781"}, {"score": True}, {"range": [300]}, {"as_of": "soon"}, {"as_of": None}):
        with pytest.raises(BureauUnavailable):
            snapshot_of(said | wrong, "X")
