"""Parquet files of records: written whole or not at all, read with their columns checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import files
from pipeline.errors import DataError

if TYPE_CHECKING:
    import pyarrow


def write(path: Path, table: pyarrow.Table) -> None:
    """Write `table` to `path`; the same table gives the same bytes."""
    import pyarrow.parquet

    with files.replacing(path) as temporary:
        pyarrow.parquet.write_table(table, temporary, compression="zstd")


def read(path: Path, columns: Sequence[str]) -> dict[str, list[Any]]:
    """The named columns of a Parquet file as lists.

    Raises:
        DataError: the file cannot be read or lacks a column.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as stored:
            missing = [name for name in columns if name not in stored.schema_arrow.names]
            if missing:
                raise DataError(f"lacks the column {missing[0]!r}", where=str(path), next_step="run the stage that writes it")
            table = stored.read(columns=list(columns))
    except (OSError, pyarrow.ArrowException) as error:
        raise DataError(f"cannot be read ({str(error).splitlines()[0]})", where=str(path), next_step="run the stage that writes it") from None
    return {name: table.column(name).to_pylist() for name in columns}


def of_columns(columns: Mapping[str, Sequence[Any]]) -> pyarrow.Table:
    """A table of equally long columns."""
    import pyarrow

    return pyarrow.table(dict(columns))
