"""The word that was meant, where a mistyped one comes close to one that is known."""

from __future__ import annotations

from collections.abc import Iterable


def meant(word: str, known: Iterable[str]) -> str:
    """A question after the known word that is most like `word`, "" where none comes close.

    >>> meant("clasify", ["explain", "classify"])
    "did you mean 'classify'?"
    """
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like `word` in difflib's measure, "" where none comes close.

    >>> nearest("clasify", ["explain", "classify"]), nearest("praise", ["denial", "neutral"])
    ('classify', '')
    """
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1)), "")
