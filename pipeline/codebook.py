"""The codebook: its version."""

from __future__ import annotations

from pathlib import Path

from pipeline import files
from pipeline.errors import DataError

_LENGTH = 12


def version(path: Path) -> str:
    """The first 12 hex digits of the codebook's SHA-256, which annotations and models carry.

    Raises:
        DataError: there is no codebook.
    """
    try:
        return files.digest([path.read_bytes()])[:_LENGTH]
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(path), next_step="name the codebook") from None
