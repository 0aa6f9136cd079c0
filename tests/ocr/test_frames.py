from io import BytesIO

import pytest

from app.ocr.frames import Broken, packed, unpacked


def test_a_frame_arrives_as_it_was_sent_and_the_next_one_after_it() -> None:
    pipe = BytesIO(packed({"a": 1}, b"picture") + packed({"b": 2}))

    assert unpacked(pipe) == ({"a": 1}, b"picture")
    assert unpacked(pipe) == ({"b": 2}, b"")
    assert unpacked(pipe) is None


@pytest.mark.parametrize("sent", [packed({"a": 1}, b"picture")[:-1], b"\0\0", b"\xff" * 8])
def test_half_a_frame_and_nonsense_are_noticed(sent: bytes) -> None:
    with pytest.raises(Broken):
        unpacked(BytesIO(sent))
