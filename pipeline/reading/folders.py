"""Which files of a folder are documents, and which are passed over."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import DataError

SUFFIXES = (".txt", ".jsonl", ".csv", ".parquet")


class Listing(NamedTuple):
    """The document files of a folder, sorted by their path with `/`, and what was passed over: how many files by ending."""

    files: list[Path]
    passed_over: Counter[str]

    def __str__(self) -> str:
        """What was passed over, in a line; nothing where nothing was."""
        if not self.passed_over:
            return ""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.passed_over.items()))
        return f"passed over: {kinds} (files are read that end in {', '.join(SUFFIXES)}, in small letters)"


def survey(folder: Path) -> Listing:
    """What lies below `folder`; hidden files are not looked at, links to folders not followed.

    Raises:
        DataError: `folder` is missing, or it or a folder in it may not be read.
    """
    if not folder.is_dir():
        raise DataError("is not a folder", where=str(folder), next_step="give the folder that holds the documents")
    listing = Listing([], Counter())
    try:
        for place, _, names in os.walk(folder, onerror=_raise):
            for path in (Path(place, name) for name in names if not name.startswith(".")):
                if path.suffix in SUFFIXES and path.is_file():
                    listing.files.append(path)
                else:
                    listing.passed_over["no plain file" if path.suffix in SUFFIXES else path.suffix or "without ending"] += 1
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(error.filename or folder), next_step="check the permissions") from None
    listing.files.sort(key=lambda path: path.relative_to(folder).as_posix())
    return listing


def _raise(error: OSError) -> None:
    raise error


def document_files(folder: Path) -> list[Path]:
    """The document files below `folder`, sorted by their path with `/`.

    Raises:
        DataError: as `survey` does, or `folder` holds no file of a known kind.
    """
    listing = survey(folder)
    if not listing.files:
        what = f"holds no documents ({listing})" if listing.passed_over else "holds no documents"
        raise DataError(what, where=str(folder), next_step=f"add files that end in {', '.join(SUFFIXES)}")
    return listing.files
