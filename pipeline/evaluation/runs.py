"""What a run of the pipeline left in reports/, and what is kept of an earlier one to compare it with."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from pipeline import files
from pipeline.errors import DataError
from pipeline.evaluation.challenges import Outcome
from pipeline.evaluation.measures import Floats, Ints
from pipeline.records import LABELS

T = TypeVar("T")
METRICS, SENTENCES, CHALLENGES = "metrics.json", "predictions.csv", "challenge_outcomes.csv"
_NEXT = "run `make pipeline`"


class Sentences(NamedTuple):
    """The measured sentences of a run, n of them: where each stands, its true label, and what the model said.

    `places` are (document, start, end); `truth` holds label numbers (n,), `probabilities` has shape (n, 4);
    `flipped` is the share (0 to 1) of name swaps that changed the label (n,), NaN where a sentence holds no name.
    """

    places: list[tuple[str, str, str]]
    truth: Ints
    probabilities: Floats
    flipped: Floats

    def take(self, chosen: Ints) -> Sentences:
        """The sentences with the given numbers."""
        return Sentences([self.places[i] for i in chosen], self.truth[chosen], self.probabilities[chosen], self.flipped[chosen])

    @property
    def documents(self) -> list[str]:
        """The document of each sentence."""
        return [place[0] for place in self.places]


class Run(NamedTuple):
    """The outcome of every case that a model was tested on."""

    sentences: Sentences
    challenges: list[Outcome]


def read(folder: Path) -> Run:
    """The cases of the run in `folder`.

    Raises:
        DataError: a file is missing or is not what evaluate writes.
    """
    return Run(_sentences(folder / SENTENCES), list(rows(folder / CHALLENGES, _outcome)))


def earlier(folder: Path) -> Run | None:
    """The run that is kept in `folder`, None where none is."""
    return read(folder) if (folder / SENTENCES).is_file() else None


def keep(reports: Path, folder: Path) -> None:
    """Make the run in `reports` the one that later ones are compared with."""
    read(reports)
    for name in (SENTENCES, CHALLENGES):
        files.write_bytes(folder / name, (reports / name).read_bytes())


def metrics(folder: Path) -> dict[str, Any]:
    """The figures of the run in `folder`.

    Raises:
        DataError: metrics.json is missing or is not JSON.
    """
    path = folder / METRICS
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise DataError("is not there", where=str(path), next_step=_NEXT) from None
    except ValueError:
        raise DataError("is not JSON", where=str(path), next_step=_NEXT) from None
    return found


def rows(path: Path, make: Callable[[dict[str, str]], T]) -> Iterator[T]:
    """A record made of every row of a CSV file of reports/, row by row.

    Raises:
        DataError: the file is missing, lacks a column or holds a value that is not of its kind.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            yield from map(make, csv.DictReader(stream))
    except FileNotFoundError:
        raise DataError("is not there", where=str(path), next_step=_NEXT) from None
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(f"is not what the pipeline writes ({type(error).__name__}: {error})", where=str(path), next_step=_NEXT) from None


def _outcome(row: dict[str, str]) -> Outcome:
    return Outcome(row["group"], row["name"], row["text"], row["label"], row["predicted"], float(row["probability"]))


def _sentences(path: Path) -> Sentences:
    found = list(rows(path, _prediction))
    table = np.array([row[2] for row in found]).reshape(len(found), len(LABELS) + 1)
    return Sentences([row[0] for row in found], np.array([row[1] for row in found], dtype=np.int64), table[:, :-1], table[:, -1])


def _prediction(row: dict[str, str]) -> tuple[tuple[str, str, str], int, list[float]]:
    figures = [float(row[name]) for name in LABELS] + [float(row["flipped"] or "nan")]
    return (row["document"], row["start"], row["end"]), LABELS.index(row["truth"]), figures
