"""What is to be classified: sentences or documents from arguments, standard input, files and folders, streamed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from pipeline.decoding import Decoding, unread
from pipeline.errors import DataError
from pipeline.reading import documents, folders
from pipeline.records import Document

_SAMPLE = 1 << 18
_DATASET_BATCH = 2048
_STANDARD_INPUT = "standard input"


class Row(NamedTuple):
    """One sentence to classify: `start` and `end` are its place in the text of `document`, in characters."""

    id: str
    document: str
    start: int
    end: int
    text: str


def from_texts(texts: Iterable[str]) -> Iterator[Row]:
    """Texts given on the command line, numbered from 0."""
    for number, text in enumerate(texts):
        yield Row(str(number), "", 0, len(text), text)


def from_lines(lines: TextIO, name: str = "", *, first: int = 0, position: int = 0, decoding: Decoding | None = None) -> Iterator[Row]:
    """One sentence a line; offsets count from the start of the file, line ends left out of the text.

    `first` and `position` are the number of the first line and how many characters stand before it.
    """
    reading = decoding or Decoding()
    for number, line in enumerate(lines, start=first):
        if number == first == 0:
            line = line.removeprefix("\ufeff")
        text = line.rstrip("\r\n") if reading.readable(line, name or _STANDARD_INPUT, number + 1) else ""
        yield Row(str(number), name, position, position + len(text), text)
        position += len(line)


def from_standard_input(decoding: Decoding | None = None) -> Iterator[Row]:
    """One sentence a line from standard input (UTF-8 where nothing else is said, byte order mark dropped)."""
    reading = decoding or Decoding()
    reading.reconfigure(sys.stdin)  # type: ignore[arg-type]
    with reading.naming(_STANDARD_INPUT):
        yield from from_lines(sys.stdin, decoding=reading)


def whole_standard_input(decoding: Decoding | None = None) -> Row:
    """Standard input as one document."""
    text = (decoding or Decoding()).decode(sys.stdin.buffer.read(), _STANDARD_INPUT)
    return Row("0", "", 0, len(text), text)


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    """The files meant by paths: a folder stands for every document file below it."""
    for path in paths:
        if path.is_dir():
            yield from folders.document_files(path)
        else:
            yield path


def from_files(paths: Sequence[Path], *, text_column: str, id_column: str, decoding: Decoding | None = None) -> Iterator[Row]:
    """Sentences from files: one a line in .txt, one a row in .jsonl, .csv and .parquet."""
    for path in files_of(paths):
        if path.suffix == ".txt":
            yield from _text_lines(path, decoding or Decoding())
        else:
            yield from from_records(documents.read_rows(path, decoding), path, text_column=text_column, id_column=id_column, decoding=decoding)


def from_records(
    records: Iterable[dict[str, object]], path: Path, *, text_column: str, id_column: str, first: int = 0, decoding: Decoding | None = None
) -> Iterator[Row]:
    """One sentence a record of a file; those without an id take their number, counted from `first`."""
    for number, record in enumerate(records, start=first):
        text = documents.cell(record, text_column, path, number, decoding)
        yield Row(documents.identity(record, id_column, number), str(path), 0, len(text), text)


def expected_rows(paths: Sequence[Path]) -> int:
    """About how many rows files hold: Parquet files say it, of others the beginning is counted; what cannot be read, its reader reports."""
    return sum(_expected_rows(path) for path in files_of(paths))


def _expected_rows(path: Path) -> int:
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet

            return int(pyarrow.parquet.read_metadata(path).num_rows)
        with path.open("rb") as stream:
            beginning = stream.read(_SAMPLE)
    except (OSError, ValueError):
        return 0
    return int(beginning.count(b"\n") * path.stat().st_size / len(beginning)) if beginning else 0


def from_dataset(name: str, split: str, *, text_column: str, id_column: str, streaming: bool = False) -> Iterator[Row]:
    """The rows of a Hugging Face dataset: a file, a folder (saved or of files) or a name on the hub.

    Raises:
        DataError: the dataset, its split or the text column is not there.
    """
    import datasets

    where = f"{name} ({split})"
    try:
        found = _load_dataset(name, split, streaming=streaming)
    except (datasets.exceptions.DatasetsError, FileNotFoundError, ValueError, ConnectionError) as error:
        raise DataError(f"cannot be loaded ({' '.join(str(error).split())[:200]})", where=where, next_step="check name and --split") from None
    number = 0
    for batch in found.iter(batch_size=_DATASET_BATCH):
        if text_column not in batch:
            raise DataError(f"has no column {text_column!r} (it has {', '.join(batch)})", where=where, next_step="name the column with --text-column")
        for place in range(len(batch[text_column])):
            text = documents.cell({text_column: batch[text_column][place]}, text_column, Path(name), number)
            identity = batch[id_column][place] if id_column in batch else number
            yield Row(str(identity), name, 0, len(text), text)
            number += 1


def _load_dataset(name: str, split: str, *, streaming: bool) -> Any:
    import datasets

    path = Path(name)
    datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = False  # or it tells a server of every load, that of a file here too
    if path.is_file():
        kind = {".jsonl": "json", ".txt": "text"}.get(path.suffix, path.suffix[1:])
        return datasets.load_dataset(kind, data_files={split: name}, split=split, streaming=streaming)
    if path.is_dir() and any((path / mark).exists() for mark in ("dataset_dict.json", "state.json")):
        saved = datasets.load_from_disk(name)
        return saved[split] if isinstance(saved, datasets.DatasetDict) else saved
    return datasets.load_dataset(name, split=split, streaming=streaming)


def _text_lines(path: Path, decoding: Decoding) -> Iterator[Row]:
    try:
        with decoding.open(path, newline="\n") as lines:
            yield from from_lines(lines, str(path), decoding=decoding)
    except OSError as error:
        raise DataError(unread(error), where=str(path), next_step="check the path") from None


def from_documents(paths: Sequence[Path], *, text_column: str, id_column: str, decoding: Decoding | None = None) -> Iterator[Row]:
    """The sentences of whole documents in files and folders, split first."""
    from pipeline.reading import sentences

    for path in files_of(paths):
        for identity, text in documents.read_texts(path, text_column=text_column, id_column=id_column, decoding=decoding):
            name = str(path) if path.suffix == ".txt" else f"{path}#{identity}"
            for sentence in sentences.split(Document(name, "", text)):
                yield Row(f"{identity}:{sentence.number}", name, sentence.start, sentence.end, sentence.text)


def split_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that are whole documents, split into sentences."""
    from pipeline.reading import sentences

    for row in rows:
        for sentence in sentences.split(Document(row.document, "", row.text)):
            start = row.start + sentence.start
            yield Row(f"{row.id}:{sentence.number}", row.document, start, start + len(sentence.text), sentence.text)
