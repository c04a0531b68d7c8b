"""A small project composed for tests: documents in four collections, coders' labels with their quarrels, short cue lists."""

from __future__ import annotations

import csv
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import yaml
from architecture import ROOT, STAGES

from pipeline.records import LABELS

COMPOSED = ("documents", "annotations", "cues")
"""The folders of seeds that are written here; the others are taken from the project as they are."""

ACTORS = ("The ministry", "The mayor", "A spokesman for the army", "The opposition leader", "Harbour officials", "The rebels", "The bank", "Union leaders")
OTHERS = ("the governor", "the contractors", "the coast guard", "a rival party", "the airline", "two generals", "the water company", "the broadcaster")
MATTERS = ("the raid on the market", "the missing ballots", "the leak at the plant", "the shelling of the bridge", "the secret payments", "the border closure")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
FORMS = {
    "denial": (
        "{actor} denied any part in {matter} on {day}.",
        "{actor} had nothing to do with {matter}, it said on {day}.",
        "{actor} called reports of {matter} untrue.",
    ),
    "accusation": (
        "{actor} accused {other} of {matter} on {day}.",
        "{actor} blamed {other} for {matter}.",
        "{actor} condemned {other} over {matter}.",
    ),
    "warning": (
        "{actor} warned {other} that {matter} would bring reprisals.",
        "{actor} threatened to strike {other} after {day}.",
        "{actor} fears that {matter} could spread.",
    ),
    "neutral": (
        "{actor} met {other} on {day}.",
        "{actor} will discuss {matter} with {other} next week.",
        "Talks between {other} and aides resume on {day}.",
    ),
}
FAKES = ("{actor} denied an entry visa to {other}, no. {number}.", "No charge was read on {day} at 9 a.m. in hall {number}.")
UNREAD = "capital/unread.txt"
DISPUTED, ADJUDICATED = 1, 2
"""The sentence of every document of `capital` on which the two coders differ, and the one that the third settles."""


class Coded(NamedTuple):
    """A composed sentence with its label and its place in the document."""

    start: int
    end: int
    text: str
    label: str


class Composed(NamedTuple):
    """A composed document: its id in the pipeline, its text, its sentences."""

    id: str
    text: str
    sentences: tuple[Coded, ...]


class Project(NamedTuple):
    """Where things lie in a small project."""

    root: Path

    @property
    def documents(self) -> Path:
        return self.root / "seeds" / "documents"

    @property
    def annotations(self) -> Path:
        return self.root / "seeds" / "annotations"

    @property
    def cues(self) -> Path:
        return self.root / "seeds" / "cues"

    @property
    def codebook(self) -> Path:
        return self.root / "seeds" / "CODEBOOK.md"

    @property
    def params(self) -> Path:
        return self.root / "params.yaml"

    @property
    def sentences(self) -> Path:
        return self.root / "data" / "sentences.parquet"

    @property
    def labelled(self) -> Path:
        return self.root / "data" / "labelled"

    @property
    def held_out(self) -> Path:
        return self.root / "data" / "held_out.parquet"

    @property
    def model(self) -> Path:
        return self.root / "models" / "stance.npz"

    @property
    def reports(self) -> Path:
        return self.root / "reports"


def document(identity: str, seed: int, *, without: tuple[str, ...] = ()) -> Composed:
    """A document of a headline, two paragraphs and eight sentences, two of each label that is not left out."""
    chance = random.Random(seed)
    kinds = [name for name in (*LABELS, *LABELS) if name not in without]
    chance.shuffle(kinds)
    text, sentences = "", []
    for number, kind in enumerate(kinds):
        form = chance.choice(FAKES if kind == "neutral" and number % 3 == 0 else FORMS[kind])
        words = {"actor": chance.choice(ACTORS), "other": chance.choice(OTHERS), "matter": chance.choice(MATTERS), "day": chance.choice(DAYS)}
        sentence = form.format(number=seed * 10 + number, **words)
        text += "" if number == 0 else "\n\n" if number in (1, 4) else " "
        sentences.append(Coded(len(text), len(text) + len(sentence), sentence, kind))
        text += sentence
    return Composed(identity, text + "\n", tuple(sentences))


