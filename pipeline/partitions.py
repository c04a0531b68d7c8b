"""Input files cut into parts that workers read on their own: every row lies in one part, and keeps its number."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline import documents, folders, sources
from pipeline.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.sources import Row

PART_BYTES = 4 * 1024 * 1024
"""Bytes of text in a part: some 35,000 sentences, one or two seconds of work."""
_AHEAD = 1 << 16
_BOM = b"\xef\xbb\xbf"
_NEWLINE, _QUOTE = 10, 34


class Part(NamedTuple):
    """Bytes `begin` to `end` of a file of lines, or the row groups of these numbers of a Parquet file.

    `row` is the number of the part's first row in the file and `position` how many characters stand
    before it; the first `head` bytes of the file are a CSV header.
    """

    path: str
    begin: int
    end: int
    row: int = 0
    position: int = 0
    head: int = 0


class Reading(NamedTuple):
    """How rows are read: the columns that hold text and id, and whether rows are documents to be split."""

    text_column: str = "text"
    id_column: str = "id"
    documents: bool = False


def cut(path: Path, reading: Reading, *, size: int = PART_BYTES) -> list[Part]:
    """The parts of one file, each of about `size` bytes.

    Raises:
        DataError: the file is not there or of no known kind.
    """
    if path.suffix not in folders.SUFFIXES:
        raise DataError(f"ends in {path.suffix!r}", where=str(path), next_step=f"use one of {', '.join(folders.SUFFIXES)}")
    try:
        if path.suffix == ".parquet":
            return _row_groups(path)
        if path.suffix == ".txt" and reading.documents:
            return [Part(str(path), 0, path.stat().st_size)]
        return _stretches(path, size)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", where=str(path), next_step="check the path") from None


def rows(part: Part, reading: Reading) -> Iterator[Row]:
    """The rows of a part, as `sources.from_files` or `from_documents` gives them for the whole file."""
    path = Path(part.path)
    if path.suffix == ".txt":
        yield from sources.from_documents([path], **_columns(reading)) if reading.documents else _lines(part)
        return
    records = _parquet_rows(part) if path.suffix == ".parquet" else documents.read_rows_between(path, part.begin, part.end, head=part.head)
    found = sources.from_records(records, path, first=part.row, **_columns(reading))
    if reading.documents:
        found = sources.split_rows(row._replace(document=f"{path}#{row.id}") for row in found)
    yield from found


def _columns(reading: Reading) -> dict[str, Any]:
    return {"text_column": reading.text_column, "id_column": reading.id_column}


def _lines(part: Part) -> Iterator[Row]:
    with Path(part.path).open("rb") as stream:
        stream.seek(part.begin)
        content = stream.read(part.end - part.begin)
    try:
        text = content.decode("utf-8" if part.begin else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"is not UTF-8 (byte {part.begin + error.start})", where=part.path, next_step="save it as UTF-8") from None
    return sources.from_lines(io.StringIO(text, newline="\n"), part.path, first=part.row, position=part.position)


def _parquet_rows(part: Part) -> Iterator[dict[str, object]]:
    import pyarrow.parquet

    for batch in pyarrow.parquet.ParquetFile(part.path).iter_batches(batch_size=4096, row_groups=range(part.begin, part.end)):
        yield from batch.to_pylist()


def _row_groups(path: Path) -> list[Part]:
    import pyarrow
    import pyarrow.parquet

    try:
        metadata = pyarrow.parquet.read_metadata(path)
    except pyarrow.ArrowException as error:
        raise DataError(f"is not Parquet ({str(error).splitlines()[0]})", where=str(path), next_step="write the file again") from None
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    return [Part(str(path), number, number + 1, sum(sizes[:number])) for number in range(len(sizes))]


def _stretches(path: Path, size: int) -> list[Part]:
    """Cut behind line ends; in a CSV file only behind those outside quotation marks."""
    parts: list[Part] = []
    quoted = path.suffix == ".csv"
    row = position = head = 0
    with path.open("rb") as stream:
        begin = len(_BOM) if stream.read(len(_BOM)) == _BOM else 0
        stream.seek(begin)
        if quoted:
            head = begin = begin + len(_take(stream, 1, quoted=True)[0])
        while (taken := _take(stream, size, quoted=quoted))[0]:
            content, ends = taken
            parts.append(Part(str(path), begin, begin + len(content), row, position, head))
            begin += len(content)
            row += sum(path.suffix == ".txt" or bool(content[one:other].strip()) for one, other in pairwise([0, *ends]))
            position += int(np.count_nonzero((np.frombuffer(content, dtype=np.uint8) & 0xC0) != 0x80))
    return parts


def _take(stream: io.BufferedReader, size: int, *, quoted: bool) -> tuple[bytes, list[int]]:
    """At least `size` bytes up to the next row's beginning (or all that is left), and where its rows end; the stream stands behind them."""
    content = b""
    while True:
        block = stream.read(size + _AHEAD)
        content += block
        ends = _row_ends(content, quoted=quoted)
        enough = int(np.searchsorted(ends, size))
        if enough < len(ends) or not block:
            break
    length = int(ends[enough]) if enough < len(ends) else len(content)
    stream.seek(length - len(content), io.SEEK_CUR)
    inside = ends[ends < length].tolist()
    return content[:length], [*inside, length] if length else []


def _row_ends(content: bytes, *, quoted: bool) -> NDArray[np.int64]:
    """Where rows end: behind every line feed, in CSV behind those with an even number of quotation marks before."""
    points = np.frombuffer(content, dtype=np.uint8)
    feeds = np.flatnonzero(points == _NEWLINE)
    if quoted:
        marks = np.flatnonzero(points == _QUOTE)
        feeds = feeds[np.searchsorted(marks, feeds) % 2 == 0]
    return feeds + 1
