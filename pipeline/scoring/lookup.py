"""Which features of a model stand in a batch of texts: those of each word, pairs of neighbours, terms of cues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline import hashing
from pipeline.language import context
from pipeline.language.text import Batch, WordTable, batch
from pipeline.scoring import tfidf, wordfeatures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.language.context import Context
    from pipeline.scoring.modelfile import ModelFile

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_TABLE_LIMIT = 700_000
"""Characters of different words and signs to keep before starting anew."""


class Lookup:
    """The features of a model, found in texts; what is worked out about a word is kept, so one thread at a time.

    `weights` numbers the features, `words` has those of each word form.
    """

    words: wordfeatures.WordFeatures

    def __init__(self, stored: ModelFile) -> None:
        self._lexicon = stored.lexicon
        self.weights = tfidf.Weights((stored.words, stored.characters, stored.cues))
        self._word_index, self._character_index = hashing.Index(stored.words.keys), hashing.Index(stored.characters.keys)
        self._cue_index, self._common = hashing.CodeIndex(stored.cues.keys), hashing.Index(stored.common.keys)
        self._forget()

    def read(self, texts: Sequence[str]) -> tuple[Batch, Bools]:
        """The tokens of texts, and whether each is a word rather than a sign, shape (T,)."""
        if self._table.characters > _TABLE_LIMIT:
            self._forget()
        tokens = batch(texts, self._table)
        self.words.learn(self._table)
        return tokens, self._table.is_word.take(tokens.token)

    def pairs(self, token: Ints, row: Ints) -> tuple[Ints, Ints]:
        """Which of these words begin a pair of neighbours that the model knows (their places in `token`), and its feature."""
        keys = self.words.keys(token)
        pair = np.where(row[1:] == row[:-1], self._word_index.find(hashing.chain(keys[:-1], keys[1:])), -1)
        left = np.flatnonzero(pair >= 0)
        return left, pair.take(left)

    def context(self, tokens: Batch) -> Context:
        """The cues of the batch that was read last, and what surrounds each."""
        return context.read(tokens, self._table, self._lexicon)

    def cue_terms(self, codes: Ints) -> tuple[Ints, Ints]:
        """Which codes of cue terms the model knows (their places in `codes`), and their features."""
        cue = self._cue_index.find(codes.astype(np.uint64))
        known = np.flatnonzero(cue >= 0)
        return known, cue.take(known) + self.weights.ends[1]

    def _forget(self) -> None:
        """Start with an empty table of words, so that memory stays bounded."""
        self._table = WordTable()
        self.words = wordfeatures.WordFeatures(self.weights, self._common, self._word_index, self._character_index)
