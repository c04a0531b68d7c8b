"""Labels that look wrong: those to which a model that never saw the sentence gives the least probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.coding.codebook import Codebook
from pipeline.records import LABELS, NEUTRAL

BOTH, NOT_A_STANCE, A_STANCE = (1, 5), (3, 6), (2, 4)
"""The codebook's rules that part one stance from another, none from the one given, and one from none given."""


class Suspect(NamedTuple):
    """A label that looks wrong: the sentence, its label and who gave it, what the model would say, and what the codebook asks.

    `confidence` is the model's probability of the label, `against` that of `suggested`.
    """

    document: str
    start: int
    end: int
    text: str
    label: str
    how: str
    coders: str
    confidence: float
    suggested: str
    against: float
    question: str


def order(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of the sentences, the least credible label first.

    What counts is the probability of the label itself (self-confidence, Northcutt et al. 2021).

    Args:
        probabilities: (n, 4), each from a model that did not see the sentence.
        labels: the labels in question (n,).
    """
    return np.argsort(probabilities[np.arange(len(labels)), labels], kind="stable")


def suspects(rows: dict[str, list[Any]], probabilities: NDArray[np.float64], book: Codebook, *, share: float) -> list[Suspect]:
    """The least credible `share` (0 to 1) of the labels in `rows`, the worst first; a label that the model would give too is none.

    Args:
        rows: columns document, start, end, text, label (a number), source and coders.
    """
    labels = np.array(rows["label"], dtype=np.int64)
    guessed = probabilities.argmax(axis=1) if len(labels) else labels
    found = []
    for i in order(probabilities, labels)[: round(share * len(labels))]:
        if guessed[i] == labels[i]:
            continue
        label, suggested = LABELS[labels[i]], LABELS[guessed[i]]
        place = (rows["document"][i], rows["start"][i], rows["end"][i], rows["text"][i])
        own, other = (round(float(probabilities[i, number]), 4) for number in (labels[i], guessed[i]))
        found.append(Suspect(*place, label, rows["source"][i], ", ".join(rows["coders"][i]), own, suggested, other, question(label, suggested, book)))
    return found


def question(label: str, suggested: str, book: Codebook) -> str:
    """What of the codebook decides between a label and the one that the model suggests."""
    if label == LABELS[NEUTRAL]:
        return f"{suggested}: {book.definitions[suggested].test} {_rules(A_STANCE, book)}".strip()
    if suggested == LABELS[NEUTRAL]:
        return f"{label}: {book.definitions[label].test} {_rules(NOT_A_STANCE, book)}".strip()
    return _rules(BOTH, book)


def _rules(numbers: Sequence[int], book: Codebook) -> str:
    """The first sentence of each of these rules, as far as the codebook has them."""
    return " ".join(f"Rule {number}: {book.rules[number - 1].split('. ')[0].rstrip('.')}." for number in numbers if number <= len(book.rules))
