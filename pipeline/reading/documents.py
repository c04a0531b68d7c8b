"""Readers: from files of text, JSON lines, CSV or Parquet to documents."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.decoding import Decoding, read_text, unread
from pipeline.errors import DataError
from pipeline.formulas import is_guarded, unguard
from pipeline.reading.folders import document_files
from pipeline.records import LABELS, Document

if TYPE_CHECKING:
    import pyarrow

ROOT_COLLECTION = "documents"
_SURROGATE = re.compile("[\ud800-\udfff]")
_QUOTED = re.compile('"[^"]*"')
_UNCLOSED = "unexpected end of data"
_NAME_TEXT = "name the column that holds the text"
csv.field_size_limit(2**31 - 1)


def read_folder(folder: Path, *, text_column: str = "text", id_column: str = "id", decoding: Decoding | None = None) -> Iterator[Document]:
    """Every document below `folder`, in the order of their file names.

    A document's collection is the first folder below `folder` that it lies in.
    """
    seen: set[str] = set()
    for path in document_files(folder):
        name = path.relative_to(folder).as_posix()
        collection = name.split("/")[0] if "/" in name else ROOT_COLLECTION
        for row_id, text in read_texts(path, text_column=text_column, id_column=id_column, decoding=decoding):
            document = name if path.suffix == ".txt" else f"{name}#{row_id}"
            if document in seen:
                raise DataError(f"the document id {row_id!r} stands there twice", where=str(path), next_step="make ids unique")
            if _SURROGATE.search(document) or _SURROGATE.search(text):
                raise DataError(f"the document {row_id!r} holds half of a surrogate pair, which is no text", where=str(path), next_step="mend the row")
            seen.add(document)
            yield Document(document, collection, text)


def read_texts(path: Path, *, text_column: str = "text", id_column: str = "id", decoding: Decoding | None = None) -> Iterator[tuple[str, str]]:
    """Every (id, text) of one file; a .txt file is one text, others hold one a row (id: its number from 0)."""
    if path.suffix == ".txt":
        yield path.stem, read_text(path, decoding)
        return
    for number, row in enumerate(read_rows(path, decoding)):
        yield identity(row, id_column, number), cell(row, text_column, path, number, decoding)


class Unreadable(dict[str, object]):
    """A row that was skipped: it stands in its place, and its cells are empty."""


def identity(row: dict[str, object], column: str, number: int) -> str:
    """The id in `column` of a row, or the row's number where there is none."""
    found = row.get(column)
    return str(number if found is None else found)


def cell(row: dict[str, object], column: str, path: Path, number: int, decoding: Decoding | None = None, *, absent: str = _NAME_TEXT) -> str:
    """The text in `column` of a row; an empty cell, or one that is skipped, is the empty string.

    Raises:
        DataError: there is no such column (in the first row, even where others are skipped), whose next step is `absent`, or it holds no text.
    """
    where, reading = f"{path} row {number + 1}", decoding or Decoding()
    if isinstance(row, Unreadable):
        return ""
    if column not in row:
        what = f"has no column {column!r} (it has {', '.join(map(str, row))})"
        if number == 0:
            raise DataError(what, where=where, next_step=absent)
        reading.refuse(what, where=where, next_step=absent)
        return ""
    value = row[column]
    if value is not None and not isinstance(value, str):
        reading.refuse(f"column {column!r} holds {str(value)[:100]!r}, not text", where=where, next_step="mend the row")
        return ""
    return value or ""


def label_cell(row: dict[str, object], column: str, path: Path, number: int, *, absent: str = "name the column that holds the label") -> int:
    """The number (in LABELS) of the label in `column` of a row, which holds the label or that number; `absent` as in `cell`.

    Raises:
        DataError: there is no such column, or it holds neither.
    """
    value = row.get(column)
    if type(value) is int and 0 <= value < len(LABELS):
        return value
    label = cell(row, column, path, number, absent=absent)
    if label not in LABELS:
        raise DataError(f"the label is {label!r}", where=f"{path} row {number + 1}", next_step=f"the labels are {', '.join(LABELS)}")
    return LABELS.index(label)


def read_rows(path: Path, decoding: Decoding | None = None) -> Iterator[dict[str, object]]:
    """Every row of a .jsonl, .csv or .parquet file as a mapping from column to value, streamed.

    Raises:
        DataError: the file cannot be read as what its ending says, naming the line or row.
    """
    reader = {".jsonl": _jsonl_rows, ".csv": _csv_rows, ".parquet": _parquet_rows}.get(path.suffix)
    if reader is None:
        raise DataError(f"ends in {path.suffix!r}", where=str(path), next_step="use one of .jsonl, .csv, .parquet")
    try:
        yield from reader(path, decoding or Decoding())
    except UnicodeError as error:
        raise DataError(f"is not UTF-8 ({error})", where=str(path), next_step="write the file again") from None
    except OSError as error:
        raise DataError(unread(error), where=str(path), next_step="check the file") from None


