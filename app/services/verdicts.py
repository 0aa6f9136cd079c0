"""What the detector thinks of transactions: judged before the save, kept with it, counted towards the next training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.books import AccountKind
from app.services.deps import Deps
from app.services.posting import Draft
from app.services.uow import BookWork


@dataclass(frozen=True, slots=True)
class Verdict:
    """How unusual a transaction looks. A score of None means that nobody knows yet."""

    score: float | None
    is_unusual: bool
    kinds: tuple[str, ...]
    reason: str
    usual_low_minor: int | None
    usual_high_minor: int | None


def unknown() -> Verdict:
    """The verdict of a detector that has nothing to go by."""
    return Verdict(None, False, (), "", None, None)


def judge(
    work: BookWork,
    drafts: Sequence[Draft],
    kinds: Mapping[int, AccountKind],
    *,
    deps: Deps,
    replacing: int | None = None,
) -> list[Verdict]:
    """A verdict for each draft, in order."""
    del work, kinds, deps, replacing
    return [unknown() for _ in drafts]


def keep(work: BookWork, judged: Sequence[tuple[int, Verdict]]) -> None:
    """Open an alert for each unusual transaction."""
    del work, judged


def count_saved(work: BookWork, count: int, *, deps: Deps) -> None:
    """Count new transactions towards the next training, and claim it when it is due."""
    del work, count, deps
