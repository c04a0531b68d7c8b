"""What stands on the report, section by section, from the files that the stages left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.coding.agreement import ALL
from pipeline.evaluation import carriers, runs
from pipeline.evaluation.challenges import Outcome
from pipeline.pages import errorlist, figures, plots, tiles
from pipeline.params import EvaluateParams
from pipeline.records import LABELS
from pipeline.scoring.model import StanceModel

Row = list[Any]
BASELINE = "baseline"
"""The folder below reports/ with the run that is kept to compare later ones with."""
_TERMS = 12
_MOST_FAILED = 300
_BLOCKS = {"cues": "Cues", "words": "Words and pairs of words", "characters": "Runs of letters"}


class Failed(NamedTuple):
    """The failing challenges that are shown, and how many there are."""

    rows: list[Row]
    total: int


def headline(reports: Path, section: EvaluateParams) -> dict[str, Any]:
    """The verdict and the tiles of the run in `reports`, with its figures.

    Raises:
        DataError: the folder lacks what evaluate writes.
    """
    run, metrics = runs.read(reports), runs.metrics(reports)
    moved = tiles.moved(run, runs.earlier(reports / BASELINE), section)
    return {
        "metrics": metrics,
        "verdict": tiles.verdict(run, metrics, moved),
        "tiles": tiles.tiles(run, metrics, moved, section),
        "failed": _failed(run.challenges),
        "resamples": section.resamples,
    }


def measured(reports: Path, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that was measured, as figures and the tables behind them."""
    named = ("calibration", "coverage", "learning_curve", "challenges", "queue")
    calibration, coverage, learning, challenges, read = (_csv(reports / f"{name}.csv") for name in named)
    return {
        "small": plots.SMALL,
        "figures": {
            "per_label": figures.per_label(metrics),
            "slices": figures.slices(metrics),
            "collections": figures.collections(metrics),
            "calibration": figures.calibration(calibration),
            "coverage": figures.coverage(coverage, metrics["unsure"]),
            "learning": figures.learning(learning),
            "queue": figures.queue(read),
            "challenges": figures.challenges(challenges),
        },
        "absent": [label for label in LABELS if not metrics["model"]["labels"][label]["support"]],
        "confusion": _confusion(_csv(reports / "confusion.csv")),
        "slice_rows": [_scored(f"{kind}: {name}", one) for kind, found in metrics["slices"].items() for name, one in found.items()],
        "collection_rows": [_scored(name, one) for name, one in metrics["collections"].items()],
        "calibrated": sum(one["sentences"] for one in metrics["collections"].values()),
        "calibration_columns": [("Probability about", True), *((f"{name}, {what}", True) for name in ("all", *LABELS) for what in ("share", "sentences"))],
        "calibration_rows": [[row["probability"], *_pairs(row)] for row in calibration],
        "coverage_rows": [[row["min_confidence"], *(_three(row[name]) for name in ("coverage", "accuracy", "macro_f1"))] for row in coverage[::5]],
        "learning_columns": [("Measured on", False), ("Documents", True), ("Sentences", True), ("Macro-F1", True), *((label, True) for label in LABELS)],
        "learning_rows": [
            [row["on"], row["documents"], row["sentences"], *(_three(row[name]) for name in ("macro_f1", *LABELS))] for row in learning
        ],
        "queue_rows": [[row["strategy"], row["read"], row["macro_f1"], row["low"], row["high"]] for row in read],
        "agreement_table": _agreement(_csv(reports / "agreement.csv")),
        "challenge_rows": [[row["group"].replace("_", " "), row["rows"], row["passed"], _three(row["rate"])] for row in challenges],
    }  # fmt: skip


def looked_at(reports: Path, model: StanceModel) -> dict[str, Any]:
    """The strongest terms of each label by block, and the errors."""
    terms = list(runs.rows(reports / "features.csv", lambda row: carriers.Carrier(row["label"], row["block"], row["term"], float(row["weight"]))))
    errors = errorlist.listed(reports / "errors.csv", model)
    return {
        "carriers": [
            {"title": title, "letters": name == "characters", "cues": name == "cues", "columns": _columns(terms, name)} for name, title in _BLOCKS.items()
        ],
        "errors": errors,
        "error_collections": sorted({one.error.collection for one in errors.shown}),
    }


def _agreement(rows: Sequence[Mapping[str, str]]) -> list[Row]:
    """The pairs of coders who read the same sentences, and all coders together."""
    found = []
    for row in rows:
        if int(row["sentences"]):
            who = "all" if row["first"] == ALL else f"{row['first']} and {row['second']}"
            shown = [cell for name in ("kappa", "alpha") for cell in (_three(row[name]), _between(row[f"{name}_low"], row[f"{name}_high"]))]
            found.append([who, row["sentences"], _three(row["same"]), *shown])
    return found


def _columns(terms: Sequence[carriers.Carrier], block: str) -> list[dict[str, Any]]:
    """The first terms of a block for each label, with the length (0 to 100) of the bar beside each."""
    columns = []
    most = max((term.weight for term in terms if term.block == block), default=0.0)
    for label in LABELS:
        chosen = [term for term in terms if (term.label, term.block) == (label, block) and term.weight > 0][:_TERMS]
        rows = [_term(term, cue=block == "cues") | {"weight": term.weight, "bar": round(100 * term.weight / most)} for term in chosen]
        columns.append({"label": label, "rows": rows})
    return columns


def _term(term: carriers.Carrier, *, cue: bool) -> dict[str, Any]:
    """A term as it is shown; a cue's are the aspects that are looked at together, and what is found there."""
    aspects, *values = term.term.split(" | ") if cue else ("", term.term)
    return {"term": " · ".join(filter(None, values)), "aspects": aspects.replace("+", ", ")}


def _confusion(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        counts = [int(row[label]) for label in LABELS]
        total = sum(counts)
        cells = [{"sentences": count, "share": count / total if total else 0.0} for count in counts]
        found.append({"label": row["truth"], "cells": cells, "sentences": total})
    return found


def _failed(outcomes: Sequence[Outcome]) -> Failed:
    rows = [
        [one.name, one.group.replace("_", " "), one.text, one.label, one.predicted, _three(one.probability)]
        for one in outcomes
        if one.label != one.predicted
    ]  # fmt: skip
    return Failed(rows[:_MOST_FAILED], len(rows))


def _scored(name: str, found: Mapping[str, float]) -> Row:
    return [name, f"{found['sentences']:,}", *(_three(found[key]) for key in ("macro_f1", "macro_f1_low", "macro_f1_high", "accuracy"))]


def _pairs(row: Mapping[str, str]) -> list[str]:
    return [cell for name in ("all", *LABELS) for cell in (_three(row[name]), f"{int(row[f'{name}_sentences']):,}")]


def _three(value: str | float) -> str:
    """A figure with three digits, a dash where there is none."""
    return "–" if value == "" else f"{float(value):.3f}"


def _between(low: str, high: str) -> str:
    return f"{_three(low)} to {_three(high)}" if low else "–"


def _csv(path: Path) -> list[dict[str, str]]:
    return list(runs.rows(path, dict))
