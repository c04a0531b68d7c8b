"""The forms in which annotations come and sentences go out: CSV, Label Studio, doccano, Hugging Face datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import files, formulas
from pipeline.coding import annotations as coding
from pipeline.coding import doccano, labelstudio
from pipeline.decoding import Decoding
from pipeline.errors import DataError
from pipeline.reading import documents
from pipeline.records import LABELS, Annotation, Task

LABEL_COLUMNS = ("label", labelstudio.CHOICES)
CODER_COLUMNS = ("coder", "annotator")
TEXT_COLUMNS = ("text", "sentence")
"""The columns in which label, coder and text are looked for; the first that is there is taken."""

Rows = Iterator[tuple[str, Mapping[str, object]]]


class Columns(NamedTuple):
    """The columns of a file that hold label, text and coder."""

    label: str
    text: str
    coder: str


class Rejected(NamedTuple):
    """A row that could not become an annotation, as far as it could be read, and why."""

    annotation: Annotation
    reason: str


@dataclass
class Form:
    """What a file of annotations holds.

    `unlabelled` rows have no label yet; `by_rules` were labelled by the rules, which is no coding;
    `as_guessed` have just the label that was put there as a guess.
    """

    annotations: list[Annotation] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unlabelled: int = 0
    by_rules: int = 0
    as_guessed: int = 0


def read(path: Path, *, label_column: str | None = None, text_column: str | None = None, decoding: Decoding | None = None) -> Form:
    """The annotations of a file or folder, told by its ending: .csv, .json (Label Studio), .jsonl and .zip (doccano), .parquet, folder (datasets).

    A row whose document is not named is given with an empty document; a wrong label, more than one label,
    a bad offset or no text at all is `rejected`.

    Args:
        decoding: of a CSV file; the other forms are in UTF-8 whoever writes them.

    Raises:
        DataError: the file as a whole cannot be read, lacks a column, or holds nothing.
    """
    form = Form()
    columns: Columns | None = None
    for where, row in _rows(path, label_column, decoding):
        columns = columns or _columns(row, path, label_column, text_column)
        for part in labelstudio.marked(row, columns.label, columns.text):
            _take(form, where, part, columns)
    if columns is None:
        raise DataError("holds no annotations", where=str(path), next_step="export it again")
    return form


def _rows(path: Path, label_column: str | None, decoding: Decoding | None) -> Rows:
    if path.is_dir():
        return _dataset_rows(path)
    if not path.exists():
        raise DataError("is not there", where=str(path), next_step="check the path")
    if path.suffix == ".json":
        return labelstudio.read_rows(path, name=label_column)
    if path.suffix in (".jsonl", ".zip"):
        return doccano.read_rows(path)
    if path.suffix == ".parquet":
        return _table_rows(path)
    return ((f"{path} row {number}", row) for number, row in enumerate(documents.read_rows(path, decoding), start=2))


def _table_rows(path: Path) -> Rows:
    """The rows of a Parquet file, the numbers of a ClassLabel as its names."""
    import datasets
    import pyarrow.parquet

    rows = documents.read_rows(path)
    first = next(rows, None)
    if first is None:
        return
    names = _class_names(datasets.Features.from_arrow_schema(pyarrow.parquet.read_schema(path)))
    yield f"{path} row 1", _named(first, names)
    for number, row in enumerate(rows, start=2):
        yield f"{path} row {number}", _named(row, names)


def _dataset_rows(folder: Path) -> Rows:
    """The rows of a dataset that was saved to disk, or of the Parquet files in a folder."""
    import datasets

    tables = sorted(folder.glob("*.parquet"))
    for path in tables:
        yield from _table_rows(path)
    if tables:
        return
    try:
        saved = datasets.load_from_disk(str(folder))
    except (OSError, ValueError) as error:
        hint = "give the folder that save_to_disk wrote, or one with Parquet files"
        raise DataError(f"is no dataset ({' '.join(str(error).split())})", where=str(folder), next_step=hint) from None
    parts = saved if isinstance(saved, datasets.DatasetDict) else {"": saved}
    for part, table in parts.items():
        names = _class_names(table.features)
        for number, row in enumerate(table, start=1):
            yield f"{folder / part} row {number}", _named(row, names)


def _class_names(features: Mapping[str, Any]) -> dict[str, list[str]]:
    return {column: kind.names for column, kind in features.items() if hasattr(kind, "names")}


def _named(row: Mapping[str, Any], names: Mapping[str, list[str]]) -> dict[str, object]:
    """The row with numbers of classes as their names; no class (-1 or none) is an empty cell."""
    found = {column: "" if row[column] in (None, -1) else classes[row[column]] for column, classes in names.items()}
    return dict(row) | found


def _columns(row: Mapping[str, object], path: Path, label_column: str | None, text_column: str | None) -> Columns:
    """The columns to read, by the first row: those that are named, else the usual ones that are there."""
    label = _present(row, LABEL_COLUMNS) if path.suffix == ".json" else label_column or _present(row, LABEL_COLUMNS)
    text = text_column or _present(row, TEXT_COLUMNS)
    found = f"it has {', '.join(map(str, row))}"
    if label not in row:
        hint = "name it with --label-column" if len(row) > 1 else "separate the columns by commas, semicolons or tabs"
        raise DataError(f"has no column {label!r} ({found})", where=str(path), next_step=hint)
    if text not in row and "start" not in row:
        raise DataError(f"has no column {text!r} ({found})", where=str(path), next_step="name it with --text-column")
    return Columns(label, text, _present(row, CODER_COLUMNS))


def _present(row: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((name for name in names if name in row), names[0])


def _take(form: Form, where: str, row: Mapping[str, object], columns: Columns) -> None:
    """Read one row into the form."""
    labels = row.get(columns.label)
    given = [str(label).strip() for label in (labels if isinstance(labels, list) else [labels or ""])]
    label = ", ".join(name.lower() if name.lower() in LABELS else name for name in given if name)
    if not label or row.get("source") == "rules":
        form.unlabelled += not label
        form.by_rules += bool(label)
        return
    form.as_guessed += label == row.get("guess")
    cells = dict(row) | {"label": label, "text": row.get(columns.text), "coder": row.get(columns.coder)}
    try:
        form.annotations.append(coding.parse(cells, where=where, coder=""))
    except DataError as error:
        form.rejected.append(Rejected(_as_read(cells, where), f"{error.what}; {error.next_step}"))


def _as_read(cells: Mapping[str, object], where: str) -> Annotation:
    text, label, document, coder = (str(cells.get(name) or "") for name in ("text", "label", "document", "coder"))
    return Annotation(document, -1, -1, text, label, coder, where)


def to_csv(tasks: Iterable[Task]) -> str:
    """Tasks as CSV with an empty cell for each label that is still to come; the byte order mark tells spreadsheets that it is UTF-8."""
    rows = (task._replace(document=formulas.guard(task.document), text=formulas.guard(task.text)) for task in tasks)
    return "\ufeff" + "".join(files.csv_lines([Task._fields, *rows]))


WRITERS: dict[str, Callable[[Iterable[Task]], str]] = {"label-studio": labelstudio.to_json, "doccano": doccano.to_jsonl, "csv": to_csv}
"""How tasks are written for each tool."""
ENDINGS = {"label-studio": ".json", "doccano": ".jsonl", "csv": ".csv"}
