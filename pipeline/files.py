"""Files written whole or not at all, and hashes of what files hold."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import DataError


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path`, on failure it goes."""
    import tempfile

    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise _unwritable(target, error) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(target: Path, error: OSError) -> DataError:
    return DataError(f"cannot write there ({error.strerror or error})", where=str(target), next_step="choose another place")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_bytes(path: Path | str, data: bytes) -> None:
    """Write `data` to `path` whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path | str, text: str) -> None:
    """Write `text` as UTF-8 with line feeds, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Rows as lines of CSV that end in a line feed, cells with any line end quoted.

    Before Python 3.13 csv.writer leaves a carriage return bare unless it ends rows with one, and a reader
    takes it for the end of the row.
    """
    import csv

    line: list[str] = []
    writer = csv.writer(_Receiver(line.append), lineterminator="\r\n")
    for row in rows:
        writer.writerow(row)
        yield line.pop().removesuffix("\r\n") + "\n"


class _Receiver(NamedTuple):
    """What csv.writer writes to: it hands every row, whole, to `write`."""

    write: Callable[[str], object]


def digest(parts: Iterable[bytes | str]) -> str:
    """SHA-256 (hex) over `parts`, each preceded by its length so that boundaries count."""
    import hashlib

    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "little"))
        total.update(data)
    return total.hexdigest()
