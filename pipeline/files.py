"""Files written whole or not at all, and hashes of what files hold."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import DataError

PATIENCE = 10.0
"""Seconds to wait for another process that writes the same file."""
_PAUSE = 0.05


@contextmanager
def replacing(path: Path | str, *, durable: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path`, on failure it goes.

    The temporary file has one name for every `path` and is locked while it is written: what a process that was
    killed has left behind is written over, and two processes never write the same file at once.

    Args:
        durable: wait until the disk has it, which takes some milliseconds; many small files that are easily made again need not.

    Raises:
        DataError: nothing can be written there, or another process is writing it and does not end within PATIENCE.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.tmp")
    replaced = False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = _locked(temporary, target)
    except OSError as error:
        raise _unwritable(target, error) from None
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        if durable:
            os.fsync(handle)
        temporary.replace(target)
        replaced = True
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        if not replaced:
            temporary.unlink(missing_ok=True)
        os.close(handle)


def _locked(temporary: Path, target: Path) -> int:
    """A handle of the empty temporary file, which nobody else has."""
    begin = time.monotonic()
    while True:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            if _lock(handle) and _is_still(temporary, handle):
                os.ftruncate(handle, 0)
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        if time.monotonic() - begin > PATIENCE:
            raise DataError("another process is writing it", where=str(target), next_step="wait until it has ended, or choose another place")
        time.sleep(_PAUSE)


def _lock(handle: int) -> bool:
    """Lock a file until its handle is closed; False where another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows, which does not let a file go that is open elsewhere
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: Path, handle: int) -> bool:
    """Whether a name still stands for an open file: whoever had it locked may have given it another name since."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _unwritable(target: Path, error: OSError) -> DataError:
    return DataError(f"cannot write there ({error.strerror or error})", where=str(target), next_step="choose another place")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_bytes(path: Path | str, data: bytes, *, durable: bool = True) -> None:
    """Write `data` to `path` whole or not at all, see `replacing`."""
    with replacing(path, durable=durable) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path | str, text: str, *, durable: bool = True) -> None:
    """Write `text` as UTF-8 with line feeds, whole or not at all, see `replacing`."""
    write_bytes(path, text.encode("utf-8"), durable=durable)


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
