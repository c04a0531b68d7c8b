"""Text to tokens: one tokeniser for rules, cues and features, in flat arrays over a batch of sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline import hashing
from pipeline.growing import Growing
from pipeline.language.stretches import Stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    if token == "US":  # the country, not the pronoun
        return "u.s"
    form = token.lower().replace("’", "'")
    return form.rstrip(".") or form


def begins_capital(token: str) -> bool:
    """Whether a token begins with a capital letter, as names do."""
    return token[0].isupper()


def is_word(form: str) -> bool:
    """Whether a form is a word or number rather than a sign."""
    return form[0].isalnum()


def tokens(text: str) -> list[str]:
    """The tokens of one text as they stand in it (after `normalise`)."""
    return TOKEN.findall(normalise(text))


def words(text: str) -> list[str]:
    """The word forms of one text, signs left out.

    >>> words("“It isn't so,” Iran’s U.N. envoy said.")
    ['it', "isn't", 'so', 'iran', 'u.n', 'envoy', 'said']
    """
    return [form for form in map(word_form, tokens(text)) if is_word(form)]


class WordTable:
    """Every token seen so far, by number, and every stretch between blanks seen so far with its tokens.

    `forms[i]` is the word form of token number i, `capital[i]` whether it begins with a capital. Words repeat (Zipf's law), so what is worked out about
    a stretch or a token is kept: `column` holds what other rooms know of each token.
    """

    def __init__(self) -> None:
        self.forms: list[str] = []
        self.capital: list[bool] = []
        self.stretches = Stretches(lambda stretch: [self.number(token) for token in tokens(stretch)])
        self._numbers: dict[str, int] = {}
        self._columns: dict[int, tuple[object, Growing]] = {}
        self._keys, self._is_word = Growing(np.uint64), Growing(bool)

    def __len__(self) -> int:
        return len(self.forms)

    def number(self, token: str) -> int:
        """The number of a token; a token met for the first time gets the next one."""
        found = self._numbers.setdefault(token, len(self.forms))
        if found == len(self.forms):
            self.forms.append(word_form(token))
            self.capital.append(begins_capital(token))
        return found

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

    @property
    def characters(self) -> int:
        """How many characters the different stretches have: what the table's memory follows."""
        return self.stretches.characters

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
    numbers, sizes = table.stretches.tokens(texts)
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return Batch(numbers, np.repeat(np.arange(len(texts)), sizes), offsets)
