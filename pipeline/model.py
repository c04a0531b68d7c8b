"""The trained model: load it and classify with numpy alone; the numbers are scikit-learn's to 1e-9."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import context, cue_terms, hashing, modelfile
from pipeline.errors import ModelError, UsageError
from pipeline.records import LABELS, Prediction
from pipeline.text import Batch, WordTable, batch

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_WORDS = "no words"
UNSURE = "unsure"
_BATCH = 2048
_TABLE_LIMIT = 400_000
_SHORTEST, _LONGEST = 3, 5
_GOLDEN_TOLERANCE = 1e-6


class Terms(NamedTuple):
    """Feature numbers found in a batch: feature `feature[i]` of the block once in text `row[i]`."""

    row: Ints
    feature: Ints


class StanceModel:
    """A classifier of the stance of sentences.

    >>> model = StanceModel.load("models/stance.npz")  # doctest: +SKIP
    >>> model.classify(["The ministry denied the report."])[0].label  # doctest: +SKIP
    'denial'
    """

    def __init__(self, stored: modelfile.ModelFile) -> None:
        self._stored = stored
        self._forget()

    @classmethod
    def load(cls, path: Path | str | None = None) -> StanceModel:
        """Load a model file; without `path`, the one that the package carries.

        Raises:
            ModelError: the file is missing, damaged or does not classify its golden sentences as recorded.
        """
        place = packaged() if path is None else Path(path)
        model = cls(modelfile.read(place))
        golden = model.header["golden"]
        if golden and np.abs(model.predict_proba(golden) - model._stored.golden_probabilities).max() > _GOLDEN_TOLERANCE:
            raise ModelError("does not classify its golden sentences as recorded", where=str(place), next_step="train it again")
        return model

    @property
    def header(self) -> dict[str, Any]:
        """What the model says of itself: labels, settings, hashes, versions, figures."""
        return self._stored.header

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """The probabilities of the four labels for every text, shape (n, 4), in the order of LABELS; rows sum to 1."""
        return _softmax(self.log_odds(texts))

    def log_odds(self, texts: Sequence[str]) -> Floats:
        """The scores before the softmax, shape (n, 4)."""
        texts = _checked(texts)
        parts = [self._score(texts[begin : begin + _BATCH])[0] for begin in range(0, len(texts), _BATCH)]
        return np.concatenate(parts) if parts else np.empty((0, len(LABELS)))

    def classify(self, texts: Sequence[str], *, min_confidence: float = 0.0) -> list[Prediction]:
        """The stance of every text, one Prediction a text, in order.

        Args:
            texts: sentences; any strings are taken as they are.
            min_confidence: below this probability (0 to 1) the label is None and the note `unsure`.
        """
        texts = _checked(texts)
        found: list[Prediction] = []
        for begin in range(0, len(texts), _BATCH):
            scores, wordless = self._score(texts[begin : begin + _BATCH])
            for row, empty in zip(_softmax(scores).tolist(), wordless.tolist(), strict=True):
                best = max(row)
                note = NO_WORDS if empty else UNSURE if best < min_confidence else ""
                found.append(Prediction(None if note else LABELS[row.index(best)], tuple(row), note))
        return found

    def _score(self, texts: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        """Log odds (n, 4) and whether each text holds no word."""
        if len(self._table) > _TABLE_LIMIT:
            self._forget()
        tokens = batch(texts, self._table)
        self._learn()
        scores = np.tile(self._stored.intercept, (len(texts), 1))
        for block, terms in self._terms(tokens):
            scores += block_scores(block, terms, len(texts))
        is_word = self._table.is_word[tokens.token]
        return scores, np.bincount(tokens.row[is_word], minlength=len(texts)) == 0

    def _terms(self, tokens: Batch) -> list[tuple[modelfile.Block, Terms]]:
        """The features of each block in a batch, as often as they stand there."""
        is_word = self._table.is_word[tokens.token]
        token, row = tokens.token[is_word], tokens.row[is_word]
        words = np.concatenate([self._word_feature[token], _bigrams(self._table, token, row, self._stored.words)])
        word_rows = np.concatenate([row, row[1:]])
        known = words >= 0
        spans = self._character_ends[token] - self._character_starts[token]
        firsts = np.repeat(self._character_starts[token] - np.cumsum(spans) + spans, spans)
        characters = self._character_features[firsts + np.arange(int(spans.sum()))]
        cue_rows, codes = cue_terms.terms(context.read(tokens, self._table, self._stored.lexicon), self._stored.lexicon)
        cue = lookup(self._stored.cues.keys, codes.astype(np.uint64))
        return [
            (self._stored.words, Terms(word_rows[known], words[known])),
            (self._stored.characters, Terms(np.repeat(row, spans), characters)),
            (self._stored.cues, Terms(cue_rows[cue >= 0], cue[cue >= 0])),
        ]

    def _forget(self) -> None:
        """Start with an empty table of words, so that memory stays bounded."""
        self._table = WordTable()
        self._word_feature = np.empty(0, dtype=np.int64)
        self._character_starts = self._character_ends = np.empty(0, dtype=np.int64)
        self._character_features = np.empty(0, dtype=np.int64)

    def _learn(self) -> None:
        """Look up the word and character features of tokens that are new in the table."""
        forms = self._table.forms[len(self._word_feature) :]
        if not forms:
            return
        new_keys = self._table.keys_[len(self._word_feature) :]
        owner, keys = character_keys(forms)
        features = lookup(self._stored.characters.keys, keys)
        known = features >= 0
        counts = np.bincount(owner[known], minlength=len(forms))
        ends = len(self._character_features) + np.cumsum(counts)
        self._word_feature = np.concatenate([self._word_feature, lookup(self._stored.words.keys, new_keys)])
        self._character_starts = np.concatenate([self._character_starts, ends - counts])
        self._character_ends = np.concatenate([self._character_ends, ends])
        self._character_features = np.concatenate([self._character_features, features[known]])


def _checked(texts: Iterable[str]) -> Sequence[str]:
    if isinstance(texts, str):
        raise UsageError("got one string where a list of texts is wanted", next_step="write [text]")
    texts = list(texts)
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise UsageError(f"text {number} is {type(text).__name__}, not a string", next_step="convert it, or use '' for a missing one")
    return texts


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def lookup(known: hashing.Keys, wanted: hashing.Keys) -> Ints:
    """The place of each wanted key in the sorted array `known`, -1 where it is not in it."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


