"""The model of one book: what it remembers, its forest, its calibration; and how a row is judged by them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from app.ml import features, thresholds
from app.ml.explain import Wording, reason, usual_range
from app.ml.features import FOR_FOREST, BookMemory
from app.ml.forest import Forest, Numbers, fit
from app.ml.rows import Feedback, Row, Verdict
from app.ml.thresholds import Calibration

TRAINING_ROWS: Final = 20_000
_YEAR: Final = 365
_MONTH_DAYS: Final = 30.4

Words = Callable[[Row], Wording]


def plain_words(_row: Row) -> Wording:
    """Amounts with two decimals and no names, where nobody reads the sentence."""
    return Wording(money=lambda minor: f"{minor / 100:,.2f}")


@dataclass(frozen=True, slots=True)
class Judging:
    """What the owner asks of the detector: how to put it, what they called normal, how many alerts a month."""

    words: Words = plain_words
    feedback: Sequence[Feedback] = ()
    alerts_a_month: float = 1.0


@dataclass(frozen=True, slots=True)
class Model:
    """Everything needed to judge a row of one book. The memory grows by `learn`; the rest stands until retrained.

    `last_id` is the highest id of a row that the memory has seen.
    """

    memory: BookMemory = field(default_factory=BookMemory)
    forest: Forest | None = None
    calibration: Calibration = field(default_factory=Calibration)
    last_id: int = 0

    def learn(self, rows: Iterable[Row]) -> Model:
        """This model with rows added to its memory, in the order given."""
        last = self.last_id
        for row in rows:
            self.memory.add(row)
            last = max(last, row.id)
        return self if last == self.last_id else replace(self, last_id=last)

    def judge(self, row: Row, how: Judging) -> Verdict:
        """The verdict on one row, which is not learnt."""
        found = self.memory.features(row)
        speaking = thresholds.evidence(found, is_commitment=row.is_commitment)
        score = self.forest.score([found[signal] for signal in FOR_FOREST]) if self.forest else None
        threshold = self.calibration.threshold(how.alerts_a_month)
        return self._verdict(row, found, speaking, score=score, how=how, threshold=threshold)

    def judge_many(self, rows: Sequence[Row], how: Judging) -> list[Verdict]:
        """Judge each row and then learn it, oldest first; the verdicts come in the order of `rows`.

        They equal those of single saves in that order under the same model. It is faster because the forest scores all
        quiet rows at once; a row that may turn out unusual is settled on the spot, as its reason needs the memory of
        that moment.
        """
        threshold = self.calibration.threshold(how.alerts_a_month)
        order = sorted(range(len(rows)), key=lambda i: (rows[i].occurred_on, rows[i].id, i))
        verdicts: list[Verdict] = [QUIET] * len(rows)
        quiet: list[tuple[int, dict[str, float], tuple[int, int] | None]] = []
        table: list[list[float]] = []
        for i in order:
            row = rows[i]
            found = self.memory.features(row)
            speaking = thresholds.evidence(found, is_commitment=row.is_commitment)
            for_forest = [found[signal] for signal in FOR_FOREST]
            if thresholds.combined(speaking, None) + thresholds.FOREST_ADDS >= threshold:
                score = self.forest.score(for_forest) if self.forest else None
                verdicts[i] = self._verdict(row, found, speaking, score=score, how=how, threshold=threshold)
            else:
                quiet.append((i, speaking, usual_range(self.memory, row)))
                table.append(for_forest)
            self.memory.add(row)
        scores = self.forest.score_many(table).tolist() if self.forest and table else [None] * len(quiet)
        for (i, speaking, usual), score in zip(quiet, scores, strict=True):
            verdicts[i] = _known(thresholds.combined(speaking, score), speaking, usual)
        return verdicts

    def _verdict(
        self,
        row: Row,
        found: Sequence[float],
        speaking: dict[str, float],
        *,
        score: float | None,
        how: Judging,
        threshold: float,
    ) -> Verdict:
        usual = usual_range(self.memory, row)
        total = thresholds.combined(speaking, score)
        verdict = _known(total, speaking, usual)
        if total < threshold or self.memory.rows < thresholds.FIRST_ROWS:
            return verdict
        confirmed = {kind for kind in speaking if any(covers(answer, row, kind) for answer in how.feedback)}
        open_kinds = {kind: value for kind, value in speaking.items() if kind not in confirmed}
        if confirmed:
            total = thresholds.combined(open_kinds, score)
            verdict = _known(total, open_kinds, usual)
            if total < threshold:
                return replace(verdict, suppressed=True)
        strongest = max(open_kinds, key=lambda kind: open_kinds[kind])
        if strongest == thresholds.BURST:
            before = {thresholds.BURST: thresholds.burst_before(found)}
            if thresholds.combined(before, score) >= threshold:
                return verdict
        return replace(verdict, is_unusual=True, reason=reason(self.memory, row, strongest, how.words(row)))

    def to_arrays(self) -> dict[str, Numbers]:
        """The model as named flat arrays, for the model file."""
        arrays = {f"memory.{name}": value for name, value in self.memory.to_arrays().items()}
        if self.forest is not None:
            arrays |= {f"forest.{name}": value for name, value in self.forest.to_arrays().items()}
        return arrays | {
            "features": np.array([features.VERSION], np.int64),
            "last_id": np.array([self.last_id], np.int64),
            "largest": np.array(self.calibration.largest, np.float64),
            "months": np.array([self.calibration.months]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Numbers]) -> Model:
        """The reverse of `to_arrays`. Raises KeyError or ValueError for arrays of another making or version."""
        if arrays["features"].tolist() != [features.VERSION]:
            raise ValueError("the model was made from other features")
        return cls(
            memory=BookMemory.from_arrays(_below("memory.", arrays)),
            forest=Forest.from_arrays(_below("forest.", arrays)) if "forest.roots" in arrays else None,
            calibration=Calibration(tuple(arrays["largest"].tolist()), float(arrays["months"][0])),
            last_id=int(arrays["last_id"][0]),
        )


QUIET: Final = Verdict(None, False, (), "", None, None, "known")


def covers(answer: Feedback, row: Row, kind: str) -> bool:
    """Whether an answer "this is normal" speaks of this row and this kind of alert."""
    same_place = (
        answer.payee_key == row.payee_key if answer.payee_key is not None else answer.category_id == row.category_id
    )
    return same_place and answer.kind in ("any", kind) and answer.low_minor <= row.amount_minor <= answer.high_minor


class Trainer:
    """Learns a book row by row and makes a model of it at any moment: training and replay are the same code.

    Keeps the surprises of the newest TRAINING_ROWS rows, which is what a forest is fitted on.
    """

    def __init__(self, feedback: Sequence[Feedback] = ()) -> None:
        self.memory = BookMemory()
        self._feedback = feedback
        self._found: list[list[float]] = []
        self._speaking: list[dict[str, float]] = []
        self._days: list[int] = []
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._days)

    def add(self, row: Row) -> None:
        """Learn one row."""
        found = self.memory.features(row)
        speaking = thresholds.evidence(found, is_commitment=row.is_commitment)
        for kind in [kind for kind in speaking if any(covers(answer, row, kind) for answer in self._feedback)]:
            del speaking[kind]
        self._found.append(found)
        self._speaking.append(speaking)
        self._days.append(row.occurred_on.toordinal())
        self._last_id = max(self._last_id, row.id)
        self.memory.add(row)

    def model(self) -> Model:
        """The model as of now. It shares the memory, which goes on growing when more rows are added."""
        rows = len(self._days)
        forest = None
        if rows >= thresholds.FOREST_ROWS:
            table = np.array(self._found[-TRAINING_ROWS:], np.float32)[:, FOR_FOREST]
            forest = fit(table)
        return Model(self.memory, forest, self._calibration(forest), self._last_id)

    def _calibration(self, forest: Forest | None) -> Calibration:
        """The largest evidence of the last year's rows, the forest heard only for those that may count."""
        if not self._days:
            return Calibration()
        since = max(self._days) - _YEAR
        latest = [i for i in range(max(0, len(self._days) - TRAINING_ROWS), len(self._days)) if self._days[i] > since]
        plain = sorted(((thresholds.combined(self._speaking[i], None), i) for i in latest), reverse=True)
        top = [(value, i) for value, i in plain[: 2 * Calibration.KEPT] if value > -math.inf]
        values = [value for value, _ in top]
        if forest is not None and top:
            table = np.array([self._found[i] for _, i in top], np.float32)[:, FOR_FOREST]
            scores = forest.score_many(table).tolist()
            values = [thresholds.combined(self._speaking[i], s) for (_, i), s in zip(top, scores, strict=True)]
        months = (max(self._days) - max(since, min(self._days))) / _MONTH_DAYS
        return Calibration(tuple(sorted(values, reverse=True)[: Calibration.KEPT]), max(1.0, months))


def train(rows: Iterable[Row], feedback: Sequence[Feedback] = ()) -> Model:
    """A model of a book from its expense rows, of which the newest TRAINING_ROWS count.

    Rows are taken in order of date, then id, whatever their order here.
    """
    trainer = Trainer(feedback)
    for row in sorted(rows, key=lambda row: (row.occurred_on, row.id))[-TRAINING_ROWS:]:
        trainer.add(row)
    return trainer.model()


def _known(total: float, speaking: Mapping[str, float], usual: tuple[int, int] | None) -> Verdict:
    kinds = tuple(sorted((k for k in speaking if speaking[k] >= thresholds.SPEAKS), key=lambda k: -speaking[k]))
    low, high = usual or (None, None)
    return Verdict(1.0 / (1.0 + math.exp(-total)) if total > -math.inf else None, False, kinds, "", low, high, "known")


def _below(prefix: str, arrays: Mapping[str, Numbers]) -> dict[str, Numbers]:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
