"""The slices that figures are broken down by: where a sentence stands, how long it is, how it is written."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.language.text import words

_QUOTATION = frozenset('"“”„«»')
_LENGTHS = ((12, "12 words or fewer"), (25, "13 to 25 words"))
_LONGER = "over 25 words"


def of(texts: Sequence[str], starts: Sequence[int], named: Sequence[bool]) -> dict[str, list[str]]:
    """For each kind of slice the slice of every sentence.

    Args:
        texts: the sentences.
        starts: where each begins in its document, in characters from 0.
        named: whether each holds a name of the lists.
    """
    return {
        "place": ["first of its document" if start == 0 else "further on" for start in starts],
        "length": [_length(text) for text in texts],
        "quotation": ["with quotation marks" if _QUOTATION & set(text) else "without" for text in texts],
        "letters": ["all capitals" if text.isupper() else "mixed case" for text in texts],
        "names": ["with a known name" if found else "without" for found in named],
    }


def _length(text: str) -> str:
    count = len(words(text))
    return next((name for longest, name in _LENGTHS if count <= longest), _LONGER)
