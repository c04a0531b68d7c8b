"""From what a tool exported to a coder's own file: every annotation is placed, or named with the reason why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline import suggesting
from pipeline.coding.annotations import Finder, Labels, squeeze
from pipeline.coding.forms import Rejected
from pipeline.errors import UsageError
from pipeline.records import Annotation, Document, Sentence


@dataclass
class Imported:
    """What becomes of annotations, all counted: `new`, `changed`, `repeated` and `rejected` sum to what came in.

    `new` are to be added, for each coder; `changed` are by coder and number of the row in their file
    whose label they replace; `repeated` say what stands there already. `moved` were placed though their
    edges differ; `cut_differently` stand in the document but fit no sentence: they are kept with their
    own edges.
    """

    new: dict[str, list[Annotation]] = field(default_factory=lambda: defaultdict(list))
    changed: dict[str, dict[int, Annotation]] = field(default_factory=lambda: defaultdict(dict))
    rejected: list[Rejected] = field(default_factory=list)
    repeated: list[Annotation] = field(default_factory=list)
    moved: list[Annotation] = field(default_factory=list)
    cut_differently: list[Annotation] = field(default_factory=list)


def name_coders(annotations: Iterable[Annotation], names: Sequence[str]) -> list[Annotation]:
    """The annotations under their coders' names.

    Args:
        names: `NAME` for a file that is one person's work, or `AS_IN_FILE=NAME` for each of several.

    Raises:
        UsageError: a coder has no name, or one name is given to the work of several.
    """
    annotations = list(annotations)
    found = sorted({annotation.coder for annotation in annotations})
    pairs = dict(name.split("=", 1) for name in names if "=" in name)
    single = [name for name in names if "=" not in name]
    if len(single) > 1 or (single and len(found) > 1):
        hint = " ".join(f"--coder {coder or '(none)'}=NAME" for coder in found)
        who = ", ".join(coder or "(no name)" for coder in found)
        raise UsageError(f"{len(single)} names are given for the work of {who}", where="--coder", next_step=f"write {hint}")
    if single:
        pairs = dict.fromkeys(found, single[0])
    if "" in found and "" not in pairs:
        raise UsageError("the file does not say who the coder is", where="--coder", next_step="give --coder NAME")
    for name in pairs.values():
        if not name or "/" in name or name.startswith("."):
            raise UsageError(f"{name!r} cannot be the name of a file", where="--coder", next_step="use letters and digits")
    return [annotation._replace(coder=pairs.get(annotation.coder, annotation.coder)) for annotation in annotations]


class Importer:
    """Places annotations on documents beside what their coders' files hold already."""

    def __init__(self, documents: Iterable[Document], sentences: Sequence[Sentence], *, tolerance: float) -> None:
        self._finder = Finder(sentences)
        self._texts = {document.id: document.text for document in documents}
        self._tolerance = tolerance
        self._documents_of: dict[str, set[str]] = {}

    def bring(self, annotations: Iterable[Annotation], before: Mapping[str, Sequence[Annotation]], *, codebook: str, replace: bool) -> Imported:
        """Say what becomes of each annotation.

        Args:
            annotations: with their coders' names; an empty document is looked up by the text.
            before: what each coder's file holds, in the order of its rows.
            codebook: the version that annotations which name none were made under.
            replace: a coder's new label for a sentence takes the place of another one; otherwise it is rejected.
        """
        result = Imported()
        rows = {coder: self._rows(held) for coder, held in before.items()}
        taken: Labels = defaultdict(dict)
        for annotation in annotations:
            placed, reason = self._place(annotation, taken, result)
            if placed is None:
                result.rejected.append(Rejected(annotation, reason))
            else:
                placed = placed._replace(codebook=placed.codebook or codebook)
                self._keep(placed, rows.setdefault(placed.coder, {}), result, replace=replace)
        return result

    def _rows(self, held: Sequence[Annotation]) -> dict[tuple[str, int, int], tuple[int, str]]:
        """For every place that a coder's file has a label for: the number of the row and the label."""
        taken: Labels = defaultdict(dict)
        found = {}
        for number, annotation in enumerate(held):
            placed, _ = self._place(annotation, taken, Imported())
            if placed is not None:
                found[placed.document, placed.start, placed.end] = number, placed.label
        return found

    def _place(self, annotation: Annotation, taken: Labels, result: Imported) -> tuple[Annotation | None, str]:
        """The annotation with the place and text of its sentence, or None and the reason."""
        if not annotation.document:
            known = sorted(self._documents_with(annotation.text))
            if len(known) != 1:
                return (
                    None,
                    f"its text stands in {len(known)} documents: say which in a column `document`" if known else "its text is no sentence of any document",
                )
            annotation = annotation._replace(document=known[0])
        match = self._finder.find(annotation, taken)
        if match.share < self._tolerance:
            return self._own_edges(annotation, result)
        if match.moved:
            result.moved.append(annotation)
        taken[match.sentence][annotation.coder] = annotation.label
        sentence = self._finder.sentences[match.sentence]
        return annotation._replace(start=sentence.start, end=sentence.end, text=sentence.text), ""

    def _documents_with(self, text: str) -> set[str]:
        """The documents in which a sentence reads so."""
        if not self._documents_of:
            self._documents_of = defaultdict(set)
            for sentence in self._finder.sentences:
                self._documents_of[squeeze(sentence.text)].add(sentence.document)
        return self._documents_of.get(squeeze(text), set())

    def _own_edges(self, annotation: Annotation, result: Imported) -> tuple[Annotation | None, str]:
        """The annotation with its own edges where the document reads so between them, or None and the reason."""
        if annotation.document not in self._texts:
            meant = suggesting.meant(annotation.document, self._texts, likeness=_NEAR) if len(result.rejected) < _SUGGESTED else ""
            return None, f"there is no document {annotation.document!r}; {meant or 'put it into the folder of documents first'}"
        text = self._texts[annotation.document]
        if annotation.start < 0:
            start = text.find(annotation.text)
            if start < 0:
                return None, "its text is not in the document"
            annotation = annotation._replace(start=start, end=start + len(annotation.text))
        there = text[annotation.start : annotation.end]
        if annotation.end > len(text) or not there.strip():
            return None, f"nothing stands there: the document has {len(text)} characters"
        if annotation.text and squeeze(there) != squeeze(annotation.text):
            return None, f"the document reads otherwise there: {squeeze(there)[:60]!r}"
        result.cut_differently.append(annotation)
        return annotation._replace(text=there), ""

    def _keep(self, placed: Annotation, rows: dict[tuple[str, int, int], tuple[int, str]], result: Imported, *, replace: bool) -> None:
        """Put a placed annotation where it belongs in the result."""
        key = placed.document, placed.start, placed.end
        number, label = rows.get(key, (_NEW, placed.label))
        if key not in rows:
            rows[key] = _NEW, placed.label
            result.new[placed.coder].append(placed)
        elif label == placed.label:
            result.repeated.append(placed)
        elif number == _NEW:
            result.rejected.append(Rejected(placed, f"the same file also says {label}; keep one"))
        elif replace:
            rows[key] = _NEW, placed.label
            result.changed[placed.coder][number] = placed
        else:
            result.rejected.append(Rejected(placed, f"{placed.coder} said {label} before; --replace takes the new label"))


_NEW = -1
"""Stands for the number of a row in a coder's file where the label is not from there."""
_SUGGESTED = 20
"""For as many unknown documents a near name is looked for, which takes time."""
_NEAR = 0.8
"""How alike (0 to 1) a document's name must be to be meant: a missing one of another collection is none."""
