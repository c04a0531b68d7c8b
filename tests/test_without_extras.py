"""The command line where only the package's own requirements are installed: what a command needs beside is named, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Done, environment, failed
from test_cli_help import desk
from test_cli_options import JSON

from pipeline import cli

__all__ = ["desk"]
TRAIN = ("datasets", "dvc", "joblib", "krippendorff", "lemminflect", "matplotlib", "sklearn", "scipy", "yaml")
NEEDING = {
    "queue --budget 3": "yaml",
    "annotations import project-1-at-2026.json --coder ana": "yaml",
    "annotations export todo.csv --to csv --coder ana": "yaml",
    "annotations check": "yaml",
    "agreement": "yaml",
    "learning-curve": "yaml",
    "report": "yaml",
    "classify --dataset news.parquet": "datasets",
    "shares classified.parquet --plot shares.html": "matplotlib",
}
"""Commands that need more than the wheel alone brings, and the first module that they miss."""
ALWAYS = [line for line in NEEDING if not line.startswith(("classify", "shares"))]
"""Of these, those that need it whatever their options."""


def bare(line: str, cwd: Path) -> Done:
    """Run a line of `stance` where no module of the extra can be imported."""
    script = f"import sys; sys.modules.update(dict.fromkeys({TRAIN!r})); from pipeline.cli import console; console()"
    done = subprocess.run([sys.executable, "-c", script, *line.split()], cwd=cwd, env=environment(), capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("line", NEEDING)
def test_a_missing_module_is_one_line_that_says_what_to_install(desk: Path, line: str) -> None:
    failed(bare(line, desk), 1, f"module {NEEDING[line]} ", 'pip install "stance-pipeline[train]"')


@pytest.mark.parametrize("name", JSON)
def test_every_other_command_runs(desk: Path, name: str) -> None:
    done = bare(f"{JSON[name]} --json".removeprefix("stance ").replace('"He denied it."', "No."), desk)
    if any(name == "stance " + " ".join(line.split()[: name.count(" ")]) for line in ALWAYS):
        failed(done, 1, 'pip install "stance-pipeline[train]"')
    else:
        assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("name", ["pipeline.gone", "tomllib.gone"])
def test_a_module_that_no_install_brings_is_a_fault_that_is_raised(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail(_: object) -> None:
        raise ModuleNotFoundError("gone", name=name)

    monkeypatch.setattr(cli, "_run", fail)
    with pytest.raises(ModuleNotFoundError):
        cli.main(["verify", "x"])
