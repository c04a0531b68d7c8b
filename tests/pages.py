"""The code blocks of the documentation, and a project's folder in which they are run as a reader would."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import small_project
from architecture import ROOT
from command_line import DOCUMENT, shell, write

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCHEDULER = "tcp://10.0.0.5:8786"
MAKE = f"""
export PATH={Path(sys.executable).parent}:$PATH
make() {{ [ "$*" = pipeline ] && {sys.executable} -m dvc repro --quiet && {sys.executable} -m pipeline.stages.summary reports; }}
set -eu
"""
"""`make pipeline` as the Makefile has it, in a small project; any other target fails."""
LABELS = {"denied": "denial", "blamed": "accusation", "accused": "accusation", "warned": "warning", "fear": "warning"}
"""How the test codes sentences: by a word."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and content of every code block of a page, in order, and of what it leaves to the reader (`reader`)."""
    found = re.finditer(r"^```(\w+)\n(.*?)^```$|^<!-- here the test (.*?) -->$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [(block[1] or "reader", block[2] or block[3]) for block in found]


def run(kind: str, content: str, folder: Path, scheduler: str) -> None:
    """Run a block of code in the folder, or do what the reader is to do; any failure is an assertion."""
    if kind == "reader":
        READER[content](folder)
    elif kind in ("sh", "python"):
        script = f"python - <<'PYTHON'\n{content}\nPYTHON" if kind == "python" else content
        script = script.replace(".venv/bin/stance", "stance").replace(SCHEDULER, scheduler).replace("--workers 8", "--workers 2")
        done = shell(MAKE + script, cwd=folder, **machine(folder))
        assert done.returncode == 0, f"{content}\n{done.stdout}{done.stderr}"


def machine(folder: Path) -> dict[str, str]:
    """The environment of a reader's machine: DVC keeps what it knows in the folder, git knows who commits."""
    places = {f"DVC_{name}_DIR": str(folder / ".dvc" / "machine") for name in ("SITE_CACHE", "GLOBAL_CONFIG", "SYSTEM_CONFIG")}
    person = {f"GIT_{role}_{what}": "reader@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return places | person | {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}


def prepare(folder: Path) -> None:
    """What the pages take for granted in a project's folder, beside what the examples of --help do."""
    write(folder / ".venv" / "bin" / "activate", "")
    write(folder / "articles" / "b.txt", DOCUMENT)
    write(folder / ".gitignore", ".dvc\n.venv\ndata\n__pycache__\n")
    small_project.write_csv(folder / "articles.csv", [{"id": name, "date": "2024-03-31", "source": "Wire"} for name in "ab"])
    shutil.copy(ROOT / "seeds" / "cues" / "judgement.txt", folder / "seeds" / "cues" / "judgement.txt")
    done = shell("git init --quiet", cwd=folder)
    assert done.returncode == 0, done.stderr


def _code(folder: Path) -> None:
    path = folder / "todo.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows, "there is something to code"
    for row in rows:
        row["label"] = next((label for word, label in LABELS.items() if word in row["text"]), "neutral")
    small_project.write_csv(path, rows)


def _add_line(folder: Path) -> None:
    path = folder / "seeds" / "cues" / "judgement.txt"
    heading, entry = next(content for kind, content in blocks(ROOT / "docs" / "wordlists.md") if content.startswith("[")).splitlines()
    section = re.escape(heading.split("]")[0])
    written, changed = re.subn(rf"^{section}\].*$", lambda found: f"{found[0]}\n{entry}", path.read_text("utf-8"), flags=re.MULTILINE)
    assert changed == 1, f"{heading} is a section"
    path.write_text(written, "utf-8")


READER: dict[str, Callable[[Path], None]] = {"fills the column in": _code, "adds the line": _add_line}
"""What a page says in words and a test does."""
