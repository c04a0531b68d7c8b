"""Input in chunks that workers read on their own: parts of files, batches of a Parquet file, rows that were read here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.reading import documents, partitions, sources
from pipeline.reading.partitions import UNCOUNTED
from pipeline.reading.sources import Row

if TYPE_CHECKING:
    import pyarrow

    from pipeline.reading.partitions import Part, Reading

Chunk = Callable[[], Iterable[Row]]
"""Rows that are read where they are wanted; can be sent to another process."""
BATCH = 2048
_BYTES = 4 << 20
_BYTES_OF_DOCUMENTS = 1 << 19
_DOCUMENTS = 128


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows BATCH at a time, the last of them fewer."""
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield batch


def of_rows(rows: Iterable[Row]) -> Iterator[Chunk]:
    """Rows that are read here, in chunks of BATCH rows."""
    return map(Held, batches(rows))


def of_files(paths: Sequence[Path], reading: Reading) -> Iterator[Chunk]:
    """The rows that `sources.from_files` or `from_documents` gives, in chunks of at most BATCH rows (or documents).

    A file that cannot be cut is read here, and makes chunks of its own. What chunks skip is not counted here.

    Raises:
        DataError: a file is not there or of no known kind; what else is wrong the chunk says when it is read.
    """
    size = _BYTES_OF_DOCUMENTS if reading.documents else _BYTES
    held: list[Part] = []
    for path in sources.files_of(paths):
        if path.suffix == ".parquet" or (path.exists() and not path.is_file()):
            yield from _together(held, reading)
            held = []
            yield from _read_here(path, reading)
            continue
        for part in partitions.cut(path, reading, size=size, most=BATCH):
            if held and not _fits(held, part, size):
                yield from _together(held, reading)
                held = []
            if part.rows == UNCOUNTED or part.end - part.begin > size:
                yield from of_rows(partitions.rows(part, reading))
            else:
                held.append(part)
    yield from _together(held, reading)


def _fits(held: Sequence[Part], part: Part, size: int) -> bool:
    if part.rows == UNCOUNTED:
        return False
    return sum(one.rows for one in held) + part.rows <= BATCH and sum(one.end - one.begin for one in held) + part.end - part.begin <= size


def _together(parts: Sequence[Part], reading: Reading) -> Iterator[Chunk]:
    if parts:
        yield partial(_rows_of, tuple(parts), reading)


def _rows_of(parts: Iterable[Part], reading: Reading) -> Iterator[Row]:
    for part in parts:
        yield from partitions.rows(part, reading)


def _read_here(path: Path, reading: Reading) -> Iterator[Chunk]:
    """Chunks of a file that cannot be cut: a Parquet file, whose rows are unpacked here and made into rows there, or a pipe."""
    if path.suffix == ".parquet":
        first, size = 0, _DOCUMENTS if reading.documents else BATCH
        for batch in documents.parquet_batches(path, size, columns=(reading.text_column, reading.id_column)):
            yield partial(_rows_of_arrow, _sent(batch), path, reading, first)
            first += batch.num_rows
    else:
        reader = sources.from_documents if reading.documents else sources.from_files
        yield from of_rows(reader([path], **partitions.columns(reading), decoding=reading.decoding()))


def _sent(batch: pyarrow.RecordBatch) -> bytes:
    """A batch as an Arrow stream, which holds no more than its rows."""
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _rows_of_arrow(content: bytes, path: Path, reading: Reading, first: int) -> Iterator[Row]:
    import pyarrow

    records = pyarrow.ipc.open_stream(content).read_all().to_pylist()
    return partitions.from_records(records, path, reading, reading.decoding(), first=first)


class Held:
    """A chunk of rows that were read already; sent as columns, which takes less than rows."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def __call__(self) -> list[Row]:
        return self._rows

    def __reduce__(self) -> tuple[Callable[..., Held], tuple[Any, ...]]:
        return _held, tuple(zip(*self._rows, strict=True))


def _held(*columns: Sequence[Any]) -> Held:
    return Held(list(map(Row._make, zip(*columns, strict=True))))
