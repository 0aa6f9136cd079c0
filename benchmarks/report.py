"""The last measured table of each benchmark, in docs/benchmarks.md."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

REPORT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
HEAD = "# Benchmarks\n\nThe last measured figures. Each section is written by the command it names; run it to check.\n"


def today() -> date:
    """The day of the run."""
    return datetime.now(UTC).date()


def write_section(title: str, lines: list[str]) -> None:
    """Replace the section with this title, or add it."""
    text = REPORT.read_text(encoding="utf-8") if REPORT.exists() else HEAD
    section = f"## {title}\n\n{lines[0]}\n\n" + "\n".join(lines[1:]) + "\n"
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    text = pattern.sub(lambda _: section + "\n", text) if pattern.search(text) else f"{text.rstrip()}\n\n{section}"
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text.rstrip() + "\n", encoding="utf-8")
