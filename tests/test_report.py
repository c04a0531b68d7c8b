"""Report files: what stands in them, to the byte where it is short."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.evaluation import confidence, measures, results
from pipeline.evaluation.names import Flip
from pipeline.params import EvaluateParams
from pipeline.records import LABELS

ROWS: dict[str, list[Any]] = {
    "text": ["Sure and wrong.", "Right.", "Unsure, and wrong"],
    "label": [0, 3, 1],
    "document": ["a", "a", "b"],
    "start": [0, 16, 0],
    "end": [15, 22, 17],
    "flipped": [None, 0.0, 1 / 3],
}
PROBABILITIES = np.array([[0.05, 0.9, 0.05, 0.0], [0.0, 0.0, 0.0, 1.0], [0.1, 0.4, 0.5, 0.0]])


def written(folder: Path) -> Path:
    truth = np.array(ROWS["label"])
    metrics = {"model": measures.evaluate(truth, PROBABILITIES, ROWS["document"], EvaluateParams(resamples=100))}
    results.write(folder, metrics, ROWS, PROBABILITIES)
    return folder


def test_errors_come_with_the_least_probable_truth_first(tmp_path: Path) -> None:
    lines = (written(tmp_path) / "errors.csv").read_text().splitlines()
    assert lines == [
        "text,truth,predicted,denial,accusation,warning,neutral,document,start,end",
        "Sure and wrong.,denial,accusation,0.0500,0.9000,0.0500,0.0000,a,0,15",
        '"Unsure, and wrong",accusation,warning,0.1000,0.4000,0.5000,0.0000,b,0,17',
    ]


def test_confusion_predictions_and_labels(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert (folder / "confusion.csv").read_text().splitlines()[1] == "denial,0,1,0,0"
    assert (folder / "predictions.csv").read_text().splitlines() == [
        "document,start,end,truth,predicted,denial,accusation,warning,neutral,flipped",
        "a,0,15,denial,accusation,0.05,0.9,0.05,0.0,",
        "a,16,22,neutral,neutral,0.0,0.0,0.0,1.0,0.0",
        "b,0,17,accusation,warning,0.1,0.4,0.5,0.0,0.333333",
    ]
    assert (folder / "labels.csv").read_text().splitlines()[-3:] == ["neutral,precision,1.0", "neutral,recall,1.0", "neutral,f1,1.0"]


def test_metrics_are_rounded_and_the_same_every_time(tmp_path: Path) -> None:
    first = (written(tmp_path / "a") / "metrics.json").read_bytes()
    assert first == (written(tmp_path / "b") / "metrics.json").read_bytes()
    assert json.loads(first)["model"]["accuracy"]["value"] == 0.333333


def test_records_are_written_a_column_a_field(tmp_path: Path) -> None:
    results.write_records(tmp_path / "x.csv", Flip, [Flip('He said "no".', "b", "denial", "neutral")])
    assert (tmp_path / "x.csv").read_text() == 'text,swapped,before,after\n"He said ""no"".",b,denial,neutral\n'
    results.write_records(tmp_path / "y.csv", confidence.Coverage, [confidence.Coverage(0.25, 1 / 3, 2 / 3, 1.0)])
    assert (tmp_path / "y.csv").read_text().splitlines()[1] == "0.25,0.333333,0.666667,1.0"


def test_no_records_leave_a_header(tmp_path: Path) -> None:
    results.write_records(tmp_path / "x.csv", Flip, [])
    assert (tmp_path / "x.csv").read_text() == "text,swapped,before,after\n"


def test_reliability_curves_stand_side_by_side(tmp_path: Path) -> None:
    curves = confidence.reliability(np.array([0, 3]), np.array([[0.9, 0.1, 0, 0], [0.6, 0, 0, 0.4]]), bins=2)
    results.write_reliability(tmp_path / "calibration.csv", curves)
    names = ["all", *LABELS]
    assert (tmp_path / "calibration.csv").read_text().splitlines() == [
        ",".join(["probability", *names, *(f"{name}_sentences" for name in names)]),
        "0.25,,,0.0,0.0,0.5,0,0,2,2,2",
        "0.75,0.5,0.5,,,,2,2,0,0,0",
    ]
