"""docs/files.md names every column of every file, and no other; docs/settings.md can say of every setting what it is."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
import settings
import yaml
from architecture import ROOT
from command_line import CODED, DENIED, Run, jsonl, write
from small_project import Project

from pipeline import formulas, params
from pipeline.classifying import shares
from pipeline.coding import audit
from pipeline.commands import compare
from pipeline.records import LABELS, Task
from pipeline.scoring.model import StanceModel

REPORTS = sorted((ROOT / "reports").rglob("*.csv"))


def described() -> dict[str, list[str]]:
    """The names in the first column of the table below each heading of docs/files.md."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in (ROOT / "docs" / "files.md").read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").replace("`", "")
        elif line.startswith("| `"):
            names = re.findall(r"`([^`]+)`", line.split(" | ")[0])
            twice = [name for name in names if name in found.get(heading, ())]
            assert not twice, f"{heading}: {twice} stand there twice"
            found.setdefault(heading, []).extend(names)
    return found


DESCRIBED = described()
KEY = r"[^.]+(?:\.\d+)?"
"""Any key of a JSON object; numbers among them may have a point."""


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Where the values of a JSON object stand; an interval is one value."""
    if isinstance(value, dict) and value and not (path and set(value) <= {"value", "low", "high"}):
        for key, item in value.items():
            yield from paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict | list):
        for item in value:
            yield from paths(item, f"{path}[]")
    elif not (isinstance(value, dict) and not value):
        yield path + ("[]" if path.endswith("[]") else "")


def check_json(heading: str, *values: Any) -> None:
    """Every key of the objects is described, and every description is of a key that one of them has."""
    patterns = {name: re.compile(re.sub("<[^>]+>", lambda _: KEY, re.escape(name))) for name in DESCRIBED[heading]}
    found = {path for value in values for path in paths(value)}
    unnamed = [path for path in found if not any(pattern.fullmatch(path) for pattern in patterns.values())]
    idle = [name for name, pattern in patterns.items() if not any(pattern.fullmatch(path) for path in found)]
    assert (sorted(unnamed), idle) == ([], []), heading


def header(path: Path) -> list[str]:
    """The columns of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_column_of_a_report_is_described(path: Path) -> None:
    named = DESCRIBED[f"reports/{path.name}"]
    columns = header(path)
    if "<coder>" in named:
        columns = [*columns[: len(named) - 1], "<coder>"]
    assert columns == named


@pytest.mark.parametrize("name", ["metrics", "benchmarks", "soak"])
def test_every_key_of_a_report_is_described(name: str) -> None:
    check_json(f"reports/{name}.json", json.loads((ROOT / "reports" / f"{name}.json").read_text("utf-8")))


def test_every_key_of_an_evaluation_is_described(run: Run, tmp_path: Path) -> None:
    stored = [json.loads(path.read_text("utf-8")) for path in (ROOT / "reports" / "evaluations").glob("*.json")]
    path = write(tmp_path / "coded.jsonl", jsonl(CODED))
    fresh = json.loads(run("evaluate", path, "--format", "json", "--names", ROOT / "seeds" / "names").out)
    check_json("reports/evaluations/<name>.json", *stored, fresh)


@pytest.mark.parametrize("name", ["sentences", "labelled/train", "labelled/test", "held_out"])
def test_every_column_of_the_data_is_described(project: Project, name: str) -> None:
    columns = pyarrow.parquet.read_schema(project.root / "data" / f"{name}.parquet").names
    assert columns == DESCRIBED[f"data/{name.replace('test', 'train')}.parquet"]


def test_every_part_of_a_model_is_described(model: StanceModel, small_model: StanceModel) -> None:
    with np.load(ROOT / "models" / "stance.npz") as stored:
        assert sorted(stored) == sorted(DESCRIBED["models/stance.npz"])
    check_json("models/stance.npz: header", model.header, small_model.header)


@pytest.mark.parametrize("folder", ["annotations", "challenges"])
def test_every_column_that_people_write_is_described(folder: str) -> None:
    named = {"annotations": "seeds/annotations/<coder>.csv", "challenges": "seeds/challenges/<group>.csv"}[folder]
    columns = {name for path in (ROOT / "seeds" / folder).glob("*.csv") for name in header(path)}
    assert columns and columns <= set(DESCRIBED[named])


def test_every_column_that_classify_writes_is_described(run: Run, tmp_path: Path) -> None:
    lines = write(tmp_path / "lines.txt", f"{DENIED}\n\n")
    assert run("classify", "--input", lines, "--output", "out.parquet", "--quiet").code == 0
    assert run("classify", "--input", lines, "--output", "out.csv", "--quiet").code == 0
    rows = run("classify", "--input", lines, "--format", "jsonl", "--quiet").rows
    schema = pyarrow.parquet.read_schema(tmp_path / "out.parquet")
    assert schema.names == DESCRIBED["stance classify"] and [kind.name for kind in schema.field("probabilities").type] == list(LABELS)
    assert [list(row) for row in rows] == [schema.names[:-1], schema.names]
    assert header(tmp_path / "out.csv") == DESCRIBED["stance classify --format csv"]


def test_every_key_of_a_manifest_is_described(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "in" / "lines.txt", f"{DENIED}\n")
    assert run("classify", "--input", "in", "--output", "parts", "--quiet").code == 0
    check_json("stance classify --output FOLDER: manifest.json", json.loads((tmp_path / "parts" / "manifest.json").read_text("utf-8")))


def test_every_key_of_an_explanation_is_described(run: Run) -> None:
    check_json("stance explain --json", *run("explain", "--json", DENIED).rows)


def test_every_column_that_other_commands_write_is_described() -> None:
    expected = {
        "stance queue": formulas.QUEUE,
        "stance audit": audit.Suspect._fields,
        "stance annotations export --to csv": Task._fields,
        "stance annotations import --rejects FILE": formulas.REJECTS,
        "stance compare --output changed.csv": compare._COLUMNS,
    }
    assert {heading: tuple(DESCRIBED[heading]) for heading in expected} == expected
    named = [name.replace("<label>", label) for label in LABELS for name in DESCRIBED["stance shares --format csv"]]
    assert list(dict.fromkeys(named)) == list(shares.HEADER)


def test_every_setting_has_a_meaning_and_a_place() -> None:
    written = (ROOT / "params.yaml").read_text("utf-8")
    keys = [(section, key) for section, values in yaml.safe_load(written).items() for key in values]
    said = settings.comments(written)
    assert list(said) == keys and all(said.values())
    page = settings.markdown()
    assert all(page.count(f"| `{key}` |") >= 1 for _, key in keys) and page.count("\n## ") + 1 == len(params.SECTIONS)
