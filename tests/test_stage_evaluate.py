"""The evaluate stage on a handful of sentences: every file it promises, and only coders' labels measured."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import params, tables
from pipeline.params import EvaluateParams
from pipeline.records import LABELS
from pipeline.stages import evaluate

ROOT = Path(__file__).parent.parent
TEXTS = [
    ("The ministry in Lima denied the report.", 0, "single"),
    ("Rebels accused the army of shelling Kabul.", 1, "agreed"),
    ("The UN warned that famine could spread.", 2, "adjudicated"),
    ("The two ministers met in Lima on Monday.", 3, "single"),
    ("The ministry denied it all.", 3, "rules"),
    ("Nobody agreed on this one.", None, "disputed"),
]


def columns() -> dict[str, list[Any]]:
    size = len(TEXTS)
    return {
        "document": [f"c{i % 2}/{i}.txt" for i in range(size)],
        "collection": [f"c{i % 2}" for i in range(size)],
        "start": [0] * size,
        "end": [len(text) for text, _, _ in TEXTS],
        "text": [text for text, _, _ in TEXTS],
        "label": [label for _, label, _ in TEXTS],
        "source": [source for _, _, source in TEXTS],
    }


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stage")
    tables.write(folder / "labelled" / "test.parquet", tables.of_columns(columns()))
    stated = {label: [0.94 if label == "denial" else 0.02] * len(TEXTS) for label in LABELS}
    tables.write(folder / "held_out.parquet", tables.of_columns(columns() | stated))
    seeds = ROOT / "seeds"
    paths = evaluate.Paths(
        folder / "labelled",
        folder / "held_out.parquet",
        ROOT / "models" / "stance.npz",
        seeds / "challenges",
        seeds / "names",
        folder / "reports",
    )
    evaluate.evaluate(paths, ROOT / "params.yaml")
    return paths.reports


def metrics(reports: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((reports / "metrics.json").read_text())
    return found


def test_writes_what_dvc_expects(reports: Path) -> None:
    stage = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["evaluate"]
    promised = {Path(path).name for kind in ("metrics", "outs", "plots") for entry in stage[kind] for path in entry}
    assert {path.name for path in reports.iterdir()} == promised


def test_measures_only_what_coders_labelled(reports: Path) -> None:
    found = metrics(reports)
    assert found["model"]["sentences"] == 4
    assert found["model"]["accuracy"]["value"] == 1.0
    assert found["collections"]["c0"]["sentences"] + found["collections"]["c1"]["sentences"] == 4


def test_held_out_predictions_give_calibration_and_coverage(reports: Path) -> None:
    found = metrics(reports)
    assert found["calibration_error"] == {"all": 0.69, "denial": 0.69, "accusation": 0.23, "warning": 0.23, "neutral": 0.23}
    assert found["unsure"] == {"wanted_accuracy": 0.9}
    rows = list(csv.DictReader((reports / "coverage.csv").open()))
    assert (rows[0]["min_confidence"], rows[-1]["min_confidence"], rows[-1]["accuracy"]) == ("0.25", "0.94", "0.25")
    calibration = list(csv.DictReader((reports / "calibration.csv").open()))
    assert (calibration[9]["denial"], calibration[9]["denial_sentences"]) == ("0.25", "4")


def test_slices_and_flips_by_sentence(reports: Path) -> None:
    assert {kind: sum(one["sentences"] for one in found.values()) for kind, found in metrics(reports)["slices"].items()} == dict.fromkeys(
        ("place", "length", "quotation", "letters", "names"), 4
    )
    rows = list(csv.DictReader((reports / "predictions.csv").open()))
    assert [(row["document"], row["truth"], row["predicted"], row["flipped"]) for row in rows[:2]] == [
        ("c0/0.txt", "denial", "denial", "0.0"),
        ("c1/1.txt", "accusation", "accusation", "0.0"),
    ]


def test_challenges_names_and_carriers(reports: Path) -> None:
    found = metrics(reports)
    rows = {row["group"]: row for row in csv.DictReader((reports / "challenges.csv").open())}
    assert found["challenges"] == {group: float(row["rate"]) for group, row in rows.items()}
    outcomes = list(csv.DictReader((reports / "challenge_outcomes.csv").open()))
    assert (len(outcomes), sum(row["label"] == row["predicted"] for row in outcomes)) == (int(rows["all"]["rows"]), int(rows["all"]["passed"]))
    assert found["name_flips"]["sentences"] == 4
    features = list(csv.DictReader((reports / "features.csv").open()))
    assert len(features) == params.load(ROOT / "params.yaml", EvaluateParams).carriers * 4 * 3
