"""What the project is made of and gives away: a bill of materials, the same bytes at every build, and no word to the network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from architecture import ROOT
from command_line import shell
from offline import blocked
from test_cli_help import EXAMPLES, SCHEDULER, desk
from test_wheel import SOURCES

__all__ = ["desk"]
ONLINE = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DVC_NO_ANALYTICS")
"""What keeps libraries off the network in the other tests, and is not there for users."""


def bill() -> dict[str, object]:
    """The bill of materials that `make sbom` writes."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml", "--output-reproducible", "requirements.txt"]
    found: dict[str, object] = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    return found


@pytest.mark.slow
def test_the_bill_of_materials_names_every_locked_package_with_its_hash() -> None:
    pytest.importorskip("cyclonedx_py")
    found = bill()
    locked = dict(re.findall(r"^([\w.-]+)==([\w.+!-]+)", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE))
    components = {part["name"]: part for part in found["components"]}  # type: ignore[attr-defined]
    assert len(locked) > 50 and {name: part["version"] for name, part in components.items()} == locked
    assert all(any(place.get("hashes") for place in part["externalReferences"]) for part in components.values())
    assert found == bill(), "the same lock gives the same bill"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt", "requirements-docs.txt"])
def test_every_locked_package_has_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    assert len(entries) > 30 and [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.slow
def test_wheel_and_source_distribution_are_the_same_bytes_twice(tmp_path: Path) -> None:
    """From copies with other names, times and permissions."""
    built = []
    for name, mask in (("one", 0o022), ("another", 0o077)):
        copy = tmp_path / name
        copy.mkdir()
        for source in SOURCES:
            target = copy / source
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__")) if (ROOT / source).is_dir() else shutil.copy(
                ROOT / source, target
            )
        for number, path in enumerate(sorted(copy.rglob("*"))):
            os.utime(path, (10**9 + number + mask, 10**9 + number + mask))
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        script = f"import os, runpy, sys; os.umask({mask}); sys.argv = ['build', '--no-isolation']; runpy.run_module('build', run_name='__main__')"
        done = subprocess.run([sys.executable, "-c", script], cwd=copy, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        built.append({path.name: path.read_bytes() for path in (copy / "dist").iterdir()})
    assert len(built[0]) == 2 and built[0].keys() == built[1].keys()
    assert [name for name, content in built[0].items() if content != built[1][name]] == []


def test_the_network_would_be_noticed(tmp_path: Path) -> None:
    script = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    env = os.environ | {"PYTHONPATH": str(blocked(tmp_path / "block"))}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "NETWORK" in done.stderr


LOCAL = [*dict.fromkeys(line for _, line in EXAMPLES if SCHEDULER not in line)]


@pytest.mark.slow
@pytest.mark.parametrize("line", LOCAL)
def test_no_command_touches_the_network(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    for name in ONLINE:
        monkeypatch.delenv(name, raising=False)
    path = f"{blocked(tmp_path / 'block')}{os.pathsep}{ROOT}"
    done = shell(line.replace("--workers 8", "--workers 2"), cwd=desk, PYTHONPATH=path, HOME=str(desk))
    assert "NETWORK" not in done.stderr and done.returncode == 0, done.stderr
