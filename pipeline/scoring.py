"""Score a model on a file of labelled sentences: what `stance evaluate` does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import documents, evaluation
from pipeline.errors import DataError
from pipeline.model import StanceModel
from pipeline.params import EvaluateParams
from pipeline.records import LABELS


def evaluate_file(model: StanceModel, path: Path, *, text_column: str = "text", label_column: str = "label", slice_column: str = "slice") -> dict[str, Any]:
    """The figures of `evaluation.evaluate` for a labelled file, the majority label's beside, and macro-F1 by slice.

    Every row counts as a document of its own in the intervals.

    Raises:
        DataError: a row lacks text or label, or the label is none of the four.
    """
    texts, labels, slices = [], [], []
    for number, row in enumerate(documents.read_rows(path)):
        texts.append(documents.cell(row, text_column, path, number))
        label = documents.cell(row, label_column, path, number)
        if label not in LABELS:
            raise DataError(f"the label is {label!r}", where=f"{path} row {number + 1}", next_step=f"the labels are {', '.join(LABELS)}")
        labels.append(LABELS.index(label))
        slices.append(str(row.get(slice_column, "")))
    if not texts:
        raise DataError("holds no rows", where=str(path), next_step="give a file with labelled sentences")
    truth = np.array(labels, dtype=np.int64)
    probabilities = model.predict_proba(texts)
    ids = [str(number) for number in range(len(texts))]
    figures = evaluation.evaluate(truth, probabilities, ids, EvaluateParams())
    trained = np.repeat(np.arange(len(LABELS)), model.header["training"]["labels"])
    figures["majority"] = evaluation.evaluate(truth, evaluation.majority(trained, len(texts)), ids, EvaluateParams())["macro_f1"]
    if any(slices):
        figures["slices"] = evaluation.by_slice(truth, probabilities, slices)
    return figures


def as_table(figures: Mapping[str, Any]) -> str:
    """The figures as lines for a terminal."""
    lines = [f"{figures['sentences']} sentences"]
    for name, title in (("macro_f1", "macro-F1"), ("accuracy", "accuracy"), ("log_loss", "log loss"), ("calibration_error", "calibration error")):
        lines.append(f"{title:<18} {_interval(figures[name])}")
    lines.append(f"{'majority label':<18} {_interval(figures['majority'])}  (macro-F1)")
    lines.append(f"\n{'label':<12} {'precision':>9} {'recall':>7} {'F1':>6} {'support':>8}")
    for label, found in figures["labels"].items():
        shown = [found[kind]["value"] for kind in ("precision", "recall", "f1")]
        lines.append(f"{label:<12} {shown[0]:>9.3f} {shown[1]:>7.3f} {shown[2]:>6.3f} {found['support']:>8}")
    if "slices" in figures:
        lines.append(f"\n{'slice':<12} {'macro-F1':>9} {'accuracy':>9} {'sentences':>9}")
        lines += [f"{name:<12} {s['macro_f1']:>9.3f} {s['accuracy']:>9.3f} {s['sentences']:>9}" for name, s in figures["slices"].items()]
    return "\n".join(lines)


def _interval(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f}  ({figure['low']:.3f} to {figure['high']:.3f})"
