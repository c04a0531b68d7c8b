"""Two models on the same sentences: whose label changed, and that the reasons add up to the change."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import CODED, DENIED, Run, failed, jsonl, write
from small_project import Project

from pipeline import StanceModel
from pipeline.commands import compare
from pipeline.evaluation import comparing, relabelled
from pipeline.evaluation.relabelled import BROKEN, CONSTANT, MENDED, MOVED, Classified
from pipeline.records import LABELS
from pipeline.scoring import modelfile
from pipeline.scoring.explain import explain

TEXTS = [DENIED, "The army accused the rebels of the raid.", "The mayor met the bank on Monday.", "…"]


def shifted(model: StanceModel, label: str, amount: float) -> StanceModel:
    """The model with the constant of one label moved."""
    constant = model.stored.intercept.copy()
    constant[LABELS.index(label)] += amount
    return StanceModel(model.stored._replace(intercept=constant))


def without(model: StanceModel, word: str) -> StanceModel:
    """The model without the weights of one word."""
    names = model.stored.words.names.tobytes().decode().split("\n")
    weights = model.stored.words.weights.copy()
    weights[names.index(word)] = 0.0
    return StanceModel(model.stored._replace(words=model.stored.words._replace(weights=weights)))


def classified(model: StanceModel, texts: list[str]) -> Classified:
    return Classified(model, model.predict_proba(texts))


def changed(old: StanceModel, new: StanceModel, truth: list[str], texts: list[str] = TEXTS) -> list[relabelled.Relabelled]:
    numbers = np.array([LABELS.index(label) for label in truth], dtype=np.int64)
    return relabelled.relabelled(texts, numbers, classified(old, texts), classified(new, texts))


def test_a_model_agrees_with_itself(small_model: StanceModel) -> None:
    assert changed(small_model, small_model, ["denial"] * 4) == []


def test_what_broke_comes_before_what_was_mended_and_what_only_moved(small_model: StanceModel) -> None:
    found = changed(small_model, shifted(small_model, "warning", 50.0), ["warning", "accusation", "denial", "warning"])
    assert [(one.outcome, one.row, one.new) for one in found[:3]] == [(BROKEN, 1, "warning"), (MENDED, 0, "warning"), (MENDED, 3, "warning")]
    assert (found[3].outcome, found[3].row) == (MOVED, 2)
    assert [one.text for one in found] == [TEXTS[one.row] for one in found]


def test_a_moved_constant_is_the_only_reason(small_model: StanceModel) -> None:
    found = changed(small_model, shifted(small_model, "neutral", 50.0), ["denial"] * 4)[0]
    assert [(reason.text, reason.about) for reason in found.words] == [(CONSTANT, "")] and found.cues == []
    assert found.words[0].change == pytest.approx(50.0)
    assert found.words[0].new == pytest.approx(found.words[0].old + 50.0)


def test_a_word_that_lost_its_weight_is_named_with_what_it_brought(small_model: StanceModel) -> None:
    bare = without(small_model, "denied")
    old, new = (explain(model, [DENIED])[0] for model in (small_model, bare))
    source, target = LABELS.index("denial"), LABELS.index("neutral")
    reasons = {reason.text: reason for reason in relabelled._words(old, new, source, target)}
    assert reasons["denied"].change == max(reason.change for reason in reasons.values()) > 0
    moved = [scores[target] - scores[source] for scores in (new.scores, old.scores)]
    assert sum(reason.change for reason in reasons.values()) == pytest.approx(moved[0] - moved[1], abs=1e-9)


def test_a_cue_that_only_one_model_knows_adds_nothing_in_the_other(small_model: StanceModel) -> None:
    cues = small_model.stored.cues
    bare = StanceModel(small_model.stored._replace(cues=cues._replace(weights=np.zeros_like(cues.weights))))
    old, new = (explain(model, [DENIED])[0] for model in (small_model, bare))
    reasons = list(relabelled._cues(old, new, 0, 3))
    assert "denied" in [reason.text for reason in reasons]
    assert all(reason.new == 0.0 and reason.old != 0.0 and reason.about for reason in reasons)


@pytest.fixture
def models(project: Project, small_model: StanceModel, tmp_path: Path) -> tuple[Path, Path]:
    """The small model, and a later one that calls more sentences neutral."""
    modelfile.write(tmp_path / "new.npz", _quiet(small_model))
    return project.model, tmp_path / "new.npz"


def _quiet(model: StanceModel) -> modelfile.ModelFile:
    """A model without golden sentences, which its moved constant would belie."""
    moved = shifted(model, "neutral", 50.0).stored
    return moved._replace(header=moved.header | {"golden": []}, golden_probabilities=np.empty((0, 4)))


def test_the_command_shows_figures_side_by_side_and_every_changed_label(run: Run, models: tuple[Path, Path], tmp_path: Path) -> None:
    path = write(tmp_path / "coded.jsonl", jsonl(CODED))
    done = run("compare", *models, path, "--output", "changed.csv")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "4 sentences" and any(line.startswith("macro F1 ") and "to" in line for line in lines)
    told = json.loads(run("compare", *models, path, "--json").out)
    assert f"{len(told['changed'])} labels changed: 3 right before, wrong now" in done.out
    assert [one["new"] for one in told["changed"]] == ["neutral"] * 3
    figures = {figure["figure"]: figure for figure in told["figures"]}
    assert figures["accuracy"]["before"] == 1.0 and figures["accuracy"]["after"] == 0.25
    assert figures["accuracy"]["difference"] == -0.75 and figures["accuracy"]["direction"] == "down"
    rows = list(csv.DictReader((tmp_path / "changed.csv").open(encoding="utf-8")))
    assert [(row["row"], row["truth"], row["old"], row["new"], row["outcome"]) for row in rows] == [
        (str(one["row"]), one["truth"], one["old"], one["new"], "broken") for one in told["changed"]
    ]
    assert all(row["words"].startswith("(constant) +50.00") for row in rows)


def test_the_table_says_what_is_better_and_leaves_out_precision_and_recall_that_did_not_move() -> None:
    moves = {"macro_f1": 0.1, "precision/denial": 0.0, "recall/denial": -0.1, "f1/denial": 0.0, "log_loss": -0.1, "calibration_error": 0.1}
    changes = [comparing.Change(name, 0.5, 0.5 + by, by, by - 0.05, by + 0.05) for name, by in moves.items()]
    shown = {line[:24].strip(): line.split("  ")[-1] for line in list(compare._lines(changes, [], 4, None))[2:-1]}
    same = "the same beyond noise"
    told = {"macro F1": "up, better", "recall of denial": "down, worse", "F1 of denial": same, "log loss": "down, better", "calibration error": "up, worse"}
    assert shown == told


def test_the_list_can_be_cut_and_says_so(run: Run, models: tuple[Path, Path], tmp_path: Path) -> None:
    path = write(tmp_path / "coded.jsonl", jsonl([{"text": "No, \x1b[31mhe denied this.", "label": "denial"}, *CODED]))
    out = run("compare", *models, path, "--top", "1").out
    assert out.count("(is ") == 1 and "3 more; --output FILE.csv holds all" in out and "\x1b" not in out


def test_one_sentence_has_no_interval(run: Run, models: tuple[Path, Path], tmp_path: Path) -> None:
    path = write(tmp_path / "coded.jsonl", jsonl(CODED[:1]))
    out = run("compare", *models, path).out
    assert "accuracy                  1.000  0.000  -1.000\n" in out and " to " not in out.split("labels changed")[0]


def test_what_cannot_be_compared_is_said(run: Run, models: tuple[Path, Path], tmp_path: Path) -> None:
    path = write(tmp_path / "coded.jsonl", jsonl(CODED))
    failed(run("compare", *models, path, "--output", "changed.json"), 2, "changed.json", ".csv")
    failed(run("compare", models[0], tmp_path / "none.npz", path), 1, "none.npz", "no model")
    failed(run("compare", *models, write(tmp_path / "none.jsonl", "")), 1, "no rows")
