"""Coders' labels: read with their mistakes named, and placed on the right sentence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline import annotations as coding
from pipeline.errors import DataError
from pipeline.records import LABELS, Annotation, Sentence

TEXTS = ("The ministry denied it.", "It blamed the rebels for the raid on the harbour.", "Talks resume.")
STARTS = (0, 24, 80)
SENTENCES = [Sentence("d.txt", "c", 0, i, start, start + len(text), text) for i, (start, text) in enumerate(zip(STARTS, TEXTS, strict=True))]
OTHER = Sentence("e.txt", "c", 0, 0, 0, len(TEXTS[0]), TEXTS[0])


def said(label: str, start: int = -1, end: int = -1, *, text: str = "", document: str = "d.txt", coder: str = "ana") -> Annotation:
    """An annotation as `read` gives it."""
    return Annotation(document, start, end, text, label, coder, "ana.csv row 2")


def place(*annotations: Annotation, tolerance: float = 0.8, sentences: Iterable[Sentence] = (*SENTENCES, OTHER)) -> coding.Placed:
    """The annotations placed on the sentences."""
    return coding.place(annotations, list(sentences), tolerance=tolerance)


def read(tmp_path: Path, content: str, name: str = "ana.csv") -> list[Annotation]:
    """The annotations of a file with this content."""
    (tmp_path / name).write_text(content, "utf-8")
    return coding.read(tmp_path / name)


def test_a_file_gives_its_rows_with_coder_and_place(tmp_path: Path) -> None:
    found = read(tmp_path, 'document,start,end,text,label,coder\nd.txt,0,23,,denial,\nd.txt,,,"Talks, resume.", neutral ,ben\n')
    assert found == [
        Annotation("d.txt", 0, 23, "", "denial", "ana", f"{tmp_path}/ana.csv row 2"),
        Annotation("d.txt", -1, -1, "Talks, resume.", "neutral", "ben", f"{tmp_path}/ana.csv row 3"),
    ]


def test_a_folder_gives_every_coders_file_in_order(tmp_path: Path) -> None:
    for coder in ("zoe", "ana"):
        (tmp_path / f"{coder}.csv").write_text("document,text,label\nd.txt,Talks resume.,neutral\n")
    (tmp_path / "readme.txt").write_text("no annotations")
    assert [annotation.coder for annotation in coding.read_folder(tmp_path)] == ["ana", "zoe"]
    (tmp_path / "none").mkdir()
    assert coding.read_folder(tmp_path / "none") == []
    with pytest.raises(DataError, match="missing"):
        coding.read_folder(tmp_path / "missing")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("d.txt,0,23,,denail", ("'denail'", "did you mean 'denial'")),
        ("d.txt,0,23,,Denial", ("'Denial'", "did you mean 'denial'")),
        ("d.txt,0,23,,x", ("'x'", *LABELS)),
        ("d.txt,0,23,,", ("''", *LABELS)),
        (",0,23,,denial", ("document",)),
        ("d.txt,,,,denial", ("neither offsets nor text",)),
        ("d.txt,-4,23,,denial", ("'-4'",)),
        ("d.txt,0,2.5,,denial", ("'2.5'",)),
        ("d.txt,zero,5,,denial", ("'zero'",)),
        ("d.txt,5,,,denial", ("end",)),
        ("d.txt,5,5,,denial", ("end",)),
        ("d.txt,9,5,,denial", ("end",)),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, words: tuple[str, ...]) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, f"document,start,end,text,label\nd.txt,0,23,,denial\n{row}\n")
    assert all(word in str(caught.value) for word in ("ana.csv row 3", *words)), caught.value


@pytest.mark.parametrize("header", ["document,text\nd.txt,a\n", "text,label\na,denial\n"])
def test_a_missing_column_is_named(tmp_path: Path, header: str) -> None:
    with pytest.raises(DataError, match="columns document and label"):
        read(tmp_path, header)


def test_offsets_that_fit_place_the_label() -> None:
    placed = place(said("denial", 0, 23), said("accusation", 24, 73), said("neutral", 80, 93), said("warning", 0, 23, document="e.txt"))
    assert dict(placed.labels) == {0: {"ana": "denial"}, 1: {"ana": "accusation"}, 2: {"ana": "neutral"}, 3: {"ana": "warning"}}
    assert not placed.moved and not placed.cut_differently and not placed.unmatched


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (24, 72, 1),  # without the final stop
        (26, 73, 1),  # without the first word
        (20, 73, 1),  # begins in the sentence before
        (24, 78, 1),  # runs on a little
        (79, 93, 2),
        (3, 23, 0),
        (24, 60, None),  # too little of it
        (0, 73, None),  # two sentences as one
        (10, 40, None),  # across the cut
        (70, 79, None),  # hardly any of it
    ],
)
def test_moved_edges_are_placed_within_the_tolerance_only(start: int, end: int, expected: int | None) -> None:
    annotation = said("denial", start, end)
    placed = place(annotation)
    if expected is None:
        assert placed.cut_differently == [annotation] and not placed.labels and not placed.moved
    else:
        assert list(placed.labels) == [expected] and placed.moved == [annotation] and not placed.cut_differently
    assert not placed.unmatched


def test_the_tolerance_is_the_share_of_the_joint_span() -> None:
    annotation = said("denial", 24, 24 + 25)
    share = 25 / 49
    assert place(annotation, tolerance=share).labels
    assert not place(annotation, tolerance=share + 0.01).labels


def test_text_places_the_label_whatever_its_white_space() -> None:
    placed = place(said("denial", text=" The ministry\ndenied  it. "))
    assert dict(placed.labels) == {0: {"ana": "denial"}} and not placed.moved


@pytest.mark.parametrize(
    "annotation",
    [
        said("denial", 500, 520),
        said("denial", 74, 79),  # the gap between two sentences
        said("denial", 0, 23, document="f.txt"),
        said("denial", text="The ministry denied"),
        said("denial", text=TEXTS[0], document="f.txt"),
    ],
)
def test_what_touches_no_sentence_is_unmatched(annotation: Annotation) -> None:
    placed = place(annotation)
    assert placed.unmatched == [annotation] and not placed.labels and not placed.cut_differently


def test_no_sentences_match_nothing() -> None:
    assert len(place(said("denial", 0, 23), sentences=()).unmatched) == 1


def test_a_coder_who_labels_a_sentence_twice_must_agree_with_themselves() -> None:
    assert dict(place(said("denial", 0, 23), said("denial", text=TEXTS[0])).labels) == {0: {"ana": "denial"}}
    with pytest.raises(DataError) as caught:
        place(said("denial", 0, 23), said("warning", text=TEXTS[0]))
    assert all(word in str(caught.value) for word in ("'ana'", "'denial'", "'warning'", "ana.csv row 2"))
    assert dict(place(said("denial", 0, 23), said("warning", 0, 23, coder="ben")).labels) == {0: {"ana": "denial", "ben": "warning"}}