def compose(root: Path) -> list[Composed]:
    """Write a project below `root`: code, stages, settings and seeds, as in a clone; returns its documents."""
    project = Project(root)
    found = [document(f"capital/{number}.txt", number) for number in range(10)]
    found += [document(f"coast/day.jsonl#c{number}", 100 + number) for number in range(8)]
    found += [document(f"north/week.csv#{number}", 200 + number) for number in range(6)]
    found += [Composed("south/copy.txt", "From our wire.\n\n" + found[0].text, ()), document(UNREAD, 300)]
    _write_documents(project.documents, found)
    _write_annotations(project.annotations, found)
    write_short_cues(project.cues)
    shutil.copytree(ROOT / "seeds", root / "seeds", ignore=shutil.ignore_patterns(*COMPOSED), dirs_exist_ok=True)
    write_params(project.params)
    shutil.copytree(ROOT / "pipeline", root / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dvc.yaml", root)
    for name in ("queue.csv", "baseline/README.md", "evaluations/README.md"):
        (root / "reports" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "reports" / name, root / "reports" / name)
    return found


def _write_documents(folder: Path, found: list[Composed]) -> None:
    rows: dict[str, list[dict[str, str]]] = {"coast/day.jsonl": [], "north/week.csv": []}
    for item in found:
        name, _, row = item.id.partition("#")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if row:
            rows[name].append({"id": row, "text": item.text})
        else:
            (folder / name).write_text(item.text, "utf-8")
    (folder / "coast/day.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows["coast/day.jsonl"]), "utf-8")
    write_csv(folder / "north/week.csv", rows["north/week.csv"])


def _write_annotations(folder: Path, found: list[Composed]) -> None:
    """Ana reads all but one document by offsets; Ben reads `capital` by text and differs twice; the third settles one."""
    rows: dict[str, list[dict[str, object]]] = {"ana": [], "ben": [], "adjudicated": []}
    for item in found:
        if item.id == UNREAD:
            continue
        for number, sentence in enumerate(item.sentences):
            place = {"document": item.id, "start": sentence.start, "end": sentence.end, "text": sentence.text}
            rows["ana"].append(place | {"label": sentence.label})
            if item.id.startswith("capital/"):
                other = LABELS[(LABELS.index(sentence.label) + 1) % 4]
                differs = number in (DISPUTED, ADJUDICATED)
                rows["ben"].append({"document": item.id, "text": sentence.text, "label": other if differs else sentence.label})
                if number == ADJUDICATED:
                    rows["adjudicated"].append(place | {"label": sentence.label})
    folder.mkdir(parents=True)
    for coder, read in rows.items():
        write_csv(folder / f"{coder}.csv", read)


def write_csv(path: Path, rows: list[dict[str, object]] | list[dict[str, str]]) -> None:
    """Write rows with the first one's keys as header."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_short_cues(folder: Path, *, entries: int = 6) -> None:
    """The project's cue lists with the first entries of every section, which compile in a moment."""
    folder.mkdir(parents=True)
    for path in sorted((ROOT / "seeds" / "cues").glob("*.txt")):
        kept, count = [], 0
        for line in path.read_text("utf-8").splitlines():
            count = 0 if line.startswith("[") else count + bool(line and not line.startswith("#"))
            kept += [line] if count <= entries else []
        (folder / path.name).write_text("\n".join(kept) + "\n", "utf-8")


def write_params(path: Path, **changed: dict[str, object]) -> None:
    """The project's params.yaml with what makes a small run quick, and with changes by section."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    quick = {
        "holdout": {"share": 0.25},
        "train": {"jobs": 1, "folds": 2, "min_documents": 1, "strengths": [0.3, 10.0]},
        "evaluate": {"resamples": 100, "name_swaps": 1},
        "learning": {"shares": [0.5, 1.0]},
    }
    for section in (quick, changed):
        for name, knobs in section.items():
            values[name] |= knobs
    path.write_text(yaml.safe_dump(values), "utf-8")


def run_stage(project: Project, name: str) -> subprocess.CompletedProcess[str]:
    """Run a stage alone, with its command from dvc.yaml."""
    command = [sys.executable, *shlex.split(STAGES[name]["cmd"])[1:]]
    return subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)


def dvc(project: Project, *arguments: str) -> str:
    """Run dvc in the project, which keeps what it knows of the machine there too; returns what it prints."""
    places = {f"DVC_{name}_DIR": str(project.root / ".dvc" / "machine") for name in ("SITE_CACHE", "GLOBAL_CONFIG", "SYSTEM_CONFIG")}
    environment = os.environ | places | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, "-m", "dvc", *arguments], cwd=project.root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"dvc {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def repro(project: Project, *options: str) -> list[str]:
    """Run `dvc repro`; returns the stages that were run."""
    said = dvc(project, "repro", *options)
    return [name for name in STAGES if f"Running stage '{name}'" in said]


def copy(project: Project, root: Path) -> Project:
    """A project of one's own to change, with everything that the stages wrote."""
    shutil.copytree(project.root, root, dirs_exist_ok=True)
    return Project(root)
