"""doccano's JSON lines: texts to code with a label already set, and the archive that its export is.

The form is that of doccano 1.8 for text classification: a line has `text`, `label` (a list) and, beside
them, whatever columns came with the text. Its import fails where a line lacks a column that another has.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pipeline.errors import DataError
from pipeline.reading import documents
from pipeline.records import Task


def to_jsonl(tasks: Iterable[Task]) -> str:
    """Tasks as lines to import; the guess stands as the label where there is none, for that is all doccano can show."""
    return "".join(json.dumps(_line(task), ensure_ascii=False) + "\n" for task in tasks)


def _line(task: Task) -> dict[str, object]:
    shown = task.label or task.guess
    return {
        "text": task.text,
        "label": [shown] if shown else [],
        **{name: getattr(task, name) for name in ("document", "start", "end", "guess", "guessed_by", "codebook")},
    }


def read_rows(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every line of an export as a row of columns, with the place it stands in.

    An archive holds a file for each coder, whose name is the coder's; `all.jsonl` of a project that
    is coded together names nobody.

    Raises:
        DataError: the archive cannot be opened or a line is not JSON.
    """
    if path.suffix != ".zip":
        for number, row in enumerate(documents.read_rows(path), start=1):
            yield f"{path} row {number}", row
        return
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            for name in sorted(archive.namelist()):
                yield from _member(path, Path(archive.extract(name, folder)))
    except (OSError, zipfile.BadZipFile, RuntimeError) as error:
        raise DataError(f"cannot be opened ({error})", where=str(path), next_step="export it again, or unpack it") from None


def _member(archive: Path, path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The rows of one file of an archive."""
    coder = "" if path.stem == "all" else path.stem
    where = f"{archive} {path.name}"
    try:
        for number, row in enumerate(documents.read_rows(path), start=1):
            yield f"{where} row {number}", {"coder": coder} | row
    except DataError as error:
        raise DataError(error.what, where=error.where.replace(str(path), where), next_step=error.next_step) from None
