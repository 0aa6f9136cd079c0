"""Who was paid: names of one to three rows near the top, well-known chains and registered firms further down."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

from app.ocr import words
from app.ocr.candidates import Candidate, box_around
from app.ocr.layout import Line, Row

HEAD_ROWS = 14
LONGEST_NAME_ROWS = 3
CLOSE_ROWS = 1.8  # row heights from one row of a name to its next
# Chains whose sign is a picture, or whose name is shorter than what stands around it.
CHAINS = re.compile(
    r"\b(aldi|lidl|rewe|edeka|penny|netto|kaufland|rossmann|dm|real|marktkauf|müller|obi|toom|hornbach|bauhaus|saturn|media\s?markt|ikea|aral|shell|"
    r"esso|jet|total|starbucks|mcdonald'?s|burger king|kfc|subway|domino'?s|pizza hut|dmart|avenue supermarts|big\s?bazaar|reliance (?:fresh|smart|retail)|"
    r"more supermarket|spencer'?s|apollo pharmacy|medplus|tesco|giant|aeon|mydin|econsave|watsons|guardian|7-eleven|mr\.? ?d\.?i\.?y\.?|walmart|target|"
    r"costco|whole foods|trader joe'?s|walgreens|cvs|carrefour|spar)\b",
    re.IGNORECASE,
)

NAMED_BELOW = re.compile(rf"{CHAINS.pattern}|{words.LEGAL.pattern}|^(?:for|paid to|own(?:ed)? by)\b", re.IGNORECASE)


def vendor_candidates(rows: Sequence[Row]) -> tuple[Candidate[str], ...]:
    """Possible names, each with its evidence. A name may run over up to three rows."""
    if not rows:
        return ()
    page = _Page(rows)
    best: dict[str, Candidate[str]] = {}
    for first, last, lines in _spans(rows):
        name = clean_name(" ".join(line.text for line in lines))
        if sum(letter.isalpha() for letter in name) < 2:  # noqa: PLR2004 - dm is the shortest name met
            continue
        key = "".join(name.casefold().split())
        evidence = page.about(first, last, lines, name)
        if _is_only_the_end(evidence):
            continue
        candidate = Candidate(name, box_around(lines), evidence, min(line.score for line in lines))
        known = best.get(key)
        if known is None or (known.features["rows"], known.features["row"]) > (
            candidate.features["rows"],
            candidate.features["row"],
        ):
            best[key] = candidate
    return tuple(best.values())


def clean_name(text: str) -> str:
    """A name as its owner writes it: registration numbers cut, letters instead of look-alike digits, spaces where they belong.

    >>> clean_name("AIK HUAT HARDWARE ENTERPRISE(SETIA ALAM) S0N 8HD (822737-X)")
    'AIK HUAT HARDWARE ENTERPRISE (SETIA ALAM) SDN BHD'
    """
    name = words.REGISTRATION.sub(" ", text)
    name = re.sub(
        r"(?i)\b(?:(?:co|company|roc)\.?\s*)?(?:reg|no|roc|brn)\.?\s*[:#]?\s*$|\(\s*(?:co|reg|roc)\b[^)]*\)?$",
        " ",
        name,
    )
    name = re.sub(r"(?<=[A-Za-z])0+(?=[A-Za-z])", lambda m: len(m.group()) * ("O" if _upper_around(m) else "o"), name)
    name = re.sub(r"(?<=[A-Z])1(?=[A-Z])|\b1(?=[A-Z]{3})", "I", name)
    name = re.sub(r"\b[S5]/[BD8]\b", "S/B", name)
    name = re.sub(r"(?i)\bs[\s.]*[d0obi][\s.]*n[\s.]*[b83d][\s.]*h[\s.]*[d0ou][il1]?\b\.?", "SDN BHD", name)
    name = re.sub(r"(SDN BHD)[\s.,:;*-]*(?:\S{1,3}|\S*\d\S*)$", r"\1", name)
    name = re.sub(r"\)\.?(?=\w)", ") ", name)
    name = re.sub(r"(?i)(?<=[a-z])sdn\.? ?bhd\b", " SDN BHD", name)
    name = re.sub(r"(?<=\w)([&(])|&(?=\w)", lambda m: f" {m.group(1)}" if m.group(1) else "& ", name)
    name = re.sub(r"&(?=\w)", "& ", name)
    name = re.sub(
        r"(?i)^(?:for|paid to|to|from|merchant|own(?:ed)? by|by|welcome to|willkommen bei)\s*:?\s+(?=\w)", "", name
    )
    name = re.sub(r"\s+", " ", name).strip(" .,:;-–_*#|=~'\"<>[]{}/\\+")
    if name.count("(") > name.count(")"):
        name += ")" if len(name) - name.rfind("(") > 2 else ""  # noqa: PLR2004
    return name.rstrip("( ")


def _upper_around(match: re.Match[str]) -> bool:
    return match.string[match.start() - 1].isupper()


def _spans(rows: Sequence[Row]) -> Iterator[tuple[int, int, tuple[Line, ...]]]:
    """Rows, runs of rows and single pieces that may be a name."""
    head = min(HEAD_ROWS, len(rows))
    for first in range(head):
        for last in range(first, min(first + LONGEST_NAME_ROWS, head)):
            yield first, last, tuple(line for row in rows[first : last + 1] for line in row.lines)
    for index, row in enumerate(rows):
        for line in row.lines:
            if (len(row.lines) > 1) if index < head else NAMED_BELOW.search(line.text):
                yield index, index, (line,)
            if (match := CHAINS.search(line.text)) and len(match.group()) < len(line.text.strip()):
                yield index, index, (_part(line, match),)


def _part(line: Line, match: re.Match[str]) -> Line:
    """The piece of a line that a pattern found, its box taken as its share of the line."""
    share = (line.right - line.left) / max(len(line.text), 1)
    left, right = line.left + share * match.start(), line.left + share * match.end()
    return Line(left, line.top, right, line.bottom, match.group(), line.score)


def _is_only_the_end(evidence: Mapping[str, float]) -> bool:
    """Whether a span is the rest of a name that begins a row higher: "(EAST) SDN BHD", "RESTAURANT PVT LTD"."""
    bare_ending = evidence["starts_bracket"] or (evidence["ends_legal"] and evidence["own_words"] <= 1)
    follows_name = evidence["names_above"] and evidence["gap_before"] < CLOSE_ROWS
    return bool(bare_ending and follows_name and not evidence["piece"])


def _is_name(text: str) -> bool:
    """Whether a row could be part of a name: mostly letters, no address, telephone, heading or registration number."""
    bare = clean_name(text)
    letters = sum(letter.isalpha() for letter in bare)
    return (
        letters >= 4  # noqa: PLR2004 - shorter rows are logos and marks
        and letters > 0.6 * len(bare)
        and not any(pattern.search(text) for pattern in (words.ADDRESS, words.CONTACT, words.TITLE))
        and not bare.islower()
    )


class _Page:
    """What every name on one receipt is measured against."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._tall = median(row.height for row in rows) or 1.0
        self._tallest = max(row.height for row in rows[:HEAD_ROWS])
        self._left = min(row.left for row in rows)
        self._right = max(row.right for row in rows)
        self._all = words.squeezed(" ".join(row.text for row in rows))
        self._names = [_is_name(row.text) for row in rows]
        self._first_name = next((i for i, is_name in enumerate(self._names) if is_name), 0)
        self._first_contact = next(
            (i for i, row in enumerate(rows) if words.CONTACT.search(row.text) or words.ADDRESS.search(row.text)),
            len(rows),
        )
        self._first_legal = next((i for i, row in enumerate(rows) if words.LEGAL.search(row.text)), len(rows))

    def about(self, first: int, last: int, lines: Sequence[Line], name: str) -> dict[str, float]:
        rows = self._rows
        letters = [letter for letter in name if letter.isalpha()]
        inside = rows[first : last + 1]
        heights = [row.height for row in inside]
        middle = (min(line.left for line in lines) + max(line.right for line in lines)) / 2
        span = (self._right - self._left) or 1.0
        raw = " ".join(line.text for line in lines)
        after = rows[last + 1].text if last + 1 < len(rows) else ""
        before = rows[first - 1].text if first else ""
        per_row = [row.text for row in inside]
        key = words.squeezed(name)
        above = first
        while above and self._names[above - 1] and first - above < LONGEST_NAME_ROWS:
            above -= 1
        return {
            "row": first,
            "row_share": first / len(rows),
            "rows": last - first + 1,
            "names_above": first - above,
            "from_first_name": first - self._first_name,
            "all_names": all(self._names[first : last + 1]),
            "after_is_name": last + 1 < len(rows) and self._names[last + 1],
            "own_words": len(words.LEGAL.sub(" ", re.sub(r"\([^)]*\)", " ", name)).split()),
            "left_alike": max(abs(row.left - rows[first - 1].left) for row in inside) / span if first else 9.0,
            "middle_alike": abs(middle - (rows[first - 1].left + rows[first - 1].right) / 2) / span if first else 9.0,
            "piece": len(lines) < sum(len(row.lines) for row in inside),
            "pieces": len(lines),
            "height": max(heights) / self._tall,
            "height_of_tallest": max(heights) / self._tallest,
            "heights_agree": min(heights) / max(heights),
            "height_next": (rows[last + 1].height / max(heights)) if last + 1 < len(rows) else 0.0,
            "height_before": (rows[first - 1].height / max(heights)) if first else 0.0,
            "gap_after": ((rows[last + 1].middle - rows[last].middle) / self._tall) if last + 1 < len(rows) else 9.0,
            "gap_before": ((rows[first].middle - rows[first - 1].middle) / self._tall) if first else 9.0,
            "gap_inside": max(((b.middle - a.middle) / self._tall for a, b in pairwise(inside)), default=0.0),
            "off_centre": abs(middle - (self._left + self._right) / 2) / span,
            "width": (max(line.right for line in lines) - min(line.left for line in lines)) / span,
            "letters": len(letters),
            "words": len(name.split()),
            "upper": sum(letter.isupper() for letter in letters) / max(len(letters), 1),
            "digits": sum(letter.isdigit() for letter in raw) / max(len(raw), 1),
            "score": min(line.score for line in lines),
            "legal": bool(words.LEGAL.search(name)),
            "legal_rows": sum(bool(words.LEGAL.search(text)) for text in per_row),
            "ends_legal": bool(
                re.search(r"(?i)\b(bhd|enterprise|ltd|gmbh|llp|inc|kg|plt|trading|limited|co)\.?\)?$", name)
            ),
            "trade": bool(words.TRADE.search(name)),
            "address": sum(bool(words.ADDRESS.search(text)) for text in per_row),
            "contact": sum(bool(words.CONTACT.search(text)) for text in per_row),
            "title": sum(bool(words.TITLE.search(text)) for text in per_row),
            "registration": bool(words.REGISTRATION.search(raw)),
            "chain": bool(CHAINS.search(name)),
            "is_chain": bool(CHAINS.fullmatch(name.strip())),
            "comma_end": raw.rstrip().endswith((",", ".")),
            "commas": raw.count(","),
            "opens_bracket": raw.count("(") - raw.count(")"),
            "starts_bracket": raw.lstrip().startswith("("),
            "last_starts_bracket": per_row[-1].lstrip().startswith("(") and last > first,
            "after_registration": bool(words.REGISTRATION.search(after)),
            "after_only_registration": not clean_name(after) and bool(after),
            "after_address": bool(words.ADDRESS.search(after)),
            "after_contact": bool(words.CONTACT.search(after)),
            "after_title": bool(words.TITLE.search(after)),
            "after_legal": bool(words.LEGAL.search(after)),
            "after_ends_legal": bool(re.search(r"(?i)^\W*(?:\w+\W+)?(sdn|bhd|enterprise|ltd|gmbh)\b", after)),
            "before_legal": bool(words.LEGAL.search(before)),
            "before_address": bool(words.ADDRESS.search(before)),
            "before_contact": bool(words.CONTACT.search(before)),
            "before_title": bool(words.TITLE.search(before)),
            "before_lower": before.islower(),
            "before_registration": bool(words.REGISTRATION.search(before)),
            "to_contact": self._first_contact - last,
            "to_legal": self._first_legal - last,
            "is_lower": name.islower(),
            "repeats": self._all.count(key) if len(key) >= 4 else 0,  # noqa: PLR2004 - short names hide in other words
            "says_for": bool(re.match(r"(?i)(for|paid to|welcome to)\b", raw)),
            "ends_in_row": bool(re.search(r"[&-]$", raw.strip())),
        }
