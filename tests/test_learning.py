"""The learning curve and what each collection adds, on sentences small enough to know the outcome."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from pipeline import cli, tables
from pipeline.coding import coded
from pipeline.params import LearningParams, TrainParams
from pipeline.records import LABELS
from pipeline.stages import learning_curve
from pipeline.training import fitting, learning
from pipeline.training.learning import EvaluationSet, Study

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "models" / "stance.npz"
PARAMS = TrainParams(jobs=1, min_documents=1)
SENTENCES = ("The mayor denied report {}.", "The mayor accused firm {}.", "The mayor warned of storm {}.", "The mayor met envoy {}.")
PLACES = ("east", "west", "coast", "hills")


def rows(collections: Sequence[tuple[str, Sequence[int]]], *, size: int = 4) -> dict[str, list[Any]]:
    """`size` documents of a collection, one sentence of each of its labels in every one."""
    found: dict[str, list[Any]] = {name: [] for name in (*coded.COLUMNS, "weight")}
    for collection, labels in collections:
        for number in range(size):
            for label in labels:
                text = SENTENCES[label].format(PLACES[number % 4])
                row = (f"{collection}/{number}.txt", collection, 0, len(text), text, label, "single", 1.0)
                for name, value in zip(found, row, strict=True):
                    found[name].append(value)
    return found


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Denials stand in the collection `a` alone; `b` has the other labels, and `c` only neutral sentences."""
    train = rows([("a", [0, 3]), ("b", [1, 2, 3]), ("c", [3])])
    tables.write(tmp_path / "labelled" / "train.parquet", tables.of_columns(train))
    tables.write(tmp_path / "labelled" / "test.parquet", tables.of_columns(rows([("t", [0, 1, 2, 3])], size=2)))
    return tmp_path / "labelled"


@pytest.fixture
def study(labelled: Path) -> Study:
    return learning.prepare(labelled, MODEL, PARAMS, more=[EvaluationSet("denials", ["The mayor denied this.", "The mayor denied all."], np.array([0, 0]))])


def test_points_of_every_share_on_every_tested_set(study: Study) -> None:
    points = learning.curve(study, LearningParams(shares=(1.0, 0.5)))
    assert [(one.on, one.share, one.documents) for one in points] == [
        ("test documents", 0.5, 6), ("test documents", 1.0, 12), ("denials", 0.5, 6), ("denials", 1.0, 12)
    ]  # fmt: skip
    whole = points[1]
    assert whole.sentences == 4 * (2 + 3 + 1)
    assert (whole.macro_f1, whole.denial, whole.accusation, whole.warning, whole.neutral) == (1.0,) * 5
    assert (points[3].macro_f1, points[3].denial, points[3].warning) == (1.0, 1.0, 0.0)


