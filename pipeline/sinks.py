"""Where classified sentences go: a table, JSON lines, CSV or Parquet, as a stream or a whole file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from pipeline import files
from pipeline.errors import UsageError
from pipeline.records import LABELS, Prediction
from pipeline.sources import Row

Classified = tuple[Row, Prediction]
FORMATS = ("table", "jsonl", "csv")
COLUMNS = ("id", "document", "start", "end", "text", "label", *LABELS, "note")


class Sink(Protocol):
    """Takes classified sentences, a batch at a time."""

    def __call__(self, batch: Iterable[Classified]) -> None:
        """Write a batch."""


def record(row: Row, found: Prediction) -> dict[str, object]:
    """A classified sentence as JSON has it."""
    values: dict[str, object] = row._asdict()
    values["label"] = found.label
    values["probabilities"] = dict(zip(LABELS, found.probabilities, strict=True))
    if found.note:
        values["note"] = found.note
    return values


def to_stream(stream: TextIO, form: str) -> Sink:
    """A sink that writes `form` (one of FORMATS) to an open stream."""
    if form == "csv":
        stream.writelines(files.csv_lines([COLUMNS]))
        return lambda batch: stream.writelines(files.csv_lines((*row, found.label or "", *found.probabilities, found.note) for row, found in batch))
    make = _table_line if form == "table" else _json_line
    return lambda batch: stream.writelines(make(row, found) for row, found in batch)


def _json_line(row: Row, found: Prediction) -> str:
    return json.dumps(record(row, found), ensure_ascii=False) + "\n"


def _table_line(row: Row, found: Prediction) -> str:
    text = " ".join(row.text.split())
    return f"{found.label or found.note:<10}  {found.confidence:.2f}  {text}\n"


@contextmanager
def to_file(path: Path, form: str | None) -> Iterator[Sink]:
    """A sink to a file that appears whole when all is written; its ending (or `form`) says the form."""
    form = form or {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".txt": "table"}.get(path.suffix)
    if form is None:
        raise UsageError(f"no form is known for {path.suffix!r}", where=str(path), next_step="end it in .jsonl, .csv or .parquet, or give --format")
    if path.suffix == ".parquet" and form != "parquet":
        raise UsageError(f"ends in .parquet, but --format says {form}", where=str(path), next_step="leave out --format, or give another ending")
    with files.replacing(path) as temporary:
        if form == "parquet":
            with _parquet(temporary) as sink:
                yield sink
        else:
            with temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
                yield to_stream(stream, form)


@contextmanager
def _parquet(path: Path) -> Iterator[Sink]:
    import pyarrow
    import pyarrow.parquet

    text, number = pyarrow.string(), pyarrow.int64()
    chances = pyarrow.struct([(label, pyarrow.float64()) for label in LABELS])
    kinds = {"id": text, "document": text, "start": number, "end": number, "text": text, "label": text, "probabilities": chances, "note": text}
    schema = pyarrow.schema(list(kinds.items()))
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:

        def sink(batch: Iterable[Classified]) -> None:
            records = [{name: _encodable(value) for name, value in record(row, found).items()} for row, found in batch]
            if records:
                writer.write_table(pyarrow.Table.from_pylist(records, schema=schema))

        yield sink


def _encodable(value: object) -> object:
    """Text with lone surrogates written out, which UTF-8 cannot hold; anything else as it is."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value
