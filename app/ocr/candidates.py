"""What a field's candidate is: a value, where it stands, and what speaks for or against it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.ocr.layout import Line

T = TypeVar("T")
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the picture


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """A possible answer for a field."""

    value: T
    box: Box
    features: Mapping[str, float]
    score: float  # how sure the recogniser was of the characters, 0..1


def box_around(lines: Iterable[Line]) -> Box:
    """The smallest box that holds all the lines."""
    kept = list(lines)
    return (
        min(line.left for line in kept),
        min(line.top for line in kept),
        max(line.right for line in kept),
        max(line.bottom for line in kept),
    )
