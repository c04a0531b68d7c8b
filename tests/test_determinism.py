"""The same seeds and settings give the same bytes, whatever the hash seed, locale, time zone, order of files and number of jobs."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import small_project
import yaml
from architecture import STAGES
from killed import contents
from offline import blocked
from small_project import Project

from pipeline.scoring import modelfile

BACKWARDS = """
import os
scandir, listdir, walk = os.scandir, os.listdir, os.walk

class Backwards:
    def __init__(self, found): self.found = iter(sorted(found, key=lambda entry: entry.name, reverse=True))
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def __iter__(self): return self
    def __next__(self): return next(self.found)
    def close(self): pass

os.scandir = lambda path=".": Backwards(scandir(path))
os.listdir = lambda path=".": sorted(listdir(path), reverse=True)
"""
"""As `sitecustomize`: the file system names files in another order."""


class World(NamedTuple):
    """What differs between two runs and must not matter."""

    env: dict[str, str]
    jobs: int = 1
    backwards: bool = False


WORLDS = {
    "hash seed": World({"PYTHONHASHSEED": "12345"}),
    "locale and time zone": World({"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "0"}),
    "no locale": World({"LC_ALL": "C", "LANG": "C", "TZ": "Etc/GMT+12", "PYTHONHASHSEED": "7"}),
    "order of files": World({}, backwards=True),
    "number of jobs": World({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, jobs=2),
}


def run_all(project: Project, world: World) -> None:
    """Every stage in its order, with nothing left of an earlier run, in a world of its own, without a network."""
    for name in ("data", "models"):
        shutil.rmtree(project.root / name)
    settings = yaml.safe_load(project.params.read_text("utf-8"))
    settings["train"]["jobs"] = world.jobs
    project.params.write_text(yaml.safe_dump(settings), "utf-8")
    block = blocked(project.root / "block", more=BACKWARDS if world.backwards else "")
    env = os.environ | {"PYTHONPATH": f"{block}{os.pathsep}{project.root}"} | world.env
    for stage in STAGES.values():
        command = [sys.executable, *shlex.split(stage["cmd"])[1:]]
        done = subprocess.run(command, cwd=project.root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "NETWORK" not in done.stderr, done.stderr


def results(project: Project) -> dict[str, bytes]:
    """Everything that the stages write."""
    return {name: content for folder in ("data", "models", "reports") for name, content in contents(project.root / folder).items()}


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_the_pipeline_gives_the_same_bytes(project: Project, tmp_path: Path, world: World) -> None:
    own = small_project.copy(project, tmp_path / "own")
    run_all(own, world)
    expected, found = results(project), results(own)
    assert found.keys() == expected.keys()
    if world.jobs > 1:
        assert modelfile.content_hash(modelfile.read(own.model)) == modelfile.content_hash(modelfile.read(project.model))
    assert [name for name in expected if found[name] != expected[name]] == []
