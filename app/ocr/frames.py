"""How the web process and the reading worker talk over a pipe: a JSON heading and the bytes it announces."""

import json
import struct
from collections.abc import Mapping
from typing import Any, Protocol

HEAD = struct.Struct("!II")  # bytes of JSON, bytes that follow it
LONGEST = 64 * 1024 * 1024


class Pipe(Protocol):
    """The reading end of a pipe."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; fewer only at the end."""
        ...


class Broken(EOFError):  # noqa: N818 - reads as the sentence it is
    """The other side went away in the middle of a sentence, or talked nonsense."""


def packed(about: Mapping[str, Any], data: bytes = b"") -> bytes:
    """One frame, ready to write."""
    heading = json.dumps(about).encode()
    return HEAD.pack(len(heading), len(data)) + heading + data


def unpacked(pipe: Pipe) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None when the other side has closed."""
    head = pipe.read(HEAD.size)
    if not head:
        return None
    if len(head) < HEAD.size:
        raise Broken
    heading_size, data_size = HEAD.unpack(head)
    if heading_size + data_size > LONGEST:
        raise Broken
    heading, data = pipe.read(heading_size), pipe.read(data_size)
    if len(heading) < heading_size or len(data) < data_size:
        raise Broken
    about: dict[str, Any] = json.loads(heading)
    return about, data
