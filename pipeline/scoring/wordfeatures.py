"""What each word form brings to the blocks of words and characters: looked up and added up once, then kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_PIECE = 1 << 19
"""Characters of word forms whose n-grams are looked up at once: more than a batch of sentences has."""
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
        is_word, own = table.is_word[begin:], self._words.find(keys_)
        sums, counts = np.zeros((len(forms) * BLOCKS, tfidf.PARTS)), np.zeros(len(forms), dtype=np.int64)
        for form, pieces in _pieces(forms):
            piece, keys = character_keys(pieces)
            found = np.concatenate([own.take(form), self._characters.find(keys)])
            own[form] = -1  # what is left of a long form does not have it again
            found[len(form) :][found[len(form) :] >= 0] += self._weights.ends[0]
            owner = np.concatenate([form, form.take(piece)])
            known = np.flatnonzero((found >= 0) & is_word[owner])
            known = known[np.argsort(owner[known], kind="stable")]
            owner, found = owner[known], found[known]
            cell, first = runs(owner * BLOCKS + self._weights.block(found))
            if len(cell):
                sums[cell] += np.add.reduceat(self._weights.alone(found), first, axis=1).T
            counts += np.bincount(owner, minlength=len(forms))
            self._features.extend(found)
        self._sums.extend(sums.reshape(len(forms), -1))
        self._first.extend(self._first.values[-1] + np.cumsum(counts))

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


def _pieces(forms: Sequence[str]) -> Iterator[tuple[Ints, list[str]]]:
    """Word forms padded with a space on each side, in lists of about _PIECE characters, and the number of the form each is or is a piece of.

    A form longer than that is cut into pieces, of which a list holds one; each goes on _LONGEST - 1 characters into the next.
    """
    numbers: list[int] = []
    pieces: list[str] = []
    room = _PIECE
    for number, form in enumerate(forms):
        padded = f" {form} "
        for begin in range(0, len(padded) - _SHORTEST + 1, _PIECE):
            piece = padded[begin : begin + _PIECE + _LONGEST - 1]
            if len(piece) > room and pieces:
                yield np.array(numbers), pieces
                numbers, pieces, room = [], [], _PIECE
            numbers.append(number)
            pieces.append(piece)
            room -= len(piece)
    yield np.array(numbers), pieces


def character_keys(pieces: Sequence[str]) -> tuple[Ints, hashing.Keys]:
    """Keys of the 3- to 5-grams of every padded word form, or of the first _PIECE places of it, as char_wb cuts them.

    Returns the number of the form each key belongs to and the keys.
    """
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
    begins = np.cumsum(lengths) - lengths
    points = hashing.code_points("".join(pieces))
    owners, keys = [], []
    for size in range(_SHORTEST, _LONGEST + 1):
        windows = np.clip(lengths - size + 1, 0, _PIECE)
        owner = np.repeat(np.arange(len(pieces)), windows)
        start = spans(begins, windows)
        owners.append(owner)
        keys.append(hashing.span_keys(points, start, start + size))
    return np.concatenate(owners), np.concatenate(keys)
