"""The whole pipeline with DVC on a small folder of documents: one command, run again only where something changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small_project
from architecture import ROOT
from command_line import environment, shell
from small_project import STAGES, Project

MODULES = sorted(path.stem for path in (ROOT / "pipeline" / "stages").glob("[a-z]*.py"))


class Folder:
    """A project in a folder of its own, with the code beside it, as in a clone."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        small_project.compose(root)
        shutil.copytree(ROOT / "pipeline", root / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "dvc.yaml", root)
        places = {f"DVC_{name}_DIR": str(root / "dvc") for name in ("SITE_CACHE", "GLOBAL_CONFIG", "SYSTEM_CONFIG")}
        self._environment = {**os.environ, **places, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        self.dvc("init", "--no-scm", "--quiet")

    def dvc(self, *arguments: str) -> str:
        """Run dvc; returns what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *arguments], cwd=self.project.root, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def repro(self, *options: str) -> list[str]:
        """Run `dvc repro`; returns the stages that were run."""
        said = self.dvc("repro", *options)
        return [name for name in STAGES if f"Running stage '{name}'" in said]

    def written(self) -> dict[str, bytes]:
        """Everything that the stages wrote, and DVC's record of it."""
        found = [
            path for name in ("data", "models", "reports", "dvc.lock") for path in sorted([self.project.root / name, *(self.project.root / name).rglob("*")])
        ]
        return {str(path.relative_to(self.project.root)): path.read_bytes() for path in found if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A folder in which `dvc repro` was run once."""
    found = Folder(tmp_path_factory.mktemp("clone"))
    assert found.repro() == list(STAGES), "every stage runs the first time"
    return found


def test_a_second_run_runs_nothing(folder: Folder) -> None:
    before = folder.written()
    assert {"models/stance.npz", "reports/metrics.json", "reports/errors.csv", "reports/confusion.csv", "data/labelled/train.parquet"} <= set(before)
    assert folder.repro() == []
    assert folder.written() == before


def test_a_forced_run_gives_the_same_bytes(folder: Folder) -> None:
    before = folder.written()
    assert folder.repro("--force") == list(STAGES)
    assert folder.written() == before


def test_another_folder_gives_the_same_bytes(folder: Folder, project: Project) -> None:
    for path in (project.model, project.reports / "metrics.json", project.reports / "errors.csv", project.labelled / "train.parquet"):
        assert path.read_bytes() == (folder.project.root / path.relative_to(project.root)).read_bytes(), path.name


def test_only_what_depends_on_a_change_is_run(folder: Folder) -> None:
    small_project.write_params(folder.project.params, evaluate={"seed": 1})
    assert folder.repro() == ["evaluate"]


def test_metrics_and_plots_can_be_shown(folder: Folder) -> None:
    shown = folder.dvc("metrics", "show", "--json")
    metrics = json.loads((folder.project.reports / "metrics.json").read_text())
    assert json.loads(shown)[""]["data"]["reports/metrics.json"]["data"]["model"]["macro_f1"] == metrics["model"]["macro_f1"]
    folder.dvc("plots", "show", "--out", "plots", "--quiet")
    assert "vega" in (folder.project.root / "plots" / "index.html").read_text().lower()


def test_the_new_model_classifies_in_its_folder(folder: Folder) -> None:
    done = shell('stance classify "The mayor denied any part in the raid."', cwd=folder.project.root)
    assert done.returncode == 0 and json.loads(done.stdout)["label"] == "denial"


@pytest.mark.parametrize("name", MODULES)
def test_every_stage_can_be_run_alone(name: str, tmp_path: Path) -> None:
    module = [sys.executable, "-m", f"pipeline.stages.{name}"]
    helped = subprocess.run([*module, "--help"], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    assert "--params" in helped.stdout
    bare = subprocess.run(module, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert bare.returncode == 2 and "Traceback" not in bare.stderr


def test_every_stage_of_dvc_yaml_is_a_module_and_the_summary_reads_their_metrics(project: Project) -> None:
    assert set(STAGES) <= set(MODULES)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.stages.summary", "reports/metrics.json"],
        cwd=project.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "macro-F1" in done.stdout
