"""What is to be coded: sentences that a coder has not read, with the rules' or the model's guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.coding import annotations as coding
from pipeline.errors import DataError
from pipeline.language import rules
from pipeline.reading import documents
from pipeline.records import LABELS, Annotation, Sentence, Task

if TYPE_CHECKING:
    from pipeline.language.lexicon import Lexicon
    from pipeline.scoring.model import StanceModel


class Guess(NamedTuple):
    """A guessed label, whose guess it is, and its probability (0 where unknown)."""

    label: str = ""
    by: str = ""
    confidence: float = 0.0


def read_places(path: Path) -> set[tuple[str, int, int]]:
    """The places (document, start, end) that a list of sentences names, as `stance queue` writes it.

    Raises:
        DataError: a row lacks one of the three.
    """
    found = set()
    for number, row in enumerate(documents.read_rows(path), start=2):
        try:
            found.add((str(row["document"]), int(str(row["start"])), int(str(row["end"]))))
        except (KeyError, ValueError) as error:
            raise DataError(f"does not name a sentence ({error})", where=f"{path} row {number}", next_step="give document, start and end") from None
    return found


def to_code(sentences: Sequence[Sentence], coder: Iterable[Annotation], *, tolerance: float, only: set[tuple[str, int, int]] | None) -> list[Task]:
    """The sentences that the coder has not labelled, in order; of them `only` those, where it is given."""
    read = coding.place(coder, sentences, tolerance=tolerance).labels
    return [
        Task(sentence.document, sentence.start, sentence.end, sentence.text)
        for number, sentence in enumerate(sentences)
        if number not in read and (only is None or (sentence.document, sentence.start, sentence.end) in only)
    ]


def coded(annotations: Iterable[Annotation], sentences: Sequence[Sentence], texts: Mapping[str, str]) -> list[Task]:
    """A coder's annotations with their own edges, or their sentence's where they have none, to be looked at again elsewhere.

    Args:
        texts: the text of every document, by id.

    Raises:
        DataError: an annotation stands nowhere in the documents.
    """
    finder = coding.Finder(sentences)
    taken: coding.Labels = defaultdict(dict)
    found = []
    for annotation in annotations:
        match = finder.find(annotation, taken)
        if match.sentence >= 0 and annotation.start < 0:
            taken[match.sentence][annotation.coder] = annotation.label
            sentence = sentences[match.sentence]
            annotation = annotation._replace(start=sentence.start, end=sentence.end)
        if annotation.start < 0 or annotation.end > len(texts.get(annotation.document, "")):
            raise DataError("stands nowhere in the documents", where=annotation.where, next_step="see `stance annotations check`")
        text = texts[annotation.document][annotation.start : annotation.end]
        found.append(Task(annotation.document, annotation.start, annotation.end, text, annotation.label, codebook=annotation.codebook))
    return found


def guess_by_rules(texts: Sequence[str], lexicon: Lexicon) -> list[Guess]:
    """The rules' label of every text and the name of the rule."""
    found = rules.apply(texts, lexicon)
    names = [f"rule {rule.name}" for rule in rules.RULES] + ["no rule"]
    return [Guess(LABELS[label], names[rule]) for label, rule in zip(found.label.tolist(), found.rule.tolist(), strict=True)]


def guess_by_model(texts: Sequence[str], model: StanceModel) -> list[Guess]:
    """The model's label of every text with its probability."""
    name = f"model {model.header['content'][:12]}"
    probabilities = model.predict_proba(texts)
    best = probabilities.argmax(axis=1)
    return [Guess(LABELS[i], name, round(float(row[i]), 4)) for i, row in zip(best.tolist(), probabilities, strict=True)]


def with_guesses(tasks: Sequence[Task], guesses: Sequence[Guess]) -> list[Task]:
    """The tasks, each with its guess."""
    pairs = zip(tasks, guesses, strict=True)
    return [task._replace(guess=guess.label, guessed_by=guess.by, confidence=guess.confidence) for task, guess in pairs]
