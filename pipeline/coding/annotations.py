"""Coders' labels: read from and written to seeds/annotations, and placed on sentences."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from pipeline import files
from pipeline.errors import DataError
from pipeline.reading.documents import read_rows
from pipeline.records import LABELS, Annotation, Sentence

COLUMNS = ("document", "start", "end", "text", "label", "codebook")
Labels = dict[int, dict[str, str]]
"""For a sentence's number, the label each coder gave it."""


def read_folder(folder: Path) -> list[Annotation]:
    """The annotations of every CSV file in `folder`; the file's name is the coder where no column says.

    Raises:
        DataError: `folder` is missing, or as `read` raises it.
    """
    if not folder.is_dir():
        raise DataError("is not a folder", where=str(folder), next_step="give the folder that holds the coders' CSV files")
    return [annotation for path in sorted(folder.glob("*.csv")) for annotation in read(path)]


def read(path: Path) -> list[Annotation]:
    """The annotations of one CSV file with the columns document, label and start and end or text (and coder, codebook).

    Raises:
        DataError: naming file and row, for an empty file, a missing column, a label outside the four or a bad offset.
    """
    found = []
    for number, row in enumerate(read_rows(path), start=2):
        where = f"{path} row {number}"
        if not row.get("document") or "label" not in row:
            raise DataError("needs the columns document and label", where=where, next_step="name them in the header")
        found.append(parse(row, where=where, coder=path.stem))
    if not found and not path.read_bytes().strip():
        raise DataError("is empty", where=str(path), next_step=f"give it the header {','.join(COLUMNS)}, or delete it")
    return found


