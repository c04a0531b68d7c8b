"""Score a model on a file of labelled sentences: what `stance evaluate` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import suggesting
from pipeline.decoding import Decoding
from pipeline.errors import DataError
from pipeline.evaluation import confidence, measures, names
from pipeline.evaluation.names import Names
from pipeline.params import EvaluateParams
from pipeline.reading import documents
from pipeline.records import LABELS
from pipeline.scoring import unlike
from pipeline.scoring.model import StanceModel


class Columns(NamedTuple):
    """The columns of a labelled file; a file without `slice` has no figures by slice."""

    text: str = "text"
    label: str = "label"
    slice: str = "slice"


def evaluate_file(model: StanceModel, path: Path, columns: Columns, *, swapped: Names | None = None, decoding: Decoding | None = None) -> dict[str, Any]:
    """The figures of `measures.evaluate` for a labelled file, the majority label's beside, the smallest confidence
    that reaches the wanted accuracy, macro-F1 by slice, and with names to swap the share of predictions that flip.
    `model` is the hash of the model's arrays, "" where it was never written; `unlike` says what tells the texts from
    those the model was trained on.

    Every row counts as a document of its own in the intervals.

    Raises:
        DataError: a row lacks text or label, or the label is none of the four.
    """
    params = EvaluateParams()
    texts, truth, slices = read(path, columns, decoding)
    probabilities = model.predict_proba(texts)
    ids = [str(number) for number in range(len(texts))]
    figures = measures.evaluate(truth, probabilities, ids, params)
    figures |= {"model": model.header.get("content", ""), "unlike": unlike.told(model.stored, texts)}
    trained = np.repeat(np.arange(len(LABELS)), model.header["training"]["labels"])
    figures["majority"] = measures.evaluate(truth, measures.majority(trained, len(texts)), ids, params)["macro_f1"]
    figures["unsure"] = confidence.unsure(confidence.coverage(truth, probabilities), accuracy=params.wanted_accuracy)
    if any(slices):
        figures["slices"] = measures.by_slice(truth, probabilities, slices, ids, params)
    if swapped is not None:
        figures["name_flips"] = names.flips(model.predict_proba, texts, swapped, swaps=params.name_swaps, seed=params.seed)[0]
    return figures


def read(path: Path, columns: Columns, decoding: Decoding | None = None) -> tuple[list[str], NDArray[np.int64], list[str]]:
    """Texts, label numbers and slices of a labelled file."""
    texts, labels, slices = [], [], []
    for number, row in enumerate(documents.read_rows(path, decoding)):
        texts.append(documents.cell(row, columns.text, path, number))
        labels.append(_label(row, columns.label, path, number))
        slices.append(str(row.get(columns.slice, "")))
    if not texts:
        raise DataError("holds no rows", where=str(path), next_step="give a file with labelled sentences")
    return texts, np.array(labels, dtype=np.int64), slices


def _label(row: dict[str, object], column: str, path: Path, number: int) -> int:
    """`documents.label_cell`, whose errors here name the option or the label that was meant."""
    try:
        return documents.label_cell(row, column, path, number, absent="name the column that holds the label with --label-column")
    except DataError as error:
        meant = suggesting.meant(str(row.get(column)).strip().lower(), LABELS)
        next_step = f"{meant} {error.next_step[:1].upper()}{error.next_step[1:]}" if meant else error.next_step
        raise DataError(error.what, where=error.where, next_step=next_step) from None


def as_table(figures: Mapping[str, Any]) -> str:
    """The figures as lines for a terminal."""
    lines = [f"{figures['sentences']} sentence{'s' * (figures['sentences'] != 1)}"]
    for name, title in (("macro_f1", "macro-F1"), ("accuracy", "accuracy"), ("log_loss", "log loss"), ("calibration_error", "calibration error")):
        lines.append(f"{title:<18} {_interval(figures[name])}")
    lines.append(f"{'majority label':<18} {_interval(figures['majority'])}  (macro-F1)")
    lines += _further(figures)
    lines.append(f"\n{'label':<12} {'precision':>9} {'recall':>7} {'F1':>6} {'support':>8}")
    for label, found in figures["labels"].items():
        shown = [found[kind]["value"] for kind in ("precision", "recall", "f1")]
        lines.append(f"{label:<12} {shown[0]:>9.3f} {shown[1]:>7.3f} {shown[2]:>6.3f} {found['support']:>8}")
    if "slices" in figures:
        lines.append(f"\n{'slice':<12} {'macro-F1':>9} {'accuracy':>9} {'sentences':>9}")
        lines += [f"{name:<12} {s['macro_f1']:>9.3f} {s['accuracy']:>9.3f} {s['sentences']:>9}" for name, s in figures["slices"].items()]
    return "\n".join(lines)


def _further(figures: Mapping[str, Any]) -> Iterator[str]:
    unsure, flips = figures["unsure"], figures.get("name_flips")
    wanted = f"{unsure['wanted_accuracy']:.0%} right"
    if "min_confidence" in unsure:
        yield f"{wanted:<18} from confidence {unsure['min_confidence']:.2f}, which {unsure['coverage']:.0%} of the sentences reach"
    else:
        yield f"{wanted:<18} at no confidence"
    if flips:
        yield f"{'name flips':<18} {flips['share']:.3f} of the {flips['sentences']} sentences with a name ({flips['share_of_all']:.3f} of all)"


def _interval(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f}  ({figure['low']:.3f} to {figure['high']:.3f})"
