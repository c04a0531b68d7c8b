"""Sentences to which two models give different labels, and which words and cues changed the balance between the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.evaluation.measures import Floats, Ints
from pipeline.records import LABELS
from pipeline.scoring.explain import CueShare, Explanation, WordShare, explain
from pipeline.scoring.model import StanceModel

BROKEN, MENDED, MOVED = "broken", "mended", "moved"
"""What became of a label: right to wrong, wrong to right, one wrong label to another."""
CONSTANT = "(constant)"
_ORDER = (BROKEN, MENDED, MOVED)
_LEAST = 0.05
_TOP = 5


class Reason(NamedTuple):
    """A word, a cue (`about` says which entry of the lists) or CONSTANT, and what it adds to the balance in each model.

    The balance is the score (log odds) of the new label less that of the old one: below 0 in the old
    model, above 0 in the new. What a cue adds is also held by its words.
    """

    text: str
    about: str
    old: float
    new: float

    @property
    def change(self) -> float:
        """What it moved the balance by."""
        return self.new - self.old


class Relabelled(NamedTuple):
    """A sentence (`row` counts from 0) whose label went from `old` to `new`, with the probability each model gave its own label.

    `words` and `cues` are the reasons that moved the balance most, the strongest first.
    """

    row: int
    text: str
    truth: str
    old: str
    new: str
    old_probability: float
    new_probability: float
    words: list[Reason]
    cues: list[Reason]

    @property
    def outcome(self) -> str:
        """BROKEN, MENDED or MOVED."""
        return BROKEN if self.old == self.truth else MENDED if self.new == self.truth else MOVED


class Classified(NamedTuple):
    """A model and the probabilities (n, 4) that it gives the sentences."""

    model: StanceModel
    probabilities: Floats


def relabelled(texts: Sequence[str], truth: Ints, old: Classified, new: Classified) -> list[Relabelled]:
    """The sentences whose likeliest label differs: what broke, what was mended, what moved, the surest change first in each."""
    before, after = old.probabilities.argmax(axis=1), new.probabilities.argmax(axis=1)
    rows = np.flatnonzero(before != after).tolist()
    chosen = [texts[row] for row in rows]
    explained = zip(explain(old.model, chosen), explain(new.model, chosen), strict=True)
    found = []
    for row, (first, second) in zip(rows, explained, strict=True):
        source, target = int(before[row]), int(after[row])
        chances = float(old.probabilities[row, source]), float(new.probabilities[row, target])
        words, cues = _strongest(_words(first, second, source, target)), _strongest(_cues(first, second, source, target))
        found.append(Relabelled(row, texts[row], LABELS[truth[row]], LABELS[source], LABELS[target], *chances, words, cues))
    return sorted(found, key=lambda one: (_ORDER.index(one.outcome), -one.old_probability - one.new_probability, one.row))


def _strongest(reasons: Iterator[Reason]) -> list[Reason]:
    told = [reason for reason in reasons if abs(reason.change) >= _LEAST]
    return sorted(told, key=lambda reason: -abs(reason.change))[:_TOP]


def _words(old: Explanation, new: Explanation, source: int, target: int) -> Iterator[Reason]:
    """Every word of either explanation, and the constant; their changes sum to that of the balance (but for rounding)."""
    yield Reason(CONSTANT, "", old.intercept[target] - old.intercept[source], new.intercept[target] - new.intercept[source])
    before, after = ({(word.start, word.end): _balance(word, source, target) for word in one.words} for one in (old, new))
    for start, end in sorted(before.keys() | after.keys()):
        yield Reason(new.text[start:end], "", before.get((start, end), 0.0), after.get((start, end), 0.0))


def _cues(old: Explanation, new: Explanation, source: int, target: int) -> Iterator[Reason]:
    """Every cue of either explanation; one that only one model knows, or sees in another setting, adds 0 in the other."""
    before, after = ({(cue.start, cue.end, cue.about): _balance(cue, source, target) for cue in one.cues} for one in (old, new))
    for start, end, about in sorted(before.keys() | after.keys()):
        yield Reason(new.text[start:end], about, before.get((start, end, about), 0.0), after.get((start, end, about), 0.0))


def _balance(part: WordShare | CueShare, source: int, target: int) -> float:
    return part.shares[target] - part.shares[source]