def read_rows_between(path: Path, begin: int, end: int, decoding: Decoding, *, head: int = 0, line: int = 0) -> Iterator[dict[str, object]]:
    """The rows of a UTF-8 .jsonl or .csv file that lie between two bytes, each where a row begins or at the file's end.

    The first `head` bytes are a CSV file's header; `line` is how many lines stand before `begin`, that header aside.

    Raises:
        DataError: as `read_rows` does.
    """
    with path.open("rb") as stream:
        header = stream.read(head)
        stream.seek(begin)
        content = header + stream.read(end - begin)
    text = decoding.marked(content)
    if path.suffix == ".csv":
        yield from _parsed_csv(io.StringIO(text, newline=""), str(path), decoding, before=line)
    else:
        yield from _parsed_jsonl(io.StringIO(text, newline="\n"), str(path), decoding, before=line)


def _jsonl_rows(path: Path, decoding: Decoding) -> Iterator[dict[str, object]]:
    with decoding.open(path, newline="\n") as lines:
        yield from _parsed_jsonl(lines, str(path), decoding)


def _parsed_jsonl(lines: Iterable[str], where: str, decoding: Decoding, *, before: int = 0) -> Iterator[dict[str, object]]:
    for number, line in enumerate(lines, start=before + 1):
        if not decoding.readable(line, where, number):
            yield Unreadable()
        elif line.strip():
            yield _parsed_line(line, f"{where} line {number}", decoding)


def _parsed_line(line: str, where: str, decoding: Decoding) -> dict[str, object]:
    try:
        row = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        decoding.refuse(f"is not JSON ({error})", where=where, next_step="mend the line")
        return Unreadable()
    if not isinstance(row, dict):
        decoding.refuse("is not a JSON object", where=where, next_step="write one {…} a line")
        return Unreadable()
    return row


def _csv_rows(path: Path, decoding: Decoding) -> Iterator[dict[str, object]]:
    with decoding.open(path, newline="") as lines:
        yield from _parsed_csv(lines, str(path), decoding)


def _parsed_csv(lines: Iterable[str], where: str, decoding: Decoding, *, before: int = 0) -> Iterator[dict[str, object]]:
    """Rows of CSV; one whose quoting is broken may be skipped to the end of its line, unless it swallows all that follows.

    `before` lines stand between the header and the first row.
    """
    lines = iter(lines)
    beginning = next(lines, "")
    reader = csv.reader(chain([beginning], lines), strict=True, delimiter=delimiter(beginning))
    header: list[str] | None = None
    begin = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if str(error) == _UNCLOSED:
                raise DataError("has a quotation mark that is never closed", where=f"{where} after line {begin - 1}", next_step="mend the quoting") from None
            decoding.refuse(f"is not CSV ({error})", where=f"{where} after line {begin - 1}", next_step="mend the quoting")
            yield Unreadable()
        else:
            if header is None:
                header = _header(cells, where, decoding)
            elif cells:
                yield _row(cells, header, f"{where} line {before + reader.line_num}", where, begin, decoding)
        begin = before + reader.line_num + 1


def delimiter(beginning: str) -> str:
    """What stands between the cells of CSV that begins with this line: spreadsheets write `;` where `,` is the decimal sign, and some a tab."""
    outside = _QUOTED.sub("", beginning)
    return max(",;\t", key=outside.count)


def _header(cells: list[str], where: str, decoding: Decoding) -> list[str]:
    """The names of the columns."""
    strict = Decoding(decoding.encoding)
    names = [name.removeprefix("\ufeff") for name in cells if strict.readable(name, where, 1)]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise DataError(f"has two columns {twice[0]!r}", where=where, next_step="name them apart")
    return names


def _row(cells: list[str], header: list[str], where: str, path: str, line: int, decoding: Decoding) -> dict[str, object]:
    if len(cells) != len(header):
        decoding.refuse("has more or fewer cells than the header", where=where, next_step="mend the row")
        return Unreadable()
    if not decoding.readable(",".join(cells), path, line):
        return Unreadable()
    return dict(zip(header, map(unguard, cells) if is_guarded(header) else cells, strict=True))


def _parquet_rows(path: Path, decoding: Decoding) -> Iterator[dict[str, object]]:  # noqa: ARG001
    for batch in parquet_batches(path, 4096):
        yield from batch.to_pylist()


def parquet_batches(path: Path, size: int, *, columns: Sequence[str] = ()) -> Iterator[pyarrow.RecordBatch]:
    """The rows of a .parquet file, `size` at a time, of these columns if it has the first of them.

    Raises:
        DataError: it cannot be read, or not as Parquet.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        there = file.schema_arrow.names
        chosen = [name for name in columns if name in there] if columns and columns[0] in there else None
        yield from file.iter_batches(batch_size=size, columns=chosen)
    except OSError as error:
        raise DataError(unread(error), where=str(path), next_step="check the path") from None
    except (pyarrow.ArrowException, MemoryError) as error:
        raise DataError(f"is not Parquet ({str(error).splitlines()[0]})", where=str(path), next_step="write the file again") from None
