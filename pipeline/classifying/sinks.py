"""Where classified sentences go: a table, JSON lines, CSV or Parquet, as a stream or a whole file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import files, formulas, terminal
from pipeline.errors import UsageError
from pipeline.reading.sources import Row
from pipeline.records import LABELS, Prediction

if TYPE_CHECKING:
    import pyarrow

Classified = tuple[Row, Prediction]
Sink = Callable[[bytes], None]
"""Takes classified sentences as `encode` gives them, a batch at a time."""
_ENDINGS = {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".txt": "table"}


def form_of(path: Path, form: str | None) -> str:
    """The form in which a file is to be written: `form`, or what its ending says.

    Raises:
        UsageError: neither says one, or the two differ.
    """
    found = form or _ENDINGS.get(path.suffix)
    if found is None:
        raise UsageError(f"no form is known for {path.suffix!r}", where=str(path), next_step="end it in .jsonl, .csv or .parquet, or give --format")
    if path.suffix == ".parquet" and found != "parquet":
        raise UsageError(f"ends in .parquet, but --format says {form}", where=str(path), next_step="leave out --format, or give another ending")
    return found


def encode(batch: Sequence[Classified], form: str) -> bytes:
    """A batch in a form: UTF-8 text, lone surrogates written out, or for Parquet an Arrow stream.

    In `csv` the cells that a spreadsheet would take for formulas are guarded (see `formulas`), in `csv-plain` they are as they were.
    """
    if form == "parquet":
        return _arrow(batch)
    if form in ("csv", "csv-plain"):
        rows = (_guarded(row) if form == "csv" else row for row, _ in batch)
        lines = files.csv_lines((*row, found.label or "", *found.probabilities, found.note) for row, (_, found) in zip(rows, batch, strict=True))
        return _utf8("".join(lines))
    make = _table_line if form == "table" else _json_line
    return _utf8("".join([make(row, found) for row, found in batch]))


def head(form: str) -> bytes:
    """What stands in front of the first batch."""
    return _utf8("".join(files.csv_lines([formulas.CLASSIFIED]))) if form in ("csv", "csv-plain") else b""


def _guarded(row: Row) -> Row:
    return row._replace(id=formulas.guard(row.id), document=formulas.guard(row.document), text=formulas.guard(row.text))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _json_line(row: Row, found: Prediction) -> str:
    """What json.dumps makes of the row's fields, the label, the probabilities by label and the note, in a fifth of its time."""
    quote = encode_basestring
    label = quote(found.label) if found.label else "null"
    chances = ", ".join([f'"{name}": {chance!r}' for name, chance in zip(LABELS, found.probabilities, strict=True)])
    note = f', "note": {quote(found.note)}' if found.note else ""
    place = f'"id": {quote(row.id)}, "document": {quote(row.document)}, "start": {row.start}, "end": {row.end}'
    return f'{{{place}, "text": {quote(row.text)}, "label": {label}, "probabilities": {{{chances}}}{note}}}\n'


def _table_line(row: Row, found: Prediction) -> str:
    text = terminal.line(row.text)
    return f"{found.label or found.note:<10}  {found.confidence:.2f}  {text}\n"


@contextmanager
def to_file(path: Path, form: str) -> Iterator[Sink]:
    """A sink to a file that appears whole when all is written."""
    with files.replacing(path) as temporary:
        if form == "parquet":
            with _parquet(temporary) as sink:
                yield sink
        else:
            with temporary.open("wb") as stream:
                stream.write(head(form))

                def sink(batch: bytes) -> None:
                    stream.write(batch)

                yield sink


def _schema() -> pyarrow.Schema:
    import pyarrow

    text, number = pyarrow.string(), pyarrow.int64()
    chances = pyarrow.struct([(label, pyarrow.float64()) for label in LABELS])
    kinds = {"id": text, "document": text, "start": number, "end": number, "text": text, "label": text, "probabilities": chances, "note": text}
    return pyarrow.schema(list(kinds.items()))


def _arrow(batch: Sequence[Classified]) -> bytes:
    import pyarrow

    schema = _schema()
    rows, found = zip(*batch, strict=True)
    chances = [pyarrow.array(column) for column in zip(*(one.probabilities for one in found), strict=True)]
    columns: list[Any] = [_encodable(column) for column in zip(*rows, strict=True)]
    columns += [[one.label for one in found], pyarrow.StructArray.from_arrays(chances, list(LABELS)), [one.note or None for one in found]]
    table = pyarrow.table([pyarrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)
    buffer = io.BytesIO()
    with pyarrow.ipc.new_stream(buffer, schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


@contextmanager
def _parquet(path: Path) -> Iterator[Sink]:
    import pyarrow
    import pyarrow.parquet

    with pyarrow.parquet.ParquetWriter(path, _schema(), compression="zstd") as writer:

        def sink(batch: bytes) -> None:
            writer.write_table(pyarrow.ipc.open_stream(batch).read_all())

        yield sink


def _encodable(values: Sequence[object]) -> list[object]:
    """Texts with lone surrogates written out, which UTF-8 cannot hold; numbers as they are."""
    return [value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value for value in values]
