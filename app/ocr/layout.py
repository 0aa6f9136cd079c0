"""From boxes of text to the rows a person sees, even when the paper lies a little askew."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

STEEPEST = 0.12  # rows sloping by more than this are straightened as a picture, before reading
STEPS = 49


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of text, its box in picture pixels, and how sure the recogniser was (0..1)."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    score: float = 1.0

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box: x, y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Row:
    """Pieces of text that stand side by side, left to right. `middle` and `height` are of the straightened row."""

    lines: tuple[Line, ...]
    middle: float
    height: float

    @cached_property
    def text(self) -> str:
        """The row as one string."""
        return " ".join(line.text for line in self.lines)

    @property
    def left(self) -> float:
        """The row's left edge in pixels."""
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        """The row's right edge in pixels."""
        return max(line.right for line in self.lines)


def slope_of(lines: Sequence[Line]) -> float:
    """How much the rows fall (positive) or rise per pixel to the right: the slope that piles them up best.

    A slope that moves each row onto its neighbour piles up just as well, so the boxes of the widest pieces set a limit: a
    sloping piece has a taller box.
    """
    if len(lines) < 4:  # noqa: PLR2004 - too few to tell a slope from chance
        return 0.0
    x, y = np.array([line.centre for line in lines]).T
    widths = np.array([line.right - line.left for line in lines])
    heights = np.array([line.bottom - line.top for line in lines])
    upright = float(np.quantile(heights, 0.25))
    widest = np.argsort(-widths)[:7]
    limit = min(
        STEEPEST, 1.2 * float(np.median((heights[widest] - 0.8 * upright).clip(0) / widths[widest].clip(1))) + 0.004
    )
    bin_height = max(2.0, 0.4 * float(np.median(heights)))
    best, best_sharpness = 0.0, 0.0
    for slope in sorted(np.linspace(-limit, limit, STEPS), key=abs):
        place = (y - slope * x) / bin_height
        place -= place.min()
        pile = np.zeros(int(place.max()) + 2)
        whole = place.astype(int)
        part = place - whole
        np.add.at(pile, whole, widths * (1 - part))
        np.add.at(pile, whole + 1, widths * part)
        sharpness = float((pile**2).sum())
        if sharpness > best_sharpness * 1.02:  # a steeper slope must earn its place
            best, best_sharpness = float(slope), sharpness
    return best


def rows_of(lines: Sequence[Line]) -> tuple[Row, ...]:
    """The rows from top to bottom. A piece joins the row whose middle it shares."""
    slope = slope_of(lines)

    def height(line: Line) -> float:
        box = line.bottom - line.top
        return max(box - abs(slope) * (line.right - line.left), 0.4 * box, 1.0)

    def middle(line: Line) -> float:
        x, y = line.centre
        return y - slope * x

    groups: list[list[Line]] = []
    for line in sorted(lines, key=middle):
        for group in reversed(groups[-4:]):
            centre = sum(map(middle, group)) / len(group)
            reach = 0.5 * min(height(line), max(map(height, group)))
            if abs(middle(line) - centre) <= reach and not any(_overlap(line, other) for other in group):
                group.append(line)
                break
        else:
            groups.append([line])
    rows = [
        Row(
            tuple(sorted(group, key=lambda line: line.left)),
            sum(map(middle, group)) / len(group),
            float(np.median([height(line) for line in group])),
        )
        for group in groups
    ]
    return tuple(sorted(rows, key=lambda row: row.middle))


def _overlap(one: Line, other: Line) -> bool:
    """Whether two pieces share more than a third of the narrower one's width, so cannot stand side by side."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > min(one.right - one.left, other.right - other.left) / 3
