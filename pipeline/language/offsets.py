"""Where the tokens of a text stand in it as it was written, in whatever form its letters are composed."""

from __future__ import annotations

import unicodedata

from pipeline.language.text import TOKEN, normalise


def token_spans(text: str) -> list[tuple[int, int]]:
    """Start and end in `text`, in characters, of each of `text.tokens(text)`.

    >>> token_spans("Nai\\u0308ve, no?")
    [(0, 6), (6, 7), (8, 10), (10, 11)]
    """
    composed = normalise(text)
    found = [match.span() for match in TOKEN.finditer(composed)]
    if composed == text:
        return found
    begins, ends = _origins(text, composed)
    return [(begins[start], ends[end - 1]) for start, end in found]


def _origins(text: str, composed: str) -> tuple[list[int], list[int]]:
    """For each character of `composed` the begin and the end of the piece of `text` that it comes from."""
    begins, ends = [], []
    begin = 0
    for end in [*_cuts(text), len(text)]:
        size = len(normalise(text[begin:end]))
        begins += [begin] * size
        ends += [end] * size
        begin = end
    if len(begins) != len(composed):
        raise AssertionError("pieces that compose on their own do not make up the text")
    return begins, ends


def _cuts(text: str) -> list[int]:
    """The places inside `text` between which every piece composes on its own.

    A piece begins with a character that neither combines nor composes with the piece before it (Unicode
    Standard Annex 15); blanks never do.
    """
    cuts, piece = [], text[:1]
    for place in range(1, len(text)):
        sign = text[place]
        apart = unicodedata.combining(unicodedata.normalize("NFD", sign)[0]) == 0
        if apart and normalise(piece + sign) == normalise(piece) + normalise(sign):
            cuts.append(place)
            piece = ""
        piece += sign
    return cuts
