"""Runs worked examples through the domain: `python -m benchmarks.vectors FILE.json`.

FILE holds a list of objects with fn, inputs, expected, and tolerance or tolerance_fields. `contracts` says which of our
functions answers which fn. Prints each difference, a table by fn, and `N passed, N failed`; exits non-zero on any failure.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from benchmarks.contracts import business, days, investments, loans, money, ratios, salary, schemes, tax
from benchmarks.contracts.values import Contract

CONTRACTS: Mapping[str, Contract] = {
    name: contract
    for area in (tax, salary, schemes, loans, investments, ratios, business, days, money)
    for name, contract in area.CONTRACTS.items()
}


def differences(expected: Any, found: Any, vector: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Where an answer differs, in words. Texts that are numbers may differ by the tolerance; everything else may not."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() | found.keys():
            if key not in expected or key not in found:
                yield f"{path}.{key}: {'too much' if key in found else 'missing'}"
            else:
                yield from differences(expected[key], found[key], vector, f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for at, (wanted, given) in enumerate(zip(expected, found, strict=True)):
            yield from differences(wanted, given, vector, f"{path}[{at}]")
    elif not _is_close(expected, found, _tolerance(vector, path)):
        yield f"{path}: {found!r} instead of {expected!r}"


def _tolerance(vector: Mapping[str, Any], path: str) -> Decimal:
    key = path.rsplit(".", 1)[-1].partition("[")[0]
    return Decimal(vector.get("tolerance_fields", {}).get(key, vector.get("tolerance", "0")))


def _is_close(expected: Any, found: Any, tolerance: Decimal) -> bool:
    if not isinstance(expected, str) or not isinstance(found, str):
        return type(expected) is type(found) and bool(expected == found)
    try:
        return abs(Decimal(expected) - Decimal(found)) <= tolerance
    except InvalidOperation:
        return expected == found


def faults(vector: Mapping[str, Any]) -> list[str]:
    """What is wrong with our answer to one example; empty when it is right."""
    contract = CONTRACTS.get(vector["fn"])
    if contract is None:
        return [f"no function answers {vector['fn']}"]
    try:
        found = contract(vector["inputs"])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one failed example among many
        return [f"{type(error).__name__}: {error}"]
    return sorted(differences(vector["expected"], found, vector))


def main() -> int:
    """Check every example of a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    vectors = json.loads(parser.parse_args().file.read_text(encoding="utf-8"))
    passed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for vector in vectors:
        wrong = faults(vector)
        (failed if wrong else passed)[vector["fn"]] += 1
        for fault in wrong:
            print(f"{vector['id']} {vector['fn']}: {vector['title']}\n    {fault}")
    for name in sorted({vector["fn"] for vector in vectors}):
        print(f"{name:24} {passed[name]:4} passed {failed[name]:4} failed")
    print(f"{passed.total()} passed, {failed.total()} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
