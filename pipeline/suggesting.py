"""The word that was meant, where a mistyped one comes close to one that is known."""

from __future__ import annotations

from collections.abc import Iterable

_LIKENESS = 0.6


def meant(word: str, known: Iterable[str], *, likeness: float = _LIKENESS) -> str:
    """A question after the known word that is most like `word`, "" where none is so much like it (0 to 1).

    >>> meant("clasify", ["explain", "classify"])
    "did you mean 'classify'?"
    """
    near = nearest(word, known, likeness=likeness)
    return f"did you mean {near!r}?" if near else ""


def nearest(word: str, known: Iterable[str], *, likeness: float = _LIKENESS) -> str:
    """The known word that is most like `word` in difflib's measure, "" where none is so much like it (0 to 1).

    >>> nearest("clasify", ["explain", "classify"]), nearest("praise", ["denial", "neutral"])
    ('classify', '')
    """
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=likeness)), "")
