"""Killed at every change it makes to a file, each stage, command and import leaves old files or new ones, and the next run mends all."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import small_project
from architecture import STAGES
from command_line import STANCE, environment, write
from killed import changes, contents, run
from small_project import Project

from pipeline import files
from pipeline.errors import DataError


def restore(folder: Path, before: dict[str, bytes]) -> None:
    """Make a folder hold what it held before."""
    for name in contents(folder).keys() - before.keys():
        (folder / name).unlink()
    for name, content in before.items():
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def expect_mended(command: Sequence[str], folder: Path, *, least: int, **env: str) -> None:
    """Kill the command at every change; files are old or new each time, and a run afterwards gives what an undisturbed one gives."""
    before = contents(folder)
    number, said = changes(command, folder, **env)
    assert number >= least, f"only {number} changes were seen: {said}"
    after = contents(folder)
    assert after != before
    for stop in range(1, number + 1):
        restore(folder, before)
        killed = run(command, folder, stop=stop, **env)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        for name, content in contents(folder).items():
            assert Path(name).name.startswith(".") or content in (before.get(name), after.get(name)), f"{name} is half written after {stop}"
        again = run(command, folder, **env)
        assert again.returncode == 0, again.stderr
        assert contents(folder) == after, f"after a kill before change {stop} a new run differs"


def only_what_a_stage_needs(project: Project, folder: Path) -> Path:
    """A copy of a project without what DVC keeps beside it."""
    shutil.copytree(project.root, folder, ignore=shutil.ignore_patterns(".dvc", "__pycache__", "plots"))
    return folder


def expect_stage_mended(project: Project, folder: Path, name: str, least: int) -> None:
    """As `expect_mended`, for a stage whose results are not there yet."""
    only_what_a_stage_needs(project, folder)
    for out in STAGES[name].get("outs", []) + STAGES[name].get("metrics", []) + STAGES[name].get("plots", []):
        path = folder / (out if isinstance(out, str) else next(iter(out)))
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    expect_mended(shlex.split(STAGES[name]["cmd"])[2:], folder, least=least)


@pytest.mark.slow
def test_split_killed_at_every_change(project: Project, tmp_path: Path) -> None:
    expect_stage_mended(project, tmp_path / "own", "split", 3)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), [("label", 9), ("agreement", 9), ("train", 6), ("evaluate", 20), ("learning-curve", 3), ("report", 3), ("card", 3)])
def test_a_stage_killed_at_every_change(project: Project, tmp_path: Path, name: str, least: int) -> None:
    expect_stage_mended(project, tmp_path / "own", name, least)


def test_a_classified_file_killed_at_every_change(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    write(folder / "a.txt", "He denied it.\n" * 3000)
    write(folder / "out.csv", "what stood there before")
    expect_mended(["stance", "classify", "--input", "a.txt", "--output", "out.csv"], folder, least=3, STANCE_MODEL=str(project.model))


@pytest.mark.slow
def test_an_import_of_several_coders_killed_at_every_change(project: Project, tmp_path: Path) -> None:
    folder = only_what_a_stage_needs(project, tmp_path / "own")
    for coder in ("ana", "ben"):
        (folder / "seeds" / "annotations" / f"{coder}.csv").unlink()
    sentences = small_project.document(small_project.UNREAD, 300).sentences
    rows = [
        {"document": small_project.UNREAD, "start": one.start, "end": one.end, "text": one.text, "label": one.label, "coder": coder}
        for one in sentences
        for coder in ("ana", "ben", "zoe")
    ]
    small_project.write_csv(folder / "coded.csv", rows)
    names = [part for coder in ("ana", "ben", "zoe") for part in ("--coder", f"{coder}={coder}")]
    expect_mended(["stance", "annotations", "import", "coded.csv", *names], folder, least=9)


@pytest.mark.slow
def test_a_job_killed_at_many_points_in_time(project: Project, tmp_path: Path) -> None:
    """Not before a change but in the middle of writing: what stood there stays, and the next run leaves nothing else."""
    write(tmp_path / "a.txt", "".join(f"Minister {number} denied report {number}.\n" for number in range(60_000)))
    command = [*STANCE, "classify", "--input", "a.txt", "--output", "out.jsonl"]
    env = environment(STANCE_MODEL=str(project.model))
    subprocess.run(command, cwd=tmp_path, env=env, check=True)
    whole = (tmp_path / "out.jsonl").read_bytes()
    for step in range(50):
        (tmp_path / "out.jsonl").write_bytes(b"before")
        process = subprocess.Popen(command, cwd=tmp_path, env=env)
        time.sleep(0.02 * step)
        process.kill()
        process.wait()
        assert (tmp_path / "out.jsonl").read_bytes() in (b"before", whole)
    subprocess.run(command, cwd=tmp_path, env=env, check=True)
    assert (tmp_path / "out.jsonl").read_bytes() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out.jsonl"]


def test_what_a_killed_process_left_is_written_over(tmp_path: Path) -> None:
    write(tmp_path / ".out.csv.tmp", "half of something longer than what comes")
    files.write_text(tmp_path / "out.csv", "whole\n")
    assert contents(tmp_path) == {"out.csv": b"whole\n"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "precious", "mine")
    (tmp_path / ".out.csv.tmp").symlink_to(tmp_path / "precious")
    with pytest.raises(DataError, match=r"out\.csv"):
        files.write_text(tmp_path / "out.csv", "whole\n")
    assert (tmp_path / "precious").read_text() == "mine"


def test_two_that_write_the_same_file_do_not_mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits, and says why it cannot where the first takes longer."""
    monkeypatch.setattr(files, "PATIENCE", 0.1)
    with files.replacing(tmp_path / "out") as temporary:
        temporary.write_text("first")
        with pytest.raises(DataError, match=r"out: another process is writing it.*wait"):
            files.write_text(tmp_path / "out", "second")
        assert temporary.read_text() == "first"
    assert (tmp_path / "out").read_text() == "first"
    files.write_text(tmp_path / "out", "second")
    assert contents(tmp_path) == {"out": b"second"}


