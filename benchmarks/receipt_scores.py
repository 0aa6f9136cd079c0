"""How a reading is compared with its label: exact date and total, vendor by its letters or most of its words."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def folded(text: str) -> str:
    """Lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return plain.encode("ascii", "ignore").decode().casefold()


def squeeze(text: str) -> str:
    """Letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", folded(text))


def token_f1(one: str, other: str) -> float:
    """Agreement of two names word by word, 0..1."""
    left, right = (Counter(re.findall(r"[a-z0-9]+", folded(text))) for text in (one, other))
    shared = sum((left & right).values())
    return 2 * shared / (sum(left.values()) + sum(right.values())) if shared else 0.0


def judged(reading: Mapping[str, Any], label: Mapping[str, Any]) -> dict[str, bool]:
    """Which of vendor, date and total are right, and whether all are."""
    names = [label["vendor"], *label.get("vendor_alt", ())]
    name = reading.get("vendor") or ""
    vendor = bool(squeeze(name)) and any(squeeze(name) == squeeze(n) or token_f1(name, n) >= 0.8 for n in names)
    day = reading.get("date") == label["date"]
    totals = {Decimal(text) for text in (label["total"], *label.get("total_alt", ()))}
    total = bool(reading.get("total")) and Decimal(reading["total"]) in totals
    return {"vendor": vendor, "date": day, "total": total, "all3": vendor and day and total}


def wilson(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, in per cent."""
    if not of:
        return 0.0, 100.0
    share = right / of
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    centre, scale = share + z * z / (2 * of), 1 + z * z / of
    return 100 * (centre - spread) / scale, 100 * (centre + spread) / scale
