"""The model card: a header that Hugging Face's own parser takes, and figures that are the run's, not anyone's memory."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import small_project
from architecture import ROOT
from huggingface_hub import ModelCard
from small_project import Project

from pipeline.errors import DataError
from pipeline.pages import card
from pipeline.records import LABELS
from pipeline.scoring import modelfile
from pipeline.stages import card as stage

SECTIONS = ["Intended use", "Out of scope", "Training data", "Evaluation", "Limits", "How to load"]


def paths(project: Project, target: Path) -> stage.Paths:
    return stage.Paths(project.reports, project.labelled, project.root / "seeds" / "README.md", project.model, target)


def written(project: Project, target: Path) -> str:
    stage.card(paths(project, target), project.params)
    return target.read_text("utf-8")


@pytest.fixture
def own(project: Project, tmp_path: Path) -> Project:
    """A copy of the small project's reports, seeds and model to change."""
    return small_project.copy(project, tmp_path / "own")


def figures(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project.reports / "metrics.json").read_text("utf-8"))
    return found


def test_the_header_is_valid_and_holds_the_figures_of_the_run(project: Project) -> None:
    read = ModelCard.load(project.root / "models" / "README.md")
    licence = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["license"]
    assert (read.data.language, read.data.license, read.data.pipeline_tag) == ("en", licence.lower(), "text-classification")
    assert read.data.model_name == "stance-pipeline" and set(LABELS) < set(read.data.tags)
    measured = {result.metric_type: result.metric_value for result in read.data.eval_results}
    model = figures(project)["model"]
    assert measured == {kind: round(model[name]["value"], 3) for kind, name in (("f1", "macro_f1"), ("accuracy", "accuracy"), ("ece", "calibration_error"))}


def test_the_text_has_its_sections_and_the_run_s_figures(project: Project) -> None:
    text = (project.root / "models" / "README.md").read_text("utf-8")
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == SECTIONS
    found, header = figures(project), modelfile.read(project.model).header
    for name in ("model", "rules", "majority"):
        value = found[name]["macro_f1"]
        assert f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})" in text
    assert header["content"] in text and header["hashes"]["training_data"] in text
    assert "**Nothing here is fact.** Every sentence was composed by a language model." in text
    assert text.endswith("`\n") and "\n\n\n" not in text


def test_the_same_run_gives_the_same_bytes(project: Project, tmp_path: Path) -> None:
    assert written(project, tmp_path / "again.md").encode() == (project.root / "models" / "README.md").read_bytes()


def evaluation(project: Project, **changed: object) -> str:
    return json.dumps(figures(project)["model"] | {"model": modelfile.read(project.model).header["content"]} | changed)


def test_a_set_measured_outside_is_listed_and_an_earlier_model_is_named_as_such(own: Project, tmp_path: Path) -> None:
    folder = own.reports / "evaluations"
    (folder / "desk_sample.json").write_text(evaluation(own, sentences=4321), "utf-8")
    (folder / "last_year.json").write_text(evaluation(own, model="0" * 64, sentences=1234), "utf-8")
    text = written(own, tmp_path / "card.md")
    assert "| desk sample | 4,321 | " in text and "| last year (an earlier model) | 1,234 | " in text
    named = {result.dataset_name for result in ModelCard(text).data.eval_results}
    assert named == {"documents kept out of training", "desk sample"}


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"macro_f1": 0.5}', json.dumps({name: {"value": 0.5} for name in card._MEASURED} | {"labels": {}})])
def test_what_is_not_an_evaluation_is_refused(own: Project, tmp_path: Path, content: str) -> None:
    (own.reports / "evaluations" / "odd.json").write_text(content, "utf-8")
    with pytest.raises(DataError, match=r"odd\.json.*stance evaluate --format json"):
        written(own, tmp_path / "card.md")
    assert not (tmp_path / "card.md").exists()


def test_ordinary_news_is_told_apart_where_there_is_any(own: Project, tmp_path: Path) -> None:
    assert "Ordinary news" not in written(own, tmp_path / "card.md")
    small_project.write_params(own.params, train={"natural_collections": "coast"})
    text = written(own, tmp_path / "card.md")
    coast = figures(own)["collections"]["coast"]
    assert f"\n| coast | {coast['sentences']} | {coast['macro_f1']:.3f} (" in text and "\n| capital |" not in text
    assert "in collections of ordinary news" in text


def test_without_a_data_card_it_says_so(own: Project, tmp_path: Path) -> None:
    shutil.move(own.root / "seeds" / "README.md", tmp_path)
    assert "There is no data card (seeds/README.md)" in written(own, tmp_path / "card.md")


def test_what_is_confused_is_named_with_its_share_the_worst_first(tmp_path: Path) -> None:
    rows = {"denial": (5, 1, 0, 4), "accusation": (0, 0, 0, 0), "warning": (2, 0, 2, 0), "neutral": (1, 2, 3, 994)}
    path = tmp_path / "confusion.csv"
    small_project.write_csv(path, [{"truth": truth, **dict(zip(LABELS, counts, strict=True))} for truth, counts in rows.items()])
    assert card.confused(path) == [
        ("warning", "denial", 2, 0.5),
        ("denial", "neutral", 4, 0.4),
        ("denial", "accusation", 1, 0.1),
        ("neutral", "warning", 3, 0.003),
    ]


def test_small_slices_are_not_called_weak() -> None:
    scored: Mapping[str, Mapping[str, float]] = {
        "tiny": {"sentences": 49, "macro_f1": 0.1},
        "b": {"sentences": 50, "macro_f1": 0.9},
        "a": {"sentences": 90, "macro_f1": 0.5},
    }
    assert [name for name, _ in card._weakest(scored)] == ["a", "b"]
