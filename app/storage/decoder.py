"""The process that opens a stranger's file: bounded, alone, and gone after one. Run by `images.check_and_reencode`."""

import json
import math
import resource
import struct
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image, ImageOps
from pypdfium2 import PdfiumError

from app.storage.limits import DAMAGED, Limits, UnusableUpload
from app.storage.sniff import AVIF, HEIC, JPEG, PDF, PNG, TIFF, WEBP

FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", HEIC: "HEIF", AVIF: "AVIF", TIFF: "TIFF"}
LONG_EDGE = 1600
QUALITY = 95
LOCKED = "This PDF is locked with a password. Please save it without one and upload it again."
SIXTEEN_BIT = 256
NARROWEST_PAGE = 1.0  # points
MOST_PIECES, LONGEST_PIECE = 800, 160
"""A receipt's own text stays below both. Whoever prints a novel on one does not keep the reader from everybody else."""
TOO_BIG = "This picture needs more memory to open than we allow. Please upload a smaller one."


@dataclass(frozen=True, slots=True)
class Decoded:
    """One clean picture and what was found on the way."""

    picture: Image.Image
    pages: int = 1
    printed: tuple[tuple[float, float, float, float, str], ...] = ()


def main() -> None:
    """Decode standard input to standard output: a heading in JSON and the JPEG."""
    media_type, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    memory = limits.memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limits.seconds), math.ceil(limits.seconds) + 1))
    about: dict[str, Any]
    picture = b""
    try:
        decoded = decode(sys.stdin.buffer.read(), media_type, limits)
        picture = as_jpeg(decoded.picture)
        about = {
            "width": decoded.picture.width,
            "height": decoded.picture.height,
            "pages": decoded.pages,
            "printed": decoded.printed,
        }
    except UnusableUpload as refusal:
        about = {"refused": refusal.user_message}
    except MemoryError:
        about = {"refused": TOO_BIG}
    except Exception:  # noqa: BLE001 - a decoder may fail in any way on a hostile file, and each means the same to its owner
        about = {"refused": DAMAGED}
    heading = json.dumps(about).encode()
    sys.stdout.buffer.write(struct.pack("!I", len(heading)) + heading + picture)


def decode(data: bytes, media_type: str, limits: Limits) -> Decoded:
    """The file as one upright RGB picture of at most 1600 pixels. Raises UnusableUpload, or whatever its decoder raises."""
    if media_type == PDF:
        return _page(data, limits)
    if media_type == HEIC:
        import pillow_heif  # noqa: PLC0415 - loaded only for the format that needs it

        pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = limits.megapixels * 1_000_000
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            opened = Image.open(BytesIO(data), formats=(FORMATS[media_type],))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise _too_many_pixels(limits) from None
        with opened:
            _check_shape(opened, limits)
            opened.draft("RGB", (LONG_EDGE, LONG_EDGE))
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            picture = _on_white(upright)
    picture.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS)
    return Decoded(picture)


def as_jpeg(picture: Image.Image) -> bytes:
    """The pixels and nothing else."""
    out = BytesIO()
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    clean.save(out, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return out.getvalue()


def _check_shape(picture: Image.Image, limits: Limits) -> None:
    width, height = picture.size
    if width * height > limits.megapixels * 1_000_000:
        raise _too_many_pixels(limits)
    if min(width, height) < limits.smallest_edge:
        raise UnusableUpload(
            f"This picture is only {width} × {height} pixels. It must be at least {limits.smallest_edge} pixels each way."
        )
    if max(width, height) > limits.aspect * min(width, height):
        raise UnusableUpload(
            f"This picture is more than {limits.aspect} times as long as it is wide. Please crop it to the receipt."
        )
    frames = getattr(picture, "n_frames", 1)
    if frames > limits.frames and picture.format != "HEIF":  # a phone keeps thumbnails and depth beside the picture
        raise UnusableUpload(f"This file holds {frames} pictures. Please upload one picture at a time.")


def _too_many_pixels(limits: Limits) -> UnusableUpload:
    return UnusableUpload(f"This picture has more than {limits.megapixels} megapixels. Please upload a smaller one.")


def _on_white(picture: Image.Image) -> Image.Image:
    """Eight-bit RGB; sixteen-bit greys scaled, transparency laid on white."""
    if picture.mode.startswith("I") or picture.mode == "F":
        brightest = max(float(picture.getextrema()[1]), 1.0)  # type: ignore[arg-type]
        scale = SIXTEEN_BIT if brightest >= SIXTEEN_BIT else 1
        return picture.convert("F").point(lambda level: level * (1 / scale) + 0).convert("L").convert("RGB")
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered).convert("RGB")
    return picture.convert("RGB")


def _page(data: bytes, limits: Limits) -> Decoded:
    """The first page of a PDF, drawn so that its long edge has 1600 pixels, with the text it carries."""
    try:
        document = pypdfium2.PdfDocument(data)
    except PdfiumError as problem:
        raise UnusableUpload(LOCKED if "assword" in str(problem) else DAMAGED) from None
    pages = len(document)
    if pages == 0:
        raise UnusableUpload(DAMAGED)
    if pages > limits.pages:
        raise UnusableUpload(f"This PDF has {pages} pages; a receipt may have at most {limits.pages}.")
    page = document[0]
    width, height = page.get_size()
    if min(width, height) < NARROWEST_PAGE or max(width, height) > limits.aspect * min(width, height):
        raise UnusableUpload(
            f"This page is more than {limits.aspect} times as long as it is wide. Please crop it to the receipt."
        )
    scale = LONG_EDGE / max(width, height)  # bounded by pixels, so a page of any size costs the same
    picture = page.render(scale=scale).to_pil().convert("RGB")
    return Decoded(picture, pages, tuple(_text_of(page, scale, height)))


def _text_of(page: Any, scale: float, height: float) -> Iterator[tuple[float, float, float, float, str]]:
    """The page's own text, piece by piece, top left origin, in pixels."""
    text_page = page.get_textpage()
    for index in range(min(text_page.count_rects(), MOST_PIECES)):
        left, bottom, right, top = text_page.get_rect(index)
        text = " ".join(text_page.get_text_bounded(left, bottom, right, top).split())[:LONGEST_PIECE].rstrip()
        if text:
            yield left * scale, (height - top) * scale, right * scale, (height - bottom) * scale, text


if __name__ == "__main__":
    main()
