"""`stance completion`: in a real shell a press of the tab key completes commands, options, labels and files, without a word of Python."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import Run, environment, failed

CASES = [
    ("stance clas", "stance classify "),
    ("stance annotations imp", "stance annotations import "),
    ("stance annotations export --gu", "stance annotations export --guess"),
    ("stance explain --label den", "stance explain --label denial"),
    ("stance classify --format csv-", "stance classify --format csv-plain"),
    ("stance codebook neu", "stance codebook neutral"),
    ("stance verify mod", "stance verify model.npz"),
    ("stance audit --held-out hel", "stance audit --held-out held.parquet"),
    ("stance agreement --documents art", "stance agreement --documents articles/"),
]
"""What is typed before the tab key, and the line afterwards."""
_PATIENCE = 60


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the files that are completed."""
    for name in ("model.npz", "held.parquet", "article.txt"):
        (tmp_path / name).touch()
    (tmp_path / "articles").mkdir()
    return tmp_path


def needed(shell: str) -> str:
    """The path of a shell, or the test is skipped."""
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"there is no {shell} here")
    return found


def typed(command: list[str], cwd: Path, setup: str, line: str, wanted: str) -> str:
    """What an interactive shell shows once `line` and the tab key are typed, until `wanted` stands there or nothing more comes."""
    ours, theirs = pty.openpty()
    env = environment(TERM="dumb", PS1="", HOME=str(cwd), INPUTRC="/dev/null")
    with subprocess.Popen(command, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        _until(ours, f"{setup}; echo rea''dy\n", "ready")
        seen = _until(ours, f"{line}\t", wanted)
        os.write(ours, b"\x15exit\n")
        os.close(ours)
        process.terminate()
    return seen


def _until(terminal: int, keys: str, wanted: str) -> str:
    os.write(terminal, keys.encode())
    seen = ""
    while wanted not in seen and select.select([terminal], [], [], _PATIENCE)[0]:
        seen += os.read(terminal, 4096).decode(errors="replace").replace("\x07", "").replace("\r", "")
    return seen


@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_bash_completes(run: Run, place: Path, line: str, wanted: str) -> None:
    (place / "stance.bash").write_text(run("completion", "bash").out)
    setup = "bind 'set enable-bracketed-paste off'; . ./stance.bash"
    assert wanted in typed([needed("bash"), "--norc", "--noprofile", "-i"], place, setup, line, wanted)


@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_zsh_completes(run: Run, place: Path, line: str, wanted: str) -> None:
    (place / "_stance").write_text(run("completion", "zsh").out)
    setup = "unsetopt prompt_cr prompt_sp zle_bracketed_paste; PS1=; fpath=($PWD $fpath); autoload -U compinit; compinit -u -D"
    assert wanted in typed([needed("zsh"), "-f", "-i"], place, setup, line, wanted)


@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_fish_completes(run: Run, place: Path, line: str, wanted: str) -> None:
    (place / "stance.fish").write_text(run("completion", "fish").out)
    done = subprocess.run(
        [needed("fish"), "--no-config", "-c", f"source stance.fish; complete -C '{line}'"],
        cwd=place, env=environment(HOME=str(place)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert wanted.split()[-1] in [row.split("\t")[0] for row in done.stdout.splitlines()]


def test_another_shell_is_refused(run: Run) -> None:
    failed(run("completion", "csh"), 2, "csh", "bash", "zsh", "fish")
    failed(run("completion"), 2, "SHELL")
