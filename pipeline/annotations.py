"""Coders' labels: read them, place them on sentences, and settle where several coders differ."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pipeline.documents import read_rows
from pipeline.errors import DataError
from pipeline.records import LABELS, Annotation, Sentence


def read_folder(folder: Path) -> list[Annotation]:
    """The annotations of every CSV file in `folder`; the file's name is the coder where no column says.

    Raises:
        DataError: `folder` is missing, or as `read` raises it.
    """
    if not folder.is_dir():
        raise DataError("is not a folder", where=str(folder), next_step="give the folder that holds the coders' CSV files")
    return [annotation for path in sorted(folder.glob("*.csv")) for annotation in read(path)]


def read(path: Path) -> list[Annotation]:
    """The annotations of one CSV file with the columns document, label and start and end or text (and coder).

    Raises:
        DataError: naming file and row, for a missing column, a label outside the four or a bad offset.
    """
    found = []
    for number, row in enumerate(read_rows(path), start=2):
        where = f"{path} row {number}"
        if not row.get("document") or "label" not in row:
            raise DataError("needs the columns document and label", where=where, next_step="name them in the header")
        label = str(row["label"]).strip()
        if label not in LABELS:
            near = get_close_matches(label, LABELS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the labels are {', '.join(LABELS)}"
            raise DataError(f"the label is {label!r}", where=where, next_step=hint)
        start, end = (_offset(row.get(key), where) for key in ("start", "end"))
        if start >= 0 and end <= start:
            raise DataError(f"the end is {row.get('end')!r}, the start {start}", where=where, next_step="give an end after the start")
        text = str(row.get("text") or "")
        if start < 0 and not text:
            raise DataError("has neither offsets nor text", where=where, next_step="add start and end, or text")
        found.append(Annotation(str(row["document"]), start, end, text, label, str(row.get("coder") or path.stem), where))
    return found


def _offset(value: object, where: str) -> int:
    if value in (None, ""):
        return -1
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if number < 0:
        raise DataError(f"the offset is {value!r}", where=where, next_step="give a whole number from 0")
    return number


@dataclass
class Placed:
    """Annotations on sentences: `labels[i]` maps coder to label for sentence number i."""

    labels: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    moved: list[Annotation] = field(default_factory=list)
    cut_differently: list[Annotation] = field(default_factory=list)
    unmatched: list[Annotation] = field(default_factory=list)


def place(annotations: Iterable[Annotation], sentences: Sequence[Sentence], *, tolerance: float) -> Placed:
    """Find each annotation's sentence: by offsets, else the one that shares `tolerance` of their joint span, else by text.

    An annotation that overlaps sentences without fitting one is `cut_differently`; one that touches
    none, or whose document is unknown, is `unmatched`. A coder who labels a sentence twice differently
    is an error.
    """
    documents: dict[str, list[int]] = defaultdict(list)
    for index, sentence in enumerate(sentences):
        documents[sentence.document].append(index)
    starts = {document: [sentences[i].start for i in indices] for document, indices in documents.items()}
    by_text = {(sentences[i].document, " ".join(sentences[i].text.split())): i for i in range(len(sentences))}
    placed = Placed()
    for annotation in annotations:
        indices = documents.get(annotation.document, [])
        if annotation.start >= 0:
            near = bisect_right(starts.get(annotation.document, []), annotation.start)
            nearby = indices[max(0, near - 1) : near + 1]
            shares = [(_overlap(annotation, sentences[i]), i) for i in nearby]
        else:
            found = by_text.get((annotation.document, " ".join(annotation.text.split())))
            shares = [] if found is None else [(1.0, found)]
        share, index = max(shares, default=(0.0, -1))
        if share >= tolerance:
            _add(placed.labels[index], annotation)
            if share < 1.0:
                placed.moved.append(annotation)
        else:
            (placed.cut_differently if share > 0 else placed.unmatched).append(annotation)
    return placed


def _overlap(annotation: Annotation, sentence: Sentence) -> float:
    """Shared characters over the joint span (Jaccard), 0 to 1."""
    shared = min(annotation.end, sentence.end) - max(annotation.start, sentence.start)
    joint = max(annotation.end, sentence.end) - min(annotation.start, sentence.start)
    return max(0, shared) / joint if joint else 0.0


def _add(labels: dict[str, str], annotation: Annotation) -> None:
    before = labels.setdefault(annotation.coder, annotation.label)
    if before != annotation.label:
        raise DataError(
            f"coder {annotation.coder!r} gives this sentence both {before!r} and {annotation.label!r}",
            where=annotation.where,
            next_step="keep one",
        )


def resolve(labels: dict[str, str], *, adjudicator: str) -> tuple[str | None, str]:
    """One label from several coders' and how it was got: `single`, `agreed`, `adjudicated` or `disputed` (no label).

    >>> resolve({"ana": "denial", "ben": "neutral"}, adjudicator="chair")
    (None, 'disputed')
    """
    if adjudicator in labels:
        return labels[adjudicator], "adjudicated"
    values = Counter(labels.values())
    if len(values) > 1:
        return None, "disputed"
    return next(iter(values)), "single" if len(labels) == 1 else "agreed"
