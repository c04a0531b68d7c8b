"""Figures of a classification against coders' labels: scores, calibration, intervals, slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.params import EvaluateParams
from pipeline.records import LABELS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SIZE = len(LABELS)
_SMALLEST = 1e-15


def confusion(truth: Ints, predicted: Ints) -> Ints:
    """Counts (4, 4): row the true label, column the predicted one, in the order of LABELS."""
    return np.bincount(truth * SIZE + predicted, minlength=SIZE * SIZE).reshape(SIZE, SIZE)


def scores(matrix: NDArray[Any]) -> dict[str, Floats]:
    """Accuracy, macro-F1 and precision, recall, F1 per label from confusion counts (…, 4, 4).

    Macro-F1 is the mean F1 over the labels that stand in the truth or the prediction; a ratio with
    nothing below the line is 0, as in scikit-learn with `zero_division=0`.
    """
    hits = np.diagonal(matrix, axis1=-2, axis2=-1).astype(float)
    predicted, true = matrix.sum(axis=-2).astype(float), matrix.sum(axis=-1).astype(float)
    total = true.sum(axis=-1)
    f1 = _ratio(2 * hits, predicted + true)
    present = (predicted + true) > 0
    return {
        "accuracy": _ratio(hits.sum(axis=-1), total),
        "macro_f1": _ratio((f1 * present).sum(axis=-1), present.sum(axis=-1).astype(float)),
        "precision": _ratio(hits, predicted),
        "recall": _ratio(hits, true),
        "f1": f1,
    }


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=below > 0)


def calibration_error(confidence: Floats, correct: NDArray[np.bool_], *, bins: int) -> float:
    """Expected calibration error, 0 to 1: mean gap of confidence and accuracy over equal-width bins (Naeini et al. 2015)."""
    if not len(confidence):
        return 0.0
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.abs(np.bincount(place, correct - confidence, minlength=bins))
    return float(gaps.sum() / len(confidence))


def log_loss(truth: Ints, probabilities: Floats) -> float:
    """Mean negative log probability (natural) of the true label."""
    if not len(truth):
        return 0.0
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], _SMALLEST)).mean())


def evaluate(truth: Ints, probabilities: Floats, documents: Sequence[str], params: EvaluateParams) -> dict[str, Any]:
    """All figures of one classification, each with a 95 % bootstrap interval over documents.

    Args:
        truth: label numbers (n,).
        probabilities: (n, 4), rows sum to 1.
        documents: the document of each sentence; whole documents are drawn (with return).

    Raises:
        DataError: there are no sentences.
    """
    if not len(truth):
        raise DataError("there are no labelled sentences to measure on", next_step="annotate some, or hold out more documents")
    point = figures(truth, probabilities, params.calibration_bins)
    drawn = resampled(truth, probabilities, documents, params)
    low, high = (np.quantile(drawn, quantile, axis=0) for quantile in (0.025, 0.975))
    named = {name: {"value": float(point[i]), "low": float(low[i]), "high": float(high[i])} for i, name in enumerate(FIGURES)}
    labels: dict[str, Any] = {}
    for number, label in enumerate(LABELS):
        labels[label] = {kind: named[f"{kind}/{label}"] for kind in ("precision", "recall", "f1")}
        labels[label]["support"] = int(np.count_nonzero(truth == number))
    overall = {name: named[name] for name in ("accuracy", "macro_f1", "log_loss", "calibration_error")}
    return {"sentences": len(truth), "documents": len(set(documents)), **overall, "labels": labels}


FIGURES = (
    "accuracy",
    "macro_f1",
    *(f"{kind}/{label}" for kind in ("precision", "recall", "f1") for label in LABELS),
    "log_loss",
    "calibration_error",
)
"""The names of the figures of `figures` and `resampled`, in their order."""


def figures(truth: Ints, probabilities: Floats, bins: int) -> Floats:
    """Every figure of FIGURES (figures,) for label numbers (n,) and probabilities (n, 4)."""
    predicted = probabilities.argmax(axis=1)
    found = scores(confusion(truth, predicted))
    per_label = np.concatenate([found["precision"], found["recall"], found["f1"]])
    error = calibration_error(probabilities.max(axis=1), predicted == truth, bins=bins)
    return np.array([float(found["accuracy"]), float(found["macro_f1"]), *per_label, log_loss(truth, probabilities), error])


def draws(count: int, params: EvaluateParams) -> Ints:
    """How often each of `count` groups is drawn, with return, in each resample: (resamples, count); the same for the same seed."""
    return np.random.default_rng(params.seed).multinomial(count, np.full(count, 1 / count), size=params.resamples)


def resampled(truth: Ints, probabilities: Floats, documents: Sequence[str], params: EvaluateParams) -> Floats:
    """Every figure of FIGURES for every resample of documents, shape (resamples, figures).

    The resamples are the same for the same documents and seed, so that two classifications can be compared in pairs.
    """
    predicted = probabilities.argmax(axis=1)
    names, place = np.unique(np.asarray(documents), return_inverse=True)
    count, bins = len(names), params.calibration_bins
    matrices = np.bincount(place * SIZE**2 + truth * SIZE + predicted, minlength=count * SIZE**2).reshape(count, SIZE**2)
    confidence = probabilities.max(axis=1)
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place * bins + bin_of, (predicted == truth) - confidence, minlength=count * bins).reshape(count, bins)
    own = np.maximum(probabilities[np.arange(len(truth)), truth], _SMALLEST)
    losses = np.bincount(place, -np.log(own), minlength=count)
    sizes = np.bincount(place, minlength=count)
    times = draws(count, params)
    found = scores((times @ matrices).reshape(-1, SIZE, SIZE))
    total = times @ sizes
    return np.column_stack(
        [found["accuracy"], found["macro_f1"], found["precision"], found["recall"], found["f1"],
         (times @ losses) / total, np.abs(times @ gaps).sum(axis=1) / total]
    )  # fmt: skip


def one_hot(labels: Ints) -> Floats:
    """Certain probabilities (n, 4) for given labels: how a baseline without probabilities is scored."""
    return np.eye(SIZE)[labels]


def majority(train: Ints, size: int) -> Floats:
    """The shares of the training labels as probabilities for `size` sentences: the majority-label baseline."""
    shares = np.bincount(train, minlength=SIZE) / max(len(train), 1)
    return np.tile(shares, (size, 1))


def by_slice(truth: Ints, probabilities: Floats, slices: Sequence[str], documents: Sequence[str], params: EvaluateParams) -> dict[str, dict[str, float]]:
    """Size, accuracy and macro-F1 of every slice, macro-F1 over the labels present in it and with a 95 % bootstrap interval over documents."""
    names, places = np.asarray(slices), np.asarray(documents)
    found = {}
    for name in sorted(set(slices)):
        chosen = names == name
        scored = scores(confusion(truth[chosen], probabilities[chosen].argmax(axis=1)))
        drawn = resampled(truth[chosen], probabilities[chosen], places[chosen].tolist(), params)[:, FIGURES.index("macro_f1")]
        low, high = np.quantile(drawn, (0.025, 0.975)).tolist()
        interval = {"macro_f1": float(scored["macro_f1"]), "macro_f1_low": low, "macro_f1_high": high}
        found[name] = {"sentences": int(chosen.sum()), "accuracy": float(scored["accuracy"])} | interval
    return found
