"""What to read next: the sentences whose coding would teach the model most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.records import LABELS

if TYPE_CHECKING:
    import scipy.sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


_SURE = 0.6
"""The probability from which the model is not said to waver."""


class Choice(NamedTuple):
    """The number of a sentence to read, and why it was chosen."""

    sentence: int
    why: str


def choose(texts: Sequence[str], probabilities: Floats, ruled: Ints, *, budget: int, near_copy: float, seed: int) -> list[Choice]:
    """At most `budget` of the sentences, the most instructive first.

    They are taken by turns from eight lists, two for each label. One list has the sentences to which the
    model gives the label, those first between whose two likeliest labels it wavers most (margin sampling,
    Scheffer et al. 2001). The other has the sentences to which the rules give it, at random, so that a
    model that knows little yet still meets every label. Near-copies of what was chosen are passed over, and what
    holds no word.

    Args:
        probabilities: the model's (n, 4).
        ruled: the rules' label of each sentence (n,).
        near_copy: cosine similarity of word counts, 0 to 1, from which one sentence is a near-copy of another.
        seed: for the random order.
    """
    if not texts:
        return []
    lists = list(_lists(probabilities, ruled, seed))
    vectors = _vectors(texts)
    chosen: list[Choice] = []
    seen: set[int] = set()

    def new(choice: Choice) -> bool:
        if choice.sentence in seen:
            return False
        seen.add(choice.sentence)
        vector, others = vectors[choice.sentence], [other.sentence for other in chosen]
        return vector.nnz > 0 and not (others and (vector @ vectors[others].T).max() >= near_copy)

    while lists and len(chosen) < budget:
        for turn in tuple(lists):
            choice = next(filter(new, turn), None)
            if choice is None:
                lists.remove(turn)
            elif len(chosen) < budget:
                chosen.append(choice)
    return chosen


def _lists(probabilities: Floats, ruled: Ints, seed: int) -> Iterator[Iterator[Choice]]:
    """For each label, what the model wavers about and what the rules offer."""
    wavering = np.argsort(_margin(probabilities), kind="stable")
    shuffled = np.random.default_rng(seed).permutation(len(ruled))
    guessed = probabilities.argmax(axis=1)
    for label in range(len(LABELS)):
        yield (Choice(int(i), _wavers(probabilities[i])) for i in wavering[guessed[wavering] == label])
        yield (Choice(int(i), _ruled(int(ruled[i]), int(guessed[i]))) for i in shuffled[ruled[shuffled] == label])


def _margin(probabilities: Floats) -> Floats:
    """By how much the likeliest label leads the next (n,)."""
    ordered = np.sort(probabilities, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2])


def _ruled(label: int, guessed: int) -> str:
    return f"the rules say {LABELS[label]}" if label != guessed else f"the rules and the model say {LABELS[label]}"


def _wavers(row: Floats) -> str:
    first, second = np.argsort(-row, kind="stable")[:2]
    if row[first] >= _SURE:
        return f"the model says {LABELS[first]} {row[first]:.2f}"
    return f"the model wavers: {LABELS[first]} {row[first]:.2f}, {LABELS[second]} {row[second]:.2f}"


def _vectors(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    """Word counts of unit length, shape (n, 2^18)."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(n_features=2**18, alternate_sign=False, token_pattern=r"\w+").transform(texts)
