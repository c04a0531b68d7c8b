"""What evaluate leaves behind: metrics, confusion, errors and the data of the plots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import files, formulas
from pipeline.evaluation import confidence, measures
from pipeline.records import LABELS


def write(folder: Path, metrics: dict[str, Any], rows: dict[str, list[Any]], probabilities: NDArray[np.float64]) -> None:
    """Write metrics.json, confusion.csv, errors.csv, predictions.csv and labels.csv below `folder`."""
    truth = np.array(rows["label"], dtype=np.int64)
    predicted = probabilities.argmax(axis=1)
    files.write_text(folder / "metrics.json", json.dumps(_rounded(metrics), indent=2, sort_keys=True) + "\n")
    matrix = measures.confusion(truth, predicted)
    files.write_text(folder / "confusion.csv", to_csv(("truth", *LABELS), ([label, *matrix[i].tolist()] for i, label in enumerate(LABELS))))
    files.write_text(folder / "predictions.csv", to_csv(PREDICTION_COLUMNS, _predictions(rows, truth, probabilities)))
    labels = metrics["model"]["labels"]
    figures = ([label, kind, labels[label][kind]["value"]] for label in LABELS for kind in ("precision", "recall", "f1"))
    files.write_text(folder / "labels.csv", to_csv(("label", "figure", "value"), figures))
    files.write_text(folder / "errors.csv", to_csv(_ERROR_COLUMNS, _errors(rows, truth, probabilities)))


def write_records(path: Path, kind: type[NamedTuple], records: Iterable[Sequence[Any]]) -> None:
    """Write records of one `kind` as CSV, a column a field."""
    files.write_text(path, to_csv(kind._fields, ([_rounded(value) for value in record] for record in records)))


def write_reliability(path: Path, curves: Mapping[str, Sequence[confidence.Bin]]) -> None:
    """Write reliability curves side by side: a row a bin, for each curve the share that was right and the number of sentences.

    The share is empty where a bin is.
    """
    header = ("probability", *curves, *(f"{name}_sentences" for name in curves))
    rows = (
        [(row[0].low + row[0].high) / 2, *(found.share for found in row), *(found.sentences for found in row)] for row in zip(*curves.values(), strict=True)
    )
    files.write_text(path, to_csv(header, ([_rounded(value) for value in row] for row in rows)))


_PLACE = ("document", "start", "end")
PREDICTION_COLUMNS = (*_PLACE, "truth", "predicted", *LABELS, "flipped")
"""The columns of predictions.csv; `flipped` is the share of name swaps that change the label, empty for a sentence without a name."""


def _predictions(rows: dict[str, list[Any]], truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Iterable[Sequence[Any]]:
    for i, (true, guess) in enumerate(zip(truth, probabilities.argmax(axis=1), strict=True)):
        yield [*(rows[name][i] for name in _PLACE), LABELS[true], LABELS[guess], *map(_rounded, probabilities[i].tolist()), _rounded(rows["flipped"][i])]


_ERROR_COLUMNS = ("text", "truth", "predicted", *LABELS, *_PLACE)


def _errors(rows: dict[str, list[Any]], truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Iterable[Sequence[Any]]:
    """Every wrongly labelled sentence, the least probable truth first."""
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != truth)
    for i in wrong[np.argsort(probabilities[wrong, truth[wrong]], kind="stable")]:
        yield [formulas.guard(rows["text"][i]), LABELS[truth[i]], LABELS[predicted[i]], *_shown(probabilities[i]), *(rows[name][i] for name in _PLACE)]


def _shown(probabilities: NDArray[np.float64]) -> list[str]:
    return [f"{value:.4f}" for value in probabilities]


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV text with a header and line feeds."""
    return "".join(files.csv_lines([header, *rows]))


def _rounded(value: Any) -> Any:
    """Floats to six digits, so that a report does not change where nothing did."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 6) if isinstance(value, float) else value