_WRITER = """
import sys
from pathlib import Path
from pipeline import files
for number in range(40):
    files.write_text(Path("out"), sys.argv[1] * 20_000, durable=False)
"""


def test_many_writers_of_one_file_leave_one_whole(tmp_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", _WRITER, letter], cwd=tmp_path, env=environment()) for letter in "abc"]
    assert [process.wait() for process in running] == [0, 0, 0]
    (content,) = contents(tmp_path).values()
    assert content in [letter * 20_000 for letter in (b"a", b"b", b"c")]


@pytest.mark.slow
def test_two_runs_of_the_pipeline_at_once(project: Project, tmp_path: Path) -> None:
    """DVC's own lock: one says that another is running; the other ends as if it had been alone."""
    own = small_project.copy(project, tmp_path / "own")
    own.params.write_text(own.params.read_text().replace("offset_tolerance: 0.8", "offset_tolerance: 0.85"))
    lone = small_project.copy(own, tmp_path / "lone")
    small_project.repro(lone)
    places = {f"DVC_{name}_DIR": str(own.root / ".dvc" / "machine") for name in ("SITE_CACHE", "GLOBAL_CONFIG", "SYSTEM_CONFIG")}
    env = os.environ | places | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "dvc", "repro"]
    running = [subprocess.Popen(command, cwd=own.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(process.communicate(), process.returncode) for process in running]
    assert 0 in [code for _, code in ended]
    for (_, said), code in ended:
        assert code == 0 or "lock" in said, said
    small_project.repro(own)
    for name in ("models/stance.npz", "reports/metrics.json", "data/sentences.parquet"):
        assert (own.root / name).read_bytes() == (lone.root / name).read_bytes()
