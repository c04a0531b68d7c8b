"""Reports: errors worst first, every label in every table, and the same bytes for the same figures."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline import evaluation, report
from pipeline.params import EvaluateParams
from pipeline.records import LABELS

TRUTH = [0, 0, 1, 3]
PROBABILITIES = np.array([[0.7, 0.1, 0.1, 0.1], [0.3, 0.5, 0.1, 0.1], [0.6, 0.05, 0.05, 0.3], [0.1, 0.1, 0.1, 0.7]])
ROWS = {"label": TRUTH, "text": ["right", "near", 'far, "and"\rwide', "right"], "document": list("abcd"), "start": [0, 1, 2, 3], "end": [5, 6, 7, 8]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    figures = evaluation.evaluate(np.array(TRUTH), PROBABILITIES, list("abcd"), EvaluateParams(resamples=100))
    report.write(tmp_path, {"model": figures}, ROWS, PROBABILITIES)
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def test_errors_stand_worst_first_with_all_that_is_known(folder: Path) -> None:
    found = rows(folder / "errors.csv")
    assert [row["text"] for row in found] == ['far, "and"\rwide', "near"]
    assert found[0] == {"text": 'far, "and"\rwide', "truth": "accusation", "predicted": "denial", "document": "c", "start": "2", "end": "7"} | dict(
        zip(LABELS, ("0.6000", "0.0500", "0.0500", "0.3000"), strict=True)
    )


def test_a_label_that_is_missing_has_its_row_all_the_same(folder: Path) -> None:
    confusion = {row["truth"]: [row[label] for label in LABELS] for row in rows(folder / "confusion.csv")}
    assert confusion == {"denial": list("1100"), "accusation": list("1000"), "warning": list("0000"), "neutral": list("0001")}
    assert [(row["label"], row["figure"]) for row in rows(folder / "labels.csv")] == [
        (label, figure) for label in LABELS for figure in ("precision", "recall", "f1")
    ]
    assert [(row["truth"], row["predicted"]) for row in rows(folder / "predictions.csv")][1] == ("denial", "accusation")


def test_figures_are_rounded_and_sorted_so_that_reports_can_be_compared(folder: Path, tmp_path: Path) -> None:
    text = (folder / "metrics.json").read_text()
    metrics = json.loads(text)
    assert text == json.dumps(metrics, indent=2, sort_keys=True) + "\n"
    assert all(round(value, 6) == value for value in metrics["model"]["macro_f1"].values())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    figures = evaluation.evaluate(np.array(TRUTH), PROBABILITIES, list("abcd"), EvaluateParams(resamples=100))
    report.write(tmp_path, {"model": figures}, ROWS, PROBABILITIES)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
