"""Where an annotation belongs: by exact edges, by its text, by what it overlaps; never where the document reads otherwise."""

from __future__ import annotations

from collections import defaultdict

import pytest

from pipeline import annotations as coding
from pipeline.records import Annotation, Sentence

TEXTS = ("No.", "The ministry denied it all.", "No.", "Talks go on.", "No.")
STARTS = (0, 4, 32, 36, 49)
SENTENCES = [Sentence("d.txt", "c", 0, i, start, start + len(text), text) for i, (start, text) in enumerate(zip(STARTS, TEXTS, strict=True))]


def said(start: int, end: int, text: str = "", *, label: str = "denial") -> Annotation:
    return Annotation("d.txt", start, end, text, label, "ana", "ana.csv row 2")


def find(annotation: Annotation) -> coding.Match:
    return coding.Finder(SENTENCES).find(annotation, defaultdict(dict))


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (said(4, 31), (1, False)),
        (said(4, 31, "The ministry  denied it all."), (1, False)),
        (said(32, 35, "No."), (2, False)),
        (said(31, 34, "No."), (2, True)),  # off by one, the nearest with that text
        (said(45, 48, "No."), (4, True)),
        (said(104, 131, "The ministry denied it all."), (1, True)),  # the document has grown shorter since
        (said(4, 30, "The ministry denied it all"), (1, True)),
        (said(3, 31, " The ministry denied it all."), (1, True)),
        (said(4, 31, "The ministry admitted it."), (-1, False)),  # the document reads otherwise now
        (said(4, 30, "The ministry admitted it al"), (-1, False)),
        (said(500, 510), (-1, False)),
    ],
)
def test_edges_and_text_decide_together(annotation: Annotation, expected: tuple[int, bool]) -> None:
    match = find(annotation)
    assert (match.sentence, match.moved) == expected


def test_a_long_annotation_belongs_to_the_sentence_it_covers_most() -> None:
    match = find(said(0, 48))
    assert match.sentence == 1 and match.share == pytest.approx(27 / 48)


def test_words_that_stand_there_several_times_are_labelled_one_after_the_other() -> None:
    annotations = [said(-1, -1, "No.", label=label) for label in ("denial", "neutral", "warning")]
    placed = coding.place(annotations, SENTENCES, tolerance=0.8)
    assert dict(placed.labels) == {0: {"ana": "denial"}, 2: {"ana": "neutral"}, 4: {"ana": "warning"}}


def test_a_label_given_twice_is_counted_and_its_codebooks_are_known() -> None:
    placed = coding.place([said(4, 31), said(4, 31)._replace(codebook="v1")], SENTENCES, tolerance=0.8)
    assert len(placed.repeated) == 1 and dict(placed.codebooks) == {1: {"", "v1"}}
