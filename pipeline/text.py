"""Text to tokens: one tokeniser for rules, cues and features, in flat arrays over a batch of sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline import hashing

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

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


class Growing:
    """A one- or two-dimensional array that grows at its end, at a cost that follows what is added."""

    def __init__(self, kind: DTypeLike, *shape: int) -> None:
        self._room = np.empty((0, *shape), dtype=kind)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def values(self) -> NDArray[Any]:
        """What the array holds so far."""
        return self._room[: self._used]

    def extend(self, more: ArrayLike) -> None:
        """Add the rows of `more`."""
        rows = np.asarray(more, dtype=self._room.dtype)
        end = self._used + len(rows)
        if end > len(self._room):
            room = np.empty((2 * end, *self._room.shape[1:]), dtype=self._room.dtype)
            room[: self._used] = self.values
            self._room = room
        self._room[self._used : end] = rows
        self._used = end


class WordTable:
    """Every token seen so far, by number, and every stretch between blanks seen so far with its tokens.

    `forms[i]` is the word form of token number i. Words repeat (Zipf's law), so what is worked out about
    a stretch or a token is kept: `column` holds what other rooms know of each token.
    """

    def __init__(self) -> None:
        self.forms: list[str] = []
        self.characters = 0
        self._numbers: dict[str, int] = {}
        self._stretches = _Stretches(self)
        self._columns: dict[int, tuple[object, Growing]] = {}
        self._keys, self._is_word = Growing(np.uint64), Growing(bool)

    def __len__(self) -> int:
        return len(self.forms)

    def number(self, token: str) -> int:
        """The number of a token; a token met for the first time gets the next one."""
        found = self._numbers.setdefault(token, len(self.forms))
        if found == len(self.forms):
            self.forms.append(word_form(token))
        return found

    def numbers(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The token numbers of texts one after another, and how many each text has."""
        pieces = [text.split() for text in texts]
        counts = np.fromiter(map(len, pieces), np.int64, len(pieces))
        stretch = np.fromiter(map(self._stretches.__getitem__, chain.from_iterable(pieces)), np.int64, int(counts.sum()))
        tokens, sizes = self._stretches.tokens(stretch)
        ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])[np.cumsum(counts)]
        return tokens, np.diff(ends, prepend=0)

    def column(self, owner: object, make: Callable[[hashing.Keys], NDArray[Any]]) -> NDArray[Any]:
        """What `owner` knows of each token, shape (len(self), ...): `make` is asked for new tokens' keys only."""
        keys = self.keys_
        kept, column = self._columns.get(id(owner), (None, None))
        if column is None or kept is not owner:
            first = make(keys)
            column = Growing(first.dtype, *first.shape[1:])
            column.extend(first)
            self._columns[id(owner)] = owner, column
        elif len(column) < len(keys):
            column.extend(make(keys[len(column) :]))
        return column.values

    def _extend(self) -> None:
        new = self.forms[len(self._keys) :]
        if new:
            self._keys.extend(hashing.string_keys(new))
            self._is_word.extend(np.fromiter(map(is_word, new), bool, len(new)))

    @property
    def keys_(self) -> hashing.Keys:
        """The key of each token's word form, shape (len(self),)."""
        self._extend()
        return self._keys.values

    @property
    def is_word(self) -> NDArray[np.bool_]:
        """Whether each token is a word rather than a sign, shape (len(self),)."""
        self._extend()
        return self._is_word.values


class _Stretches(dict[str, int]):
    """Stretches without blanks by number; no token crosses a blank, so each is cut into tokens once."""

    def __init__(self, table: WordTable) -> None:
        super().__init__()
        self._table = table
        self._new: list[int] = []
        self._new_ends: list[int] = []
        self._tokens, self._ends = Growing(np.int64), Growing(np.int64)
        self._ends.extend([0])

    def __missing__(self, stretch: str) -> int:
        found = self[stretch] = len(self)
        self._new += map(self._table.number, tokens(stretch))
        self._new_ends.append(len(self._tokens) + len(self._new))
        self._table.characters += len(stretch)
        return found

    def tokens(self, stretch: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The tokens of stretches one after another, and how many each has."""
        if self._new_ends:
            self._tokens.extend(self._new)
            self._ends.extend(self._new_ends)
            self._new, self._new_ends = [], []
        starts = self._ends.values[stretch]
        sizes = self._ends.values[stretch + 1] - starts
        return self._tokens.values[spans(starts, sizes)], sizes


def spans(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers start, start + 1, ... of every span, one after another.

    >>> spans(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(sizes)
    return np.repeat(starts - ends + sizes, sizes) + np.arange(int(ends[-1]) if len(ends) else 0)


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
    numbers, sizes = table.numbers(texts)
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return Batch(numbers, np.repeat(np.arange(len(texts)), sizes), offsets)
