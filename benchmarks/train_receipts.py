"""Train the rankers that find vendor, date and total: `python -m benchmarks.train_receipts DIR [DIR …] [--score DIR] [--out FILE]`.

Each DIR holds labels.jsonl ({file, vendor, vendor_alt?, date, total, source}) and the recognised text of its pictures,
ocr_v6.jsonl ({file, lines: [[left, top, right, bottom, text, score], …]}). Confidence is calibrated on answers given by rankers
that had not seen the receipt (five folds, receipts of one vendor never on both sides).
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from app.ocr.amounts import amounts_of
from app.ocr.candidates import Candidate
from app.ocr.dates import dates_of
from app.ocr.days import date_candidates
from app.ocr.forest import RANKERS, Ranker, raw_confidence, save
from app.ocr.layout import Line, rows_of
from app.ocr.parse import parse
from app.ocr.port import NothingToRead
from app.ocr.totals import total_candidates
from app.ocr.vendors import vendor_candidates
from app.ocr.wire import to_json
from benchmarks.receipt_scores import judged, squeeze, token_f1

FOLDS = 5
TREES = {"total": (400, 3), "vendor": (400, 3), "date": (100, 2)}
RARE_SOURCE_WEIGHT = 3.0
SURE = {"total": 0.99, "date": 0.99, "vendor": 0.96}  # share of right answers asked of those marked sure
SUREST_FLOOR = 0.9  # nothing less likely is called sure, whatever this sample says


@dataclass(frozen=True, slots=True)
class Example:
    """One field of one labelled receipt: its candidates, and which of them are right."""

    file: str
    group: str
    weight: float
    candidates: Sequence[Candidate[Any]]
    right: Sequence[float]


def read_folder(folder: Path) -> Iterable[tuple[dict[str, Any], tuple[Line, ...]]]:
    """Labels with the recognised lines of their pictures."""
    lines = {}
    for row in (folder / "ocr_v6.jsonl").read_text(encoding="utf-8").splitlines():
        picture = json.loads(row)
        lines[picture["file"]] = tuple(Line(*line) for line in picture["lines"])
    for row in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(row)
        yield label, lines[label["file"]]


def examples_of(folders: Sequence[Path], *, rare_weight: float) -> dict[str, list[Example]]:
    """What the three rankers learn from."""
    found: dict[str, list[Example]] = {"total": [], "date": [], "vendor": []}
    for folder in folders:
        for label, lines in read_folder(folder):
            rows = rows_of(lines)
            weight = 1.0 if label["source"] == "sroie" else rare_weight
            group = squeeze(label["vendor"])
            totals = total_candidates(rows, amounts_of(rows))
            wanted = Decimal(label["total"])
            found["total"].append(
                Example(label["file"], group, weight, totals, [float(c.value == wanted) for c in totals])
            )
            days = date_candidates(rows, dates_of(rows))
            day = date.fromisoformat(label["date"])
            found["date"].append(Example(label["file"], group, weight, days, [float(c.value == day) for c in days]))
            vendors = vendor_candidates(rows)
            names = [label["vendor"], *label.get("vendor_alt", ())]
            nearness = [max(nearness_of(c.value, name) for name in names) for c in vendors]
            best = max(nearness, default=0.0)
            right = [float(n >= 0.8 and n >= best - 0.02) for n in nearness]
            found["vendor"].append(Example(label["file"], group, weight, vendors, right))
    return found


def nearness_of(name: str, wanted: str) -> float:
    """1 for the same letters, less by words missing or added."""
    return 1.0 if squeeze(name) == squeeze(wanted) else 0.95 * token_f1(name, wanted)


def fit(field: str, examples: Sequence[Example]) -> Ranker:
    """One field's trees, not yet calibrated."""
    features = tuple(examples[0].candidates[0].features)
    table = np.array(
        [[c.features[name] for name in features] for e in examples for c in e.candidates], dtype=np.float32
    )
    right = np.array([r for e in examples for r in e.right])
    weight = np.array([e.weight for e in examples for _ in e.candidates])
    trees, depth = TREES[field]
    model = GradientBoostingClassifier(
        n_estimators=trees,
        max_depth=depth,
        learning_rate=0.05,
        subsample=0.6,
        max_features=0.3,
        min_samples_leaf=8,
        random_state=7,
    )
    model.fit(table, right, sample_weight=weight)
    return flattened(model, features)


def flattened(model: GradientBoostingClassifier, features: tuple[str, ...]) -> Ranker:
    """The model's trees laid end to end."""
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
    roots, offset = [], 0
    for (stage,) in model.estimators_:
        tree = stage.tree_
        here = np.arange(tree.node_count) + offset
        leaf = tree.children_left < 0
        roots.append(offset)
        parts["feature"].append(np.where(leaf, 0, tree.feature))
        parts["threshold"].append(np.where(leaf, 0.0, tree.threshold))
        parts["left"].append(np.where(leaf, here, tree.children_left + offset))
        parts["right"].append(np.where(leaf, here, tree.children_right + offset))
        parts["value"].append(np.where(leaf, tree.value[:, 0, 0], 0.0) * model.learning_rate)
        offset += tree.node_count
    prior = float(model.init_.class_prior_[1])
    joined = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    return Ranker(
        features=features,
        feature=joined["feature"].astype(np.int16),
        threshold=joined["threshold"].astype(np.float32),
        left=joined["left"].astype(np.int32),
        right=joined["right"].astype(np.int32),
        value=joined["value"].astype(np.float32),
        roots=np.array(roots, dtype=np.int32),
        depth=max(stage.tree_.max_depth for (stage,) in model.estimators_),
        start=float(np.log(prior / (1 - prior))),
        known_at=np.array([0, 1], dtype=np.float32),
        known_right=np.array([0, 1], dtype=np.float32),
        sure_at=1.0,
    )


