"""Reading documents: every form gives the same text, in a fixed order, and what is wrong is named."""

from __future__ import annotations

import csv
import json
import tempfile
from functools import partial
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_project import write_csv

from pipeline.errors import DataError
from pipeline.reading import documents
from pipeline.records import LABELS, Document

TEXTS = ["The ministry denied it.\r\nTwice.", "Un café, «dit-il».\n\n\tFin \u2028 \U0001f30d", ' "quoted", and; a comma', "0"]
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """Rows in the form that the path's ending says."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8", newline="")
    elif path.suffix == ".csv":
        write_csv(path, rows)
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def texts(path: Path) -> list[tuple[str, str]]:
    """Id and text of every document of a file."""
    return list(documents.read_texts(path, text_column="text", id_column="id"))


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
@given(found=st.lists(TEXT, min_size=1, max_size=5))
def test_every_form_gives_the_text_back_exactly(suffix: str, found: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"day{suffix}"
        write_rows(path, [{"id": f"n{number}", "text": text} for number, text in enumerate(found)])
        assert texts(path) == [(f"n{number}", text) for number, text in enumerate(found)]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_file_is_one_document_with_its_line_ends(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "b.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert texts(tmp_path / "a.txt") == [("a", text)]
    assert texts(tmp_path / "b.txt") == [("b", text)], "the byte order mark is no part of the text"


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_rows_without_an_id_are_numbered_from_0(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"day{suffix}"
    write_rows(path, [{"text": text} for text in TEXTS])
    assert texts(path) == [(str(number), text) for number, text in enumerate(TEXTS)]


def test_an_id_may_be_a_number_0_too(tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_text('{"id": 5, "text": "a"}\n{"id": 0, "text": "b"}\n{"id": null, "text": "c"}\n')
    assert texts(tmp_path / "day.jsonl") == [("5", "a"), ("0", "b"), ("2", "c")]


def test_a_folder_is_read_in_the_order_of_names_with_collections(tmp_path: Path) -> None:
    for name, text in {"b/z.txt": "one", "b/a/y.txt": "two", "a.txt": "three", "b/.hidden.txt": "no", "b/notes.md": "no"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    write_rows(tmp_path / "b" / "rows.jsonl", [{"id": "7", "text": "four"}, {"id": "5", "text": "five"}])
    assert list(documents.read_folder(tmp_path)) == [
        Document("a.txt", documents.ROOT_COLLECTION, "three"),
        Document("b/a/y.txt", "b", "two"),
        Document("b/rows.jsonl#7", "b", "four"),
        Document("b/rows.jsonl#5", "b", "five"),
        Document("b/z.txt", "b", "one"),
    ]


def test_column_names_are_the_callers(tmp_path: Path) -> None:
    write_rows(tmp_path / "day.csv", [{"nr": "8", "body": "text here", "text": "not here"}])
    assert list(documents.read_folder(tmp_path, text_column="body", id_column="nr")) == [Document("day.csv#8", documents.ROOT_COLLECTION, "text here")]


def test_an_empty_cell_is_empty_text(tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_text('{"text": null}\n\n{"text": ""}\n')
    assert texts(tmp_path / "day.jsonl") == [("0", ""), ("1", "")]


def test_a_long_cell_is_read_whole(tmp_path: Path) -> None:
    write_rows(tmp_path / "day.csv", [{"text": "word " * 100_000}])
    assert len(texts(tmp_path / "day.csv")[0][1]) == 500_000


BAD = {
    "not JSON": ("a.jsonl", b'{"text": "a"}\n{"text": \n', ("line 2", "JSON")),
    "a number of 5,000 digits": ("a.jsonl", b'{"text": ' + b"1" * 5000 + b"}\n", ("line 1", "JSON")),
    "nested too deeply": ("a.jsonl", b'{"text": ' + b"[" * 200_000 + b"\n", ("line 1", "JSON")),
    "a list": ("a.jsonl", b"[1]\n", ("line 1", "object")),
    "not text": ("a.jsonl", b'{"text": "a"}\n{"text": 7}\n', ("row 2", "text", "7")),
    "no such column": ("a.jsonl", b'{"body": "a"}\n', ("row 1", "'text'", "body")),
    "latin-1": ("a.txt", "one\nné".encode("latin-1"), ("UTF-8", "line 2", "byte 0xe9", "--encoding")),
    "latin-1 rows": ("a.csv", 'text\n"a\nb"\nné\n'.encode("latin-1"), ("UTF-8", "line 4", "byte 0xe9")),
    "latin-1 header": ("a.csv", "téxt\nb\n".encode("latin-1"), ("UTF-8", "line 1", "byte 0xe9")),
    "latin-1 JSON": ("a.jsonl", '{"text": "a"}\n{"text": "né"}\n'.encode("latin-1"), ("UTF-8", "line 2", "byte 0xe9")),
    "UTF-16": ("a.txt", "He denied it.".encode("utf-16"), ("UTF-16", "--encoding utf-16")),
    "UTF-16 rows": ("a.csv", "text\nHe denied it.\n".encode("utf-16"), ("UTF-16", "--encoding utf-16")),
    "UTF-16 without a mark": ("a.txt", "He denied it.".encode("utf-16-le"), ("NUL", "line 1", "--encoding utf-16-le")),
    "UTF-16 JSON without a mark": ("a.jsonl", '{"text": "a"}\n'.encode("utf-16-be"), ("line 1", "NUL")),
    "two columns of one name": ("a.csv", b"text,text\na,b\n", ("two columns", "'text'")),
    "too many cells": ("a.csv", b"id,text\n1,a\n2,b,c\n", ("line 3", "cells")),
    "too few cells": ("a.csv", b"id,text\n1\n", ("line 2", "cells")),
    "open quote": ("a.csv", b'text\nb\n"a\n', ("never closed", "after line 2")),
    "quote in the middle": ("a.csv", b'text\n"a"b\n', ("after line 1", "CSV")),
    "not Parquet": ("a.parquet", b"PAR1 but no more", ("Parquet",)),
    "the same id twice": ("a.csv", b"id,text\n1,a\n1,b\n", ("'1'", "twice")),
    "half a surrogate pair": ("a.jsonl", b'{"id": "x", "text": "a"}\n{"id": "y", "text": "\\ud83d"}\n', ("'y'", "surrogate")),
}


@pytest.mark.parametrize(("name", "content", "words"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_named_in_one_line(tmp_path: Path, name: str, content: bytes, words: tuple[str, ...]) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        list(documents.read_folder(tmp_path))
    message = str(caught.value)
    assert "\n" not in message and len(message) < 500
    assert all(word in message for word in (name, *words)), message
    assert caught.value.next_step


def test_a_folder_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path / "missing", tmp_path):
        with pytest.raises(DataError, match=str(folder)):
            list(documents.read_folder(folder))


def test_a_file_of_another_kind_or_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(DataError, match=r"\.pdf"):
        texts(tmp_path / "a.pdf")
    for name in ("none.txt", "none.csv", "none.jsonl", "none.parquet"):
        with pytest.raises(DataError, match=name):
            texts(tmp_path / name)


CELLS = st.lists(st.lists(st.text(alphabet='ab;,\t"\n '), min_size=2, max_size=2), min_size=1, max_size=5)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(rows=CELLS)
def test_csv_is_read_whatever_stands_between_its_cells(tmp_path_factory: pytest.TempPathFactory, delimiter: str, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["an, id;\t", "text"], *rows])
    assert [list(row.values()) for row in documents.read_rows(path)] == rows


def test_one_column_alone_is_csv_whatever_its_text_holds(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("text\none; two\nthree\tfour\n", "utf-8")
    assert [row["text"] for row in documents.read_rows(path)] == ["one; two", "three\tfour"]


def test_a_column_that_is_not_there_is_called_by_what_it_holds() -> None:
    for read, holds in ((documents.cell, "text"), (documents.label_cell, "label")):
        with pytest.raises(DataError, match="has no column 'a'") as caught:
            read({"b": "x"}, "a", Path("coded.csv"), 0)
        assert caught.value.next_step == f"name the column that holds the {holds}"


def test_a_label_is_named_or_numbered() -> None:
    read = partial(documents.label_cell, column="label", path=Path("coded.parquet"), number=4)
    assert [read({"label": value}) for value in (*LABELS, *range(len(LABELS)))] == [*range(len(LABELS))] * 2


@pytest.mark.parametrize("value", [4, -1, True, "2", "Denial", 1.0, None])
def test_another_label_is_refused_with_its_row(value: object) -> None:
    with pytest.raises(DataError, match=r"coded\.parquet row 5"):
        documents.label_cell({"label": value}, "label", Path("coded.parquet"), 4)
