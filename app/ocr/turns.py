"""Turning pictures, and carrying boxes back to the picture as it was given."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ocr.candidates import Box

Picture = NDArray[np.uint8]
QUARTERS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


@dataclass(frozen=True, slots=True)
class Turned:
    """A picture turned anticlockwise by quarter turns and straightened by a few degrees, and the way back."""

    picture: Picture
    quarter: int  # 0, 90, 180, 270
    back: NDArray[np.float64]  # 2 × 3: from this picture's pixels to those of the picture given

    def box(self, box: Box) -> Box:
        """A box of this picture as it lies on the picture given."""
        left, top, right, bottom = box
        corners = (
            np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]], dtype=float)
            @ self.back.T
        )
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        return round(float(x0), 1), round(float(y0), 1), round(float(x1), 1), round(float(y1), 1)


def as_given(picture: Picture) -> Turned:
    """The picture, not turned at all."""
    return Turned(picture, 0, np.array([[1, 0, 0], [0, 1, 0]], dtype=float))


def quarter_turned(picture: Picture, quarter: int) -> Turned:
    """The picture turned anticlockwise by 90, 180 or 270 degrees."""
    height, width = picture.shape[:2]
    back = {
        90: [[0, -1, width], [1, 0, 0]],
        180: [[-1, 0, width], [0, -1, height]],
        270: [[0, 1, 0], [-1, 0, height]],
    }[quarter]
    return Turned(
        np.asarray(cv2.rotate(picture, QUARTERS[quarter]), dtype=np.uint8), quarter, np.array(back, dtype=float)
    )


def straightened(turned: Turned, degrees: float) -> Turned:
    """The picture turned by a few more degrees (positive: anticlockwise), on white, its corners kept."""
    height, width = turned.picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    new_width, new_height = int(height * sin + width * cos), int(height * cos + width * sin)
    matrix[:, 2] += ((new_width - width) / 2, (new_height - height) / 2)
    picture = cv2.warpAffine(
        turned.picture, matrix, (new_width, new_height), flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255)
    )
    inverse = np.vstack([cv2.invertAffineTransform(matrix), [0, 0, 1]])
    return Turned(np.asarray(picture, dtype=np.uint8), turned.quarter, turned.back @ inverse)