def parse(row: Mapping[str, object], *, where: str, coder: str) -> Annotation:
    """One row of document, start, end, text, label, coder and codebook as an annotation; `coder` where the row names none.

    Raises:
        DataError: naming `where`, for a label outside the four, a bad offset, or neither offsets nor text.
    """
    label = str(row.get("label") or "").strip()
    if label not in LABELS:
        near = get_close_matches(label.lower(), LABELS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the labels are {', '.join(LABELS)}"
        raise DataError(f"the label is {label!r}", where=where, next_step=hint)
    start, end = _offset(row.get("start"), where), _offset(row.get("end"), where)
    text = str(row.get("text") or "")
    if start < 0 and not text:
        raise DataError("has neither offsets nor text", where=where, next_step="add start and end, or text")
    if start >= 0 and end <= start:
        raise DataError(f"ends at {row.get('end')!r}, which is not after its start {start}", where=where, next_step="give start and end")
    by = str(row.get("coder") or coder)
    return Annotation(str(row.get("document") or ""), start, end, text, label, by, where, str(row.get("codebook") or ""))


def _offset(value: object, where: str) -> int:
    if value is None or value == "":
        return -1
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if number < 0 or not number.is_integer():
        raise DataError(f"the offset is {value!r}", where=where, next_step="give a whole number from 0")
    return int(number)


def merge(path: Path, new: Sequence[Annotation], changed: Mapping[int, Annotation]) -> None:
    """Write `new` annotations behind those of a coder's file, whole or not at all; rows and columns there stay.

    Args:
        path: the CSV file, which need not exist.
        changed: by number of a row there (from 0), the annotation whose label replaces the row's.
    """
    rows = [dict(row) for row in read_rows(path)] if path.exists() else []
    header = [*rows[0]] if rows else [*COLUMNS]
    header += [name for name in COLUMNS if name not in header]
    for number, annotation in changed.items():
        rows[number] |= {"label": annotation.label, "codebook": annotation.codebook}
    rows += [annotation._asdict() for annotation in new]
    files.write_text(path, "".join(files.csv_lines([header, *([row.get(name, "") for name in header] for row in rows)])))


class Match(NamedTuple):
    """The sentence an annotation belongs to (-1: none) and the share (0 to 1) of their joint span that they have in common.

    `moved` is whether the annotation's own offsets were not exactly the sentence's.
    """

    sentence: int
    share: float
    moved: bool = False


class Finder:
    """Finds the sentence of an annotation by offsets and by text."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.sentences = sentences
        self._exact = {(sentence.document, sentence.start, sentence.end): number for number, sentence in enumerate(sentences)}
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number, sentence in enumerate(sentences):
            self._numbers[sentence.document].append(number)
        self._starts: dict[str, list[int]] = {}
        self._texts: dict[str, dict[str, list[int]]] = {}

    def find(self, annotation: Annotation, taken: Labels) -> Match:
        """The annotation's sentence: by exact offsets, else by its text, else the one that it overlaps most.

        Where its text stands in the document more than once and no offsets say which, the first is taken
        that its coder has not labelled in `taken`.
        """
        exact = self._exact.get((annotation.document, annotation.start, annotation.end), -1)
        if exact >= 0 and _reads_alike(annotation, self.sentences[exact]):
            return Match(exact, 1.0)
        same_text = self._texts_of(annotation.document).get(squeeze(annotation.text), [])
        if same_text and annotation.start >= 0:
            return Match(min(same_text, key=lambda i: abs(self.sentences[i].start - annotation.start)), 1.0, moved=True)
        if same_text:
            return Match(next((i for i in same_text if annotation.coder not in taken.get(i, {})), same_text[0]), 1.0)
        nearest = self._by_offsets(annotation)
        if nearest.sentence >= 0 and _reads_alike(annotation, self.sentences[nearest.sentence]):
            return nearest
        return Match(-1, 0.0)

    def _texts_of(self, document: str) -> dict[str, list[int]]:
        """The sentences of a document by their text."""
        if document not in self._texts:
            found: dict[str, list[int]] = defaultdict(list)
            for number in self._numbers.get(document, ()):
                found[squeeze(self.sentences[number].text)].append(number)
            self._texts[document] = found
        return self._texts[document]

    def _by_offsets(self, annotation: Annotation) -> Match:
        numbers = self._numbers.get(annotation.document, [])
        best = Match(-1, 0.0)
        if annotation.start < 0 or not numbers:
            return best
        starts = self._starts.setdefault(annotation.document, [])
        if not starts:
            starts += [self.sentences[number].start for number in numbers]
        first = max(0, bisect_right(starts, annotation.start) - 1)
        for number in numbers[first:]:
            sentence = self.sentences[number]
            if sentence.start >= annotation.end:
                break
            share = _overlap(annotation, sentence)
            if share > best.share:
                best = Match(number, share, moved=share < 1.0)
        return best


def squeeze(text: str) -> str:
    """`text` with every run of white space as one space."""
    return " ".join(text.split())


def _overlap(annotation: Annotation, sentence: Sentence) -> float:
    """Shared characters over the joint span (Jaccard), 0 to 1."""
    shared = min(annotation.end, sentence.end) - max(annotation.start, sentence.start)
    joint = max(annotation.end, sentence.end) - min(annotation.start, sentence.start)
    return max(0, shared) / joint if joint else 0.0


def _reads_alike(annotation: Annotation, sentence: Sentence) -> bool:
    """Whether the annotation's text, if it has one, is the document's where the two overlap."""
    if annotation.text in ("", sentence.text):
        return True
    if len(annotation.text) != annotation.end - annotation.start:
        one, other = squeeze(annotation.text), squeeze(sentence.text)
        return one in other or other in one
    start, end = max(annotation.start, sentence.start), min(annotation.end, sentence.end)
    own = annotation.text[start - annotation.start : end - annotation.start]
    return squeeze(own) == squeeze(sentence.text[start - sentence.start : end - sentence.start])


@dataclass
class Placed:
    """Annotations on sentences: `labels[i]` maps coder to label for sentence number i, `codebooks[i]` are the versions used.

    `moved` were placed though their edges differ, `repeated` say what their coder had said before,
    `cut_differently` overlap sentences without fitting one, `unmatched` touch none or read otherwise.
    """

    labels: Labels = field(default_factory=lambda: defaultdict(dict))
    codebooks: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    moved: list[Annotation] = field(default_factory=list)
    repeated: list[Annotation] = field(default_factory=list)
    cut_differently: list[Annotation] = field(default_factory=list)
    unmatched: list[Annotation] = field(default_factory=list)


def place(annotations: Iterable[Annotation], sentences: Sequence[Sentence], *, tolerance: float) -> Placed:
    """Find each annotation's sentence; overlapping must be at least `tolerance` (0 to 1) of the joint span.

    Raises:
        DataError: a coder labels a sentence twice, and differently.
    """
    finder, placed = Finder(sentences), Placed()
    for annotation in annotations:
        match = finder.find(annotation, placed.labels)
        if match.share >= tolerance:
            _add(placed, match.sentence, annotation)
            if match.moved:
                placed.moved.append(annotation)
        else:
            (placed.cut_differently if match.share > 0 else placed.unmatched).append(annotation)
    return placed


def _add(placed: Placed, index: int, annotation: Annotation) -> None:
    labels = placed.labels[index]
    before = labels.get(annotation.coder)
    if before is not None and before != annotation.label:
        raise DataError(
            f"coder {annotation.coder!r} gives this sentence both {before!r} and {annotation.label!r}",
            where=annotation.where,
            next_step="keep one",
        )
    if before is not None:
        placed.repeated.append(annotation)
    labels[annotation.coder] = annotation.label
    placed.codebooks[index].add(annotation.codebook)
