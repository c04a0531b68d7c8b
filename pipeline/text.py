"""Text to tokens: one tokeniser for rules, cues and features, in flat arrays over a batch of sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import hashing

TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # initials: U.S., a.m.
    r"|\d+(?:[.,:]\d+)*"  # numbers: 1,500
    r"|[^\W\d_][^\W_]*(?:['’](?![sS]\b)[^\W_]+)*"  # words, with inner apostrophes: didn't
    r"|['’][sS]\b"  # the possessive of Iran's, which is no word of its own
    r"|``|''"  # doubled quotation marks
    r"|[^\w\s]"  # any other sign
)
NUMBER = "0"


def normalise(text: str) -> str:
    """`text` in composed form (NFC), so that one way of writing a letter counts."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def word_form(token: str) -> str:
    """The form a token is counted under: lower case, numbers alike, no final stop.

    >>> [word_form(token) for token in ("Iran", "DIDN’T", "1,500", "U.S.")]
    ['iran', "didn't", '0', 'u.s']
    """
    if token[0].isdecimal():
        return NUMBER
    form = token.lower().replace("’", "'")
    return form.rstrip(".") or form


def is_word(form: str) -> bool:
    """Whether a form is a word or number rather than a sign."""
    return form[0].isalnum()


def tokens(text: str) -> list[str]:
    """The tokens of one text as they stand in it (after `normalise`)."""
    return TOKEN.findall(normalise(text))


def words(text: str) -> list[str]:
    """The word forms of one text, signs left out: what the word and character features are made of.

    >>> words("“It isn't so,” Iran’s U.N. envoy said.")
    ['it', "isn't", 'so', 'iran', 'u.n', 'envoy', 'said']
    """
    return [form for form in map(word_form, tokens(text)) if is_word(form)]


class WordTable(dict[str, int]):
    """Every token seen so far and its number; a token met for the first time gets the next one.

    `forms[i]` is the word form of token number i. Other rooms keep columns beside it that they
    extend when the table has grown, so that work on a word is done once, however often it stands.
    """

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[str] = []
        self._keys = np.empty(0, dtype=np.uint64)
        self._is_word = np.empty(0, dtype=bool)

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self.forms)
        self.forms.append(word_form(token))
        return number

    def _extend(self) -> None:
        new = self.forms[len(self._keys) :]
        if new:
            self._keys = np.concatenate([self._keys, hashing.string_keys(new)])
            self._is_word = np.concatenate([self._is_word, np.fromiter(map(is_word, new), bool, len(new))])

    @property
    def keys_(self) -> hashing.Keys:
        """The key of each token's word form, shape (len(self),)."""
        self._extend()
        return self._keys

    @property
    def is_word(self) -> NDArray[np.bool_]:
        """Whether each token is a word rather than a sign, shape (len(self),)."""
        self._extend()
        return self._is_word


class Batch(NamedTuple):
    """The tokens of n texts one after another: T tokens, text r at `offsets[r]:offsets[r + 1]`."""

    token: NDArray[np.int64]
    row: NDArray[np.int64]
    offsets: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """The number of texts, n."""
        return len(self.offsets) - 1


def batch(texts: Sequence[str], table: WordTable) -> Batch:
    """Tokenise `texts`; every token is looked up in (or added to) `table`."""
    found = [TOKEN.findall(normalise(text)) for text in texts]
    lengths = np.fromiter(map(len, found), np.int64, len(found))
    offsets = np.zeros(len(found) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    numbers = np.fromiter(map(table.__getitem__, chain.from_iterable(found)), np.int64, int(offsets[-1]))
    return Batch(numbers, np.repeat(np.arange(len(found)), lengths), offsets)
