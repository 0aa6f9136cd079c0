"""Bytes to text without losing a character: byte order marks, UTF-16 by its NULs, UTF-8, then the old code pages."""

import codecs
import re
from dataclasses import dataclass

from app.ingest.statement import UnreadableFile

SAMPLE_BYTES = 256 * 1024

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# The code pages of Latin letters, most likely first; German and French read alike in the first two.
_LATIN = ("cp1252", "cp1250", "cp850", "cp852", "mac_roman")
_LONG_WORDS = ("cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "cp866")
_FINE_BESIDE_LETTERS = frozenset("’‘“”–—…«»·°ºª€£§©®²³µ\u00a0\u00ad")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text and how it was read. `warnings` says what had to be assumed or removed."""

    text: str
    encoding: str
    warnings: tuple[str, ...]


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of a file; `encoding` is the user's choice.

    Raises: UnreadableFile when the bytes do not fit the chosen encoding, or are no text at all.
    """
    warnings: list[str] = []
    if encoding:
        text = _strictly(data, encoding)
    else:
        encoding, is_sure = _guess(data)
        text = _strictly(data, encoding)
        if not is_sure:
            warnings.append(f"The file does not say how its letters are encoded; it was read as {encoding}.")
    if removed := text.count("\0"):
        text = text.replace("\0", "")
        warnings.append(f"{removed} NUL characters were removed.")
    return Decoded(text.removeprefix("\ufeff"), encoding, tuple(warnings))


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableFile(f"The file is not text in the encoding {encoding}.") from error


def _guess(data: bytes) -> tuple[str, bool]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, True
    if wide := _utf16_by_nuls(data[:SAMPLE_BYTES]):
        return wide, True
    if data.isascii():
        return "ascii", True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _code_page(data), False
    return "utf-8", True


def _utf16_by_nuls(sample: bytes) -> str | None:
    """UTF-16 without a mark: Latin text has a NUL in every second byte, on one side only."""
    even, odd = sample[0::2], sample[1::2]
    if len(odd) < 2:  # noqa: PLR2004 - too short to tell
        return None
    share_even, share_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    often, seldom = 0.3, 0.05
    if share_odd > often and share_even < seldom and _fits(sample[: len(sample) // 2 * 2], "utf-16-le"):
        return "utf-16-le"
    if share_even > often and share_odd < seldom and _fits(sample[: len(sample) // 2 * 2], "utf-16-be"):
        return "utf-16-be"
    return None


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _code_page(data: bytes) -> str:
    """The most plausible old encoding: long runs of high bytes are another script, single ones are accents."""
    sample = data[:SAMPLE_BYTES]
    runs = _HIGH_RUN.findall(sample)
    high = sum(map(len, runs))
    if _is_chinese(runs, high) and _fits(data, "gb18030"):
        return "gb18030"
    has_long_words = high / len(runs) >= 2.5  # noqa: PLR2004 - mean run of high bytes; accents stand alone
    candidates = [name for name in (_LONG_WORDS if has_long_words else _LATIN) if _fits(data, name)]
    return min(candidates, key=lambda name: _strangeness(sample.decode(name)), default="latin-1")


def _is_chinese(runs: list[bytes], high: int) -> bool:
    """GB 2312 writes both bytes above 0xA0 and its everyday characters start with 0xB0 to 0xD7."""
    pairs = [run[i : i + 2] for run in runs if len(run) % 2 == 0 for i in range(0, len(run), 2)]
    common = sum(1 for first, second in pairs if second > 0xA0 and (0xB0 <= first <= 0xD7 or 0xA1 <= first <= 0xA3))  # noqa: PLR2004
    return common * 2 >= high * 0.8


def _strangeness(text: str) -> int:
    """How often a letter stands beside a sign that no language writes there, or capitals inside a word."""
    strange = 0
    before = " "
    for char in text:
        if (not char.isascii() and not char.isalpha() and char not in _FINE_BESIDE_LETTERS and before.isalpha()) or (
            before.islower() and char.isupper() and not (before.isascii() and char.isascii())
        ):
            strange += 1
        before = char
    return strange
