"""Label Studio's JSON: tasks to code with a guess beside them, and what its export holds.

The form is that of Label Studio 1.23: a list of tasks, each with `data`, `annotations` and `predictions`;
a choice is a result of type `choices`, a marked span one of type `labels`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.decoding import read_text
from pipeline.errors import DataError
from pipeline.records import LABELS, Task

CHOICES = "stance"
"""The name of the choice in the labelling interface."""

INTERFACE = "\n".join(
    [
        "<View>",
        '  <Header value="$document" size="5"/>',
        '  <Text name="text" value="$text"/>',
        f'  <Choices name="{CHOICES}" toName="text" choice="single" required="true">',
        *(f'    <Choice value="{label}" hotkey="{number}"/>' for number, label in enumerate(LABELS, start=1)),
        "  </Choices>",
        "</View>",
        "",
    ]
)
"""The labelling interface that a project for these tasks needs (Settings, Labeling Interface, Code)."""


def to_json(tasks: Iterable[Task]) -> str:
    """Tasks as Label Studio imports them: a label as an annotation, a guess as a prediction."""
    return json.dumps([_task(task) for task in tasks], ensure_ascii=False, indent=1) + "\n"


def _task(task: Task) -> dict[str, Any]:
    written: dict[str, Any] = {name: getattr(task, name) for name in ("text", "document", "start", "end", "codebook")}
    written = {"data": written}
    if task.label:
        written["annotations"] = [{"result": [_choice(task.label)]}]
    if task.guess:
        score = {"score": task.confidence} if task.confidence else {}
        written["predictions"] = [{"model_version": task.guessed_by, "result": [_choice(task.guess)], **score}]
    return written


def _choice(label: str) -> dict[str, Any]:
    return {"from_name": CHOICES, "to_name": "text", "type": "choices", "value": {"choices": [label]}}


def read_rows(path: Path, *, name: str | None = None) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every annotation of an export (JSON or JSON-MIN) as a row of columns, with the place it stands in.

    The label stands in the column `label`, or the spans that were marked do, for `marked` to take apart.
    A task that nobody has finished is a row with an empty one; skipped (cancelled) annotations and drafts
    are no labels.

    Args:
        name: the choice that is the stance, where a task holds several.

    Raises:
        DataError: the file is not JSON, or not a list of tasks.
    """
    try:
        tasks = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise DataError(f"is not JSON ({error})", where=str(path), next_step="export it again as JSON") from None
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise DataError("is not a list of tasks", where=str(path), next_step="export the project as JSON or JSON-MIN")
    column = next((column for column in ([name] if name else (CHOICES, "label")) if any(column in task for task in tasks)), None)
    for number, task in enumerate(tasks, start=1):
        where = f"{path} task {task.get('id', number)}"
        try:
            for row in _annotated(task, where, name) if "data" in task else [_flat(task, column)]:
                yield where, row
        except (AttributeError, KeyError, TypeError) as error:
            raise DataError(f"is no task of Label Studio's ({error})", where=where, next_step="export the project again as JSON") from None


def _annotated(task: dict[str, Any], where: str, name: str | None) -> list[dict[str, object]]:
    """A row for every finished annotation of a task, or one without a label."""
    finished = [annotation for annotation in task.get("annotations", []) if not annotation.get("was_cancelled")]
    rows = [task["data"] | {"label": _choices(annotation, where, name), "coder": _coder(annotation.get("completed_by"))} for annotation in finished]
    return rows or [task["data"] | {"label": ""}]


def _flat(task: dict[str, Any], column: str | None) -> dict[str, object]:
    """A row of JSON-MIN, which has the choice under its own name, and nothing where none was made."""
    return task | ({"label": task.get(column, "")} if column else {})


def _choices(annotation: dict[str, Any], where: str, name: str | None) -> list[Any]:
    """What an annotation chose: labels of the text, or the spans it marked with theirs."""
    chosen: dict[str, list[Any]] = {}
    for result in annotation["result"]:
        kind, value = result["type"], result.get("value", {})
        if kind == "choices" or kind.endswith("labels"):
            chosen.setdefault(result["from_name"], []).extend(value["choices"] if kind == "choices" and "start" not in value else [value])
    if name is None and len(chosen) > 1 and CHOICES not in chosen:
        raise DataError(f"holds several choices: {', '.join(chosen)}", where=where, next_step="say with --label-column which is the stance")
    return chosen.get(name or (CHOICES if CHOICES in chosen else next(iter(chosen), "")), [])


def marked(row: Mapping[str, object], label: str, text: str) -> list[Mapping[str, object]]:
    """A row for every span marked in the text of a row, with its own place, text and label; the row itself where there are none.

    Spans that cannot be read stay in the row as they are, where they are no label that anybody knows.

    Args:
        label: the column where the spans stand, as a list or, in CSV, as JSON.
        text: the column of the text that they were marked in; its `start`, if any, is where it begins in the document.
    """
    spans = row.get(label)
    try:
        spans = json.loads(spans) if isinstance(spans, str) and spans.startswith("[{") else spans
        if not spans or not isinstance(spans, list) or not isinstance(spans[0], dict):
            return [row]
        offset = int(float(str(row.get("start") or 0)))
        return [dict(row) | _span(span, str(row.get(text) or ""), offset, label, text) for span in spans]
    except (KeyError, TypeError, ValueError, RecursionError):
        return [row]


def _span(span: Mapping[str, Any], around: str, offset: int, label: str, text: str) -> dict[str, object]:
    """The cells of a span. Label Studio counts characters as Python does, and writes a line break in the text as `\\n`."""
    start, end = span["start"], span["end"]
    words = span["text"].replace("\\n", "\n") if "text" in span else around[start:end]
    return {"start": offset + start, "end": offset + end, text: words, label: span["labels"] if "labels" in span else span["choices"]}


def _coder(completed_by: object) -> str:
    """Who made an annotation: the number of the user, or the address where it is given."""
    if isinstance(completed_by, dict):
        return str(completed_by.get("email") or completed_by.get("id") or "")
    return "" if completed_by is None else str(completed_by)
