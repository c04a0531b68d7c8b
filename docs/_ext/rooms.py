"""The modules of the package by room as Markdown, each with the first line of its docstring."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent.parent / "pipeline"
ROOMS = {
    "Texts in": (
        "Files of text, CSV, JSON lines or Parquet become documents, documents sentences, sentences tokens.",
        "decoding folders documents sources chunks partitions rowends sentences text offsets stretches",
    ),
    "Coders' labels": (
        "Labels come in and are placed on sentences, sentences go out to be coded; what to read next, who agrees, what looks wrong.",
        "codebook annotations resolving agreement queue tasks forms labelstudio doccano importing audit holdout coded",
    ),
    "Cues and rules": (
        "Word lists (`seeds/cues`) found in sentences; `context` splits clauses and tells negation (`seeds/cues/negation.txt`), role, object; rules decide.",
        "lexicon cues context rules rule_table cue_terms",
    ),
    "Training": (
        "Features are counted, a model is fitted, and its probabilities are calibrated: `temperature` in `training`.",
        "casing features training learning export estimator unlike",
    ),
    "Model and classifying": (
        "The model file, scoring with numpy alone, explanations, and the shares of a corpus.",
        "model modelfile npz hashing lookup wordfeatures tfidf bulk cluster sinks frames explain verifying quantification corpus shares",
    ),
    "Measuring": (
        "Figures with intervals, calibration (`confidence`), challenges, other names in a text (`names`, `seeds/names`), two models compared.",
        "evaluation confidence slices challenges names carriers scoring comparing relabelled report runs provenance",
    ),
    "Pages": (
        "The HTML report (`stages/report` calls `reporting`; its template is `pipeline/templates/report`), documents as pages, the model card.",
        "reporting tiles errorlist figures plots svg page view card",
    ),
    "What all use": (
        "Records that pass between rooms, settings, errors, files.",
        "__init__ records params errors suggesting files tables formulas terminal growing cli",
    ),
    "Stages": ("What `dvc.yaml` runs; each reads, calls the modules above and writes.", "stages/*"),
    "Commands": ("A module a command of `stance`.", "commands/*"),
}
"""Every room: what is done there, and its modules in the order in which one reads them; `*` stands for all of a folder."""


def modules() -> list[tuple[str, str, list[Path]]]:
    """Every room with what is done there and the files of its modules; a name that no file has is an error (ValueError)."""
    return [(room, what, [path for name in names.split() for path in _files(name)]) for room, (what, names) in ROOMS.items()]


def markdown() -> str:
    """A heading and a table a room."""
    parts = []
    for room, what, paths in modules():
        rows = [f"| `{path.relative_to(PACKAGE).as_posix()}` | {_first_line(path)} |" for path in paths]
        parts.append(f"### {room}\n\n{what}\n\n| module | what it is for |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _files(name: str) -> list[Path]:
    found = sorted(PACKAGE.glob(f"{name}.py"))
    if not found:
        raise ValueError(f"docs/_ext/rooms.py lists {name}, which pipeline/ does not hold")
    return found


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0].replace("|", "\\|")
