import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.ml.detector import Detector
from app.ml.model import Judging, Model
from app.ml.rows import UNKNOWN, Feedback, Row, Verdict
from app.ml.store import ModelStore
from tests.ml.streams import GROCERIES, TRANSPORT, day_after, spend


class Ledger:
    """The committed rows of a book, as a service would read them."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = list(rows)
        self.asked: list[int] = []

    def since(self, last_id: int, limit: int) -> list[Row]:
        self.asked.append(last_id)
        return [row for row in self.rows if row.id > last_id][-limit:]


@pytest.fixture
def detector(tmp_path: Path, trained: Model) -> Detector:
    store = ModelStore(tmp_path)
    store.save(7, 1, trained)
    return Detector(store)


def odd(rows: list[Row]) -> Row:
    return spend(day_after(rows, 5), 1_100_000, "kirana", GROCERIES)


def test_a_trained_book_judges_by_its_model(detector: Detector, model: Model, rows: list[Row]) -> None:
    ledger = Ledger(rows)

    assert detector.judge(7, 1, odd(rows), rows_since=ledger.since) == model.judge(odd(rows), Judging())
    assert ledger.asked == [rows[-1].id]


def test_rows_saved_since_the_training_are_known_to_the_next_save(detector: Detector, rows: list[Row]) -> None:
    ledger = Ledger(rows)
    row = spend(day_after(rows, 5), 123_400, "kirana", GROCERIES)
    before = detector.judge(7, 1, row, rows_since=ledger.since)
    ledger.rows.append(replace(row, id=rows[-1].id + 1))

    after = detector.judge(7, 1, row, rows_since=ledger.since)

    assert "duplicate" not in before.kinds
    assert after.kinds[0] == "duplicate"
    assert after.is_unusual


def test_a_rolled_back_save_leaves_no_trace(detector: Detector, rows: list[Row]) -> None:
    ledger = Ledger(rows)

    verdicts = [detector.judge(7, 1, odd(rows), rows_since=ledger.since) for _ in range(3)]

    assert verdicts[0] == verdicts[1] == verdicts[2]


def test_a_missing_model_is_unknown_and_not_an_error(detector: Detector, rows: list[Row]) -> None:
    ledger = Ledger(rows)

    assert detector.judge(7, 99, odd(rows), rows_since=ledger.since) is UNKNOWN
    assert detector.judge_many(7, 99, [odd(rows)] * 2, rows_since=ledger.since) == [UNKNOWN] * 2
    assert detector.judge(7, 1, odd(rows), rows_since=ledger.since).is_unusual


def test_a_model_that_turns_up_late_is_used(detector: Detector, rows: list[Row]) -> None:
    ledger = Ledger(rows)
    assert detector.judge(7, 2, odd(rows), rows_since=ledger.since) is UNKNOWN

    detector.train(7, 2, rows)

    assert detector.judge(7, 2, odd(rows), rows_since=ledger.since).is_unusual


def test_a_book_never_trained_is_judged_by_its_first_rows(detector: Detector, rows: list[Row]) -> None:
    ledger = Ledger([])
    assert detector.judge(8, 0, rows[0], rows_since=ledger.since).score is None

    ledger.rows = rows[:40]
    slip = spend(day_after(rows[:40]), 400_000, "metro", TRANSPORT)

    assert detector.judge(8, 0, slip, rows_since=ledger.since).is_unusual


def test_an_import_does_not_enter_the_cache_before_it_is_committed(detector: Detector, rows: list[Row]) -> None:
    ledger = Ledger(rows)
    before = detector.judge(7, 1, odd(rows), rows_since=ledger.since)

    detector.judge_many(7, 1, [odd(rows)] * 30, rows_since=ledger.since)

    assert detector.judge(7, 1, odd(rows), rows_since=ledger.since) == before


def test_an_import_knows_its_own_earlier_rows(detector: Detector, rows: list[Row]) -> None:
    verdicts = detector.judge_many(
        7, 1, [spend(day_after(rows, 5), 123_400, "kirana", GROCERIES)] * 2, rows_since=Ledger(rows).since
    )

    assert [verdict.is_unusual for verdict in verdicts] == [False, True]
    assert verdicts[1].reason == "Same amount here on the same day."


def test_edited_rows_are_read_anew_after_a_refresh(detector: Detector, rows: list[Row]) -> None:
    row = spend(day_after(rows, 5), 123_400, "kirana", GROCERIES)
    ledger = Ledger([*rows, replace(row, id=rows[-1].id + 1)])
    assert detector.judge(7, 1, row, rows_since=ledger.since).is_unusual

    ledger.rows.pop()
    detector.refresh(7)

    assert not detector.judge(7, 1, row, rows_since=ledger.since).is_unusual


def test_a_forgotten_book_is_gone_from_cache_and_store(detector: Detector, rows: list[Row], tmp_path: Path) -> None:
    ledger = Ledger(rows)
    detector.judge(7, 1, odd(rows), rows_since=ledger.since)

    detector.forget(7)

    assert detector.judge(7, 1, odd(rows), rows_since=ledger.since) is UNKNOWN
    assert list(tmp_path.iterdir()) == []


def test_what_was_called_normal_is_silent_at_once(detector: Detector, rows: list[Row]) -> None:
    how = Judging(feedback=[Feedback("kirana", GROCERIES, 1_000_000, 1_200_000)])

    verdict = detector.judge(7, 1, odd(rows), rows_since=Ledger(rows).since, how=how)

    assert verdict.suppressed
    assert not verdict.is_unusual


def test_the_cache_holds_no_more_books_than_it_may(tmp_path: Path, trained: Model, rows: list[Row]) -> None:
    store = ModelStore(tmp_path)
    detector = Detector(store, cached_books=2)
    for book_id in (1, 2, 3, 1):
        store.save(book_id, 1, trained)
        assert detector.judge(book_id, 1, odd(rows), rows_since=Ledger(rows).since).is_unusual

    assert list(detector._books) == [3, 1]


def test_many_threads_on_one_book_all_get_the_same_verdict(detector: Detector, rows: list[Row]) -> None:
    ledger = Ledger([*rows, spend(day_after(rows), 90_000, id=rows[-1].id + 1)])
    verdicts: list[Verdict] = []
    start = threading.Barrier(8)

    def save() -> None:
        start.wait()
        verdicts.extend(detector.judge(7, 1, odd(rows), rows_since=ledger.since) for _ in range(20))

    threads = [threading.Thread(target=save) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(verdicts) == 160
    assert len(set(verdicts)) == 1


def test_a_model_replaced_by_another_valid_one_is_unknown(detector: Detector, rows: list[Row]) -> None:
    ledger = Ledger(rows)
    first = detector.train(7, 2, rows)
    assert detector.judge(7, 2, odd(rows), rows_since=ledger.since, checksum=first.checksum).is_unusual
    assert first.rows == len(rows)

    detector.train(7, 2, rows[:100])
    detector.refresh(7)

    assert detector.judge(7, 2, odd(rows), rows_since=ledger.since, checksum=first.checksum) is UNKNOWN


def test_training_again_gives_the_same_file(detector: Detector, rows: list[Row]) -> None:
    assert detector.train(7, 2, rows) == detector.train(7, 2, rows)
