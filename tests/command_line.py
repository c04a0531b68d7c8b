"""Running `stance` as a user does, and what it is given to read."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from architecture import ROOT

DENIED = "The mayor denied any part in the raid on the market on Monday."
DOCUMENT = "Mayor denies raid\n\nThe mayor denied it.  He blamed the bank.\r\n\r\n“No!” he said. \n"
SENTENCES = ["Mayor denies raid", "The mayor denied it.", "He blamed the bank.", "“No!” he said."]
CODED = [
    {"text": "The ministry denied any part in it.", "label": "denial", "slice": "plain"},
    {"text": "The army accused the rebels of the raid.", "label": "accusation", "slice": "plain"},
    {"text": "He threatened to strike the bank.", "label": "warning", "slice": "odd"},
    {"text": "", "label": "neutral", "slice": "odd"},
]  # fmt: skip
"""Sentences as `stance evaluate` reads them."""
STANCE = [sys.executable, "-c", "from pipeline.cli import console; console()"]


def environment(**more: str) -> dict[str, str]:
    """The environment for a process that is to use this checkout from any folder."""
    return {name: value for name, value in os.environ.items() if name not in ("STANCE_MODEL", "NO_COLOR")} | {"PYTHONPATH": str(ROOT)} | more


def stance(*arguments: str, stdin: bytes = b"", cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run `stance` with arguments."""
    return subprocess.run([*STANCE, *arguments], input=stdin, cwd=cwd, env=environment(**env), capture_output=True, check=False)


def shell(line: str, *, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `stance` is this checkout's."""
    script = f'set -o pipefail\nstance() {{ {shlex.join(STANCE)} "$@"; }}\n{line}'
    return subprocess.run(["bash", "-c", script], cwd=cwd, env=environment(**env), capture_output=True, text=True, check=False)


def on_terminal(model: Path, cwd: Path, *arguments: str, **env: str) -> str:
    """What `stance` prints on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([*STANCE, *arguments], cwd=cwd, env=environment(**{"STANCE_MODEL": str(model), "TERM": "xterm"} | env), stdout=theirs) as process:
        os.close(theirs)
        written = b""
        while chunk := _read(ours):
            written += chunk
    os.close(ours)
    assert process.returncode == 0
    return written.decode()


def typed(model: Path, cwd: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run `stance` where its standard input is a terminal at which a text is typed, and ended."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{text}\n\x04".encode())
    done = subprocess.run([*STANCE, *arguments], cwd=cwd, env=environment(STANCE_MODEL=str(model)), stdin=theirs, capture_output=True, check=False)
    os.close(theirs)
    os.close(ours)
    return done


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other end is closed
        return b""


class Done(NamedTuple):
    """What a run of the command line left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The output as JSON lines."""
        return [json.loads(line) for line in self.out.split("\n")[:-1]]


Run = Callable[..., Done]
"""What the fixture `run` gives: arguments (and `stdin` as bytes) to what the command line left."""


def failed(done: Done, code: int, *words: str) -> None:
    """Check that a run failed with one line that holds these words, and said nothing else."""
    assert (done.code, done.out) == (code, ""), done
    assert re.fullmatch(r"stance: [^\n]+\n", done.err), done.err
    assert all(word in done.err for word in words), done.err
    assert "Traceback" not in done.err


def write(path: Path, content: str | bytes) -> Path:
    """A file with this content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def jsonl(rows: list[dict[str, Any]]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)
