"""Readers: from files of text, JSON lines, CSV or Parquet to documents."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import DataError
from pipeline.records import LABELS, Document

SUFFIXES = (".txt", ".jsonl", ".csv", ".parquet")
ROOT_COLLECTION = "documents"
_SURROGATE = re.compile("[\ud800-\udfff]")
csv.field_size_limit(2**31 - 1)


def document_files(folder: Path) -> list[Path]:
    """The document files below `folder`, sorted by their path with `/`.

    Raises:
        DataError: `folder` is missing or holds no file of a known kind.
    """
    if not folder.is_dir():
        raise DataError("is not a folder", where=str(folder), next_step="give the folder that holds the documents")
    files = [path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file() and not path.name.startswith(".")]
    if not files:
        raise DataError("holds no documents", where=str(folder), next_step=f"add files that end in {', '.join(SUFFIXES)}")
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def read_folder(folder: Path, *, text_column: str = "text", id_column: str = "id") -> Iterator[Document]:
    """Every document below `folder`, in the order of their file names.

    A document's collection is the first folder below `folder` that it lies in.
    """
    seen: set[str] = set()
    for path in document_files(folder):
        name = path.relative_to(folder).as_posix()
        collection = name.split("/")[0] if "/" in name else ROOT_COLLECTION
        for row_id, text in read_texts(path, text_column=text_column, id_column=id_column):
            document = name if path.suffix == ".txt" else f"{name}#{row_id}"
            if document in seen:
                raise DataError(f"the document id {row_id!r} stands there twice", where=str(path), next_step="make ids unique")
            if _SURROGATE.search(document) or _SURROGATE.search(text):
                raise DataError(f"the document {row_id!r} holds half of a surrogate pair, which is no text", where=str(path), next_step="mend the row")
            seen.add(document)
            yield Document(document, collection, text)


def read_texts(path: Path, *, text_column: str = "text", id_column: str = "id") -> Iterator[tuple[str, str]]:
    """Every (id, text) of one file; a .txt file is one text, others hold one a row (id: its number from 0)."""
    if path.suffix == ".txt":
        yield path.stem, read_text(path)
        return
    for number, row in enumerate(read_rows(path)):
        yield str(row[id_column] if row.get(id_column) is not None else number), cell(row, text_column, path, number)


def cell(row: dict[str, object], column: str, path: Path, number: int) -> str:
    """The text in `column` of a row; an empty cell is the empty string."""
    if column not in row:
        raise DataError(
            f"has no column {column!r} (it has {', '.join(map(str, row))})",
            where=f"{path} row {number + 1}",
            next_step="name the column that holds the text",
        )
    value = row[column]
    if value is not None and not isinstance(value, str):
        raise DataError(f"column {column!r} holds {value!r}, not text", where=f"{path} row {number + 1}", next_step="mend the row")
    return value or ""


def label_cell(row: dict[str, object], column: str, path: Path, number: int) -> int:
    """The number (in LABELS) of the label in `column` of a row."""
    label = cell(row, column, path, number)
    if label not in LABELS:
        raise DataError(f"the label is {label!r}", where=f"{path} row {number + 1}", next_step=f"the labels are {', '.join(LABELS)}")
    return LABELS.index(label)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file (byte order mark dropped), line ends as they stand."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"is not UTF-8 (byte {error.start})", where=str(path), next_step="save it as UTF-8") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(path), next_step="check the path") from None


def read_rows(path: Path) -> Iterator[dict[str, object]]:
    """Every row of a .jsonl, .csv or .parquet file as a mapping from column to value, streamed.

    Raises:
        DataError: the file cannot be read as what its ending says, naming the line or row.
    """
    reader = {".jsonl": _jsonl_rows, ".csv": _csv_rows, ".parquet": _parquet_rows}.get(path.suffix)
    if reader is None:
        raise DataError(f"ends in {path.suffix!r}", where=str(path), next_step="use one of .jsonl, .csv, .parquet")
    try:
        yield from reader(path)
    except UnicodeDecodeError as error:
        raise DataError(f"is not UTF-8 ({error.reason})", where=str(path), next_step="save it as UTF-8") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", where=str(path), next_step="check the file") from None


def read_rows_between(path: Path, begin: int, end: int, *, head: int = 0) -> Iterator[dict[str, object]]:
    """The rows of a .jsonl or .csv file that lie between two bytes, each where a row begins or at the file's end.

    The first `head` bytes are a CSV file's header.

    Raises:
        DataError: as `read_rows` does; lines are counted from `begin`.
    """
    with path.open("rb") as stream:
        header = stream.read(head)
        stream.seek(begin)
        content = header + stream.read(end - begin)
    where = f"{path} from byte {begin},"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"is not UTF-8 ({error.reason})", where=where, next_step="save it as UTF-8") from None
    if path.suffix == ".csv":
        yield from _parsed_csv(io.StringIO(text, newline=""), where)
    else:
        yield from _parsed_jsonl(io.StringIO(text, newline="\n"), where)


def _jsonl_rows(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8-sig", newline="\n") as lines:
        yield from _parsed_jsonl(lines, str(path))


def _parsed_jsonl(lines: Iterable[str], where: str) -> Iterator[dict[str, object]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"is not JSON ({error})", where=f"{where} line {number}", next_step="mend the line") from None
        if not isinstance(row, dict):
            raise DataError("is not a JSON object", where=f"{where} line {number}", next_step="write one {…} a line")
        yield row


def _csv_rows(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from _parsed_csv(lines, str(path))


def _parsed_csv(lines: Iterable[str], where: str) -> Iterator[dict[str, object]]:
    reader = csv.DictReader(lines, strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise DataError("has more or fewer cells than the header", where=f"{where} line {reader.line_num}", next_step="mend the row")
            yield dict(row)
    except csv.Error as error:
        raise DataError(f"is not CSV ({error})", where=f"{where} after line {reader.line_num}", next_step="mend the quoting") from None


def _parquet_rows(path: Path) -> Iterator[dict[str, object]]:
    import pyarrow
    import pyarrow.parquet

    try:
        for rows in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=4096):
            yield from rows.to_pylist()
    except pyarrow.ArrowException as error:
        raise DataError(f"is not Parquet ({str(error).splitlines()[0]})", where=str(path), next_step="write the file again") from None
