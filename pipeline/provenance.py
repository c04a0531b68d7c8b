"""Where a model comes from: the texts, who labelled what, and the hashes of everything that went in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import files, resolving
from pipeline.records import LABELS, Annotation


class Collection(NamedTuple):
    """A collection: its documents, those of them that are kept for evaluation, its sentences, and how they came by their label.

    `labels` counts the labels of people in the order of LABELS; `by_rules` sentences only rules have read,
    `unsettled` those on which people differ.
    """

    name: str
    documents: int
    test_documents: int
    sentences: int
    labels: tuple[int, ...]
    by_rules: int
    unsettled: int


class Coder(NamedTuple):
    """A coder and how often each label was given, in the order of LABELS; `by_collection` counts sentences read."""

    name: str
    sentences: int
    labels: tuple[int, ...]
    by_collection: dict[str, int]


class Hash(NamedTuple):
    """Something that went in, and the SHA-256 (hex) of it."""

    what: str
    sha256: str


def collections(train: Mapping[str, Sequence[Any]], test: Mapping[str, Sequence[Any]]) -> list[Collection]:
    """Every collection of the labelled sentences, by name; the columns document, collection, label and source are read."""
    held = set(test["document"])
    rows = [row for part in (train, test) for row in zip(part["document"], part["collection"], part["label"], part["source"], strict=True)]
    by_name: dict[str, list[tuple[str, str, int | None, str]]] = {}
    for row in rows:
        by_name.setdefault(row[1], []).append(row)
    found = []
    for name, members in sorted(by_name.items()):
        documents = {row[0] for row in members}
        labels = Counter(row[2] for row in members if row[3] != resolving.RULES)
        by_rules = sum(row[3] == resolving.RULES for row in members)
        counts = tuple(labels[number] for number in range(len(LABELS)))
        found.append(Collection(name, len(documents), len(documents & held), len(members), counts, by_rules, labels[None]))
    return found


def coders(annotations: Iterable[Annotation]) -> list[Coder]:
    """Every coder's labels, by name."""
    by_name: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        by_name.setdefault(annotation.coder, []).append(annotation)
    found = []
    for name, given in sorted(by_name.items()):
        labels = Counter(annotation.label for annotation in given)
        read = Counter(annotation.document.partition("/")[0] for annotation in given)
        found.append(Coder(name, len(given), tuple(labels[label] for label in LABELS), dict(sorted(read.items()))))
    return found


def texts(rows: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """The sentences of each document, joined again; the columns document and text are read."""
    parts: dict[str, list[str]] = {}
    for document, text in zip(rows["document"], rows["text"], strict=True):
        parts.setdefault(document, []).append(text)
    return {document: "\n".join(found) for document, found in parts.items()}


def hashes(paths: Iterable[Path]) -> list[Hash]:
    """The hash of each file, and of each folder's files together with their names."""
    return [Hash(path.as_posix(), files.digest(_parts(path))) for path in paths]


def _parts(path: Path) -> Iterable[bytes | str]:
    if path.is_file():
        yield path.read_bytes()
        return
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        yield file.relative_to(path).as_posix()
        yield file.read_bytes()
