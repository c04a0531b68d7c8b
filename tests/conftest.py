"""What the tests share: a quiet environment and a small project whose model is trained once a session."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DVC_NO_ANALYTICS": "1"}
os.environ.pop("STANCE_MODEL", None)

import browser
import hypothesis
import pytest
import small_project
from architecture import ROOT, STAGES
from command_line import Done, Run
from filelock import FileLock
from small_project import Project

from pipeline import StanceModel, cli

hypothesis.settings.register_profile("project", deadline=None, derandomize=True, database=None, suppress_health_check=list(hypothesis.HealthCheck))
hypothesis.settings.register_profile("mutants", hypothesis.settings.get_profile("project"), phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
hypothesis.settings.load_profile("project")


def once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """A folder that `build` fills once a session, whichever worker comes first."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = factory.mktemp(name) / "unfinished"
            unfinished.mkdir()
            build(unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project after its first `dvc repro`; only to be read."""

    def build(root: Path) -> None:
        small_project.compose(root)
        small_project.dvc(Project(root), "init", "--no-scm", "--quiet")
        assert small_project.repro(Project(root)) == list(STAGES), "every stage runs the first time"

    return Project(once(tmp_path_factory, "small_project", build))


@pytest.fixture(scope="session")
def small_model(project: Project) -> StanceModel:
    """The model of the small project."""
    return StanceModel.load(project.model)


@pytest.fixture(scope="session")
def model() -> StanceModel:
    """The model that the project comes with."""
    return StanceModel.load(ROOT / "models" / "stance.npz")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser, see `browser.opened`; tests that use it are skipped where there is none."""
    with browser.chromium() as started:
        yield started


@pytest.fixture
def run(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command line in this process, in an empty folder, with the small model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STANCE_MODEL", str(project.model))

    def run(*arguments: str | Path, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code = cli.main([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return run
