"""A book's rows once more, as if they came today: each judged by what was known then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.ml.model import Judging, Model, Trainer
from app.ml.rows import Row, Verdict

RETRAIN_EVERY = 20


def replay(rows: Iterable[Row], how: Judging | None = None) -> Iterator[Verdict]:
    """The verdict on each row by the rows before it, in the order given, retrained after every twenty rows.

    The same code as for a save: what the memory holds is at most one row old, the forest and the calibration at most
    twenty rows.
    """
    how = how or Judging()
    trainer = Trainer(how.feedback)
    model = Model(trainer.memory)
    for row in rows:
        yield model.judge(row, how)
        trainer.add(row)
        if len(trainer) % RETRAIN_EVERY == 0:
            model = trainer.model()
