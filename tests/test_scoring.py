"""`stance evaluate`: figures of a labelled file, in tables and JSON, with and without names to swap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.errors import DataError
from pipeline.evaluation import labelled_file, names
from pipeline.evaluation.labelled_file import Columns
from pipeline.scoring.model import StanceModel

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "models" / "stance.npz"
ROWS = [
    ("The ministry in Lima denied the report.", "denial", "a"),
    ("The opposition accused the ministry of fraud.", "accusation", "a"),
    ("The two ministers met in Lima on Monday.", "neutral", "b"),
    ("The envoy warned that war could break out.", "denial", "b"),
]


DEFAULT = Columns()


def labelled(path: Path, columns: Columns = DEFAULT) -> Path:
    path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in ROWS))
    return path


@pytest.fixture(scope="module")
def model() -> StanceModel:
    return StanceModel.load(MODEL)


def test_figures_of_a_file(tmp_path: Path, model: StanceModel) -> None:
    figures = labelled_file.evaluate_file(model, labelled(tmp_path / "x.jsonl"), DEFAULT)
    assert (figures["sentences"], figures["accuracy"]["value"]) == (4, 0.75)
    assert figures["slices"]["a"]["accuracy"] == 1.0
    assert figures["slices"]["b"]["accuracy"] == 0.5
    assert figures["majority"]["value"] < figures["macro_f1"]["value"]
    assert figures["unsure"]["wanted_accuracy"] == 0.9
    assert "name_flips" not in figures


def test_other_columns_and_no_slices(tmp_path: Path, model: StanceModel) -> None:
    path = labelled(tmp_path / "x.jsonl", Columns("sentence", "code", "part"))
    assert "slices" in labelled_file.evaluate_file(model, path, Columns("sentence", "code", "part"))
    assert "slices" not in labelled_file.evaluate_file(model, path, Columns("sentence", "code"))


def test_name_flips_of_a_file(tmp_path: Path, model: StanceModel) -> None:
    lists = names.compile_lists({"cities": ["Lima", "Oslo"]})
    figures = labelled_file.evaluate_file(model, labelled(tmp_path / "x.jsonl"), DEFAULT, swapped=lists)
    assert figures["name_flips"]["sentences"] == 2
    assert "of the 2 sentences with a name" in labelled_file.as_table(figures)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": "They met."}\n', "has no column 'label'"),
        ('{"text": "They met.", "label": "other"}\n', "the label is 'other'"),
        ('{"label": "neutral"}\n', "has no column 'text'"),
        ("", "holds no rows"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, model: StanceModel, content: str, message: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match=message) as caught:
        labelled_file.evaluate_file(model, path, DEFAULT)
    assert str(path) in caught.value.where


def test_table_shows_figures_labels_and_slices(tmp_path: Path, model: StanceModel) -> None:
    table = labelled_file.as_table(labelled_file.evaluate_file(model, labelled(tmp_path / "x.jsonl"), DEFAULT))
    for part in ("4 sentences", "macro-F1", "majority label", "90% right", "warning", "slice"):
        assert part in table


def test_table_says_so_where_no_confidence_is_right_often_enough(tmp_path: Path, model: StanceModel) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"text": "The ministry denied the report.", "label": "warning"}) + "\n")
    assert "90% right          at no confidence" in labelled_file.as_table(labelled_file.evaluate_file(model, path, DEFAULT))


def evaluated(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert cli.main(["evaluate", *arguments, "--format", "json", "--model", str(MODEL)]) == 0
    figures: dict[str, object] = json.loads(capsys.readouterr().out)
    return figures


def test_command_swaps_names_where_there_are_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path = labelled(tmp_path / "x.jsonl")
    monkeypatch.chdir(tmp_path)
    assert "name_flips" not in evaluated([str(path)], capsys)
    assert "name_flips" in evaluated([str(path), "--names", str(ROOT / "seeds" / "names")], capsys)
    monkeypatch.chdir(ROOT)
    assert "name_flips" in evaluated([str(path)], capsys)


def test_command_names_an_empty_folder_of_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = labelled(tmp_path / "x.jsonl")
    assert cli.main(["evaluate", str(path), "--names", str(tmp_path / "none"), "--model", str(MODEL)]) == 1
    assert "holds no names" in capsys.readouterr().err
