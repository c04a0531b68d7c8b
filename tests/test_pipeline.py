"""The whole pipeline with DVC on a small folder of documents: one command, run again only where something changed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import small_project
from architecture import ROOT, STAGES, module_of
from command_line import environment, shell
from small_project import Project

MODULES = sorted(path.stem for path in (ROOT / "pipeline" / "stages").glob("[a-z]*.py"))


def written(project: Project) -> dict[str, bytes]:
    """Everything that the stages wrote, and DVC's record of it."""
    found = [path for name in ("data", "models", "reports") for path in sorted((project.root / name).rglob("*")) if path.is_file()]
    return {str(path.relative_to(project.root)): path.read_bytes() for path in [*found, project.root / "dvc.lock"]}


@pytest.fixture(scope="module")
def moved(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small project in another folder, after its first run."""
    return small_project.copy(project, tmp_path_factory.mktemp("moved"))


def test_a_second_run_runs_nothing(moved: Project) -> None:
    before = written(moved)
    assert {"models/stance.npz", "reports/metrics.json", "reports/errors.csv", "reports/confusion.csv", "data/labelled/train.parquet"} <= set(before)
    assert small_project.repro(moved) == []
    assert written(moved) == before


def test_a_forced_run_in_another_folder_gives_the_same_bytes(moved: Project, project: Project) -> None:
    assert small_project.repro(moved, "--force") == list(STAGES)
    assert written(moved) == written(project)


def test_only_what_depends_on_a_change_is_run(moved: Project) -> None:
    small_project.write_params(moved.params, evaluate={"seed": 1})
    assert small_project.repro(moved) == ["evaluate", "report", "card"]


def test_metrics_and_plots_can_be_shown(moved: Project) -> None:
    shown = json.loads(small_project.dvc(moved, "metrics", "show", "--json"))
    metrics = json.loads((moved.reports / "metrics.json").read_text())
    assert shown[""]["data"]["reports/metrics.json"]["data"]["model"]["macro_f1"] == metrics["model"]["macro_f1"]
    small_project.dvc(moved, "plots", "show", "--out", "plots", "--quiet")
    assert "vega" in (moved.root / "plots" / "index.html").read_text().lower()


def test_the_new_model_classifies_in_its_folder(moved: Project) -> None:
    done = shell('stance classify "The mayor denied any part in the raid."', cwd=moved.root)
    assert done.returncode == 0 and json.loads(done.stdout)["label"] == "denial"


@pytest.mark.parametrize("name", MODULES)
def test_every_stage_can_be_run_alone(name: str, tmp_path: Path) -> None:
    module = [sys.executable, "-m", f"pipeline.stages.{name}"]
    helped = subprocess.run([*module, "--help"], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    assert "--params" in helped.stdout
    bare = subprocess.run(module, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert bare.returncode == 2 and "Traceback" not in bare.stderr


def test_every_stage_of_dvc_yaml_is_a_module_and_the_summary_reads_their_metrics(project: Project) -> None:
    assert {module_of(name).stem for name in STAGES} <= set(MODULES)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.stages.summary", "reports"],
        cwd=project.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "macro-F1" in done.stdout
