"""Fit, choose, calibrate and export the model: data/labelled → models/stance.npz and held-out predictions."""

from __future__ import annotations

import argparse
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import coded, export, files, lexicon, modelfile, params, tables, training
from pipeline.params import TrainParams
from pipeline.records import LABELS
from pipeline.stages._run import run

_VERSIONED = ("numpy", "scipy", "scikit-learn", "lemminflect", "nupunkt")
_GOLDEN_PER_LABEL = 3


def train(labelled: Path, cues: Path, codebook: Path, model_path: Path, held_out: Path, settings: Path) -> None:
    """Train on the training documents of `labelled` and write the model and its out-of-collection predictions."""
    section = params.load(settings, TrainParams)
    rows = coded.read(labelled / "train.parquet")
    labels = np.array(rows["label"], dtype=np.int64)
    weights = _weights(rows, section)
    lists, codebook_hash = lexicon.read_folder(cues), files.digest([codebook.read_bytes()])
    compiled = lexicon.compile_lists(lists)
    counts = training.Counts.of(rows["text"], compiled, min_documents=section.min_documents, jobs=section.jobs)
    documents = np.unique(rows["document"], return_inverse=True)[1]
    strength, tried = training.choose_strength(counts, labels, weights, documents, section)
    odds, divisor = _calibrate(counts, labels, weights, rows, section, strength)
    fitted = training.fit(counts, labels, weights, np.arange(len(labels)), section, strength=strength)
    pipeline = training.assemble(fitted, counts, compiled, section, divisor=divisor)
    header = {
        "settings": {"strength": strength, "tried": {str(k): v for k, v in tried.items()}, "divisor": divisor, "block_weights": section.block_weights},
        "training": {"sentences": len(labels), "documents": int(documents.max()) + 1, "labels": np.bincount(labels, minlength=len(LABELS)).tolist()},
        "hashes": {
            "training_data": files.digest(f"{text}\t{label}" for text, label in zip(rows["text"], rows["label"], strict=True)),
            "codebook": codebook_hash,
            "cues": files.digest(part for name in sorted(lists) for part in (name, lists[name])),
        },
        "versions": {name: metadata.version(name) for name in _VERSIONED},
    }
    modelfile.write(model_path, export.to_model(pipeline, compiled, _golden(rows["text"], labels), header))
    _write_held_out(held_out, rows, odds)
    print(f"train: {len(labels)} sentences, strength {strength}, temperature {divisor:.3f}, {model_path.stat().st_size / 1e6:.1f} MB")


def _weights(rows: dict[str, list[Any]], section: TrainParams) -> NDArray[np.float64]:
    """How much each sentence counts in the fit, shape (n,)."""
    natural = [bool(section.natural_collections) and name.startswith(section.natural_collections) for name in rows["collection"]]
    weights = np.where(natural, section.natural_weight, 1.0)
    return np.where(np.array(rows["source"]) == coded.BY_RULES, section.rules_weight, weights)


def _calibrate(
    counts: training.Counts, labels: NDArray[np.int64], weights: NDArray[np.float64], rows: dict[str, list[Any]], section: TrainParams, strength: float
) -> tuple[NDArray[np.float64], float]:
    """Calibrated log odds of every sentence from a model without its collection (or document, where there is one collection)."""
    groups = rows["collection"] if len(set(rows["collection"])) > 1 else rows["document"]
    odds = training.out_of_group(counts, labels, weights, groups, section, strength=strength)
    people = np.array(rows["source"]) != coded.BY_RULES
    divisor = training.temperature(odds[people], labels[people]) if people.any() else 1.0
    return odds / divisor, divisor


def _golden(texts: list[str], labels: NDArray[np.int64]) -> list[str]:
    """Some training sentences of every label, by which a loaded model is checked."""
    return [texts[i] for number in range(len(LABELS)) for i in np.flatnonzero(labels == number)[:_GOLDEN_PER_LABEL]]


def _write_held_out(path: Path, rows: dict[str, list[Any]], odds: NDArray[np.float64]) -> None:
    probabilities = np.exp(odds - odds.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    columns: dict[str, Any] = {name: rows[name] for name in rows}
    tables.write(path, tables.of_columns(columns | {label: probabilities[:, i].tolist() for i, label in enumerate(LABELS)}))


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    train(arguments.labelled, arguments.cues, arguments.codebook, arguments.model, arguments.held_out, arguments.params)


if __name__ == "__main__":
    run(main, labelled="folder of labelled sentences", cues="folder of cue lists", codebook="the codebook", model="model to write",
        held_out="Parquet file of out-of-collection predictions to write")  # fmt: skip
