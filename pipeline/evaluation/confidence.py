"""What a model's probabilities are worth: reliability, calibration error per label, coverage against accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.measures import Floats, Ints, calibration_error, confusion, scores
from pipeline.records import LABELS

ALL = "all"
"""The series of the predicted label's probability, beside one series for each label's own."""
_THRESHOLDS = np.arange(25, 100) / 100


class Bin(NamedTuple):
    """Predictions with a probability from `low` up to `high`: how many, their mean probability, the share that was right.

    `probability` and `share` are None in an empty bin.
    """

    low: float
    high: float
    sentences: int
    probability: float | None
    share: float | None


class Coverage(NamedTuple):
    """Where only sentences of at least `min_confidence` get a label: the share that do, and how well they are labelled."""

    min_confidence: float
    coverage: float
    accuracy: float
    macro_f1: float


def series(truth: Ints, probabilities: Floats) -> Iterator[tuple[str, Floats, NDArray[np.bool_]]]:
    """Name, probability and outcome: of the predicted label being right, then of each label being the true one."""
    yield ALL, probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    for number, label in enumerate(LABELS):
        yield label, probabilities[:, number], truth == number


def calibration_errors(truth: Ints, probabilities: Floats, *, bins: int) -> dict[str, float]:
    """The expected calibration error (0 to 1) of every series."""
    return {name: calibration_error(stated, came_true, bins=bins) for name, stated, came_true in series(truth, probabilities)}


def reliability(truth: Ints, probabilities: Floats, *, bins: int) -> dict[str, list[Bin]]:
    """The reliability curve of every series in `bins` equally wide bins from 0 to 1 (Murphy and Winkler 1977)."""
    return {name: _bins(stated, came_true, bins) for name, stated, came_true in series(truth, probabilities)}


def _bins(stated: Floats, came_true: NDArray[np.bool_], bins: int) -> list[Bin]:
    place = np.minimum((stated * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    sums, hits = np.bincount(place, stated, minlength=bins), np.bincount(place, came_true, minlength=bins)
    return [
        Bin(i / bins, (i + 1) / bins, int(n), float(sums[i] / n) if n else None, float(hits[i] / n) if n else None)
        for i, n in enumerate(counts)
    ]  # fmt: skip


def coverage(truth: Ints, probabilities: Floats) -> list[Coverage]:
    """Coverage, accuracy and macro-F1 for minimum confidences from 0.25 up by hundredths, while any sentence is left."""
    confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
    found = []
    for threshold in _THRESHOLDS:
        kept = confidence >= threshold
        if kept.any():
            figures = scores(confusion(truth[kept], predicted[kept]))
            found.append(Coverage(float(threshold), float(kept.mean()), float(figures["accuracy"]), float(figures["macro_f1"])))
    return found


def unsure(curve: list[Coverage], *, accuracy: float) -> dict[str, float]:
    """The smallest minimum confidence of the curve that reaches `accuracy`, and what holds there; only `wanted_accuracy` where none does."""
    reached = next((point for point in curve if point.accuracy >= accuracy), None)
    return {"wanted_accuracy": accuracy} | (reached._asdict() if reached else {})
