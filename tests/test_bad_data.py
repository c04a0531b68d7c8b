"""Files of data that are not what they should be: cut, damaged, lying about their size, half a row: named, never taken for whole."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
import small_project
from command_line import DENIED, Run, failed, write
from small_project import Project, copy

from pipeline import tables
from pipeline.errors import DataError
from pipeline.reading import documents

TEXTS = [f"The mayor denied report {number}." for number in range(300)]


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole Parquet file."""
    path = tmp_path_factory.mktemp("whole") / "rows.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"id": list(map(str, range(300))), "text": TEXTS}), path)
    return path.read_bytes()


def refused(path: Path, content: bytes) -> str:
    """The message with which a file of documents is refused."""
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        list(documents.read_texts(path))
    message = str(caught.value)
    assert "\n" not in message and len(message) < 700 and str(path) in message and caught.value.next_step
    return message


def test_parquet_that_is_cut_short_is_refused(tmp_path: Path, parquet: bytes) -> None:
    for percent in range(100):
        refused(tmp_path / "rows.parquet", parquet[: len(parquet) * percent // 100])
    with pytest.raises(DataError, match="cannot be read"):
        (tmp_path / "rows.parquet").write_bytes(parquet[:-9])
        tables.read(tmp_path / "rows.parquet", ("id", "text"))


@pytest.mark.parametrize("size", [0, 1, 2**31 - 1, 2**32 - 1])
def test_parquet_that_lies_about_its_head_is_refused(tmp_path: Path, parquet: bytes, size: int) -> None:
    refused(tmp_path / "rows.parquet", parquet[:-8] + struct.pack("<I", size) + b"PAR1")


def test_parquet_with_flipped_bytes_in_its_head_gives_rows_or_an_error(tmp_path: Path, parquet: bytes) -> None:
    head = len(parquet) - 8 - struct.unpack("<I", parquet[-8:-4])[0]
    for place in range(head, len(parquet), 7):
        (tmp_path / "rows.parquet").write_bytes(parquet[:place] + bytes([parquet[place] ^ 0xFF]) + parquet[place + 1 :])
        try:
            list(documents.read_texts(tmp_path / "rows.parquet"))
        except DataError as error:
            assert "\n" not in str(error)


ROWS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a JSON line cut in the middle": ("rows.jsonl", '{"text": "a"}\n{"text": "b', ("line 2", "JSON")),
    "two JSON values on a line": ("rows.jsonl", '{"text": "a"}{"text": "b"}\n', ("line 1", "JSON")),
    "a JSON array over lines": ("rows.jsonl", '[\n{"text": "a"}\n]\n', ("line 1", "JSON")),
    "a JSON number where text is": ("rows.jsonl", '{"text": 1e999}\n', ("row 1", "inf", "text")),
    "a JSON list where text is": ("rows.jsonl", '{"text": ["a"]}\n', ("row 1", "['a']", "text")),
    "one cell too many": ("rows.csv", "id,text\n1,a,b\n", ("line 2", "cells")),
    "a quote in a cell": ("rows.csv", 'id,text\n1,"a" b\n', ("CSV",)),
    "the same id twice": ("rows.csv", "id,text\n1,a\n1,b\n", ("'1'", "twice")),
}


@pytest.mark.parametrize(("name", "content", "words"), ROWS.values(), ids=ROWS)
def test_rows_that_cannot_be_used_are_named(run: Run, tmp_path: Path, name: str, content: str, words: tuple[str, ...]) -> None:
    write(tmp_path / "news" / name, content)
    failed(run("view", "news", "--output", "pages"), 1, name, *words)
    assert not (tmp_path / "pages" / "index.html").exists()


def test_a_null_is_an_empty_text(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", '{"text": null}\n{"text": "", "id": null}\n')
    table: Any = pyarrow.table({"id": pyarrow.array([None, 5]), "text": pyarrow.array([None, DENIED])})
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
    rows = run("classify", "--input", "rows.jsonl", "rows.parquet", "--format", "jsonl").rows
    assert [(row["id"], row["text"]) for row in rows] == [("0", ""), ("1", ""), ("0", ""), ("5", DENIED)]
    assert [row["label"] is None for row in rows] == [True, True, True, False]


def test_a_column_of_another_kind_is_named(run: Run, tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"text": [1.5, 2.5]}), tmp_path / "rows.parquet")
    failed(run("classify", "--input", "rows.parquet"), 1, "rows.parquet row 1", "1.5", "not text")


PARAMS = [
    ("train: {sed: 1}", ("train", "'sed'", "seed")),
    ("train: {folds: many}", ("train folds", "'many'", "whole number")),
    ("train: {folds: 1}", ("train folds", "1", "2", "20")),
    ("train: [1", ("not YAML",)),
]


@pytest.mark.parametrize(("content", "words"), PARAMS)
def test_a_stage_says_what_is_wrong_with_params_yaml(project: Project, tmp_path: Path, content: str, words: tuple[str, ...]) -> None:
    own = copy(project, tmp_path / "own")
    before = own.model.read_bytes()
    own.params.write_text(content)
    done = small_project.run_stage(own, "train")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and all(word in done.stderr for word in ("params.yaml", *words)), done.stderr
    assert own.model.read_bytes() == before


def test_cues_and_codebook_that_are_no_text_are_named(project: Project, tmp_path: Path) -> None:
    own = copy(project, tmp_path / "own")
    (own.cues / "denial.txt").write_bytes(b"[denial.strong-verb]\nd\xe9nie\n")
    done = small_project.run_stage(own, "label")
    assert done.returncode == 1 and "denial.txt line 2" in done.stderr and done.stderr.count("\n") == 1, done.stderr
