import json
from pathlib import Path

import pytest

from app.ocr.files import read_files
from app.ocr.local import LocalReader
from app.storage.images import CheckedImage, Printed
from app.storage.limits import UnusableUpload
from tests.ocr.papers import TEA_HOUSE, lines_of


def prepared(data: bytes) -> CheckedImage:
    if data == b"broken":
        raise UnusableUpload("This file is damaged.")
    printed = tuple(Printed(line.left, line.top, line.right, line.bottom, line.text) for line in lines_of(TEA_HOUSE))
    return CheckedImage(data, "image/jpeg", 700, 900, "application/pdf", 1, printed)


def test_each_file_gives_one_line_of_json_and_a_broken_one_says_why(tmp_path: Path) -> None:
    good, broken, missing = tmp_path / "good.pdf", tmp_path / "broken.pdf", tmp_path / "missing.pdf"
    good.write_bytes(b"fine")
    broken.write_bytes(b"broken")
    reader = LocalReader()

    first, second, third = read_files([good, broken, missing], reader=reader, prepare=prepared)
    reader.close()

    assert json.loads(json.dumps(first)) == first
    assert (first["file"], first["date"], first["total"], first["currency"]) == (
        "good.pdf",
        "2025-02-14",
        "194.00",
        "INR",
    )
    assert set(first["sure"]) <= set(first["confidence"])
    assert second == {"file": "broken.pdf", "error": "This file is damaged."}
    assert third["error"].startswith("This file cannot be opened")


@pytest.mark.parametrize("name", ["items", "engine", "ms", "tax"])
def test_nothing_promised_is_missing(name: str, tmp_path: Path) -> None:
    (tmp_path / "good.pdf").write_bytes(b"fine")
    reader = LocalReader()

    (only,) = read_files([tmp_path / "good.pdf"], reader=reader, prepare=prepared)
    reader.close()

    assert name in only