def answers_of(ranker: Ranker, examples: Iterable[Example]) -> Iterable[tuple[float, bool]]:
    """For each receipt, how far the best candidate stood out and whether it was right."""
    for example in examples:
        if not example.candidates:
            continue
        chances = ranker.chances([c.features for c in example.candidates])
        order = np.argsort(-chances)
        second = float(chances[order[1]]) if len(order) > 1 else 0.0
        yield raw_confidence(float(chances[order[0]]), second), bool(example.right[order[0]])


def calibrated(field: str, examples: Sequence[Example]) -> tuple[Ranker, dict[str, float]]:
    """The ranker of all examples, its confidence calibrated on answers out of fold, and what those answers were worth."""
    pairs: list[tuple[float, bool]] = []
    groups = [example.group for example in examples]
    for learn, test in GroupKFold(FOLDS, shuffle=True, random_state=7).split(examples, groups=groups):
        ranker = fit(field, [examples[i] for i in learn if examples[i].candidates])
        pairs += answers_of(ranker, (examples[i] for i in test))
    raw = np.array([stood_out for stood_out, _ in pairs])
    right = np.array([float(is_right) for _, is_right in pairs])
    # One made-up wrong answer at every level keeps small samples from claiming certainty.
    isotonic = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    knots = np.linspace(0, 1, 21)
    isotonic.fit(
        np.concatenate([raw, knots]),
        np.concatenate([right, np.zeros(21)]),
        sample_weight=np.concatenate([np.ones(len(raw)), np.full(21, 0.1)]),
    )
    known = np.linspace(0, 1, 41)
    known_right = isotonic.predict(known)
    sure_raw = sure_from(raw, right, SURE[field])
    model = fit(field, [example for example in examples if example.candidates])
    sure_at = max(SUREST_FLOOR, float(np.interp(sure_raw, known, known_right)))
    is_sure = np.interp(raw, known, known_right) >= sure_at
    ranker = Ranker(
        **{
            name: getattr(model, name)
            for name in ("features", "feature", "threshold", "left", "right", "value", "roots", "depth", "start")
        },
        known_at=known.astype(np.float32),
        known_right=known_right.astype(np.float32),
        sure_at=sure_at,
    )
    figures = {
        "right_out_of_fold": round(float(right.sum() / len(examples)), 4),
        "sure_share": round(float(is_sure.sum() / len(examples)), 4),
        "sure_right": round(float(right[is_sure].mean()) if is_sure.any() else 0.0, 4),
        "sure_at": round(sure_at, 4),
    }
    return ranker, figures


def sure_from(raw: NDArray[np.float64], right: NDArray[np.float64], wanted: float) -> float:
    """The lowest score from which on at least the wanted share of answers was right."""
    order = np.argsort(-raw)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= wanted)
    return float(raw[order[good[-1]]]) if len(good) else 1.0


def train(folders: Sequence[Path]) -> tuple[dict[str, Ranker], dict[str, Any]]:
    """The three rankers learned from the folders, and what they were worth on receipts they had not seen."""
    trained: dict[str, Ranker] = {}
    figures: dict[str, Any] = {}
    for field, examples in examples_of(folders, rare_weight=RARE_SOURCE_WEIGHT).items():
        attainable = sum(any(example.right) for example in examples) / len(examples)
        trained[field], figures[field] = calibrated(field, examples)
        figures[field]["attainable"] = round(attainable, 4)
        figures["receipts"] = len(examples)
        print(field, figures[field])
    return trained, figures


def scored(folder: Path, trained: Mapping[str, Ranker]) -> dict[str, Any]:
    """How many receipts of a folder are read right, overall and by source."""
    counts: dict[str, Counter[str]] = {}
    for label, lines in read_folder(folder):
        try:
            plain = to_json(parse(lines, trained=trained))
        except NothingToRead:
            plain = {}
        right = judged({name: plain[name]["value"] if plain else None for name in ("vendor", "date", "total")}, label)
        for group in ("all", label["source"]):
            counts.setdefault(group, Counter()).update(
                {"n": 1, **{name: int(is_right) for name, is_right in right.items()}}
            )
    return {group: dict(count) for group, count in counts.items()}


def main(argv: Sequence[str] | None = None) -> None:
    """Train on the folders given and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument(
        "--score", type=Path, help="first train without this folder, and record how its receipts are read"
    )
    parser.add_argument("--out", type=Path, default=RANKERS)
    options = parser.parse_args(argv)
    held_out: dict[str, Any] = {}
    if options.score:
        without, _ = train([folder for folder in options.folders if folder.resolve() != options.score.resolve()])
        held_out = scored(options.score, without)
        print("held out:", held_out)
    trained, figures = train(options.folders)
    save(options.out, trained, figures | {"held_out": held_out})
    print(f"{options.out}: {options.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
