"""The recogniser: a picture in, lines of text out, whichever way the picture lies. Only the worker process imports this."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import rapidocr
from numpy.typing import NDArray
from PIL import Image
from rapidocr.utils.output import RapidOCROutput

from app.ocr.layout import Line
from app.ocr.turns import Picture, Turned, as_given, quarter_turned, straightened

MODELS = {
    "PP-OCRv6_det_small.onnx": "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    "PP-OCRv6_rec_small.onnx": "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
}
LONG_EDGE = 1600
LONG_BOX = 2.0  # a box this much longer than tall, or taller than long, shows which way its text runs
UPSIDE_DOWN_BELOW = 0.86  # upright pictures score 0.96-0.99 on average, upside-down ones 0.68-0.73
LEAST_SLOPE, MOST_SLOPE = 2.0, 30.0  # degrees worth straightening
ALMOST = 0.95
MEANINGLESS = 0.5  # a score that speaks neither for nor against


class ModelsChanged(RuntimeError):  # noqa: N818 - reads as the sentence it is
    """The packaged models are missing, or are not the ones this version was measured with."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a picture saw. `corners` (n × 4 × 2) run clockwise from each text's own top left."""

    turned: Turned
    corners: NDArray[np.float64]
    texts: Sequence[str]
    scores: Sequence[float]

    @property
    def worth(self) -> float:
        """How much was read and how surely; the upright turn has the most."""
        return sum(len(text) * (score - MEANINGLESS) for text, score in zip(self.texts, self.scores, strict=True))

    @property
    def mean_score(self) -> float:
        """The mean score, longer texts counting more; 1 when nothing was read, which is no sign of a wrong turn."""
        letters = sum(map(len, self.texts))
        return (
            sum(len(text) * score for text, score in zip(self.texts, self.scores, strict=True)) / letters
            if letters
            else 1.0
        )

    @property
    def lies_on_its_side(self) -> bool:
        """Whether most long pieces of text run up or down."""
        size = self.corners.max(axis=1) - self.corners.min(axis=1)
        tall, wide = size[:, 1] > LONG_BOX * size[:, 0], size[:, 0] > LONG_BOX * size[:, 1]
        return bool(tall.sum() > wide.sum())

    @property
    def slope(self) -> float:
        """Degrees by which the long pieces of text fall to the right (negative: rise)."""
        along = self.corners[:, 1] - self.corners[:, 0]
        down = self.corners[:, 3] - self.corners[:, 0]
        long = np.hypot(*along.T) > LONG_BOX * np.hypot(*down.T)
        return float(np.median(np.degrees(np.arctan2(along[long, 1], along[long, 0])))) if long.any() else 0.0


class Engine:
    """The packaged recogniser, held to its packaged models: it never fetches anything."""

    def __init__(self, threads: int, batch: int = 6) -> None:
        cv2.setNumThreads(threads)
        folder = Path(rapidocr.__file__).with_name("models")
        for name, digest in MODELS.items():
            path = folder / name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                raise ModelsChanged(name)
        detector, recogniser = (str(folder / name) for name in MODELS)
        self._recognise = rapidocr.RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,  # the line classifier turns good lines upside down
                "Det.model_path": detector,
                "Rec.model_path": recogniser,
                "Rec.rec_batch_num": batch,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def look(self, data: bytes) -> Look:
        """The upright look at a picture: turned on its feet and straightened when it was not."""
        seen = self._look(as_given(opened(data)))
        if not seen.texts:
            return seen
        if seen.lies_on_its_side:
            picture = seen.turned.picture
            seen = max(
                (seen, *(self._look(quarter_turned(picture, quarter)) for quarter in (90, 270))),
                key=lambda look: look.worth,
            )
        elif seen.mean_score < UPSIDE_DOWN_BELOW:
            seen = max(seen, self._look(quarter_turned(seen.turned.picture, 180)), key=lambda look: look.worth)
        if LEAST_SLOPE <= abs(seen.slope) <= MOST_SLOPE:
            level = self._look(straightened(seen.turned, seen.slope))
            seen = (
                level if level.worth > ALMOST * seen.worth else seen
            )  # level rows are worth a little of what was read
        return seen

    def _look(self, turned: Turned) -> Look:
        found = self._recognise(turned.picture, use_cls=False)
        if not isinstance(found, RapidOCROutput) or found.boxes is None or found.txts is None or found.scores is None:
            return Look(turned, np.zeros((0, 4, 2)), (), ())
        return Look(
            turned,
            np.asarray(found.boxes, dtype=float),
            tuple(found.txts),
            tuple(float(score) for score in found.scores),
        )


def lines_of(look: Look) -> tuple[Line, ...]:
    """The lines of an upright look, in pixels of the upright picture."""
    lines = []
    for corners, text, score in zip(look.corners, look.texts, look.scores, strict=True):
        if text.strip():
            (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
            lines.append(Line(float(left), float(top), float(right), float(bottom), text.strip(), score))
    return tuple(lines)


def opened(data: bytes) -> Picture:
    """A checked JPEG as the recogniser wants it: blue, green, red."""
    with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
        picture.draft("RGB", (LONG_EDGE, LONG_EDGE))
        colour = picture.convert("RGB")
        colour.thumbnail((LONG_EDGE, LONG_EDGE))
        return np.ascontiguousarray(np.asarray(colour)[:, :, ::-1])
