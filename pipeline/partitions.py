"""Input files cut into parts that workers read on their own: every row lies in one part, and keeps its number."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline import documents, folders, sources
from pipeline.decoding import Decoding
from pipeline.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.sources import Row

    Ints = NDArray[np.int64]

PART_BYTES = 4 * 1024 * 1024
"""Bytes of text in a part: some 35,000 sentences, one or two seconds of work."""
_ALL = 1 << 48
_AHEAD = 1 << 16
_BOM = b"\xef\xbb\xbf"
_FEED, _RETURN, _QUOTE, _COMMA = b"\n\r\","
_PRINTED = (0x21, 0x7E)


class Part(NamedTuple):
    """Bytes `begin` to `end` of a file of lines, or the row groups of these numbers of a Parquet file.

    `row` is the number of the part's first row in the file, `position` and `line` are how many characters and lines stand
    before it, and `rows` is how many rows it has; the first `head` bytes of the file are a CSV header, which `line` leaves out.
    With `rows` UNCOUNTED it is what is left of a CSV file from there on, whose rows end nobody knows where before it is read.
    """

    path: str
    begin: int
    end: int
    row: int = 0
    position: int = 0
    head: int = 0
    line: int = 0
    rows: int = 1


UNCOUNTED = -1


class Reading(NamedTuple):
    """How rows are read: the columns that hold text and id, and whether rows are documents to be split."""

    text_column: str = "text"
    id_column: str = "id"
    documents: bool = False


def cut(path: Path, reading: Reading, *, size: int = PART_BYTES, most: int = _ALL) -> Iterator[Part]:
    """The parts of one file, each of at most `size` bytes and `most` rows, but of one row at least.

    Raises:
        DataError: the file is not there or of no known kind.
    """
    if path.suffix not in folders.SUFFIXES:
        raise DataError(f"ends in {path.suffix!r}", where=str(path), next_step=f"use one of {', '.join(folders.SUFFIXES)}")
    try:
        if path.suffix == ".parquet":
            yield from _row_groups(path)
        elif path.suffix == ".txt" and reading.documents:
            yield Part(str(path), 0, path.stat().st_size)
        else:
            yield from _stretches(path, size, most)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", where=str(path), next_step="check the path") from None


def rows(part: Part, reading: Reading) -> Iterator[Row]:
    """The rows of a part, as `sources.from_files` or `from_documents` gives them for the whole file."""
    path = Path(part.path)
    if path.suffix == ".txt":
        yield from sources.from_documents([path], **_columns(reading)) if reading.documents else _lines(part)
        return
    found = sources.from_records(_records(part), path, first=part.row, **_columns(reading))
    if reading.documents:
        found = sources.split_rows(row._replace(document=f"{path}#{row.id}") for row in found)
    yield from found


def _records(part: Part) -> Iterator[dict[str, object]]:
    path = Path(part.path)
    if path.suffix == ".parquet":
        return _parquet_rows(part)
    if part.rows == UNCOUNTED:
        return islice(documents.read_rows(path), part.row, None)
    return documents.read_rows_between(path, part.begin, part.end, head=part.head, line=part.line)


def _columns(reading: Reading) -> dict[str, Any]:
    return {"text_column": reading.text_column, "id_column": reading.id_column}


def _lines(part: Part) -> Iterator[Row]:
    with Path(part.path).open("rb") as stream:
        stream.seek(part.begin)
        content = stream.read(part.end - part.begin)
    reading = Decoding()
    lines = io.StringIO(reading.marked(_BOM + content), newline="\n")
    return sources.from_lines(lines, part.path, first=part.row, position=part.position, decoding=reading)


def _parquet_rows(part: Part) -> Iterator[dict[str, object]]:
    import pyarrow.parquet

    for batch in pyarrow.parquet.ParquetFile(part.path).iter_batches(batch_size=4096, row_groups=range(part.begin, part.end)):
        yield from batch.to_pylist()


def _row_groups(path: Path) -> Iterator[Part]:
    import pyarrow
    import pyarrow.parquet

    try:
        metadata = pyarrow.parquet.read_metadata(path)
    except pyarrow.ArrowException as error:
        raise DataError(f"is not Parquet ({str(error).splitlines()[0]})", where=str(path), next_step="write the file again") from None
    row = 0
    for number in range(metadata.num_row_groups):
        size = metadata.row_group(number).num_rows
        yield Part(str(path), number, number + 1, row, rows=size)
        row += size


def _stretches(path: Path, size: int, most: int) -> Iterator[Part]:
    """Cut behind row ends; only the first part begins with what a file of lines may begin with, the others behind a header."""
    with path.open("rb") as stream:
        part = _beginning(stream, path)
        content = b""
        while True:
            block = stream.read(max(size + _AHEAD, len(content)))
            content += block
            if path.suffix == ".csv" and _has_bare_quotes(content):
                yield part._replace(end=path.stat().st_size, rows=UNCOUNTED)
                return
            ends = _row_ends(content, path.suffix, last=not block)
            used = 0
            for row_count, stop in _stops(ends, _are_rows(content, ends, path.suffix), size, most, last=not block):
                stretch = content[used:stop]
                found = part._replace(end=part.begin + len(stretch), rows=row_count)
                yield found
                part = _behind(found, stretch)
                used = stop
            content = content[used:]
            if not block:
                return


def _beginning(stream: io.BufferedReader, path: Path) -> Part:
    """A part without rows where the first row of a file begins; the stream stands there."""
    part = Part(str(path), 0, 0)
    begin = len(_BOM) if stream.read(len(_BOM)) == _BOM else 0
    stream.seek(begin)
    if path.suffix == ".csv":
        content = b""
        while block := stream.read(_AHEAD):
            content += block
            ends = _row_ends(content, path.suffix, last=False)
            if len(ends):
                content = content[: ends[0]]
                break
        begin += len(content)
        stream.seek(begin)
        part = part._replace(head=begin)
    return part._replace(begin=begin, end=begin)


def _behind(part: Part, content: bytes) -> Part:
    """Where the next part begins, behind one with this content."""
    suffix = Path(part.path).suffix
    characters = 0
    if suffix == ".txt":
        characters = int(np.count_nonzero((np.frombuffer(content, dtype=np.uint8) & 0xC0) != 0x80))
        if part.row == 0 and content.startswith(_BOM):
            characters -= 1
    lines = content.count(b"\n") if suffix != ".csv" else _line_ends(content)
    return part._replace(begin=part.end, row=part.row + part.rows, line=part.line + lines, position=part.position + characters)


def _line_ends(content: bytes) -> int:
    """How many lines a CSV reader finds in whole lines."""
    return content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")


def _stops(ends: Ints, rows: NDArray[np.bool_], size: int, most: int, *, last: bool) -> Iterator[tuple[int, int]]:
    """How many rows each part has and where it ends; the last rows are left for what follows them, unless nothing does."""
    so_far = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(rows)])
    first = used = 0
    while first < len(ends):
        fit = min(int(np.searchsorted(ends, used + size, "right")), int(np.searchsorted(so_far[1:], so_far[first] + most, "right")))
        if fit == len(ends) and not last:
            return
        fit = max(fit, first + 1)
        used = int(ends[fit - 1])
        yield int(so_far[fit] - so_far[first]), used
        first = fit


def _are_rows(content: bytes, ends: Ints, suffix: str) -> NDArray[np.bool_]:
    """Which of the stretches that end there are rows: those that are not blank, in .txt all."""
    found = np.ones(len(ends), dtype=bool)
    begins = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]])[: len(ends)]
    begin_with = np.frombuffer(content, dtype=np.uint8)[begins]
    if suffix == ".csv":
        return (begin_with != _FEED) & (begin_with != _RETURN)
    if suffix == ".jsonl":
        for place in np.flatnonzero((begin_with < _PRINTED[0]) | (begin_with > _PRINTED[1])).tolist():
            found[place] = content[begins[place] : ends[place]].decode("utf-8", "replace").strip() != ""
    return found


def _row_ends(content: bytes, suffix: str, *, last: bool) -> Ints:
    """Where rows end: behind every line feed, in CSV behind those line ends with an even number of quotation marks before.

    Args:
        last: the file ends where `content` does, and with it the last row.
    """
    points = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(points == _FEED)
    if suffix == ".csv":
        if b"\r" in content:
            returns = np.flatnonzero(points[:-1] == _RETURN)
            ends = np.sort(np.concatenate([ends, returns[points[returns + 1] != _FEED]]))
        marks = np.flatnonzero(points == _QUOTE)
        ends = ends[np.searchsorted(marks, ends) % 2 == 0]
    ends = ends + 1
    if last and content and not (len(ends) and ends[-1] == len(content)):
        ends = np.append(ends, len(content))
    return ends


def _has_bare_quotes(content: bytes) -> bool:
    """Whether a quotation mark stands within a cell that is not quoted, where it opens nothing: counting them does not tell where rows end then.

    Of marks that open and close cells or stand twice, every second one from the first stands behind a comma, a row's end or another mark.
    """
    points = np.frombuffer(content, dtype=np.uint8)
    marks = np.flatnonzero(points == _QUOTE)[::2]
    before = points[marks[marks > 0] - 1]
    return bool(np.isin(before, (_COMMA, _FEED, _RETURN, _QUOTE), invert=True).any())
