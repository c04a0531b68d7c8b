"""Fit, choose, calibrate and export the model: data/labelled → models/stance.npz and held-out predictions."""

from __future__ import annotations

import argparse
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import files, params, tables
from pipeline.classifying import quantification
from pipeline.coding import coded, resolving
from pipeline.language import casing, lexicon
from pipeline.params import TrainParams
from pipeline.records import LABELS
from pipeline.scoring import modelfile, unlike
from pipeline.stages._run import run
from pipeline.training import export, fitting

_VERSIONED = ("numpy", "scipy", "scikit-learn", "lemminflect", "nupunkt")
_GOLDEN_PER_LABEL = 3


def train(labelled: Path, cues: Path, codebook: Path, model_path: Path, held_out: Path, settings: Path) -> None:
    """Train on the training documents of `labelled` and write the model and its out-of-collection predictions."""
    section = params.load(settings, TrainParams)
    rows = coded.read(labelled / "train.parquet", more=("weight", "codebooks", "coders"))
    version = files.digest([codebook.read_bytes()])
    _warn_of_other_codebooks(rows.pop("codebooks"), version)
    labels = np.array(rows["label"], dtype=np.int64)
    weights = fitting.weights(rows["weight"], rows["collection"], section)
    lists = lexicon.read_folder(cues)
    compiled = lexicon.compile_lists(lists)
    counts = fitting.Counts.of(rows["text"], compiled, casing.common_forms(rows["text"]), min_documents=section.min_documents, jobs=section.jobs)
    documents = np.unique(rows["document"], return_inverse=True)[1]
    strength, tried = fitting.choose_strength(counts, labels, weights, documents, section)
    odds, divisor = _calibrate(counts, labels, weights, rows, section, strength)
    fitted = fitting.fit(counts, labels, weights, np.arange(len(labels)), section, strength=strength)
    pipeline = fitting.assemble(fitted, counts, compiled, section, divisor=divisor)
    header = {
        "settings": {"strength": strength, "tried": {str(k): v for k, v in tried.items()}, "divisor": divisor, "block_weights": section.block_weights},
        "training": {"sentences": len(labels), "documents": int(documents.max()) + 1, "labels": np.bincount(labels, minlength=len(LABELS)).tolist()},
        "hashes": {
            "training_data": files.digest(
                f"{text}\t{label}\t{weight}" for text, label, weight in zip(rows["text"], rows["label"], rows["weight"], strict=True)
            ),
            "codebook": version,
            "cues": files.digest(part for name in sorted(lists) for part in (name, lists[name])),
        },
        quantification.HEADER: _shares(rows, labels, odds, section),
        unlike.HEADER: unlike.limits(rows["text"], rows["collection"], counts.common, min_documents=section.min_documents),
        "versions": {name: metadata.version(name) for name in _VERSIONED},
    }
    modelfile.write(model_path, export.to_model(pipeline, compiled, counts.common, _golden(rows["text"], labels), header))
    _write_held_out(held_out, rows, odds)
    print(f"train: {len(labels)} sentences, strength {strength}, temperature {divisor:.3f}, {model_path.stat().st_size / 1e6:.1f} MB")


def _warn_of_other_codebooks(used: list[list[str]], version: str) -> None:
    """Say how many sentences were coded under a codebook other than the one that stands there now."""
    counted = Counter(name for names in used for name in names if name and not version.startswith(name))
    for name, count in sorted(counted.items()):
        print(f"train: warning: {count} sentences were coded under codebook {name}, which is not the present one ({version[:12]}); look at them again")


def _calibrate(
    counts: fitting.Counts, labels: NDArray[np.int64], weights: NDArray[np.float64], rows: dict[str, list[Any]], section: TrainParams, strength: float
) -> tuple[NDArray[np.float64], float]:
    """Calibrated log odds of every sentence from a model that saw nothing of its collection (or document, where there is one collection).

    The divisor comes from coders' labels in the natural collections where there are such: on text composed
    for its labels a model is surer than the news allows.
    """
    groups = fitting.fold_of(rows["collection"] if len(set(rows["collection"])) > 1 else rows["document"], section.collection_folds)
    odds = fitting.out_of_group(counts, labels, weights, groups, section, strength=strength)
    chosen = _trusted(rows, section)
    divisor = fitting.temperature(odds[chosen], labels[chosen], np.array(rows["collection"])[chosen]) if chosen.any() else 1.0
    return odds / divisor, divisor


def _trusted(rows: dict[str, list[Any]], section: TrainParams) -> NDArray[np.bool_]:
    """The sentences by which probabilities are judged: coders' labels, of the natural collections where there are such."""
    by_coders: NDArray[np.bool_] = np.array(rows["source"]) != resolving.RULES
    natural = by_coders & fitting.natural(rows["collection"], section)
    return natural if natural.any() else by_coders


def _shares(rows: dict[str, list[Any]], labels: NDArray[np.int64], odds: NDArray[np.float64], section: TrainParams) -> dict[str, Any]:
    """What `stance shares` needs to correct counts, from sentences that the models had not seen."""
    from scipy.special import softmax

    chosen = np.flatnonzero(_trusted(rows, section))
    collections, documents = ([rows[name][i] for i in chosen] for name in ("collection", "document"))
    return quantification.to_header(quantification.measure(labels[chosen], softmax(odds[chosen], axis=1), collections, documents, seed=section.seed))


def _golden(texts: list[str], labels: NDArray[np.int64]) -> list[str]:
    """Some training sentences of every label, by which a loaded model is checked."""
    return [texts[i] for number in range(len(LABELS)) for i in np.flatnonzero(labels == number)[:_GOLDEN_PER_LABEL]]


def _write_held_out(path: Path, rows: dict[str, list[Any]], odds: NDArray[np.float64]) -> None:
    from scipy.special import softmax

    probabilities = softmax(odds, axis=1)
    columns: dict[str, Any] = {name: rows[name] for name in rows}
    tables.write(path, tables.of_columns(columns | {label: probabilities[:, i].tolist() for i, label in enumerate(LABELS)}))


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    train(arguments.labelled, arguments.cues, arguments.codebook, arguments.model, arguments.held_out, arguments.params)


if __name__ == "__main__":
    run(main, labelled="folder of labelled sentences", cues="folder of cue lists", codebook="the codebook", model="model to write",
        held_out="Parquet file of out-of-collection predictions to write")  # fmt: skip
