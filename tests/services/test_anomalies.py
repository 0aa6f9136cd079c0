import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from app.domain.alerts import Answer
from app.domain.books import AccountKind, Direction, Leg, Source, TransactionKind
from app.domain.errors import NotInBook
from app.extensions import db
from app.jobs.port import JobArgument, JobName
from app.ml.rows import Verdict
from app.models.anomaly import Alert, BookModel
from app.models.book import AuditEvent
from app.models.transaction import Transaction
from app.queries.verification import verify_book
from app.services import verdicts
from app.services.anomalies import answer, retrain, retrain_now
from app.services.deps import Deps
from app.services.payees import payee_ids
from app.services.posting import Draft, post
from app.services.transactions import (
    Line,
    Recorded,
    TransactionCommand,
    edit_transaction,
    record_transaction,
    void_transactions,
)
from app.services.uow import BookWork, book_work
from app.settings import Settings

FIRST = date(2026, 9, 1)
ODD_MINOR = 6_000_000


class NotedJobs:
    """A queue that only remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[JobName, dict[str, JobArgument]]] = []

    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        self.asked.append((name, arguments))

    def close(self) -> None:
        """Nothing runs."""


class BrokenJobs:
    def enqueue(self, name: JobName, **arguments: JobArgument) -> None:
        raise ConnectionError(f"nobody takes {name} {arguments}")

    def close(self) -> None:
        """Nothing runs."""


@pytest.fixture
def jobs() -> NotedJobs:
    return NotedJobs()


@pytest.fixture
def quiet(deps: Deps, jobs: NotedJobs) -> Deps:
    """Dependencies whose trainings are asked for, but never done."""
    return replace(deps, jobs=jobs)


@dataclass(frozen=True, slots=True)
class Household:
    """A book with weekly groceries of about ₹2,000 and a daily fare, whose owner goes on saving."""

    book: int
    deps: Deps
    cash: int
    groceries: int
    transport: int

    def command(self, minor: int, *, payee: str = "Big Bazaar", on: date = date(2026, 11, 20)) -> TransactionCommand:
        category = self.transport if payee == "Metro" else self.groceries
        return TransactionCommand(
            self.book, None, Direction.OUT, on, self.cash, minor, (Line(category, minor),), payee=payee
        )

    def save(self, minor: int, *, payee: str = "Big Bazaar", on: date = date(2026, 11, 20)) -> Recorded:
        return record_transaction(self.command(minor, payee=payee, on=on), deps=self.deps)

    def drafts(self, rows: list[tuple[date, str, int]]) -> list[Draft]:
        return [
            Draft(
                day,
                TransactionKind.EXPENSE,
                (
                    Leg(self.transport if payee == "Metro" else self.groceries, minor, minor),
                    Leg(self.cash, -minor, -minor),
                ),
                Source.IMPORT,
                payee=payee,
            )
            for day, payee, minor in rows
        ]

    def bring(self, rows: list[tuple[date, str, int]]) -> list[Verdict]:
        """Save many rows together, as an import does."""
        kinds = {self.cash: AccountKind.ASSET, self.groceries: AccountKind.EXPENSE, self.transport: AccountKind.EXPENSE}
        with book_work(self.deps, self.book) as work:
            ids = payee_ids(work, {payee for _, payee, _ in rows})
            drafts = [replace(draft, payee_id=ids[draft.payee]) for draft in self.drafts(rows)]
            found = verdicts.judge(work, drafts, kinds, deps=self.deps)
            drafts = [replace(draft, score=verdict.score) for draft, verdict in zip(drafts, found, strict=True)]
            verdicts.keep(work, list(zip(post(work, drafts, kinds), found, strict=True)))
            verdicts.count_saved(work, len(drafts), deps=self.deps)
            work.audit("import.applied", "import:1")
        return found


def ordinary(weeks: int = 11) -> list[tuple[date, str, int]]:
    """Groceries each Saturday, a bus ride on weekdays; no two amounts of groceries alike."""
    rows = []
    for week in range(weeks):
        monday = FIRST + timedelta(days=7 * week)
        rows += [(monday + timedelta(days=day), "Metro", 4_000) for day in range(5)]
        rows.append((monday + timedelta(days=5), "Big Bazaar", 195_000 + 1_370 * (week * 7 % 11)))
    return rows


@pytest.fixture
def household(quiet: Deps, make_book: Callable[..., int], account: Callable[[int, str], int]) -> Household:
    book = make_book()
    return Household(book, quiet, account(book, "Cash"), account(book, "Groceries"), account(book, "Transport"))


@pytest.fixture
def settled(household: Household, session: Session) -> Household:
    """The household after eleven weeks, with a trained model; what was odd while nothing was known is forgotten."""
    household.bring(ordinary())
    session.execute(delete(Alert))
    session.commit()
    assert retrain_now(household.book, deps=household.deps)
    household.deps.jobs.asked.clear()  # type: ignore[attr-defined]  # it is NotedJobs
    return household


def alerts_of(session: Session, book: int) -> list[Alert]:
    session.rollback()
    return list(session.scalars(select(Alert).where(Alert.book_id == book).order_by(Alert.id)))


def model_of(session: Session, book: int) -> BookModel:
    session.rollback()
    return session.scalars(
        select(BookModel).where(BookModel.book_id == book).execution_options(populate_existing=True)
    ).one()


def model_file(settings: Settings) -> Path:
    return max(Path(settings.model_store).glob("*.fmodel"), key=lambda path: path.stat().st_mtime_ns)


def test_an_odd_expense_gets_an_alert_that_names_payee_and_usual_amount(settled: Household, session: Session) -> None:
    verdict = settled.save(ODD_MINOR).verdict

    assert verdict.is_unusual
    [alert] = alerts_of(session, settled.book)
    assert alert.reason == verdict.reason
    assert "Big Bazaar" in alert.reason
    assert "₹60,000" in alert.reason
    assert "₹2,0" in alert.reason
    assert alert.usual_low_minor is not None
    assert alert.usual_high_minor is not None
    assert 190_000 < alert.usual_low_minor < alert.usual_high_minor < 220_000
    assert (alert.answer, alert.answered_at) == ("open", None)
    kept = session.execute(select(Transaction.score).where(Transaction.id == alert.transaction_id)).scalar_one()
    assert kept == pytest.approx(verdict.score)


def test_an_ordinary_expense_gets_a_score_and_no_alert(settled: Household, session: Session) -> None:
    saved = settled.save(201_700)

    assert saved.verdict.state == "known"
    assert not saved.verdict.is_unusual
    assert session.scalar(select(Transaction.score).where(Transaction.id == saved.transaction_id)) is not None
    assert alerts_of(session, settled.book) == []


def test_income_and_transfers_are_not_judged(
    settled: Household, session: Session, account: Callable[[int, str], int]
) -> None:
    salary = account(settled.book, "Salary")
    command = TransactionCommand(
        settled.book, None, Direction.IN, date(2026, 11, 20), settled.cash, 90_000_000, (Line(salary, 90_000_000),)
    )

    verdict = record_transaction(command, deps=settled.deps).verdict

    assert (verdict.score, verdict.is_unusual) == (None, False)
    assert alerts_of(session, settled.book) == []


def test_a_young_book_is_judged_by_statistics_alone(household: Household) -> None:
    for day, payee, minor in ordinary(6)[-18:]:
        household.save(minor, payee=payee, on=day)

    assert household.save(ODD_MINOR).verdict.is_unusual


def test_a_split_is_judged_as_a_whole_in_its_largest_category(settled: Household, session: Session) -> None:
    parts = (Line(settled.transport, 10_000), Line(settled.groceries, 190_000))
    command = replace(settled.command(200_000), lines=parts)

    assert not record_transaction(command, deps=settled.deps).verdict.is_unusual
    assert alerts_of(session, settled.book) == []


def test_the_twentieth_save_asks_for_one_retrain(household: Household, jobs: NotedJobs, session: Session) -> None:
    asked_after = []
    for number in range(45):
        household.save(20_000 + 130 * number, on=FIRST + timedelta(days=number))
        asked_after.append(len(jobs.asked))

    assert asked_after == [0] * 19 + [1] * 20 + [2] * 6
    assert jobs.asked[0] == (JobName.RETRAIN_DETECTOR, {"book_id": household.book})
    assert model_of(session, household.book).pending_count == 5


def test_a_bulk_of_a_hundred_asks_for_one_retrain(household: Household, jobs: NotedJobs) -> None:
    household.bring(ordinary(17)[:100])

    assert len(jobs.asked) == 1


def test_a_repeated_form_does_not_count_twice(household: Household, session: Session) -> None:
    command = replace(household.command(20_000), submission_key="0" * 36)

    record_transaction(command, deps=household.deps)
    record_transaction(command, deps=household.deps)

    assert model_of(session, household.book).pending_count == 1


def test_a_rolled_back_save_neither_counts_nor_trains(household: Household, jobs: NotedJobs, session: Session) -> None:
    for number in range(19):
        household.save(20_000 + 130 * number)

    def cut_off() -> None:
        with book_work(household.deps, household.book) as work:
            verdicts.count_saved(work, 1, deps=household.deps)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        cut_off()

    assert jobs.asked == []
    assert model_of(session, household.book).pending_count == 19


def test_a_lost_worker_is_noticed_when_its_lease_ends(
    household: Household, jobs: NotedJobs, clock: Callable[[], object]
) -> None:
    household.bring(ordinary(4))
    household.save(200_000)
    assert len(jobs.asked) == 1

    clock.at += verdicts.LEASE  # type: ignore[attr-defined]  # it is tests.conftest.Clock
    household.save(201_000)
    assert len(jobs.asked) == 1
    clock.at += timedelta(seconds=1)  # type: ignore[attr-defined]
    household.save(202_000)
    household.save(203_000)

    assert len(jobs.asked) == 2


def test_concurrent_saves_ask_for_exactly_one_retrain_in_twenty(
    app: Flask, household: Household, jobs: NotedJobs, session: Session
) -> None:
    db.session.remove()
    failures: list[BaseException] = []

    def save_some(thread: int) -> None:
        try:
            with app.app_context():
                for number in range(15):
                    household.save(20_000 + 130 * number + thread, on=FIRST + timedelta(days=number))
                db.session.remove()
        except BaseException as error:  # noqa: BLE001 - told by the test, not by a dying thread
            failures.append(error)

    threads = [threading.Thread(target=save_some, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert failures == []
    assert len(jobs.asked) == 3
    assert model_of(session, household.book).pending_count == 0
    assert verify_book(session, household.book).differences == ()


def test_of_two_claims_without_the_book_lock_one_wins(app: Flask, settled: Household, session: Session) -> None:
    session.execute(update(BookModel).where(BookModel.book_id == settled.book).values(pending_count=19))
    session.commit()
    db.session.remove()
    ready, won = threading.Barrier(2), []

    def claim() -> None:
        with app.app_context(), db.engine.connect().execution_options(fintrak_write=True) as connection:
            work = BookWork(Session(connection), settled.deps.now(), book=_Numbered(settled.book))  # type: ignore[arg-type]
            ready.wait()
            won.append(verdicts._claimed(work, 1))
            connection.commit()

    threads = [threading.Thread(target=claim) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(won) == [False, True]


@dataclass(frozen=True, slots=True)
class _Numbered:
    id: int


def test_training_names_a_version_and_ends_the_claim(household: Household, session: Session) -> None:
    household.bring(ordinary())

    trained = retrain(household.book, deps=household.deps)

    assert trained is not None
    model = model_of(session, household.book)
    assert (model.version, model.checksum, model.row_count) == (trained.version, trained.checksum, len(ordinary()))
    assert (model.claimed_at, model.trained_at) == (None, household.deps.now())


def test_training_twice_does_nothing_the_second_time(
    household: Household, session: Session, settings: Settings
) -> None:
    household.bring(ordinary())
    retrain(household.book, deps=household.deps)
    before, file = model_of(session, household.book).version, model_file(settings).read_bytes()

    assert retrain(household.book, deps=household.deps) is None

    assert (model_of(session, household.book).version, model_file(settings).read_bytes()) == (before, file)


def test_a_claim_made_while_training_stays_for_its_own_job(
    household: Household, session: Session, clock: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    household.bring(ordinary())
    fit = household.deps.detector.train

    def train_while_others_save(*args: object, **kwargs: object) -> object:
        clock.at += timedelta(seconds=3)  # type: ignore[attr-defined]  # it is tests.conftest.Clock
        household.bring([(FIRST, "Metro", 4_000)] * 20)
        return fit(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(household.deps.detector, "train", train_while_others_save)
    retrain(household.book, deps=household.deps)
    monkeypatch.undo()

    assert model_of(session, household.book).claimed_at is not None
    assert retrain(household.book, deps=household.deps) is not None
    model = model_of(session, household.book)
    assert (model.claimed_at, model.row_count) == (None, len(ordinary()) + 20)


def test_the_model_of_a_book_that_is_gone_is_removed(settled: Household, settings: Settings) -> None:
    gone = settled.book + 1000
    kept = model_file(settings)
    (kept.parent / f"book-{gone}-v1.fmodel").write_bytes(b"left over")

    assert retrain(gone, deps=settled.deps) is None

    assert list(kept.parent.glob("*.fmodel")) == [kept]


@pytest.mark.parametrize("damage", ["missing", "truncated", "tampered", "foreign"])
def test_a_damaged_model_means_unknown_and_a_retrain_never_an_error(
    settled: Household, session: Session, settings: Settings, jobs: NotedJobs, damage: str
) -> None:
    file = model_file(settings)
    data = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(
            {"truncated": data[:100], "tampered": data[:-9] + b"tampered!", "foreign": b"PK\x03\x04"}[damage]
        )
    settled.deps.detector.refresh(settled.book)

    saved = settled.save(ODD_MINOR)
    settled.save(201_000)

    assert (saved.verdict.state, saved.verdict.score) == ("unknown", None)
    assert alerts_of(session, settled.book) == []
    assert jobs.asked == [(JobName.RETRAIN_DETECTOR, {"book_id": settled.book})]
    retrain(settled.book, deps=settled.deps)
    assert settled.save(7_100_000, on=date(2026, 11, 22)).verdict.state == "known"


def test_a_fault_of_the_detector_is_logged_and_the_save_goes_on(
    settled: Household, session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(settled.deps.detector, "judge", fail)

    saved = settled.save(ODD_MINOR)

    assert saved.verdict.state == "unknown"
    assert session.get(Transaction, saved.transaction_id) is not None
    assert "a fault of ours" in caplog.text


def test_a_queue_that_is_away_does_not_disturb_a_save(
    household: Household, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(household, deps=replace(household.deps, jobs=BrokenJobs()))

    broken.bring(ordinary(4))

    assert session.scalar(select(func.count()).select_from(Transaction)) == 24
    assert "nobody takes retrain_detector" in caplog.text


def test_an_import_and_single_saves_get_the_same_verdicts(
    settled: Household, make_book: Callable[..., int], make_user: Callable[..., int], account: Callable[[int, str], int]
) -> None:
    book = make_book(make_user("meera@example.com"))
    other = Household(book, settled.deps, account(book, "Cash"), account(book, "Groceries"), account(book, "Transport"))
    other.bring(ordinary())
    retrain_now(book, deps=other.deps)
    rows = [
        (date(2026, 11, 20), "Metro", 4_000),
        (date(2026, 11, 20), "Big Bazaar", 201_000),
        (date(2026, 11, 21), "Big Bazaar", 201_000),
        (date(2026, 11, 21), "Croma", 4_900_000),
        (date(2026, 11, 22), "Big Bazaar", ODD_MINOR),
    ]

    alone = [settled.save(minor, payee=payee, on=day).verdict for day, payee, minor in rows]
    together = other.bring(rows)

    assert [verdict.score for verdict in together] == pytest.approx([verdict.score for verdict in alone])
    assert [replace(verdict, score=None) for verdict in together] == [replace(verdict, score=None) for verdict in alone]
    assert [verdict.is_unusual for verdict in alone][-2:] == [True, True]


def test_rows_of_years_ago_are_learnt_from_and_not_warned_of(household: Household, session: Session) -> None:
    years_ago = [(day - timedelta(days=730), payee, minor) for day, payee, minor in ordinary()]
    rows = [
        *years_ago,
        (date(2024, 11, 20), "Big Bazaar", ODD_MINOR),
        (date(2026, 11, 20), "Big Bazaar", 2 * ODD_MINOR),
    ]

    found = household.bring(rows)

    assert {verdict.score for verdict in found[:-1]} == {None}
    assert found[-1].is_unusual
    assert "Big Bazaar" in found[-1].reason
    assert len(alerts_of(session, household.book)) == 1


def test_normal_silences_the_same_again_and_undo_brings_it_back(settled: Household, session: Session) -> None:
    first = settled.save(ODD_MINOR).transaction_id
    [alert] = alerts_of(session, settled.book)
    void_transactions(settled.book, [first], user_id=None, deps=settled.deps)
    again = settled.save(ODD_MINOR + 500_000)
    assert again.verdict.is_unusual
    void_transactions(settled.book, [again.transaction_id], user_id=None, deps=settled.deps)

    answer(alert.id, Answer.NORMAL, book_id=settled.book, user_id=None, deps=settled.deps)
    silenced = settled.save(ODD_MINOR + 500_000)
    void_transactions(settled.book, [silenced.transaction_id], user_id=None, deps=settled.deps)
    answer(alert.id, Answer.OPEN, book_id=settled.book, user_id=None, deps=settled.deps)
    back = settled.save(ODD_MINOR + 500_000)

    assert (silenced.verdict.is_unusual, silenced.verdict.suppressed) == (False, True)
    assert back.verdict.is_unusual


def test_normal_says_nothing_of_a_much_larger_amount(settled: Household, session: Session) -> None:
    first = settled.save(ODD_MINOR).transaction_id
    [alert] = alerts_of(session, settled.book)
    void_transactions(settled.book, [first], user_id=None, deps=settled.deps)
    answer(alert.id, Answer.NORMAL, book_id=settled.book, user_id=None, deps=settled.deps)

    assert settled.save(2 * ODD_MINOR).verdict.is_unusual


def test_an_answer_is_an_event_in_the_books_chain_and_the_same_answer_is_not(
    settled: Household, session: Session
) -> None:
    settled.save(ODD_MINOR)
    [alert] = alerts_of(session, settled.book)

    for said in (Answer.MISTAKE, Answer.MISTAKE, Answer.OPEN):
        answer(alert.id, said, book_id=settled.book, user_id=None, deps=settled.deps)

    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "alert.answered")).all()
    assert [event.subject for event in events] == [f"alert:{alert.id}"] * 2
    assert verify_book(session, settled.book).differences == ()
    [alert] = alerts_of(session, settled.book)
    assert (alert.answer, alert.answered_at) == ("open", None)


def test_an_alert_of_another_book_cannot_be_answered(
    settled: Household, session: Session, make_book: Callable[..., int], make_user: Callable[..., int]
) -> None:
    settled.save(ODD_MINOR)
    [alert] = alerts_of(session, settled.book)
    other = make_book(make_user("bob@example.com"))

    with pytest.raises(NotInBook):
        answer(alert.id, Answer.NORMAL, book_id=other, user_id=None, deps=settled.deps)

    assert alerts_of(session, settled.book)[0].answer == "open"


def test_correcting_the_amount_takes_the_alert_away(settled: Household, session: Session) -> None:
    saved = settled.save(ODD_MINOR).transaction_id

    edited = edit_transaction(saved, settled.command(201_700), deps=settled.deps)

    assert not edited.verdict.is_unusual
    assert alerts_of(session, settled.book) == []


def test_an_edit_that_makes_it_odd_opens_an_alert_and_another_changes_its_reason(
    settled: Household, session: Session
) -> None:
    saved = settled.save(201_700).transaction_id
    edit_transaction(saved, settled.command(ODD_MINOR), deps=settled.deps)
    [first] = [alert.reason for alert in alerts_of(session, settled.book)]

    edit_transaction(saved, settled.command(2 * ODD_MINOR), deps=settled.deps)

    [second] = [alert.reason for alert in alerts_of(session, settled.book)]
    assert "₹60,000" in first
    assert "₹1,20,000" in second


def test_an_edit_of_the_note_alone_does_not_find_a_duplicate_of_itself(settled: Household, session: Session) -> None:
    saved = settled.save(201_700)

    edited = edit_transaction(
        saved.transaction_id, replace(settled.command(201_700), note="with Ravi"), deps=settled.deps
    )

    assert "duplicate" not in edited.verdict.kinds
    assert alerts_of(session, settled.book) == []


def test_what_was_deleted_and_entered_again_is_no_duplicate(settled: Household, session: Session) -> None:
    saved = settled.save(201_700).transaction_id
    settled.save(4_000, payee="Metro")
    void_transactions(settled.book, [saved], user_id=None, deps=settled.deps)

    assert "duplicate" not in settled.save(201_700).verdict.kinds
    assert alerts_of(session, settled.book) == []


def test_a_double_charge_is_told(settled: Household) -> None:
    settled.save(201_700)

    verdict = settled.save(201_700, on=date(2026, 11, 21)).verdict

    assert verdict.kinds[0] == "duplicate"
    assert verdict.reason == "Same amount here the day before."


def test_a_save_reads_only_what_was_saved_since_and_needs_three_statements_more(settled: Household) -> None:
    settled.save(201_000)
    with statements() as seen:
        settled.save(202_000)

    ours = [text for text in seen if "book_models" in text or "expense_minor" in text.partition("FROM")[0]]
    selects = [text for text in ours if text.startswith("SELECT")]
    assert len(selects) == 2
    assert sum(text.startswith("UPDATE book_models") for text in ours) == 1


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
