"""What all steps of reading one table share: its headings and roles, what the caller wishes, and the notes taken on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.ingest.rows import Candidate, Places
from app.ingest.statement import Question, SkippedLine


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller brings along: answers to earlier questions, the account's currency, the date order of the user's locale."""

    answers: Mapping[str, str]
    currency: str
    date_order_hint: str | None


@dataclass(slots=True)
class Context:
    """One table being read. `above` is the text over the headings; `is_signed`: the signs are certain, whatever they look like."""

    wish: Wish
    places: Places
    above: str
    is_signed: bool
    questions: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    skipped: list[SkippedLine] = field(default_factory=list)

    @property
    def headings(self) -> Sequence[str]:
        """The headings, empty where the file has none."""
        return self.places.headings

    def skip(self, candidate: Candidate, reason: str) -> None:
        """Notes that a row is left out."""
        self.skipped.append(SkippedLine(candidate.record.line, reason, candidate.record.raw))
