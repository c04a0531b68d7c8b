"""The stages on a small project: every sentence accounted for, no document on both sides, failures in one line."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
import small_project
from small_project import ADJUDICATED, DISPUTED, UNREAD, Project, run_stage

from pipeline.coding import annotations as coding
from pipeline.errors import DataError
from pipeline.language import lexicon, rules
from pipeline.reading import documents
from pipeline.records import LABELS
from pipeline.stages import summary
from pipeline.training import fitting


@pytest.fixture
def own(project: Project, tmp_path: Path) -> Project:
    """The small project, to be changed."""
    return small_project.copy(project, tmp_path / "own")


@pytest.fixture(scope="module")
def rows(project: Project) -> list[dict[str, Any]]:
    """Every labelled sentence, with the side it is on."""
    return [row | {"side": side} for side in ("train", "test") for row in table(project.labelled / f"{side}.parquet")]


def table(path: Path) -> list[dict[str, Any]]:
    return pyarrow.parquet.read_table(path).to_pylist()


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def failed(done: subprocess.CompletedProcess[str], *words: str, code: int = 1) -> None:
    """Check that a stage ended with one line that holds these words."""
    assert done.returncode == code and re.fullmatch(r"\w+\.py: [^\n]+\n", done.stderr), done.stderr
    assert all(word in done.stderr for word in words), done.stderr


def test_split_writes_every_sentence_of_every_document_with_its_place(project: Project) -> None:
    texts = {document.id: document for document in documents.read_folder(project.documents)}
    found = table(project.sentences)
    assert list(found[0]) == ["document", "collection", "paragraph", "number", "start", "end", "text"]
    assert list(dict.fromkeys(row["document"] for row in found)) == list(texts)
    for row in found:
        assert texts[row["document"]].text[row["start"] : row["end"]] == row["text"]
        assert texts[row["document"]].collection == row["collection"] == row["document"].split("/")[0]


def test_label_loses_and_adds_no_sentence(project: Project, rows: list[dict[str, Any]]) -> None:
    key = ("document", "number", "start", "end", "text")
    assert sorted([row[name] for name in key] for row in rows) == sorted([row[name] for name in key] for row in table(project.sentences))


def test_label_settles_what_several_coders_say(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        by_rules = row["document"] in (UNREAD, "south/copy.txt")
        if row["collection"] == "capital" and not by_rules:
            how = {DISPUTED: "disputed", ADJUDICATED: "adjudicated"}.get(row["number"], "agreed")
            coders = ["adjudicated", "ana", "ben"] if row["number"] == ADJUDICATED else ["ana", "ben"]
        else:
            how, coders = ("rules", []) if by_rules else ("single", ["ana"])
        assert (row["source"], row["coders"]) == (how, coders)
        assert (row["label"] is None) == (how == "disputed")


def test_label_gives_coders_labels_where_they_read_and_the_rules_labels_elsewhere(project: Project, rows: list[dict[str, Any]]) -> None:
    said = {(a.document, a.start): a.label for a in coding.read(project.annotations / "ana.csv")}
    for row in rows:
        if row["source"] in ("single", "agreed", "adjudicated"):
            assert LABELS[row["label"]] == said[row["document"], row["start"]]
    unread = [row for row in rows if row["source"] == "rules"]
    found = rules.apply([row["text"] for row in unread], lexicon.compile_lists(lexicon.read_folder(project.cues)))
    assert [row["label"] for row in unread] == found.label.tolist() and len(unread) > 10


def test_no_document_and_no_copy_of_it_is_on_both_sides(rows: list[dict[str, Any]]) -> None:
    sides = {row["document"]: row["side"] for row in rows}
    assert all(sides[row["document"]] == row["side"] for row in rows)
    assert sides["south/copy.txt"] == sides["capital/0.txt"]
    held = Counter(name.split("/")[0] for name, side in sides.items() if side == "test")
    assert held["coast"] == 2 and held["north"] in (1, 2) and held["capital"] in (2, 3)


def test_label_names_annotations_that_match_no_sentence(own: Project) -> None:
    with (own.annotations / "ana.csv").open("a") as stream:
        stream.write("capital/99.txt,0,5,,denial\ncapital/1.txt,9000,9005,,denial\n")
    before = (own.labelled / "train.parquet").read_bytes()
    failed(run_stage(own, "label"), "2 annotations match no sentence", "ana.csv row 194", "capital/99.txt", "ana.csv row 195", "capital/1.txt")
    assert (own.labelled / "train.parquet").read_bytes() == before


def test_label_says_what_it_did_and_whose_annotations_the_splitter_cuts_differently(own: Project) -> None:
    small_project.write_csv(own.annotations / "cem.csv", [{"document": UNREAD, "start": 0, "end": 400, "label": "neutral"}])
    done = run_stage(own, "label")
    assert done.returncode == 0 and "the splitter cuts sentences differently (1 of cem)" in done.stdout
    assert all(words in done.stdout for words in ("60 agreed", "10 adjudicated", "10 disputed", "112 single", "17 by rules"))


def test_train_sees_nothing_of_the_documents_kept_for_evaluation(own: Project) -> None:
    before, held_out = own.model.read_bytes(), own.held_out.read_bytes()
    (own.labelled / "test.parquet").unlink()
    own.model.unlink()
    assert run_stage(own, "train").returncode == 0
    assert own.model.read_bytes() == before and own.held_out.read_bytes() == held_out


def test_train_scores_each_sentence_without_its_collection(project: Project, rows: list[dict[str, Any]]) -> None:
    held_out = table(project.held_out)
    trained = [row for row in rows if row["side"] == "train" and row["label"] is not None]
    assert [(row["document"], row["text"], row["label"]) for row in held_out] == [(row["document"], row["text"], row["label"]) for row in trained]
    coded = [row for row in held_out if row["source"] != "rules"]
    probabilities = np.array([[row[label] for label in LABELS] for row in coded])
    assert probabilities.sum(axis=1) == pytest.approx(1)
    labels = np.array([row["label"] for row in coded])
    assert fitting.temperature(np.log(probabilities), labels, [row["collection"] for row in coded]) == pytest.approx(1, rel=0.01), "they are calibrated"


def test_the_model_records_what_it_was_trained_on(own: Project) -> None:
    with own.codebook.open("a") as stream:
        stream.write("\nA further line.\n")
    before = own.model.read_bytes()
    assert run_stage(own, "train").returncode == 0
    assert own.model.read_bytes() != before


def test_evaluate_reports_the_model_beside_its_baselines(project: Project, rows: list[dict[str, Any]]) -> None:
    metrics = json.loads((project.reports / "metrics.json").read_text())
    measured = [row for row in rows if row["side"] == "test" and row["source"] != "rules" and row["label"] is not None]
    for name in ("model", "rules", "majority"):
        assert metrics[name]["sentences"] == len(measured) and metrics[name]["documents"] == len({row["document"] for row in measured})
    assert metrics["model"]["macro_f1"]["value"] > metrics["rules"]["macro_f1"]["value"] > metrics["majority"]["macro_f1"]["value"]
    assert set(metrics["collections"]) == {row["collection"] for row in rows if row["side"] == "train" and row["source"] != "rules"}


def test_the_reports_agree_with_each_other(project: Project) -> None:
    metrics = json.loads((project.reports / "metrics.json").read_text())["model"]
    confusion = {row["truth"]: [int(row[label]) for label in LABELS] for row in read_csv(project.reports / "confusion.csv")}
    predictions = Counter((row["truth"], row["predicted"]) for row in read_csv(project.reports / "predictions.csv"))
    assert list(confusion) == list(LABELS)
    for truth in LABELS:
        assert sum(confusion[truth]) == metrics["labels"][truth]["support"]
        assert confusion[truth] == [predictions[truth, predicted] for predicted in LABELS]
    wrong = sum(count for (truth, predicted), count in predictions.items() if truth != predicted)
    assert len(read_csv(project.reports / "errors.csv")) == wrong
    assert len(read_csv(project.reports / "labels.csv")) == 12


def test_the_summary_shows_the_figures(project: Project) -> None:
    metrics = json.loads((project.reports / "metrics.json").read_text())
    shown = summary.summary(project.reports)
    for name in ("model", "rules", "majority"):
        assert f"{metrics[name]['macro_f1']['value']:.3f}" in shown and name in shown
    assert all(label in shown for label in LABELS)


def test_evaluate_without_coded_sentences_says_so(own: Project) -> None:
    small_project.write_csv(own.annotations / "ana.csv", [{"document": "north/week.csv#0", "start": 0, "end": 5, "label": "denial"}])
    (own.annotations / "ben.csv").unlink()
    (own.annotations / "adjudicated.csv").unlink()
    test = pyarrow.parquet.read_table(own.labelled / "test.parquet")
    pyarrow.parquet.write_table(test.slice(0, 0), own.labelled / "test.parquet")
    failed(run_stage(own, "evaluate"), "no labelled sentences")


@pytest.mark.parametrize(
    ("stage", "section", "words"),
    [
        ("split", {"split": {"paragraph_break": "page"}}, ("params.yaml", "split", "paragraph_break", "blank_line")),
        ("train", {"train": {"speed": 9}}, ("params.yaml", "train", "'speed'")),
        ("train", {"train": {"block_weights": [1.0]}}, ("block_weights", "3")),
        ("evaluate", {"evaluate": {"resamples": 1}}, ("resamples", "100")),
    ],
)
def test_a_wrong_setting_is_one_line(own: Project, stage: str, section: dict[str, dict[str, object]], words: tuple[str, ...]) -> None:
    small_project.write_params(own.params, **section)
    failed(run_stage(own, stage), *words)


@pytest.mark.parametrize(
    ("stage", "lost", "words"),
    [
        ("split", "seeds/documents", ("seeds/documents",)),
        ("label", "data/sentences.parquet", ("data/sentences.parquet", "stage")),
        ("label", "seeds/cues", ("seeds/cues",)),
        ("label", "seeds/annotations", ("seeds/annotations",)),
        ("train", "data/labelled/train.parquet", ("data/labelled/train.parquet",)),
        ("train", "seeds/CODEBOOK.md", ("seeds/CODEBOOK.md",)),
        ("evaluate", "models/stance.npz", ("models/stance.npz", "make pipeline")),
        ("evaluate", "data/held_out.parquet", ("data/held_out.parquet",)),
        ("split", "params.yaml", ("params.yaml",)),
    ],
)
def test_what_is_missing_is_named_in_one_line(own: Project, stage: str, lost: str, words: tuple[str, ...]) -> None:
    (own.root / lost).rename(own.root / "elsewhere")
    failed(run_stage(own, stage), *words)


@pytest.mark.parametrize(
    "content",
    [None, "", "{", "[]", "3", "{}", '{"model": 1}', '{"model": {"macro_f1": {"value": "high", "low": 0, "high": 1}}}', "\ufeff{}"],
)
def test_a_broken_metrics_file_is_one_line(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "metrics.json").write_text(content, "utf-8")
    with pytest.raises(DataError) as caught:
        summary.summary(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "metrics.json")) and "\n" not in str(caught.value) and "; " in str(caught.value)
