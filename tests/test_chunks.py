"""Chunks hold the rows of the files, in order, few enough for a batch each; sent elsewhere they hold the same."""

from __future__ import annotations

import os
import pickle
import threading
from pathlib import Path

import pyarrow.parquet
import pytest
from test_partitions import write

from pipeline.errors import DataError
from pipeline.reading import chunks, sources
from pipeline.reading.chunks import BATCH
from pipeline.reading.partitions import Reading

SUFFIXES = (".txt", ".jsonl", ".csv", ".parquet")
COLUMNS = {"text_column": "text", "id_column": "id"}


def sentences(count: int) -> list[str]:
    return [f"Minister {number} “denied”, \nthen warned." for number in range(count)]


@pytest.mark.parametrize("documents", [False, True])
@pytest.mark.parametrize("suffixes", [*((suffix,) for suffix in SUFFIXES), SUFFIXES])
def test_chunks_hold_the_rows_of_files_in_order(tmp_path: Path, suffixes: tuple[str, ...], documents: bool) -> None:
    for number, count in enumerate((3, 0, 5000, 1, 40, 2048, 7)):
        write(tmp_path / f"{number}{suffixes[number % len(suffixes)]}", sentences(count))
    reader = sources.from_documents if documents else sources.from_files
    found = [pickle.loads(pickle.dumps(chunk)) for chunk in chunks.of_files([tmp_path], Reading(documents=documents))]
    by_chunk = [list(chunk()) for chunk in found]
    assert [row for rows in by_chunk for row in rows] == list(reader([tmp_path], **COLUMNS))
    if not documents:
        assert max(map(len, by_chunk)) == BATCH and len(by_chunk) <= 12


def test_small_files_go_together(tmp_path: Path) -> None:
    for number in range(300):
        write(tmp_path / f"{number}.txt", sentences(10))
    assert [len(list(chunk())) for chunk in chunks.of_files([tmp_path], Reading())] == [2040, 960]


@pytest.mark.parametrize("kind", ["long document", "bare quotation marks", "pipe"])
def test_what_cannot_be_cut_is_read_here(tmp_path: Path, kind: str) -> None:
    path, writer, reading, reader = tmp_path / "a.txt", None, Reading(documents=kind == "long document"), sources.from_files
    lines = "".join(f"{line}\n" for line in [" ".join(text.split()) for text in sentences(30_000)])
    if kind == "bare quotation marks":
        path = tmp_path / "a.csv"
        lines = 'text\nand 5" long\n' + lines.replace(",", "")
    if kind == "long document":
        reader = sources.from_documents
        lines = lines.replace("\n", " ")
    (tmp_path / f"whole{path.suffix}").write_text(lines)
    if kind == "pipe":
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_text, args=[lines])
        writer.start()
    else:
        path.write_text(lines)
    by_chunk = [list(chunk()) for chunk in chunks.of_files([path], reading)]
    if writer:
        writer.join()
    expected = list(reader([tmp_path / f"whole{path.suffix}"], **COLUMNS))
    assert [row.text for rows in by_chunk for row in rows] == [row.text for row in expected] and len(expected) >= 30_000
    assert max(map(len, by_chunk)) == BATCH


def test_a_parquet_file_is_sent_without_other_columns(tmp_path: Path) -> None:
    table = pyarrow.table({"text": ["a"] * 5000, "id": [f"n{number}" for number in range(5000)], "picture": ["x" * 1000] * 5000})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    found = list(chunks.of_files([tmp_path / "a.parquet"], Reading()))
    assert [len(list(chunk())) for chunk in found] == [2048, 2048, 904]
    assert max(len(pickle.dumps(chunk)) for chunk in found) < 100_000
    assert [row.id for chunk in found for row in chunk()] == table["id"].to_pylist()


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", ["a"])
    with pytest.raises(DataError, match=r"row 1: has no column 'body' \(it has text\)"):
        [list(chunk()) for chunk in chunks.of_files([path], Reading("body"))]


def test_what_cannot_be_read_adds_nothing_to_the_rows_expected_and_is_left_to_its_reader(tmp_path: Path) -> None:
    broken, whole = tmp_path / "broken.parquet", tmp_path / "two.txt"
    broken.write_bytes(b"PAR1")
    whole.write_text("One.\nTwo.\n")
    assert sources.expected_rows([tmp_path / "nowhere.csv", broken, whole]) == 2