def _bigrams(table: WordTable, token: Ints, row: Ints, block: modelfile.Block) -> Ints:
    keys = table.keys_[token]
    found = lookup(block.keys, hashing.chain(keys[:-1], keys[1:]))
    return np.where(row[1:] == row[:-1], found, -1)


def character_keys(forms: Sequence[str]) -> tuple[Ints, hashing.Keys]:
    """Keys of the 3- to 5-grams of every word form padded with a space on each side, as char_wb cuts them.

    Returns the number of the form each key belongs to, ascending, and the keys. A padded form shorter
    than n is one n-gram itself, once.
    """
    padded = [f" {form} " for form in forms]
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    begins = np.cumsum(lengths) - lengths
    owners, starts, sizes = [], [], []
    for size in range(_SHORTEST, _LONGEST + 1):
        windows = np.where(lengths >= size, lengths - size + 1, 1 if size == _SHORTEST else 0)
        owner = np.repeat(np.arange(len(forms)), windows)
        first = np.repeat(np.cumsum(windows) - windows, windows)
        owners.append(owner)
        starts.append(begins[owner] + np.arange(len(owner)) - first)
        sizes.append(np.minimum(size, lengths[owner]))
    owner, start, size_of = np.concatenate(owners), np.concatenate(starts), np.concatenate(sizes)
    keys = hashing.span_keys(hashing.code_points("".join(padded)), start, start + size_of)
    order = np.argsort(owner, kind="stable")
    return owner[order], keys[order]


def block_scores(block: modelfile.Block, terms: Terms, rows: int) -> Floats:
    """One block's share of the log odds, shape (rows, 4): sublinear tf times idf, unit length, times weights."""
    size = len(block.keys)
    if not size or not len(terms.row):
        return np.zeros((rows, len(LABELS)))
    pairs, counts = np.unique(terms.row * size + terms.feature, return_counts=True)
    row, feature = pairs // size, pairs % size
    value = (1.0 + np.log(counts)) * block.idf[feature]
    norm = np.sqrt(np.bincount(row, value * value, minlength=rows))
    norm[norm == 0.0] = 1.0
    weighted = value[:, None] * block.weights[feature]
    scores = np.column_stack([np.bincount(row, weighted[:, label], minlength=rows) for label in range(len(LABELS))])
    return scores / norm[:, None]


def packaged() -> Path:
    """Where the model lies that the installed package carries."""
    return Path(str(resources.files("pipeline").joinpath("stance.npz")))
