"""Where an annotation belongs: by exact edges, by its text, by what it overlaps; never where the document reads otherwise."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from pipeline.coding import annotations as coding
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
        (said(0, 3, "No."), (0, False)),
        (said(0, 2, "No."), (0, True)),
        (said(6, 35, "e ministry denied it all. No."), (1, True)),  # the text of neither, and yet the document's
        (said(6, 35, "e ministry denied it all: No."), (-1, False)),
        (said(4, 31, "ministry denied"), (1, False)),  # a part of the sentence, coded in another program
        (said(4, 31, "It said: The ministry denied it all."), (1, False)),
    ],
)
def test_edges_and_text_decide_together(annotation: Annotation, expected: tuple[int, bool]) -> None:
    match = find(annotation)
    assert (match.sentence, match.moved) == expected
    assert match.share == 0.0 if match.sentence < 0 else 0.0 < match.share <= 1.0


@pytest.mark.parametrize("annotation", [said(4, 31), said(45, 48, "No."), said(-1, -1, "Talks go on.")])
def test_the_same_edges_or_the_same_text_are_the_whole_sentence(annotation: Annotation) -> None:
    assert find(annotation).share == 1.0


def test_edges_are_looked_up_in_their_own_document() -> None:
    other = [Sentence("e.txt", "c", 0, i, 100 * i, 100 * i + 50, "x" * 50) for i in range(3)]
    finder = coding.Finder([*SENTENCES, *other])
    places = [(said(4, 30), 1), (said(201, 250)._replace(document="e.txt"), 7), (said(37, 48), 3), (said(101, 150)._replace(document="e.txt"), 6)]
    assert [finder.find(annotation, defaultdict(dict)).sentence for annotation, _ in places] == [place for _, place in places]


class Counted(list[Sentence]):
    """Sentences that count how often one of them is looked at by its number."""

    looked_at = 0

    def __getitem__(self, number: Any) -> Any:
        self.looked_at += 1
        return super().__getitem__(number)


def test_placing_at_the_end_of_a_long_document_looks_at_few_sentences() -> None:
    sentences = Counted(Sentence("d.txt", "c", 0, i, 10 * i, 10 * i + 9, f"{i:08}.") for i in range(500))
    annotations = [said(10 * i + 1, 10 * i + 9) for i in range(400, 500)]
    placed = coding.place(annotations, sentences, tolerance=0.8)
    assert list(placed.labels) == list(range(400, 500))
    assert sentences.looked_at < 2 * len(sentences) + 5 * len(annotations)


def test_a_long_annotation_belongs_to_the_sentence_it_covers_most() -> None:
    match = find(said(0, 48))
    assert match.sentence == 1 and match.share == pytest.approx(27 / 48)


def test_words_that_stand_there_several_times_are_labelled_one_after_the_other() -> None:
    annotations = [said(-1, -1, "No.", label=label) for label in ("denial", "neutral", "warning")]
    placed = coding.place(annotations, SENTENCES, tolerance=0.8)
    assert dict(placed.labels) == {0: {"ana": "denial"}, 2: {"ana": "neutral"}, 4: {"ana": "warning"}}


def test_a_label_given_twice_is_counted_and_its_codebooks_are_known() -> None:
    first, second = said(4, 31), said(4, 31)._replace(codebook="v1")
    placed = coding.place([first, second], SENTENCES, tolerance=0.8)
    assert placed.repeated == [second] and dict(placed.codebooks) == {1: {"", "v1"}}
