"""Splitting: offsets give the text back, nothing but white space is lost, and the golden cases are cut as people would."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_project import compose

from pipeline.reading import sentences
from pipeline.records import Document

WORDS = ["The ministry", "denied", "it", "Mr", "U.S", "p.m", "No", "no", "5", "1,500", "é", "e\u0301", "said", "He", "LT", "COL"]
STOPS = [".", ". ", "?", "!", "...", ",", ";", ":", '"', "'", "“", "”", "‘", "’", "«", "»", "(", ")", "-", "—", "•"]
BLANKS = [" ", "  ", "\t", "\u00a0", "\u2003", "\u200b", "\n", "\r\n", "\r", "\n\n", "\n \n", "\u2028", "\u2029", "\x1c", "\x85"]
ODD = ["\ufeff", "\x00", "\U0001f30d", "\ud83d", "日本。"]
PIECES = st.sampled_from([*WORDS, *STOPS, *BLANKS, *ODD])
TEXT = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=80)
BREAKS = st.sampled_from(sorted(sentences.PARAGRAPH_BREAKS))
GOLDEN = Path(__file__).with_name("golden_sentences.txt")


@given(text=TEXT, paragraph_break=BREAKS)
@example(text="Held: No. \n\n5 left.", paragraph_break="blank_line")
def test_offsets_give_the_text_back_and_only_white_space_is_left_out(text: str, paragraph_break: str) -> None:
    found = sentences.split(Document("d", "c", text), paragraph_break=paragraph_break)
    position = 0
    for number, sentence in enumerate(found):
        assert sentence[:2] == ("d", "c") and sentence.number == number
        assert sentence.start >= position and not text[position : sentence.start].strip()
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        position = sentence.end
    assert not text[position:].strip()
    paragraphs = [sentence.paragraph for sentence in found]
    assert paragraphs == sorted(paragraphs) and set(paragraphs) == set(range(len(set(paragraphs))))


@given(text=TEXT, paragraph_break=BREAKS)
def test_a_sentence_never_crosses_a_paragraph_break(text: str, paragraph_break: str) -> None:
    for sentence in sentences.split(Document("d", "c", text), paragraph_break=paragraph_break):
        assert not sentences.PARAGRAPH_BREAKS[paragraph_break].search(sentence.text)


@pytest.mark.parametrize(
    ("paragraph_break", "expected"),
    [
        ("blank_line", ["A headline\nin two lines", "Body one.", "Body two\nruns on.", "End"]),
        ("line", ["A headline", "in two lines", "Body one.", "Body two", "runs on.", "End"]),
    ],
)
def test_what_ends_a_paragraph_is_a_setting(paragraph_break: str, expected: list[str]) -> None:
    text = "A headline\nin two lines\r\n \r\nBody one. Body two\nruns on.\u2029End"
    assert [sentence.text for sentence in sentences.split(Document("d", "c", text), paragraph_break=paragraph_break)] == expected


def test_a_blank_line_ends_a_paragraph_unless_another_end_is_asked_for() -> None:
    assert list(sentences.paragraphs(" One\ntwo.\n\nThree. ")) == [(1, 9), (11, 17)]
    assert [sentence.paragraph for sentence in sentences.split(Document("d", "c", "One\ntwo.\n\nThree."))] == [0, 1]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\r\n", "\u2029"])
def test_no_text_has_no_sentences(text: str) -> None:
    assert sentences.split(Document("d", "c", text)) == []


def test_splitting_is_the_same_each_time() -> None:
    document = Document("d", "c", "Mr. Hale denied it. No. 2 agreed. He left at 5 p.m. The talks go on.")
    assert sentences.split(document) == sentences.split(document)


def test_the_composed_documents_are_cut_as_composed(tmp_path: Path) -> None:
    for document in compose(tmp_path):
        if document.sentences:
            found = sentences.split(Document(document.id, "c", document.text))
            assert [(sentence.start, sentence.end) for sentence in found] == [(coded.start, coded.end) for coded in document.sentences]
            assert {sentence.paragraph for sentence in found} == {0, 1, 2}


def golden_cases() -> list[object]:
    """The cases of the golden file; those below `# not yet` are expected to fail."""
    cases, lines, waiting = [], [], False
    for line in [*GOLDEN.read_text("utf-8").splitlines(), ""]:
        if line.startswith("#"):
            waiting = waiting or line.startswith("# not yet")
        elif line:
            lines.append(line)
        elif lines:
            marks = [pytest.mark.xfail(strict=True, reason="a known weak spot of the splitter")] if waiting else []
            cases.append(pytest.param(lines, id=" ".join(lines)[:40], marks=marks))
            lines, waiting = [], False
    return cases


@pytest.mark.parametrize("lines", golden_cases())
def test_golden(lines: list[str]) -> None:
    assert [sentence.text for sentence in sentences.split(Document("golden", "c", " ".join(lines)))] == lines
