"""Measure the model on documents it never saw, beside the baselines: → reports/."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import evaluation, lexicon, params, report, rules, tables
from pipeline.model import StanceModel
from pipeline.params import EvaluateParams
from pipeline.records import LABELS
from pipeline.stages._run import run

_COLUMNS = ("document", "collection", "start", "end", "text", "label", "source")


def evaluate(labelled: Path, held_out: Path, model_path: Path, cues: Path, reports: Path, settings: Path) -> None:
    """Score the model, the rules and the majority label on the coders' labels of the test documents."""
    section = params.load(settings, EvaluateParams)
    rows = coded(tables.read(labelled / "test.parquet", _COLUMNS))
    truth = np.array(rows["label"], dtype=np.int64)
    model = StanceModel.load(model_path)
    probabilities = model.predict_proba(rows["text"])
    trained = np.repeat(np.arange(len(LABELS)), model.header["training"]["labels"])
    by_rules = rules.apply(rows["text"], lexicon.compile_lists(lexicon.read_folder(cues)))
    candidates = {
        "model": probabilities,
        "rules": evaluation.one_hot(by_rules.label),
        "majority": evaluation.majority(trained, len(truth)),
    }
    metrics: dict[str, Any] = {name: evaluation.evaluate(truth, found, rows["document"], section) for name, found in candidates.items()}
    metrics["collections"] = _by_collection(held_out)
    report.write(reports, metrics, rows, probabilities)
    scored = {name: metrics[name]["macro_f1"]["value"] for name in candidates}
    print("evaluate: macro-F1 " + ", ".join(f"{name} {value:.3f}" for name, value in scored.items()))


def coded(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows whose label is people's; what rules labelled is never measured on."""
    keep = [i for i, label in enumerate(rows["label"]) if label is not None and rows["source"][i] != "rules"]
    return {name: [column[i] for i in keep] for name, column in rows.items()}


def _by_collection(held_out: Path) -> dict[str, Any]:
    """Each collection as a model sees it that was trained without it."""
    rows = coded(tables.read(held_out, (*_COLUMNS, *LABELS)))
    probabilities = np.column_stack([rows[label] for label in LABELS])
    return evaluation.by_slice(np.array(rows["label"], dtype=np.int64), probabilities, rows["collection"])


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    evaluate(arguments.labelled, arguments.held_out, arguments.model, arguments.cues, arguments.reports, arguments.params)


if __name__ == "__main__":
    run(main, labelled="folder of labelled sentences", held_out="out-of-collection predictions", model="model file", cues="folder of cue lists",
        reports="folder to write")  # fmt: skip
