"""The records that pass between rooms: labels, documents, sentences, annotations, predictions."""

from __future__ import annotations

from typing import NamedTuple

LABELS = ("denial", "accusation", "warning", "neutral")
"""The four labels, in the order of every probability row, metric and file."""

NEUTRAL = LABELS.index("neutral")


class Document(NamedTuple):
    """One text to be split: `id` is `collection/file` (and `#row` where a file holds many)."""

    id: str
    collection: str
    text: str


class Sentence(NamedTuple):
    """A sentence in place: `document.text[start:end] == text`; paragraph and number count from 0."""

    document: str
    collection: str
    paragraph: int
    number: int
    start: int
    end: int
    text: str


class Annotation(NamedTuple):
    """One coder's label of one sentence; `start` and `end` are -1 where only the text was given.

    `where` is the file and row it was read from, `codebook` the version it was made under ("" where unknown).
    """

    document: str
    start: int
    end: int
    text: str
    label: str
    coder: str
    where: str
    codebook: str = ""


class Task(NamedTuple):
    """A sentence to be coded: its place, the label a coder gave it ("" where none yet), and a guess to start from.

    `guess` is a label or "", `guessed_by` says whose, `confidence` is its probability (0 to 1; 0 where
    unknown); `codebook` is the version that `label` was given under ("" where unknown or not coded).
    """

    document: str
    start: int
    end: int
    text: str
    label: str = ""
    guess: str = ""
    guessed_by: str = ""
    confidence: float = 0.0
    codebook: str = ""


class Prediction(NamedTuple):
    """A sentence's stance.

    `label` is one of LABELS, or None where there is nothing to classify (`note` says why) or, with a
    minimum confidence, where the model is unsure. `probabilities` has four numbers in the order of
    LABELS that sum to 1; for wordless input they are the model's for a text it knows nothing of.
    """

    label: str | None
    probabilities: tuple[float, ...]
    note: str = ""

    @property
    def confidence(self) -> float:
        """The probability of the likeliest label, 0.25 to 1."""
        return max(self.probabilities)
