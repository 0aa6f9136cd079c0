"""Refuse what no reviewer should have to point out: trailing spaces, a missing last newline, CRLF, very large files.

Takes file names, from `make lint` and pre-commit. Prints one line per fault and exits with 1 if there is any.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

LARGEST = 1_000_000  # bytes; screenshots fit, data sets and model files do not belong here


def faults(path: Path) -> Iterator[str]:
    """What is wrong with one file. Binary files (those with a NUL byte) are only measured."""
    data = path.read_bytes()
    if len(data) > LARGEST:
        yield f"{path}: {len(data):,} bytes, more than {LARGEST:,}"
    if b"\0" in data or not data:
        return
    if not data.endswith(b"\n") or data.endswith(b"\n\n"):
        yield f"{path}: must end with exactly one newline"
    for number, line in enumerate(data.splitlines(keepends=True), start=1):
        if line.endswith(b"\r\n"):
            yield f"{path}:{number}: Windows line end"
        elif line.rstrip(b"\n") != line.rstrip():
            yield f"{path}:{number}: trailing space"


def main() -> int:
    """Check every file named on the command line."""
    found = [fault for name in sys.argv[1:] if Path(name).is_file() for fault in faults(Path(name))]
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
