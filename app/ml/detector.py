"""The port that services call: verdicts by book and version, with a bounded cache behind it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.ml.features import BookMemory
from app.ml.model import Judging, Model, train
from app.ml.rows import UNKNOWN, Feedback, Row, Verdict
from app.ml.store import ModelStore

CACHED_BOOKS: Final = 256
CATCH_UP_ROWS: Final = 2_000  # of the rows since the last training, the newest so many are learnt at once

RowsSince = Callable[[int, int], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Trained:
    """What the database remembers of a training: the version, the rows learnt and the checksum of the file."""

    version: int
    rows: int
    checksum: str


@dataclass(slots=True)
class _Known:
    """One book in the cache. The lock guards its memory, which judging lets grow by the rows saved meanwhile."""

    version: int
    revision: int
    model: Model
    lock: threading.Lock = field(default_factory=threading.Lock)


class Detector:
    """Judges rows of any book, from any thread.

    A book's model is asked for by the version that its database row names, so all processes follow the database: a new
    version is loaded at the next save, and a version whose file cannot be read is unknown until the next training.
    Version 0 means never trained: then the book's first rows themselves are learnt and the statistics judge.

    `revision` counts how often the book's past was changed: rows edited, removed, merged. What had been learnt from rows
    may then be wrong, so a book with revisions learns its newest rows anew, at the first save after each. Forest and
    calibration stay those of the version.
    """

    def __init__(self, store: ModelStore, *, cached_books: int = CACHED_BOOKS) -> None:
        self._store = store
        self._cached_books = cached_books
        self._books: OrderedDict[int, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def judge(
        self,
        book_id: int,
        version: int,
        row: Row,
        *,
        rows_since: RowsSince,
        checksum: str | None = None,
        revision: int = 0,
        how: Judging | None = None,
    ) -> Verdict:
        """The verdict on a row about to be saved.

        `rows_since(last_id, limit)` yields the newest `limit` of the book's committed expense rows whose id is higher,
        in order of id; it is called once, to learn what was saved since. The row itself is learnt that way too, by the
        call after its commit. `checksum` is what `train` gave for the version.
        """
        known = self._known(book_id, version, checksum, revision)
        if known is None:
            return UNKNOWN
        with known.lock:
            known.model = known.model.learn(rows_since(known.model.last_id, CATCH_UP_ROWS))
            return known.model.judge(row, how or Judging())

    def judge_many(
        self,
        book_id: int,
        version: int,
        rows: Sequence[Row],
        *,
        rows_since: RowsSince,
        checksum: str | None = None,
        revision: int = 0,
        how: Judging | None = None,
    ) -> list[Verdict]:
        """The verdicts on rows about to be imported, each judged by those before it in time, in the order of `rows`.

        Works on a model of its own: the rows are not committed, and the cache holds only what is.
        """
        model = self._load(book_id, version, checksum, revision)
        if model is None:
            return [UNKNOWN] * len(rows)
        return model.learn(rows_since(model.last_id, CATCH_UP_ROWS)).judge_many(rows, how or Judging())

    def train(self, book_id: int, version: int, rows: Iterable[Row], *, feedback: Sequence[Feedback] = ()) -> Trained:
        """Fit a model on a book's expense rows and store it as `version`. Takes about a second for 20 000 rows.

        Safe to repeat: the same rows give the same model, and the file is replaced whole. Belongs outside of any
        database transaction; name the version in the database only after it returns.
        """
        model = train(rows, feedback)
        return Trained(version, model.memory.rows, self._store.save(book_id, version, model))

    def refresh(self, book_id: int) -> None:
        """Drop what the cache holds of a book, after rows were edited or voided; the next save reads it anew."""
        with self._lock:
            self._books.pop(book_id, None)

    def forget(self, book_id: int) -> None:
        """Remove everything about a book, here and in the store."""
        self.refresh(book_id)
        self._store.delete(book_id)

    def _load(self, book_id: int, version: int, checksum: str | None, revision: int) -> Model | None:
        model = Model() if version == 0 else self._store.load(book_id, version, checksum)
        return model if model is None or not revision else replace(model, memory=BookMemory(), last_id=0)

    def _known(self, book_id: int, version: int, checksum: str | None, revision: int) -> _Known | None:
        """The cached book, or the one just loaded; an unreadable model is not cached, so it may still turn up."""
        with self._lock:
            known = self._books.get(book_id)
            if known is not None and (known.version, known.revision) == (version, revision):
                self._books.move_to_end(book_id)
                return known
        model = self._load(
            book_id, version, checksum, revision
        )  # outside of the lock: other books need not wait for the disk
        if model is None:
            return None
        with self._lock:
            known = self._books.get(book_id)
            if known is None or (known.version, known.revision) != (
                version,
                revision,
            ):  # else another thread was faster
                known = self._books[book_id] = _Known(version, revision, model)
            self._books.move_to_end(book_id)
            while len(self._books) > self._cached_books:
                self._books.popitem(last=False)
            return known
