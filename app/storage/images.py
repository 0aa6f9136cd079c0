"""From whatever somebody uploads to one clean picture: checked by content, decoded out of harm's way, written anew.

The file is decoded in a process of its own that lives for this file only, with a bound on its memory and time. What comes back
holds no EXIF, no place, no second frame, nothing but the pixels.
"""

import json
import os
import signal
import struct
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from app.storage.limits import DAMAGED, Limits, UnusableUpload
from app.storage.sniff import GIF, media_type_of

ROOT = Path(__file__).resolve().parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")
HEAD = struct.Struct("!I")
TOO_LONG = "Opening this file took too long. Please upload a simpler or smaller one."


@dataclass(frozen=True, slots=True)
class Printed:
    """A piece of text that a PDF carries itself, with its box in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(frozen=True, slots=True)
class CheckedImage:
    """A picture that is safe to keep, show and read: a JPEG of at most 1600 pixels on its long edge, upright by its EXIF."""

    data: bytes
    media_type: str
    width: int
    height: int
    source_media_type: str
    pages: int
    printed: tuple[Printed, ...]


def check_upload(data: bytes, limits: Limits | None = None) -> str:
    """The upload's media type by its content. Raises UnusableUpload when it is empty, too large or nothing we read."""
    limits = limits or Limits()
    if not data:
        raise UnusableUpload("This file is empty.")
    if len(data) > limits.megabytes * 1_000_000:
        raise UnusableUpload(f"This file is larger than {limits.megabytes} MB. Please upload a smaller one.")
    media_type = media_type_of(data)
    if media_type is None:
        raise UnusableUpload(UnusableUpload.user_message)
    if media_type == GIF:
        raise UnusableUpload(
            "GIF pictures are not accepted. Please upload a JPEG, PNG, WebP or HEIC picture, or a PDF."
        )
    return media_type


def check_and_reencode(data: bytes, limits: Limits | None = None) -> CheckedImage:
    """The upload as one clean picture. Raises UnusableUpload, with the limit it broke in words."""
    limits = limits or Limits()
    media_type = check_upload(data, limits)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "app.storage.decoder", media_type, json.dumps(asdict(limits))],
            input=data,
            capture_output=True,
            timeout=3
            * limits.seconds,  # the decoder counts its own processor seconds; this is for a machine that is busy
            check=False,
            cwd=ROOT,
            env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ} | {"PYTHONPATH": str(ROOT)},
        )
    except subprocess.TimeoutExpired:
        raise UnusableUpload(TOO_LONG) from None
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UnusableUpload(TOO_LONG)
    if done.returncode != 0 or len(done.stdout) < HEAD.size:
        raise UnusableUpload(DAMAGED)
    (size,) = HEAD.unpack_from(done.stdout)
    about = json.loads(done.stdout[HEAD.size : HEAD.size + size])
    if "refused" in about:
        raise UnusableUpload(about["refused"])
    return CheckedImage(
        data=done.stdout[HEAD.size + size :],
        media_type="image/jpeg",
        width=about["width"],
        height=about["height"],
        source_media_type=media_type,
        pages=about["pages"],
        printed=tuple(Printed(*piece) for piece in about["printed"]),
    )
