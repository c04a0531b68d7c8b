"""The built wheel, alone in an empty environment with its own few dependencies, classifies from any folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from architecture import ROOT

pytestmark = pytest.mark.slow
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "pipeline", "models")


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this environment in its way."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "STANCE"))}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=bare, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the project."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", copy / "dist", cwd=copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


def required(name: str) -> set[str]:
    """A distribution's dependencies without extras, and theirs."""
    found = set()
    for requirement in metadata.requires(name) or []:
        if "extra" not in requirement:
            needed = re.split(r"[^\w.-]", requirement)[0]
            found |= {needed} | required(needed)
    return found


def top_level(name: str) -> Iterator[Path]:
    """The files and folders that a distribution put into site-packages."""
    distribution = metadata.distribution(name)
    for part in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
        yield Path(str(distribution.locate_file(part)))


@pytest.fixture(scope="module")
def empty(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of executables of an environment that holds the wheel and what it requires, nothing else."""
    home = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    python = home / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=home)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).stdout.strip())
    for name in required("stance-pipeline"):
        for path in top_level(name):
            (site / path.name).symlink_to(path)
    return python.parent


def test_the_wheel_holds_the_package_the_model_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pipeline").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {name for name in names if ".dist-info/" not in name} == code | {"pipeline/stance.npz"}


def test_it_classifies_from_any_folder(empty: Path, tmp_path: Path) -> None:
    done = run(empty / "stance", "classify", "Moscow had nothing to do with the attack, the ministry said.", cwd=tmp_path)
    row = json.loads(done.stdout)
    assert row["label"] == "denial" and sum(row["probabilities"].values()) == pytest.approx(1)


def test_it_splits_documents_and_writes_parquet(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Gen. Velho denied it at 5 p.m. He left.")
    run(empty / "stance", "classify", "--documents", "--input", "a.txt", "--output", "out.parquet", cwd=tmp_path)
    done = run(empty / "stance", "classify", "--input", "out.parquet", cwd=tmp_path)
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["Gen. Velho denied it at 5 p.m.", "He left."]


def test_it_does_so_without_what_training_needs(empty: Path, tmp_path: Path) -> None:
    for name in ("sklearn", "scipy", "pandas", "datasets", "dvc", "yaml", "lemminflect"):
        done = run(empty / "python", "-c", f"import {name}", cwd=tmp_path, check=False)
        assert "ModuleNotFoundError" in done.stderr, name