def test_a_part_lies_within_a_greater_one_and_holds_whole_documents(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[set[int]] = []
    fit = fitting.fit

    def recorded(*arguments: Any, **options: Any) -> fitting.Fitted:
        parts.append(set(arguments[3].tolist()))
        return fit(*arguments, **options)

    monkeypatch.setattr(fitting, "fit", recorded)
    learning.curve(study, LearningParams(shares=(0.5, 0.75, 1.0)))
    assert parts[0] < parts[1] < parts[2] == set(range(24))
    for part in parts:
        assert {i for i in range(24) if study.documents[i] in study.documents[sorted(part)]} == part


def test_the_seed_decides_the_parts(study: Study) -> None:
    shares = (0.3, 0.6)
    assert learning.curve(study, LearningParams(shares=shares)) == learning.curve(study, LearningParams(shares=shares))
    sizes = {tuple(one.sentences for one in learning.curve(study, LearningParams(shares=shares, seed=seed))) for seed in range(5)}
    assert len(sizes) > 1


def test_a_part_with_one_label_is_left_out(tmp_path: Path) -> None:
    tables.write(tmp_path / "train.parquet", tables.of_columns(rows([("a", [0]), ("b", [3])], size=1)))
    tables.write(tmp_path / "test.parquet", tables.of_columns(rows([("t", [0, 3])], size=1)))
    points = learning.curve(learning.prepare(tmp_path, MODEL, PARAMS), LearningParams(shares=(0.1, 0.5, 1.0)))
    assert [one.share for one in points] == [1.0]


def test_what_a_collection_adds(study: Study) -> None:
    added = {(one.on, one.collection): one for one in learning.added(study)}
    only_denials, others = added["test documents", "a"], added["test documents", "b"]
    assert (only_denials.documents, only_denials.sentences, only_denials.denial) == (4, 8, 1.0)
    assert (others.accusation, others.warning) == (1.0, 1.0)
    assert added["denials", "a"].macro_f1 == 1.0
    assert added["test documents", "c"].macro_f1 == pytest.approx(0.0, abs=0.3)
    gains = [one.macro_f1 for one in learning.added(study) if one.on == "test documents"]
    assert gains == sorted(gains, reverse=True)


def test_one_collection_cannot_be_left_out(tmp_path: Path) -> None:
    tables.write(tmp_path / "train.parquet", tables.of_columns(rows([("a", [0, 3])])))
    tables.write(tmp_path / "test.parquet", tables.of_columns(rows([("t", [0, 3])], size=1)))
    study = learning.prepare(tmp_path, MODEL, PARAMS)
    assert learning.added(study) == []
    assert "what each collection adds" not in learning.as_table(learning.curve(study, LearningParams(shares=(1.0,))), [])


def test_what_the_rules_labelled_weighs_less_and_is_not_measured_on(tmp_path: Path) -> None:
    train, test = rows([("a", [0, 3])]), rows([("t", [0, 3])], size=1)
    train["source"][0] = test["source"][0] = "rules"
    train["weight"][0] = 0.5
    train["label"][1] = None
    for name, columns in (("train", train), ("test", test)):
        tables.write(tmp_path / f"{name}.parquet", tables.of_columns(columns))
    study = learning.prepare(tmp_path, MODEL, PARAMS)
    assert study.weights.tolist() == [0.5] + [1.0] * 6
    assert study.tested[0].labels.tolist() == [3]


def test_stage_writes_the_curve(labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = yaml.safe_load((ROOT / "params.yaml").read_text())
    settings["train"] |= {"jobs": 1, "min_documents": 1}
    settings["learning"]["shares"] = [0.5, 1.0]
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(settings))
    learning_curve.learning_curve(labelled, MODEL, tmp_path / "curve.csv", tmp_path / "params.yaml")
    curve = list(csv.DictReader((tmp_path / "curve.csv").open()))
    assert [float(row["share"]) for row in curve] == settings["learning"]["shares"]
    assert "2 parts of the training documents" in capsys.readouterr().out


def test_command_shows_the_file_beside_the_test_documents(labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"train": {"jobs": 1, "min_documents": 1}, "learning": {"shares": [1.0]}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(settings))
    path = tmp_path / "x.csv"
    path.write_text("sentence,label\nThe mayor denied this.,denial\n")
    arguments = ["learning-curve", str(path), "--labelled", str(labelled), "--model", str(MODEL), "--params", str(tmp_path / "params.yaml")]
    assert cli.main([*arguments, "--text-column", "sentence", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(one["on"], one["denial"]) for one in found["curve"]] == [("test documents", 1.0), (str(path), 1.0)]
    assert len(found["collections"]) == 6
    assert cli.main([*arguments, "--text-column", "sentence"]) == 0
    table = capsys.readouterr().out
    for part in ("F1 on test documents", f"what each collection adds to F1 on {path}", *LABELS):
        assert part in table


def test_command_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["learning-curve", "--labelled", str(tmp_path), "--model", str(MODEL), "--params", str(ROOT / "params.yaml")]) == 1
    assert "train.parquet" in capsys.readouterr().err


def test_coded_rows(tmp_path: Path) -> None:
    columns = rows([("a", [0, 1, 3])], size=1) | {"extra": [1, 2, 3]}
    columns["label"][0], columns["source"][1] = None, "rules"
    tables.write(tmp_path / "x.parquet", tables.of_columns(columns))
    assert coded.read(tmp_path / "x.parquet")["label"] == [1, 3]
    assert coded.read(tmp_path / "x.parquet", by_coders=True, more=("extra",))["extra"] == [3]
