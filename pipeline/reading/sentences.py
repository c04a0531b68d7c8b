"""From a document to its sentences, with offsets that give the text back exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from pipeline.records import Document, Sentence

if TYPE_CHECKING:
    from nupunkt import PunktSentenceTokenizer

PARAGRAPH_BREAKS = {
    "blank_line": re.compile(r"(?:\r\n|[\n\r\u2028])[^\S\n\r\u2028\u2029]*(?:\r\n|[\n\r\u2028])|\u2029"),
    "line": re.compile(r"\r\n|[\n\r\u2028\u2029]"),
}
"""What ends a paragraph, by the name that params.yaml uses."""
_NUMBER_SIGN = re.compile(r"\b[Nn]os?\.\s+(?=\d)")


@cache
def _splitter() -> PunktSentenceTokenizer:
    """nupunkt's tokenizer with the news' abbreviations.

    Its own list was learned from legal text and holds everyday words (bank, month, free), so of it only
    what is written with an inner stop or a digit (u.s, p.m) is kept.
    """
    from nupunkt.models import load_default_model

    splitter = load_default_model()
    for entry in splitter.abbreviations:
        if entry.isalpha() and len(entry) > 1:
            splitter.remove_abbreviation(entry)
    lines = resources.files("pipeline.reading").joinpath("abbreviations.txt").read_text("utf-8").splitlines()
    splitter.add_abbreviations([line for line in lines if line and not line.startswith("#")])
    return splitter


def paragraphs(text: str, *, paragraph_break: str = "blank_line") -> Iterator[tuple[int, int]]:
    """The spans of `text` between paragraph breaks, blank ones left out, without outer white space."""
    position = 0
    for end, following in [*((m.start(), m.end()) for m in PARAGRAPH_BREAKS[paragraph_break].finditer(text)), (len(text), len(text))]:
        span = _strip(text, position, end)
        if span:
            yield span
        position = following


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    bare = piece.strip()
    if not bare:
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(bare)


def split(document: Document, *, paragraph_break: str = "blank_line") -> list[Sentence]:
    """The sentences of a document in order.

    Every character outside all sentences is white space, and `document.text[s.start:s.end] == s.text`.
    """
    sentences: list[Sentence] = []
    for paragraph, (begin, end) in enumerate(paragraphs(document.text, paragraph_break=paragraph_break)):
        for start, stop in _pieces(document.text[begin:end]):
            span = _strip(document.text, begin + start, begin + stop)
            if span:
                text = document.text[span[0] : span[1]]
                sentences.append(Sentence(document.id, document.collection, paragraph, len(sentences), *span, text))
    return sentences


def _pieces(paragraph: str) -> list[tuple[int, int]]:
    """The splitter's spans, joined where it cuts between "No." and a figure.

    "No" ends sentences too, so it is no abbreviation for the splitter; the figure after it tells.
    """
    figures = {sign.end() for sign in _NUMBER_SIGN.finditer(paragraph)}
    pieces: list[tuple[int, int]] = []
    for start, stop in _splitter().span_tokenize(paragraph):
        if pieces and start in figures:
            pieces[-1] = (pieces[-1][0], stop)
        else:
            pieces.append((start, stop))
    return pieces
