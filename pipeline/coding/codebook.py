"""The codebook: its version, what it says of each label, and its rules for sentences that do several things."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pipeline import files
from pipeline.decoding import Decoding
from pipeline.errors import DataError
from pipeline.records import LABELS, Annotation

_LENGTH = 12
_MIDDLING = 100
_SECTION = re.compile(r"^## +(\S.*)$", re.MULTILINE)
_NUMBERED = re.compile(r"^(\d+)\. +(.+?)(?=^\d+\. |\Z)", re.MULTILINE | re.DOTALL)
_NOT = "Does not count"


class Definition(NamedTuple):
    """What the codebook says of a label: what the source does, the coder's test, what counts and what does not."""

    label: str
    source: str
    test: str
    counts: str
    not_counts: str


class Codebook(NamedTuple):
    """A codebook: its version, a definition for each label, and its numbered rules in order."""

    version: str
    definitions: dict[str, Definition]
    rules: tuple[str, ...]


def version(path: Path) -> str:
    """The first 12 hex digits of the codebook's SHA-256, which annotations and models carry.

    Raises:
        DataError: there is no codebook.
    """
    return files.digest([_bytes(path)])[:_LENGTH]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(path), next_step="name the codebook") from None


def read(path: Path) -> Codebook:
    """Read a codebook: Markdown with a table row for each label, a section for each but neutral, and a numbered list of rules.

    Raises:
        DataError: it cannot be read, or a label has no row in the table.
    """
    text = Decoding().decode(_bytes(path), str(path)).replace("\r\n", "\n")
    pieces = _SECTION.split(text)
    sections = dict(zip(map(str.rstrip, pieces[1::2]), pieces[2::2], strict=True))
    definitions = {label: _definition(label, text, sections.get(label, ""), path) for label in LABELS}
    numbered = [number for body in sections.values() for number in _NUMBERED.findall(body)]
    return Codebook(version(path), definitions, tuple(plain(body) for _, body in numbered))


def _definition(label: str, text: str, section: str, path: Path) -> Definition:
    row = next((cells for cells in map(_cells, text.split("\n")) if cells[0] == f"`{label}`"), None)
    if row is None:
        raise DataError(f"has no row for `{label}` in its table of labels", where=str(path), next_step="write | `label` | the source … | test |")
    source, test = row[1:]
    counts, _, not_counts = section.partition(_NOT)
    return Definition(label, plain(source), plain(test), counts.strip(), f"{_NOT}{not_counts}".strip() if not_counts else "")


def _cells(line: str) -> list[str]:
    """The three cells of a row of the table of labels; a line that is none has one, empty."""
    cells = line.strip().split("|")
    return [cell.strip() for cell in cells[1:-1]] if len(cells) == 5 and not cells[0] and not cells[-1] else [""]


def examples(annotations: Iterable[Annotation], label: str, *, count: int) -> list[str]:
    """At most `count` sentences to which all their coders gave `label`: those of several coders first, of middling length, from different collections."""
    given: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for annotation in annotations:
        if annotation.text:
            given[annotation.document.split("/")[0], plain(annotation.text)][annotation.coder] = annotation.label
    agreed = [
        (len(by_coder) == 1, abs(len(text) - _MIDDLING), text, collection) for (collection, text), by_coder in given.items() if {*by_coder.values()} == {label}
    ]
    found: list[str] = []
    seen: set[str] = set()
    for *_, text, collection in sorted(agreed):
        if collection not in seen and len(found) < count:
            seen.add(collection)
            found.append(text)
    return found


def plain(text: str) -> str:
    """Text on one line, without the marks of bold type."""
    return " ".join(text.replace("**", "").split())
