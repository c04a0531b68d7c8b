"""Input files cut into parts that workers read on their own: every row lies in one part, and keeps its number."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.decoding import Decoding, unread
from pipeline.errors import DataError
from pipeline.reading import documents, folders, rowends, sources

if TYPE_CHECKING:
    from pipeline.reading.sources import Row

PART_BYTES = 4 * 1024 * 1024
"""Bytes of text in a part: some 35,000 sentences, one or two seconds of work."""
_ALL = 1 << 48
_AHEAD = 1 << 16
_BOM = b"\xef\xbb\xbf"


class Part(NamedTuple):
    """Bytes `begin` to `end` of a file of lines, or the row groups of these numbers of a Parquet file.

    `row` is the number of the part's first row in the file, `position` and `line` are how many characters and lines stand
    before it, and `rows` is how many rows it has; the first `head` bytes of the file are a CSV header, which `line` leaves out.
    With `rows` UNCOUNTED it is what is left of a file from there on, whose rows end nobody knows where before it is read.
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
    """How rows are read: the columns that hold text and id, whether rows are documents to be split, and see `Decoding`."""

    text_column: str = "text"
    id_column: str = "id"
    documents: bool = False
    encoding: str = "utf-8"
    on_error: str = "fail"

    def decoding(self) -> Decoding:
        """A decoding that has skipped nothing yet."""
        return Decoding(self.encoding, self.on_error)


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
        elif not _can_be_cut(path, reading):
            yield Part(str(path), 0, path.stat().st_size, rows=UNCOUNTED)
        else:
            yield from _stretches(path, reading, size, most)
    except OSError as error:
        raise DataError(unread(error), where=str(path), next_step="check the path") from None


def _can_be_cut(path: Path, reading: Reading) -> bool:
    """Whether the bytes of a file of lines say where its rows end; broken quoting that is passed over ends them elsewhere."""
    return reading.decoding().is_utf_8 and (path.suffix != ".csv" or reading.on_error == "fail")


def rows(part: Part, reading: Reading, decoding: Decoding | None = None) -> Iterator[Row]:
    """The rows of a part, as `sources.from_files` or `from_documents` gives them for the whole file.

    Args:
        decoding: of the reading; it counts what is skipped.
    """
    path, decoding = Path(part.path), decoding or reading.decoding()
    if path.suffix != ".txt":
        yield from from_records(_records(part, decoding), path, reading, decoding, first=part.row)
    elif reading.documents:
        yield from sources.from_documents([path], **columns(reading), decoding=decoding)
    elif part.rows == UNCOUNTED:
        yield from sources.from_files([path], **columns(reading), decoding=decoding)
    else:
        yield from _lines(part, decoding)


def from_records(records: Iterable[dict[str, object]], path: Path, reading: Reading, decoding: Decoding, *, first: int) -> Iterator[Row]:
    """The rows of records that stand in a file from number `first` on."""
    found = sources.from_records(records, path, first=first, **columns(reading), decoding=decoding)
    return sources.split_rows(row._replace(document=f"{path}#{row.id}") for row in found) if reading.documents else found


def _records(part: Part, decoding: Decoding) -> Iterator[dict[str, object]]:
    path = Path(part.path)
    if path.suffix == ".parquet":
        return _parquet_rows(part)
    if part.rows == UNCOUNTED:
        return islice(documents.read_rows(path, decoding), part.row, None)
    return documents.read_rows_between(path, part.begin, part.end, decoding, head=part.head, line=part.line)


def columns(reading: Reading) -> dict[str, Any]:
    """The names of the columns, as readers take them."""
    return {"text_column": reading.text_column, "id_column": reading.id_column}


def _lines(part: Part, decoding: Decoding) -> Iterator[Row]:
    with Path(part.path).open("rb") as stream:
        stream.seek(part.begin)
        content = stream.read(part.end - part.begin)
    lines = io.StringIO(decoding.marked(_BOM + content), newline="\n")
    return sources.from_lines(lines, part.path, first=part.row, position=part.position, decoding=decoding)


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


def _stretches(path: Path, reading: Reading, size: int, most: int) -> Iterator[Part]:
    """Cut behind row ends; only the first part begins with what a file of lines may begin with, the others behind a header."""
    decoding = reading.decoding()
    with path.open("rb") as stream:
        part, header = _beginning(stream, path)
        delimiter = documents.delimiter(io.StringIO(header.decode("utf-8", "replace"), newline="").readline())
        content = b""
        while not rowends.bare_quotes(header, delimiter):
            block = stream.read(max(size + _AHEAD, len(content)))
            content += block
            if path.suffix == ".csv" and rowends.bare_quotes(content, delimiter):
                break
            ends = rowends.ends(content, path.suffix, last=not block)
            used = 0
            for row_count, stop in rowends.stops(ends, rowends.are_rows(content, ends, path.suffix), size, most, last=not block):
                stretch = content[used:stop]
                found = part._replace(end=part.begin + len(stretch), rows=row_count)
                yield found
                part = _behind(found, stretch, decoding)
                used = stop
            content = content[used:]
            if not block:
                return
        yield part._replace(end=path.stat().st_size, rows=UNCOUNTED)


def _beginning(stream: io.BufferedReader, path: Path) -> tuple[Part, bytes]:
    """A part without rows where the first row of a file begins, and a CSV file's header before it; the stream stands there."""
    begin = len(_BOM) if stream.read(len(_BOM)) == _BOM else 0
    stream.seek(begin)
    header = b""
    if path.suffix == ".csv":
        while block := stream.read(_AHEAD):
            header += block
            ends = rowends.ends(header, path.suffix, last=False)
            if len(ends):
                header = header[: ends[0]]
                break
        stream.seek(begin + len(header))
    begin += len(header)
    return Part(str(path), begin, begin, head=begin if header else 0, rows=0), header


def _behind(part: Part, content: bytes, decoding: Decoding) -> Part:
    """Where the next part begins, behind one with this content."""
    suffix = Path(part.path).suffix
    characters = 0
    if suffix == ".txt":
        characters = len(decoding.marked(_BOM + content))
        if part.row == 0 and content.startswith(_BOM):
            characters -= 1
    lines = content.count(b"\n")
    if suffix == ".csv":
        lines += content.count(b"\r") - content.count(b"\r\n")
    return part._replace(begin=part.end, row=part.row + part.rows, line=part.line + lines, position=part.position + characters)
