"""Cells of CSV that a spreadsheet would run as formulas, made text by an apostrophe, and made what they were again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.records import LABELS, Task

CLASSIFIED = ("id", "document", "start", "end", "text", "label", *LABELS, "note")
"""The columns in which classified sentences are written; below, those of what is to be coded next and of what could not be imported."""
QUEUE = ("document", "start", "end", "text", "why")
REJECTS = ("document", "start", "end", "text", "label", "coder", "reason", "where")
_GUARDED = (CLASSIFIED, Task._fields, QUEUE, REJECTS)
_FORMULA = re.compile("^'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_GUARD = "'"


def guard(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection"): an apostrophe in front of = + - @, tab or line end.

    One that begins with apostrophes and such a sign gets one more, so that `unguard` gives every cell back.

    >>> [guard(cell) for cell in ("=1+1", "'=1+1", "He denied it.", "")]
    ["'=1+1", "''=1+1", 'He denied it.', '']
    """
    return _GUARD + cell if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """What `guard` was given."""
    return cell[1:] if cell.startswith(_GUARD) and _FORMULA.match(cell) else cell


def guard_row(cells: Iterable[object]) -> list[object]:
    """A row with its texts guarded."""
    return [guard(cell) if isinstance(cell, str) else cell for cell in cells]


def is_guarded(header: Sequence[str]) -> bool:
    """Whether a table with these columns is one of ours whose cells are guarded; columns may have been added behind."""
    return any(tuple(header[: len(columns)]) == columns for columns in _GUARDED)
