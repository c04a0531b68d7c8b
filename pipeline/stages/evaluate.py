"""Measure the model on documents it never saw, beside the baselines, and on challenges, other names, its own confidence: → reports/."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pipeline import params
from pipeline.coding import coded
from pipeline.evaluation import carriers, challenges, confidence, measures, names, results, slices
from pipeline.language import rules
from pipeline.params import EvaluateParams
from pipeline.records import LABELS
from pipeline.scoring import modelfile
from pipeline.scoring.model import StanceModel
from pipeline.stages._run import run


class Paths(NamedTuple):
    """What the stage reads, and the folder it writes to."""

    labelled: Path
    held_out: Path
    model: Path
    challenges: Path
    names: Path
    reports: Path


def evaluate(paths: Paths, settings: Path) -> None:
    """Score the model, the rules and the majority label on the coders' labels of the test documents, and the model on every other test of it."""
    section = params.load(settings, EvaluateParams)
    rows = coded.read(paths.labelled / "test.parquet", by_coders=True)
    truth = np.array(rows["label"], dtype=np.int64)
    model = StanceModel.load(paths.model)
    probabilities = model.predict_proba(rows["text"])
    trained = np.repeat(np.arange(len(LABELS)), model.header["training"]["labels"])
    stored = modelfile.read(paths.model)
    by_rules = rules.apply(rows["text"], stored.lexicon)
    candidates = {
        "model": probabilities,
        "rules": measures.one_hot(by_rules.label),
        "majority": measures.majority(trained, len(truth)),
    }
    metrics: dict[str, Any] = {name: measures.evaluate(truth, found, rows["document"], section) for name, found in candidates.items()}
    metrics |= _held_out(paths, section)
    metrics["challenges"] = _challenges(model, paths)
    lists = names.read_folder(paths.names)
    metrics["name_flips"], flips = names.flips(model.predict_proba, rows["text"], lists, swaps=section.name_swaps, seed=section.seed)
    rows["flipped"] = names.flipped(rows["text"], lists, flips, swaps=section.name_swaps)
    metrics["slices"] = _slices(rows, truth, probabilities, section)
    results.write_records(paths.reports / "name_flips.csv", names.Flip, flips)
    results.write_records(paths.reports / "features.csv", carriers.Carrier, carriers.strongest(stored, count=section.carriers))
    results.write(paths.reports, metrics, rows, probabilities)
    scored = {name: metrics[name]["macro_f1"]["value"] for name in candidates}
    print("evaluate: macro-F1 " + ", ".join(f"{name} {value:.3f}" for name, value in scored.items()))


def _slices(rows: dict[str, list[Any]], truth: measures.Ints, probabilities: measures.Floats, section: EvaluateParams) -> dict[str, Any]:
    """The figures of every slice, by kind of slice."""
    kinds = slices.of(rows["text"], rows["start"], [flipped is not None for flipped in rows["flipped"]])
    return {kind: measures.by_slice(truth, probabilities, found, rows["document"], section) for kind, found in kinds.items()}


def _held_out(paths: Paths, section: EvaluateParams) -> dict[str, Any]:
    """The training sentences as models see them that were trained without their collection: each collection, calibration, coverage."""
    rows = coded.read(paths.held_out, by_coders=True, more=LABELS)
    truth = np.array(rows["label"], dtype=np.int64)
    probabilities = np.column_stack([rows[label] for label in LABELS])
    curve = confidence.coverage(truth, probabilities)
    results.write_records(paths.reports / "coverage.csv", confidence.Coverage, curve)
    results.write_reliability(paths.reports / "calibration.csv", confidence.reliability(truth, probabilities, bins=section.calibration_bins))
    return {
        "collections": measures.by_slice(truth, probabilities, rows["collection"], rows["document"], section),
        "calibration_error": confidence.calibration_errors(truth, probabilities, bins=section.calibration_bins),
        "unsure": confidence.unsure(curve, accuracy=section.wanted_accuracy),
    }


def _challenges(model: StanceModel, paths: Paths) -> dict[str, float]:
    """The share of challenges passed, by group and over all."""
    found = challenges.read_folder(paths.challenges)
    probabilities = model.predict_proba([challenge.text for challenge in found])
    rates = challenges.rates(found, probabilities)
    results.write_records(paths.reports / "challenges.csv", challenges.Rate, rates)
    results.write_records(paths.reports / "challenge_outcomes.csv", challenges.Outcome, challenges.outcomes(found, probabilities))
    return {rate.group: rate.rate for rate in rates}


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    evaluate(Paths(*(getattr(arguments, name) for name in Paths._fields)), arguments.params)


if __name__ == "__main__":
    run(main, labelled="folder of labelled sentences", held_out="out-of-collection predictions", model="model file",
        challenges="folder of challenges", names="folder of names by kind", reports="folder to write")  # fmt: skip
