"""Coders' labels: read with their mistakes named, and placed on the right sentence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.coding import annotations as coding
from pipeline.errors import DataError
from pipeline.records import Annotation, Sentence

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
    with pytest.raises(DataError) as caught:
        coding.read_folder(tmp_path / "missing")
    assert str(caught.value) == f"{tmp_path / 'missing'}: is not a folder; give the folder that holds the coders' CSV files"


LABEL_LIST = "the labels are denial, accusation, warning, neutral"
HEADER = "document,start,end,text,label,codebook"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("d.txt,0,23,,denail", "the label is 'denail'; did you mean 'denial'?"),
        ("d.txt,0,23,,Denial", "the label is 'Denial'; did you mean 'denial'?"),
        ("d.txt,0,23,,x", f"the label is 'x'; {LABEL_LIST}"),
        ("d.txt,0,23,,", f"the label is ''; {LABEL_LIST}"),
        (",0,23,,denial", "needs the columns document and label; name them in the header"),
        ("d.txt,,,,denial", "has neither offsets nor text; add start and end, or text"),
        ("d.txt,-4,23,,denial", "the offset is '-4'; give a whole number from 0"),
        ("d.txt,0,2.5,,denial", "the offset is '2.5'; give a whole number from 0"),
        ("d.txt,zero,5,,denial", "the offset is 'zero'; give a whole number from 0"),
        ("d.txt,5,,,denial", "ends at '', which is not after its start 5; give start and end"),
        ("d.txt,5,5,,denial", "ends at '5', which is not after its start 5; give start and end"),
        ("d.txt,9,5,,denial", "ends at '5', which is not after its start 9; give start and end"),
        ("d.txt,0,0,,denial", "ends at '0', which is not after its start 0; give start and end"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, f"document,start,end,text,label\nd.txt,0,23,,denial\n{row}\n")
    assert str(caught.value) == f"{tmp_path / 'ana.csv'} row 3: {message}"


@pytest.mark.parametrize("header", ["document,text\nd.txt,a\n", "text,label\na,denial\n"])
def test_a_missing_column_is_named(tmp_path: Path, header: str) -> None:
    with pytest.raises(DataError, match=r"row 2: needs the columns document and label; name them in the header$"):
        read(tmp_path, header)


def test_a_file_without_rows_holds_nothing_but_one_without_a_header_is_an_error(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER}\n") == []
    for content in ("", " \n"):
        with pytest.raises(DataError) as caught:
            read(tmp_path, content)
        assert str(caught.value) == f"{tmp_path / 'ana.csv'}: is empty; give it the header {HEADER}, or delete it"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 23, (0, 23)),
        (0.0, 23.0, (0, 23)),
        ("0.0", "23.0", (0, 23)),
        ("1", "2", (1, 2)),
        ("1e0", 2, (1, 2)),
        (None, "", (-1, -1)),
    ],
)
def test_an_offset_may_be_any_whole_number_as_tables_hold_them(start: object, end: object, expected: tuple[int, int]) -> None:
    found = coding.parse({"document": "d.txt", "start": start, "end": end, "text": "a", "label": "denial"}, where="here", coder="ana")
    assert (found.start, found.end) == expected and type(found.start) is type(found.end) is int


def test_what_a_row_does_not_say_is_empty() -> None:
    assert coding.parse({"text": "a", "label": "denial"}, where="here", coder="ana") == Annotation("", -1, -1, "a", "denial", "ana", "here", "")
    row = {"document": "d.txt", "text": "a", "label": "denial", "coder": "ben", "codebook": "v2"}
    assert coding.parse(row, where="here", coder="ana") == Annotation("d.txt", -1, -1, "a", "denial", "ben", "here", "v2")


@pytest.mark.parametrize(("text", "expected"), [("", ""), (" a\n\tb  c ", "a b c"), ("\u00a0\u2003", ""), ("ab", "ab")])
def test_white_space_is_squeezed_to_one_space(text: str, expected: str) -> None:
    assert coding.squeeze(text) == expected


def test_new_annotations_go_into_a_new_file_with_every_column(tmp_path: Path) -> None:
    new = [Annotation("d.txt", 0, 23, TEXTS[0], "denial", "ana", "", "v1"), Annotation("d.txt", 80, 93, TEXTS[2], "neutral", "ana", "", "v1")]
    coding.merge(tmp_path / "ana.csv", new, {})
    lines = (tmp_path / "ana.csv").read_text("utf-8").splitlines()
    assert lines == [HEADER, "d.txt,0,23,The ministry denied it.,denial,v1", "d.txt,80,93,Talks resume.,neutral,v1"]
    assert coding.read(tmp_path / "ana.csv") == [one._replace(where=f"{tmp_path}/ana.csv row {row}") for row, one in enumerate(new, start=2)]


def test_rows_and_columns_of_an_old_file_stay_and_only_the_changed_label_and_codebook_are_written(tmp_path: Path) -> None:
    path = tmp_path / "ana.csv"
    path.write_text("note,label,document,text\nsure,denial,d.txt,One.\n,neutral,d.txt,Two.\n", "utf-8")
    coding.merge(path, [said("warning", 0, 6, text="Three.")], {1: said("accusation", 3, 9, text="not written")._replace(codebook="v2")})
    assert path.read_text("utf-8").splitlines() == [
        "note,label,document,text,start,end,codebook",
        "sure,denial,d.txt,One.,,,",
        ",accusation,d.txt,Two.,,,v2",
        ",warning,d.txt,Three.,0,6,",
    ]


def test_one_old_row_is_changed_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "ana.csv"
    path.write_text("document,text,label\nd.txt,One.,denial\n", "utf-8")
    coding.merge(path, [], {0: said("warning")})
    assert path.read_text("utf-8").splitlines() == ["document,text,label,start,end,codebook", "d.txt,One.,warning,,,"]


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
    assert str(caught.value) == "ana.csv row 2: coder 'ana' gives this sentence both 'denial' and 'warning'; keep one"
    assert dict(place(said("denial", 0, 23), said("warning", 0, 23, coder="ben")).labels) == {0: {"ana": "denial", "ben": "warning"}}
