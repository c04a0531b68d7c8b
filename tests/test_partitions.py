"""Parts of a file hold its rows, each once, with the numbers, offsets and ids they have in the whole file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.reading import partitions, sources
from pipeline.reading.partitions import Reading
from pipeline.reading.sources import Row

TEXTS = st.lists(st.text(alphabet=st.sampled_from('aé😀 ,"\n\r\ufeff’'), max_size=30), max_size=25)


def write(path: Path, texts: list[str], *, bom: bool = False) -> Path:
    """Texts as a file of the kind its ending says; where a line is a row, line ends in texts become blanks."""
    mark = "\ufeff" if bom else ""
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.table({"text": pyarrow.array(texts, pyarrow.string())}), path, row_group_size=4)
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.write(mark)
            csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([["nr", "text"], *enumerate(texts)])
    elif path.suffix == ".jsonl":
        lines = [json.dumps({"text": text}, ensure_ascii=number % 2 == 0) + ("\n\n" if number % 3 == 0 else "\n") for number, text in enumerate(texts)]
        path.write_bytes((mark + "".join(lines)).encode())
    else:
        path.write_bytes((mark + "\n".join(" ".join(text.split("\n")) for text in texts)).encode())
    return path


@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".csv", ".parquet"])
@settings(deadline=None, max_examples=60)
@given(texts=TEXTS, size=st.integers(1, 200), most=st.integers(1, 20), bom=st.booleans())
def test_parts_hold_the_rows_of_the_file(tmp_path_factory: pytest.TempPathFactory, suffix: str, texts: list[str], size: int, most: int, bom: bool) -> None:
    path = write(tmp_path_factory.mktemp("parts") / f"news{suffix}", texts, bom=bom)
    parts = list(partitions.cut(path, Reading(), size=size, most=most))
    by_part = [list(partitions.rows(part, Reading())) for part in parts]
    found = [row for rows in by_part for row in rows]
    assert [part.rows for part in parts] == [len(rows) for rows in by_part]
    assert suffix == ".parquet" or all(part.rows <= most and (part.end - part.begin <= size or part.rows <= 1) for part in parts)
    assert found == list(sources.from_files([path], text_column="text", id_column="id"))
    if suffix in (".txt", ".jsonl") and len(texts) > 10 and size < 20:
        assert len(parts) > 1


def read(path: Path, size: int, reading: Reading) -> tuple[list[Row], str, str]:
    """The rows of a file by its parts, what was skipped of them, and the error that ends them."""
    found: list[Row] = []
    skipped = reading.decoding()
    try:
        for part in partitions.cut(path, reading, size=size):
            decoding = reading.decoding()
            found += partitions.rows(part, reading, decoding)
            skipped.add(decoding.skipped, decoding.shown)
    except DataError as error:
        return found, "", str(error)
    return found, skipped.told(), ""


def read_whole(path: Path, reading: Reading) -> tuple[list[Row], str, str]:
    """As `read`, without parts."""
    found: list[Row] = []
    decoding = reading.decoding()
    try:
        found += sources.from_files([path], text_column="text", id_column="id", decoding=decoding)
    except DataError as error:
        return found, "", str(error)
    return found, decoding.told(), ""


PIECES = ("", "a", ",", '"', '""', "\n", "\r", "\r\n", " ", "a,", "\n,", ";", "\t", "é", '"x, y"', "\xff", "{", '{"text": "b"}', "\u2028", "\x00")
DECODINGS = (("utf-8", "fail"), ("utf-8", "skip"), ("utf-8", "replace"), ("utf-16", "skip"), ("latin-1", "fail"), ("ascii,latin-1", "fail"))
HEADERS = ("text\n", "text\r", '"a\n",text\n', 'a"b,text\n', "text;b\n", "b\ttext\n", "\u2028;text\n", "\n")


@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".csv"])
@settings(deadline=None, max_examples=300)
@given(header=st.sampled_from(HEADERS), pieces=st.lists(st.sampled_from(PIECES), max_size=40), size=st.integers(1, 60), decoding=st.sampled_from(DECODINGS))
def test_whatever_a_file_holds_its_parts_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, header: str, pieces: list[str], size: int, decoding: tuple[str, str]
) -> None:
    """Broken quoting, bare quotation marks, blank lines, bytes that are no text: the same rows, or the same error naming the same line."""
    path = tmp_path_factory.mktemp("any") / f"any{suffix}"
    path.write_bytes((header if suffix == ".csv" else "").encode() + b"".join(b"\xff" if piece == "\xff" else piece.encode() for piece in pieces))
    reading = Reading("text", "id", False, *decoding)
    rows, skipped, error = read(path, size, reading)
    whole, whole_skipped, whole_error = read_whole(path, reading)
    assert (error, skipped) == (whole_error, whole_skipped)
    assert rows == whole or (error and whole[: len(rows)] == rows)


@pytest.mark.parametrize(("suffix", "encoding", "on_error", "many"), [
    (".txt", "utf-8", "skip", True), (".jsonl", "UTF8", "skip", True), (".csv", "utf-8", "fail", True), (".csv", "utf-8", "skip", False),
    (".csv", "utf-8", "replace", False), (".txt", "utf-16", "fail", False), (".jsonl", "windows-1252", "skip", False), (".txt", "utf-8,utf-16", "fail", False),
])  # fmt: skip
def test_what_cannot_be_cut_is_one_part(tmp_path: Path, suffix: str, encoding: str, on_error: str, many: bool) -> None:
    path = write(tmp_path / f"news{suffix}", ["He denied it."] * 20)
    reading = Reading(encoding=encoding, on_error=on_error)
    assert (len(list(partitions.cut(path, reading, size=40))) > 5) == many


@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".parquet"])
def test_documents_are_split_within_their_part(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"news{suffix}", ["He denied it. She warned him.", "They met. No one spoke."] * 5)
    reading = Reading(documents=True)
    found = [row for part in partitions.cut(path, reading, size=40) for row in partitions.rows(part, reading)]
    assert found == list(sources.from_documents([path], text_column="text", id_column="id"))
    assert len(found) >= 20


def test_a_row_longer_than_a_part_is_one_part(tmp_path: Path) -> None:
    path = write(tmp_path / "news.txt", ["a" * 300_000, "b"])
    assert [len(row.text) for part in partitions.cut(path, Reading(), size=10) for row in partitions.rows(part, Reading())] == [300_000, 1]


@pytest.mark.parametrize(
    ("name", "content"), [("news.doc", b"x"), ("absent.txt", None), ("absent.parquet", None), ("bad.parquet", b"no"), ("bad.txt", b"a\n\xff\n")]
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=name) as caught:
        for part in partitions.cut(path, Reading()):
            list(partitions.rows(part, Reading()))
    assert caught.value.next_step
