"""A classified corpus by groups (month, source, …): how often each stance stands in each."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.classifying import quantification
from pipeline.classifying.quantification import Estimate, Reference
from pipeline.errors import DataError, UsageError
from pipeline.reading import documents
from pipeline.records import LABELS

NONE = "(none)"
"""The group of rows without a value."""
_NO_WORDS = "no words"
_NUMBERED = re.compile(r"^(.*):\d+", re.DOTALL)
_SEASON = 3
_ROUNDING = 0.01
_PERIODS = {
    "year": lambda day: f"{day.year:04}",
    "quarter": lambda day: f"{day.year:04}-Q{(day.month - 1) // _SEASON + 1}",
    "month": lambda day: f"{day.year:04}-{day.month:02}",
    "week": lambda day: "{:04}-W{:02}".format(*day.isocalendar()[:2]),
    "day": date.isoformat,
}


class Key(NamedTuple):
    """A column to group by, and where it holds dates the `period` that they are put together by, else ""."""

    column: str
    period: str = ""


class Group(NamedTuple):
    """A group: its value for each key, and the shares in it."""

    values: tuple[str, ...]
    found: Estimate


class Told(NamedTuple):
    """The groups in order, how many rows held no words, and whether shares were corrected."""

    groups: list[Group]
    wordless: int
    corrected: bool


def key(written: str) -> Key:
    """What `--by` names: a column, or COLUMN:PERIOD.

    >>> key("date:month")
    Key(column='date', period='month')

    Raises:
        UsageError: no such period.
    """
    column, colon, period = written.partition(":")
    if not column or (colon and period not in _PERIODS):
        raise UsageError(f"there is no grouping {written!r}", next_step=f"give COLUMN, or COLUMN: and one of {', '.join(_PERIODS)}")
    return Key(column, period)


def about(path: Path, id_column: str) -> dict[str, dict[str, object]]:
    """The rows of a table of documents by their id.

    Raises:
        DataError: the table has no such column, or an id stands in it twice.
    """
    found: dict[str, dict[str, object]] = {}
    for number, row in enumerate(documents.read_rows(path)):
        if row.get(id_column) is None:
            raise DataError(f"has nothing in the column {id_column!r}", where=f"{path} row {number + 1}", next_step="name the column with --id-column")
        if str(row[id_column]) in found:
            raise DataError(f"the id {str(row[id_column])!r} stands there twice", where=str(path), next_step="make ids unique")
        found[str(row[id_column])] = row
    return found


def tell(path: Path, keys: Sequence[Key], reference: Reference | None, *, tables: Mapping[str, Mapping[str, object]] | None = None, seed: int = 0) -> Told:
    """The shares of every group of a file that `stance classify` wrote, groups in order of their values.

    Sentences of one document (rows numbered ID:NUMBER, as `classify --documents` writes them) count as drawn together.

    Args:
        tables: columns to group by that the file lacks, by the id of the document (or of the row).

    Raises:
        DataError: a row lacks a column, its probabilities or a date that can be read, or no table tells of it.
    """
    chances: dict[tuple[str, ...], array[float]] = {}
    places: dict[tuple[str, ...], array[int]] = {}
    numbers: dict[str, int] = {}
    wordless = 0
    for number, row in enumerate(documents.read_rows(path)):
        where = f"{path} row {number + 1}"
        if row.get("note", row.get("stance_note")) == _NO_WORDS:
            wordless += 1
            continue
        document = _document(row, number)
        values = tuple(_value(row, one, tables, document, where) for one in keys)
        chances.setdefault(values, array("d")).extend(_probabilities(row, where))
        places.setdefault(values, array("q")).append(numbers.setdefault(document, len(numbers)))
    if not chances:
        raise DataError("holds no classified sentence", where=str(path), next_step="give what `stance classify` wrote")
    groups = []
    for values in sorted(chances):
        found = np.frombuffer(chances[values]).reshape(-1, len(LABELS))
        groups.append(Group(values, quantification.estimate(reference, found, np.frombuffer(places[values], dtype=np.int64), seed=seed)))
    return Told(groups, wordless, reference is not None)


def _document(row: Mapping[str, object], number: int) -> str:
    """The document that a row belongs to: itself, unless its id says that it is a sentence of one."""
    identity = str(row.get("id", number))
    numbered = _NUMBERED.fullmatch(identity)
    return f"{row['document']}\n{numbered[1]}" if numbered and row.get("document") else f"{number}\n{identity}"


def _probabilities(row: Mapping[str, object], where: str) -> list[float]:
    stored = row.get("probabilities", row)
    try:
        found = [float(stored[label]) for label in LABELS]  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        found = []
    if not found or min(found) < 0 or abs(sum(found) - 1) > _ROUNDING:
        raise DataError("has no probabilities of the four labels", where=where, next_step="give what `stance classify` wrote")
    return found


def _value(row: Mapping[str, object], one: Key, tables: Mapping[str, Mapping[str, object]] | None, document: str, where: str) -> str:
    if one.column not in row and tables is not None:
        names = (str(row.get("id")), document.rpartition("\n")[2], str(row.get("document")), Path(str(row.get("document"))).name)
        told = next((tables[name] for name in names if name in tables), None)
        if told is None:
            raise DataError(f"no row of --about has the id {names[1]!r}", where=where, next_step="add it, or name the column of ids with --id-column")
        row = told
    if one.column not in row:
        raise DataError(f"has no column {one.column!r} (it has {', '.join(row)})", where=where, next_step="name another, or give a table with it as --about")
    value = row[one.column]
    if value is None or value == "":
        return NONE
    return _period(value, one, where) if one.period else str(value)


def _period(value: object, one: Key, where: str) -> str:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        raise DataError(f"{one.column} is {value!r}, no date", where=where, next_step="write dates as 2024-03-31") from None
    return _PERIODS[one.period](day)
