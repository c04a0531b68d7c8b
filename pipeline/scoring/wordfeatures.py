"""What each word form brings to the blocks of words and characters: looked up and added up once, then kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline import hashing
from pipeline.growing import Growing, runs, spans
from pipeline.language.casing import NAME
from pipeline.scoring import tfidf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.language.text import WordTable

    Ints = NDArray[np.int64]

BLOCKS = 2
"""Words and characters, the first two blocks of a model."""
_SHORTEST, _LONGEST = 3, 5
_NAME_KEY = hashing.string_keys([NAME])[0]


class WordFeatures:
    """Columns beside a WordTable: token i has the features `features[first[i]:first[i + 1]]`, its own (NAME's if it is a name) and its n-grams'.

    `sums` (V, BLOCKS * PARTS) is what these bring, each counted once. Signs have none.
    """

    def __init__(self, weights: tfidf.Weights, common: hashing.Index, words: hashing.Index, characters: hashing.Index) -> None:
        self._weights, self._common, self._words, self._characters = weights, common, words, characters
        self._first, self._features = Growing(np.int64), Growing(np.uint32)
        self._keys = Growing(np.uint64)
        self._first.extend([0])
        self._sums = Growing(np.float64, BLOCKS * tfidf.PARTS)

    def learn(self, table: WordTable) -> None:
        """Look up what is new in the table."""
        begin = len(self._sums)
        forms, keys_ = table.forms[begin:], table.keys_[begin:].copy()
        if not forms:
            return
        names = np.array(table.capital[begin:]) & (self._common.find(keys_) < 0)
        keys_[names] = _NAME_KEY
        self._keys.extend(keys_)
        forms = [NAME if is_name else form for form, is_name in zip(forms, names.tolist(), strict=True)]
        is_word = table.is_word[begin:]
        owner, keys = character_keys(forms)
        found = np.concatenate([self._words.find(keys_), self._characters.find(keys)])
        owner = np.concatenate([np.arange(len(forms)), owner])
        found[len(forms) :][found[len(forms) :] >= 0] += self._weights.ends[0]
        known = np.flatnonzero((found >= 0) & is_word[owner])
        known = known[np.argsort(owner[known], kind="stable")]
        owner, found = owner[known], found[known]
        cell, first = runs(owner * BLOCKS + self._weights.block(found))
        sums = np.zeros((len(forms) * BLOCKS, tfidf.PARTS))
        if len(cell):
            sums[cell] = np.add.reduceat(self._weights.alone(found), first, axis=1).T
        self._sums.extend(sums.reshape(len(forms), -1))
        self._first.extend(len(self._features) + np.cumsum(np.bincount(owner, minlength=len(forms))))
        self._features.extend(found)

    def of(self, token: Ints) -> tuple[NDArray[np.uint32], Ints]:
        """The features of tokens one after another, and how many each has."""
        first = self._first.values.take(token)
        sizes = self._first.values.take(token + 1) - first
        return self._features.values.take(spans(first, sizes)), sizes

    def keys(self, token: Ints) -> hashing.Keys:
        """The key of each token's form, or of NAME, shape (len(token),)."""
        taken: hashing.Keys = self._keys.values.take(token)
        return taken

    def sums(self, token: Ints) -> NDArray[np.float64]:
        """What the features of each token bring when each counts once, shape (len(token), BLOCKS * PARTS)."""
        taken: NDArray[np.float64] = self._sums.values.take(token, axis=0)
        return taken


def character_keys(forms: Sequence[str]) -> tuple[Ints, hashing.Keys]:
    """Keys of the 3- to 5-grams of every word form padded with a space on each side, as char_wb cuts them.

    Returns the number of the form each key belongs to and the keys. A padded form shorter than n is one
    n-gram itself, once.
    """
    padded = [f" {form} " for form in forms]
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    begins = np.cumsum(lengths) - lengths
    points = hashing.code_points("".join(padded))
    owners, keys = [], []
    for size in range(_SHORTEST, _LONGEST + 1):
        windows = np.where(lengths >= size, lengths - size + 1, 1 if size == _SHORTEST else 0)
        owner = np.repeat(np.arange(len(forms)), windows)
        start = spans(begins, windows)
        owners.append(owner)
        keys.append(hashing.span_keys(points, start, start + np.minimum(size, lengths[owner])))
    return np.concatenate(owners), np.concatenate(keys)
