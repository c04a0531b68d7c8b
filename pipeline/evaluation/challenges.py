"""Challenges: sentences that test one codebook rule each, and how many of every group a model gets right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.reading import documents
from pipeline.records import LABELS

COLUMNS = ("name", "text", "group")
_ABSENT = "add the column; challenges have name, text, label and group"


class Challenge(NamedTuple):
    """A sentence and the number (in LABELS) of the label it must get; `name` is unique, `group` the rule it tests."""

    name: str
    text: str
    label: int
    group: str


class Rate(NamedTuple):
    """How many challenges of a group got their label: `rate` is passed / rows, 0 to 1."""

    group: str
    rows: int
    passed: int
    rate: float


class Outcome(NamedTuple):
    """A challenge whose label is `label`, the label `predicted`, and the probability (0 to 1) of `label`."""

    group: str
    name: str
    text: str
    label: str
    predicted: str
    probability: float


ALL = "all"
"""The group that stands for all challenges together."""


def read_folder(folder: Path) -> list[Challenge]:
    """The challenges of every CSV file in `folder`, in the order of file names and rows.

    Raises:
        DataError: no file, a missing column, an empty cell, an unknown label or a name that stands there twice.
    """
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise DataError("holds no challenges", where=str(folder), next_step="add a .csv file with the columns name, text, label and group")
    seen: dict[str, str] = {}
    found = []
    for path in paths:
        for number, row in enumerate(documents.read_rows(path)):
            where = f"{path} row {number + 1}"
            name, text, group = (documents.cell(row, column, path, number, absent=_ABSENT) for column in COLUMNS)
            if not (name and text and group):
                raise DataError("has an empty cell", where=where, next_step=f"fill {', '.join(COLUMNS)}")
            if name in seen:
                raise DataError(f"the name {name!r} is taken by {seen[name]}", where=where, next_step="give it another")
            seen[name] = where
            found.append(Challenge(name, text, documents.label_cell(row, "label", path, number, absent=_ABSENT), group))
    return found


def rates(challenges: Sequence[Challenge], probabilities: NDArray[np.float64]) -> list[Rate]:
    """The rate of every group in alphabetical order, then of all; `probabilities` has shape (len(challenges), 4)."""
    passed = probabilities.argmax(axis=1) == [challenge.label for challenge in challenges]
    groups = np.array([challenge.group for challenge in challenges])
    chosen = [(str(group), groups == group) for group in np.unique(groups)] + [(ALL, groups == groups)]
    return [Rate(name, int(rows.sum()), int(passed[rows].sum()), float(passed[rows].mean())) for name, rows in chosen]


def outcomes(challenges: Sequence[Challenge], probabilities: NDArray[np.float64]) -> list[Outcome]:
    """The outcome of every challenge by group, the least probable own label first."""
    predicted = probabilities.argmax(axis=1)
    found = [
        Outcome(c.group, c.name, c.text, LABELS[c.label], LABELS[guess], float(row[c.label]))
        for c, guess, row in zip(challenges, predicted, probabilities, strict=True)
    ]
    return sorted(found, key=lambda outcome: (outcome.group, outcome.probability, outcome.name))
