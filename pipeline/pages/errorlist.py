"""The errors of a run for a page, worst first: as many as the page can hold, each word coloured by what it brought."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline import formulas
from pipeline.evaluation import runs
from pipeline.reading.documents import ROOT_COLLECTION
from pipeline.records import LABELS
from pipeline.scoring.explain import WordShare, explain
from pipeline.scoring.model import StanceModel

MOST = 1000
BYTES = 1_500_000
"""What the list may take of the page: MOST errors, or fewer where they are long."""
LONGEST = 1500
"""Characters of a sentence that are shown."""
_STEPS = (0.1, 0.3, 0.6, 1.0)
_TOP = 3


class Part(NamedTuple):
    """A stretch of text and what it brought: `amount` (log odds) for the label predicted against the true one."""

    text: str
    amount: float


class Piece(NamedTuple):
    """A part as it is shown: the label that it spoke for ("" where it hardly did), how strongly (1 to 4), and the amount."""

    text: str
    label: str
    step: int
    amount: float


class Error(NamedTuple):
    """A sentence that got the label `predicted` and not `truth`; `probabilities` are in the order of LABELS."""

    text: str
    truth: str
    predicted: str
    probabilities: tuple[float, ...]
    document: str
    start: int
    end: int

    @property
    def collection(self) -> str:
        """The collection that the document stands in."""
        return self.document.partition("/")[0] if "/" in self.document else ROOT_COLLECTION


class Shown(NamedTuple):
    """An error with its text in pieces, and the words that spoke most for the predicted and for the true label."""

    error: Error
    pieces: list[Piece]
    misled: list[Part]
    right: list[Part]
    cut: bool


class Listed(NamedTuple):
    """The errors that are shown, and how many there are in all."""

    shown: list[Shown]
    total: int


def listed(path: Path, model: StanceModel) -> Listed:
    """The first errors of errors.csv, with at most MOST of them and about BYTES of page, explained by the model that made them.

    Raises:
        DataError: the file is missing or is not what evaluate writes.
    """
    kept: list[Error] = []
    total, left = 0, BYTES
    for error in runs.rows(path, _error):
        total += 1
        left -= _size(error)
        if len(kept) < MOST and left >= 0:
            kept.append(error)
    explained = explain(model, [error.text for error in kept])
    return Listed([_shown(error, _parts(error, one.words)) for error, one in zip(kept, explained, strict=True)], total)


def _error(row: dict[str, str]) -> Error:
    chances = tuple(float(row[label]) for label in LABELS)
    return Error(formulas.unguard(row["text"]), row["truth"], row["predicted"], chances, row["document"], int(row["start"]), int(row["end"]))


def _parts(error: Error, words: Sequence[WordShare]) -> Iterator[Part]:
    """The whole text in parts: every word with what it brought, and what stands between words."""
    wrong, true = LABELS.index(error.predicted), LABELS.index(error.truth)
    position = 0
    for word in words:
        if word.start > position:
            yield Part(error.text[position : word.start], 0.0)
        yield Part(error.text[word.start : word.end], word.shares[wrong] - word.shares[true])
        position = word.end
    if position < len(error.text):
        yield Part(error.text[position:], 0.0)


def _size(error: Error) -> int:
    """About the bytes that an error takes on the page: its text, a mark for each word, its frame."""
    text = error.text[:LONGEST]
    return len(html.escape(text).encode("utf-8", "replace")) + 45 * (text.count(" ") + 1) + 2 * len(error.document.encode()) + 900


def _shown(error: Error, found: Iterable[Part]) -> Shown:
    parts, pieces = list(found), list[Piece]()
    room = LONGEST
    for part in parts:
        pieces.append(_piece(part._replace(text=part.text[:room]), error))
        room -= len(part.text)
        if room <= 0:
            break
    words = [part for part in parts if part.text.strip()]
    misled = sorted((part for part in words if part.amount >= _STEPS[0]), key=lambda part: -part.amount)[:_TOP]
    right = sorted((part for part in words if part.amount <= -_STEPS[0]), key=lambda part: part.amount)[:_TOP]
    return Shown(error, pieces, misled, right, cut=len(error.text) > LONGEST)


def _piece(part: Part, error: Error) -> Piece:
    step = sum(abs(part.amount) >= least for least in _STEPS)
    label = "" if not step else error.predicted if part.amount > 0 else error.truth
    return Piece(part.text, label, step, part.amount)
