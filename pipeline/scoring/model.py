"""The trained model: load it and classify with numpy alone; the numbers are scikit-learn's to 1e-9."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError, UsageError
from pipeline.growing import runs
from pipeline.language import cue_terms
from pipeline.language.text import Batch
from pipeline.records import LABELS, Prediction
from pipeline.scoring import modelfile, tfidf, wordfeatures
from pipeline.scoring.lookup import Lookup

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_WORDS = "no words"
UNSURE = "unsure"
_WORDLESS, _UNSURE = 1, 2
_NOTES = np.array(["", NO_WORDS, UNSURE], dtype=object)
_LABELS = np.array([*LABELS, None], dtype=object)
_BATCH = 2048
_BATCH_CHARACTERS = 1 << 18
_BLOCKS = 3
_LONG = 4096
"""Occurrences of features in a text from which its counts are taken without a short cut."""
_GOLDEN_TOLERANCE = 1e-6


class StanceModel:
    """A classifier of the stance of sentences.

    >>> model = StanceModel.load("models/stance.npz")  # doctest: +SKIP
    >>> model.classify(["The ministry denied the report."])[0].label  # doctest: +SKIP
    'denial'
    """

    def __init__(self, stored: modelfile.ModelFile) -> None:
        self._stored = stored
        self._lookup = Lookup(stored)
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path | str | None = None) -> StanceModel:
        """Load a model file; without `path`, the one that the package carries.

        Raises:
            ModelError: the file is missing, damaged or does not classify its golden sentences as recorded.
        """
        place = packaged() if path is None else Path(path)
        model = cls(modelfile.read(place))
        if not model.keeps_golden():
            raise ModelError("does not classify its golden sentences as recorded", where=str(place), next_step="train it again")
        return model

    def keeps_golden(self) -> bool:
        """Whether the golden sentences come out as they did when the model was made, to 1e-6."""
        golden = self.header["golden"]
        return not golden or bool(np.abs(self.predict_proba(golden) - self._stored.golden_probabilities).max() <= _GOLDEN_TOLERANCE)

    @property
    def header(self) -> dict[str, Any]:
        """What the model says of itself: labels, settings, hashes, versions, figures."""
        return self._stored.header

    @property
    def stored(self) -> modelfile.ModelFile:
        """What the model's file holds."""
        return self._stored

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """The probabilities of the four labels for every text, shape (n, 4), in the order of LABELS; rows sum to 1."""
        return softmax(self.log_odds(texts))

    def log_odds(self, texts: Sequence[str]) -> Floats:
        """The scores before the softmax, shape (n, 4)."""
        texts = checked_texts(texts)
        parts = [self._score(part)[0] for part in _parts(texts)]
        return np.concatenate(parts) if parts else np.empty((0, len(LABELS)))

    def classify(self, texts: Sequence[str], *, min_confidence: float = 0.0) -> list[Prediction]:
        """The stance of every text, one Prediction a text, in order.

        Args:
            texts: sentences; any strings are taken as they are.
            min_confidence: below this probability (0 to 1) the label is None and the note `unsure`.
        """
        texts = checked_texts(texts)
        found: list[Prediction] = []
        for part in _parts(texts):
            scores, wordless = self._score(part)
            chances = softmax(scores)
            note = np.where(wordless, _WORDLESS, np.where(chances.max(axis=1) < min_confidence, _UNSURE, 0))
            label = np.where(note > 0, len(LABELS), chances.argmax(axis=1))
            named = _LABELS.take(label).tolist(), map(tuple, chances.tolist()), _NOTES.take(note).tolist()
            found += map(Prediction, *named)
        return found

    def classify_batch(self, batch: Mapping[str, Sequence[str]], *, text_column: str = "text", min_confidence: float = 0.0) -> dict[str, list[Any]]:
        """New columns for a batch of columns, as `Dataset.map(model.classify_batch, batched=True)` of Hugging Face datasets asks for.

        Returns:
            `stance` (a label or None), one column of probabilities a label, and `stance_note`.
        """
        if text_column not in batch:
            raise UsageError(f"the batch has no column {text_column!r} (it has {', '.join(batch)})", next_step="name the column that holds the text")
        found = self.classify(batch[text_column], min_confidence=min_confidence)
        chances = {label: [one.probabilities[place] for one in found] for place, label in enumerate(LABELS)}
        return {"stance": [one.label for one in found], **chances, "stance_note": [one.note for one in found]}

    def __reduce__(self) -> tuple[Callable[[bytes], StanceModel], tuple[bytes]]:
        """A model travels as its file; the same model gives the same bytes."""
        return _restore, (modelfile.to_bytes(self._stored),)

    def _score(self, texts: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        """Log odds (n, 4) and whether each text holds no word; one thread at a time, as the table of words is shared."""
        with self._lock:
            return self._score_alone(texts)

    def _score_alone(self, texts: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        tokens, is_word = self._lookup.read(texts)
        words = np.flatnonzero(is_word)
        token, row = tokens.token.take(words), tokens.row.take(words)
        sums = np.zeros((len(texts), _BLOCKS, tfidf.PARTS))
        weights = self._lookup.weights
        tfidf.add_counted(sums, weights, tfidf.pack(weights, *self._between_words(tokens, token, row)))
        self._add_words(sums, token, row)
        return tfidf.finish(sums, self._stored.intercept), np.bincount(row, minlength=len(texts)) == 0

    def _add_words(self, sums: Floats, token: Ints, row: Ints) -> None:
        """Add what the words bring: once for each, then what repeats; in long texts counted without that short cut."""
        words, weights = self._lookup.words, self._lookup.weights
        features, sizes = words.of(token)
        occurrences = tfidf.pack(weights, row, features, sizes=sizes)
        long = np.bincount(row, sizes, minlength=len(sums)) > _LONG
        if long.any():
            apart = long[row]
            tfidf.add_counted(sums, weights, occurrences[np.repeat(apart, sizes)])
            occurrences, token, row = occurrences[np.repeat(~apart, sizes)], token[~apart], row[~apart]
        filled, first = runs(row)
        if len(filled):
            once = np.add.reduceat(words.sums(token), first)
            sums[filled, : wordfeatures.BLOCKS] += once.reshape(len(filled), wordfeatures.BLOCKS, -1)
        tfidf.add_repeated(sums, weights, occurrences)

    def _between_words(self, tokens: Batch, token: Ints, row: Ints) -> tuple[Ints, Ints]:
        """Row and feature of what stands between words: pairs of neighbours, and cues."""
        left, pair = self._lookup.pairs(token, row)
        cue_row, codes = cue_terms.terms(self._lookup.context(tokens), self._stored.lexicon)
        known, cue = self._lookup.cue_terms(codes)
        return np.concatenate([row.take(left), cue_row.take(known)]), np.concatenate([pair, cue])


def _restore(content: bytes) -> StanceModel:
    return StanceModel(modelfile.from_bytes(content))


def checked_texts(texts: Iterable[str]) -> list[str]:
    """The texts as a list.

    Raises:
        UsageError: they are one string, or one of them is no string.
    """
    if isinstance(texts, str):
        raise UsageError("got one string where a list of texts is wanted", next_step="write [text]")
    texts = list(texts)
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise UsageError(f"text {number} is {type(text).__name__}, not a string", next_step="convert it, or use '' for a missing one")
    return texts


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Texts in parts of at most _BATCH texts and, where more than one, _BATCH_CHARACTERS characters."""
    begin = characters = 0
    for end, text in enumerate(texts):
        characters += len(text)
        if end - begin == _BATCH or (characters > _BATCH_CHARACTERS and end > begin):
            yield texts[begin:end]
            begin, characters = end, len(text)
    if begin < len(texts):
        yield texts[begin:]


def softmax(scores: Floats) -> Floats:
    """The probabilities (n, 4) of log odds (n, 4)."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def packaged() -> Path:
    """Where the model lies that the installed package carries; in a checkout, that of its pipeline."""
    from importlib import resources

    package = Path(str(resources.files("pipeline")))
    carried, trained = package / "stance.npz", package.parent / "models" / "stance.npz"
    return trained if trained.exists() and not carried.exists() else carried
