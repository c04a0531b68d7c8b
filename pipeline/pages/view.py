"""A document as a page: its text as it is, every sentence with its stance and what speaks for it, and an index of many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pipeline import files
from pipeline.pages import page
from pipeline.reading import sentences
from pipeline.records import LABELS, Document, Sentence
from pipeline.scoring.explain import Explanation, explain
from pipeline.scoring.model import StanceModel

_WORDS, _CUES = 5, 3
_LEAST = 0.1
"""Shares (log odds) below this are not worth telling."""
_UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_UNSAFE = re.compile(r"[^\w.-]+|^\.+", re.ASCII)
_LONGEST_NAME = 80


class Part(NamedTuple):
    """A stretch of text with a share in a score (log odds), and for a cue what it is."""

    text: str
    share: float
    about: str = ""


class Piece(NamedTuple):
    """A stretch of a sentence's text; `telling` where it is one of the words that speak most for the label."""

    text: str
    telling: bool


class Shown(NamedTuple):
    """A sentence on a page: what stands before it, its text in pieces, and its details.

    `label` is one of LABELS, "" where the sentence holds no word; `probabilities` go from 0 to 1, in the
    order of LABELS. `told` are the words and `cues` the cues that add most to the label's score, for and against.
    """

    before: str
    pieces: list[Piece]
    place: Sentence
    label: str
    probabilities: tuple[float, ...]
    told: list[Part]
    cues: list[Part]


class View(NamedTuple):
    """A document as it is shown: its sentences in order and the text `behind` the last one."""

    name: str
    sentences: list[Shown]
    behind: str

    @property
    def counts(self) -> dict[str, int]:
        """How many sentences have each label."""
        return {label: sum(one.label == label for one in self.sentences) for label in LABELS}


class Entry(NamedTuple):
    """A line of the index: the document's name, the file of its page, its number of sentences and how many have each label."""

    name: str
    file: str
    sentences: int
    counts: dict[str, int]

    def share(self, label: str) -> float:
        """The share (0 to 1) of the sentences that have this label."""
        return self.counts[label] / self.sentences if self.sentences else 0.0


def view(model: StanceModel, document: Document) -> View:
    """The document's sentences with their stance and what speaks for it."""
    split = sentences.split(document)
    shown, position = [], 0
    for sentence, explained in zip(split, explain(model, [sentence.text for sentence in split]), strict=True):
        shown.append(_shown(document.text[position : sentence.start], sentence, explained))
        position = sentence.end
    return View(document.id, shown, _seen(document.text[position:]))


def _shown(before: str, sentence: Sentence, explained: Explanation) -> Shown:
    label = explained.label or ""
    told: list[Part] = []
    cues: list[Part] = []
    telling: set[tuple[int, int]] = set()
    if label:
        number, text = LABELS.index(label), explained.text
        words = sorted(explained.words, key=lambda word: -word.shares[number])
        speaking = [word for word in words[:_WORDS] if word.shares[number] >= _LEAST]
        against = [word for word in words[: -_WORDS - 1 : -1] if word.shares[number] <= -_LEAST]
        telling = {(word.start, word.end) for word in speaking}
        told = [Part(_seen(text[word.start : word.end]), word.shares[number]) for word in (*speaking, *against)]
        strongest = sorted(explained.cues, key=lambda cue: -abs(cue.shares[number]))[:_CUES]
        cues = [Part(_seen(text[cue.start : cue.end]), cue.shares[number], cue.about) for cue in strongest if abs(cue.shares[number]) >= _LEAST]
    return Shown(_seen(before), list(_pieces(explained.text, sorted(telling))), sentence, label, explained.probabilities, told, cues)


def _pieces(text: str, telling: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    position = 0
    for start, end in telling:
        if start > position:
            yield Piece(_seen(text[position:start]), telling=False)
        yield Piece(_seen(text[start:end]), telling=True)
        position = end
    if position < len(text):
        yield Piece(_seen(text[position:]), telling=False)


def _seen(text: str) -> str:
    """Text with a sign in place of what no page can hold: control characters and halves of surrogate pairs."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def entry(shown: View, file: str) -> Entry:
    """The document's line of the index, when its page is `file`."""
    return Entry(shown.name, file, len(shown.sentences), shown.counts)


def document_page(shown: View, *, index: str = "") -> str:
    """The page of one document; `index` is where the list of all of them lies, if there is one."""
    return page.render("view.html", {"view": shown, "entry": entry(shown, ""), "index": index, "details": [_details(one) for one in shown.sentences]})


def _details(one: Shown) -> dict[str, Any]:
    """What the page's script shows of a sentence."""
    place = f"Sentence {one.place.number + 1}, paragraph {one.place.paragraph + 1}, characters {one.place.start:,} to {one.place.end:,}"
    parts = {name: [[part.text, round(part.share, 2), part.about] for part in found] for name, found in (("words", one.told), ("cues", one.cues))}
    return {"label": one.label, "place": place, "probabilities": [round(value, 3) for value in one.probabilities], **parts}


def index_page(entries: Sequence[Entry]) -> str:
    """The page that lists all documents and their shares of each stance."""
    total = sum(found.sentences for found in entries)
    counts = {label: sum(found.counts[label] for found in entries) for label in LABELS}
    return page.render("index.html", {"entries": entries, "total": Entry("", "", total, counts)})


def page_name(document: str, taken: set[str]) -> str:
    """A file name for the page of a document that none in `taken` has, capitals or not; it is added there."""
    plain = _UNSAFE.sub("-", document)[:_LONGEST_NAME] or "document"
    name = f"{plain}.html"
    if name.lower() in taken or name.lower() == "index.html":
        name = f"{plain}-{files.digest([document])[:12]}.html"
    taken.add(name.lower())
    return name
