import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.ocr.files import read_files
from app.ocr.local import Bounds, LocalReader
from app.ocr.port import NothingToRead, PrintedText, ReaderTookTooLong, ReaderUnavailable
from app.storage.images import check_and_reencode
from tests.ocr.papers import TEA_HOUSE, drawn, lines_of

PRINTED = tuple(PrintedText(line.left, line.top, line.right, line.bottom, line.text) for line in lines_of(TEA_HOUSE))


@pytest.fixture
def reader() -> Iterator[LocalReader]:
    reader = LocalReader()
    yield reader
    reader.close()


def test_text_that_a_file_carries_is_read_without_the_recogniser(reader: LocalReader) -> None:
    reading = reader.read(b"", "image/jpeg", printed=PRINTED)

    assert reading.engine == "text"
    assert reading.total.value == Decimal("194.00")


def test_a_worker_that_is_killed_is_replaced(reader: LocalReader) -> None:
    reader.read(b"", "image/jpeg", printed=PRINTED)
    first = reader.worker_pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    reading = reader.read(b"", "image/jpeg", printed=PRINTED)

    assert reading.total.value == Decimal("194.00")
    assert reader.worker_pid != first


def test_a_worker_that_does_not_answer_in_time_is_stopped() -> None:
    reader = LocalReader(Bounds(seconds=0.01, start_seconds=0.0))

    with pytest.raises(ReaderTookTooLong):
        reader.read(b"", "image/jpeg", printed=PRINTED)

    assert reader.worker_pid is None


def test_a_worker_is_renewed_after_its_share_of_readings() -> None:
    reader = LocalReader(Bounds(readings=1))

    reader.read(b"", "image/jpeg", printed=PRINTED)

    assert reader.worker_pid is None


def test_a_worker_left_idle_goes_and_the_next_picture_gets_another() -> None:
    reader = LocalReader(Bounds(idle_seconds=1))
    reader.read(b"", "image/jpeg", printed=PRINTED)
    deadline = time.monotonic() + 20
    while reader.worker_pid is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert reader.worker_pid is None

    assert reader.read(b"", "image/jpeg", printed=PRINTED).total.value == Decimal("194.00")
    reader.close()


def test_a_worker_without_enough_memory_fails_in_words() -> None:
    reader = LocalReader(Bounds(address_mb=60))

    with pytest.raises(ReaderUnavailable):
        reader.read(b"", "image/jpeg", printed=PRINTED)


def test_only_checked_pictures_are_taken(reader: LocalReader) -> None:
    with pytest.raises(ValueError, match="checked JPEG"):
        reader.read(b"", "application/pdf")


def test_this_process_never_loads_the_recogniser() -> None:
    program = "import sys, app.ocr.local, app.ocr.files; sys.exit(bool({'cv2', 'rapidocr', 'onnxruntime'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_worker_does_not_outlive_the_process_that_started_it() -> None:
    program = (
        "import os, time\nfrom app.ocr.process import Worker\n"
        "worker = Worker(bytes=2**32, threads=1, idle=600)\nprint(worker.pid, flush=True)\nos.kill(os.getpid(), 9)"
    )
    started = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    worker = Path(f"/proc/{int(started.stdout)}")

    deadline = time.monotonic() + 30
    while (
        worker.exists()
        and "Z" not in (worker / "stat").read_text().rpartition(")")[2][:3]
        and time.monotonic() < deadline
    ):
        time.sleep(0.1)

    assert time.monotonic() < deadline


@pytest.mark.slow
def test_a_drawn_receipt_is_read_from_its_pixels_whichever_way_it_lies(reader: LocalReader, tmp_path: Path) -> None:
    for turn in (0, 90, 180):
        (tmp_path / f"{turn}.jpg").write_bytes(drawn(TEA_HOUSE, turn=turn))

    readings = list(read_files(sorted(tmp_path.iterdir()), reader=reader, prepare=check_and_reencode))

    for reading in readings:
        assert (reading["vendor"], reading["date"], reading["total"]) == (
            "MEERA TEA HOUSE PVT LTD",
            "2025-02-14",
            "194.00",
        )
        assert reading["engine"] == "local"


@pytest.mark.slow
def test_boxes_lie_on_the_picture_that_was_given_even_when_it_was_upside_down(reader: LocalReader) -> None:
    picture = check_and_reencode(drawn(TEA_HOUSE, turn=180))

    reading = reader.read(picture.data, picture.media_type)

    assert reading.turn == 180
    assert reading.date.value == date(2025, 2, 14)
    assert reading.vendor.box is not None
    assert (
        reading.vendor.box[1] > picture.height * 0.8
    )  # the name at the top of the paper lies at the foot of the picture


@pytest.mark.slow
def test_an_empty_page_is_refused_and_the_worker_lives_on(reader: LocalReader) -> None:
    with pytest.raises(NothingToRead):
        reader.read(drawn(("", "", "")), "image/jpeg")

    assert reader.worker_pid is not None
