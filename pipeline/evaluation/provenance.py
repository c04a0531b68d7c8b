"""Where a model comes from: the texts, who labelled what, and the hashes of everything that went in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import files, tables
from pipeline.coding import annotations as coding
from pipeline.coding import holdout, resolving
from pipeline.records import LABELS, Annotation

MOST = 200
"""Collections that a table shows."""
_COLUMNS = ("document", "collection", "text", "label", "source")
_SEEDS = ("CODEBOOK.md", "documents", "annotations", "cues", "challenges", "names")


class Collection(NamedTuple):
    """A collection: its documents, those of them that are kept for evaluation, its sentences, and how they came by their label.

    `labels` counts coders' labels in the order of LABELS; `by_rules` sentences only rules have read,
    `unsettled` those on which coders differ.
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


def section(labelled: Path, seeds: Path, header: Mapping[str, Any], *, near_duplicate: float) -> dict[str, Any]:
    """What the report says of the data: facts, tables by collection and coder, hashes, settings and versions.

    Args:
        labelled: the folder that the label stage wrote.
        seeds: the folder that the pipeline starts from.
        header: the model's.
        near_duplicate: share of five-word runs from which two documents count as copies (holdout.near_duplicate_groups).

    Raises:
        DataError: a file is missing or is not what the pipeline reads and writes.
    """
    train, test = (tables.read(labelled / f"{name}.parquet", _COLUMNS) for name in ("train", "test"))
    found, given = collections(train, test), coders(coding.read_folder(seeds / "annotations"))
    copies = _copies({**texts(train), **texts(test)}, near_duplicate)
    shown = found[:MOST]
    return {
        "facts": _facts(found, copies, header),
        "collection_columns": [
            ("Collection", False),
            *((title, True) for title in ("Documents", "for testing", "Sentences", *LABELS, "by rules", "unsettled")),
        ],
        "collection_table": [
            [one.name, *map(_many, (one.documents, one.test_documents, one.sentences, *one.labels, one.by_rules, one.unsettled))] for one in shown
        ],
        "collections_total": len(found),
        "coder_columns": [("Coder", False), ("Sentences", True), *((label, True) for label in LABELS)],
        "coder_table": [[one.name, *map(_many, (one.sentences, *one.labels))] for one in given],
        "read_columns": [("Collection", False), *((one.name, True) for one in given)],
        "read_table": [[one.name, *(_many(coder.by_collection.get(one.name, 0)) for coder in given)] for one in shown],
        "hash_table": [list(one) for one in (*hashes(seeds / name for name in _SEEDS), *(Hash(f"model: {k}", v) for k, v in sorted(header["hashes"].items())))],
        "version_table": [[name, str(value)] for part in ("settings", "versions") for name, value in sorted(header[part].items()) if value],
    }


def _copies(documents: Mapping[str, str], near_duplicate: float) -> int:
    """How many documents are near-copies of another that is counted once."""
    groups = holdout.near_duplicate_groups(list(documents.values()), threshold=near_duplicate)
    return len(groups) - len(set(groups.tolist()))


def _facts(found: Sequence[Collection], copies: int, header: Mapping[str, Any]) -> list[tuple[str, str]]:
    documents, test, sentences, by_rules, unsettled = (
        sum(getattr(one, name) for one in found) for name in ("documents", "test_documents", "sentences", "by_rules", "unsettled")
    )
    return [
        ("Sentences", _many(sentences)),
        ("Documents", f"{_many(documents)} in {_many(len(found))} collections"),
        ("Kept for testing, whole documents", _many(test)),
        ("Trained on", f"{_many(header['training']['sentences'])} sentences in {_many(header['training']['documents'])} documents"),
        ("Labelled by coders", _many(sum(sum(one.labels) for one in found))),
        ("Labelled by rules alone (never measured on)", _many(by_rules)),
        ("Left out, as coders differ", _many(unsettled)),
        ("Near-copies of another document (kept on its side of the split)", _many(copies)),
    ]


def _many(count: int) -> str:
    return f"{count:,}"


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
    """The hash of each file, and of each folder's files together with their names; what it is of is the end of its path."""
    return [Hash("/".join(path.parts[-2:]), files.digest(_parts(path))) for path in paths]


def _parts(path: Path) -> Iterable[bytes | str]:
    if path.is_file():
        yield path.read_bytes()
        return
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        yield file.relative_to(path).as_posix()
        yield file.read_bytes()
