"""The model card: what the model is for, what it was trained on, how well it does and where it fails, all from files of the run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import decoding, tables
from pipeline.errors import DataError
from pipeline.evaluation import provenance, runs
from pipeline.pages import page
from pipeline.records import LABELS

_NAME = "stance-pipeline"
_MEASURED = ("macro_f1", "accuracy", "calibration_error")
_SMALL = 50
"""A slice or collection of fewer sentences is not named among the weak ones."""
_WORST = 3
_COLUMNS = ("document", "collection", "label", "source")


class Measured(NamedTuple):
    """A set of labelled sentences: what it is, the command that measures on it, and what measures.evaluate found.

    `current` is False where another model was measured than the one the card is of.
    """

    name: str
    command: str
    figures: Mapping[str, Any]
    current: bool = True


class Origin(NamedTuple):
    """What a model was trained on: counts, and what the data card says (Markdown, "" where there is none)."""

    told: str
    collections: int
    documents: int
    sentences: int
    natural: int
    by_rules: int
    labels: tuple[int, ...]


class Confused(NamedTuple):
    """A label taken for another: `sentences` of all that have the label, and their `share` (0 to 1)."""

    label: str
    taken_for: str
    sentences: int
    share: float


def write_up(reports: Path, header: Mapping[str, Any], origin: Origin, *, natural: str) -> str:
    """The card of a model with this header, in Hugging Face's form: a YAML header, then Markdown; the same files give the same text.

    Args:
        reports: the folder that evaluate wrote to; reports/evaluations holds what `stance evaluate --format json` printed, a file a set.
        natural: how the names of collections of ordinary news begin, "" where there are none.

    Raises:
        DataError: a file of the run is missing or is not what evaluate writes.
    """
    metrics = runs.metrics(reports)
    sets = [Measured("documents kept out of training", "make pipeline", metrics["model"]), *_evaluations(reports / "evaluations", header)]
    values = {
        "yaml": _yaml([one for one in sets if one.current]),
        "header": header,
        "origin": origin,
        "sets": sets,
        "metrics": metrics,
        "collections": {name: one for name, one in metrics["collections"].items() if natural and name.startswith(natural)},
        "confused": confused(reports / "confusion.csv"),
        "weak": {"slices": _weakest(_slices(metrics)), "collections": _weakest(metrics["collections"])},
        "failing": sorted(((name, rate) for name, rate in metrics["challenges"].items() if name != "all"), key=lambda one: one[1])[:_WORST],
    }
    return f"{page.render('card.md', values)}\n"


def origin(labelled: Path, data_card: Path, *, natural: str) -> Origin:
    """What stands in the folder that the label stage wrote, and the first paragraph of the data card."""
    train, test = (tables.read(labelled / f"{name}.parquet", _COLUMNS) for name in ("train", "test"))
    found = provenance.collections(train, test)
    told = first_paragraph(decoding.read_text(data_card)) if data_card.is_file() else ""
    ordinary = sum(one.sentences for one in found if natural and one.name.startswith(natural))
    labels = tuple(sum(one.labels[number] for one in found) for number in range(len(LABELS)))
    whole, sentences, by_rules = (sum(getattr(one, name) for one in found) for name in ("documents", "sentences", "by_rules"))
    return Origin(told, len(found), whole, sentences, ordinary, by_rules, labels)


def first_paragraph(markdown: str) -> str:
    """The first paragraph that is neither heading nor list nor table.

    >>> first_paragraph("# Title\\n\\n- a list\\n\\nAll of it\\nis made up.\\n\\nMore.")
    'All of it is made up.'
    """
    parts = (" ".join(part.split()) for part in markdown.replace("\r\n", "\n").split("\n\n"))
    return next((part for part in parts if part and not part.startswith(("#", "- ", "* ", "|"))), "")


def confused(path: Path) -> list[Confused]:
    """The labels most often taken for another, as shares of the label's sentences, from confusion.csv."""
    rows = list(runs.rows(path, lambda row: (row["truth"], [int(row[label]) for label in LABELS])))
    found = [
        Confused(truth, label, count, count / sum(counts))
        for truth, counts in rows
        for label, count in zip(LABELS, counts, strict=True)
        if label != truth and count
    ]  # fmt: skip
    return sorted(found, key=lambda one: -one.share)[: _WORST + 1]


def _evaluations(folder: Path, header: Mapping[str, Any]) -> Iterator[Measured]:
    for path in sorted(folder.glob("*.json")):
        try:
            figures = json.loads(path.read_text("utf-8"))
            complete = all(isinstance(figures[name]["value"], float) for name in _MEASURED) and set(figures["labels"]) == set(LABELS)
        except (ValueError, KeyError, TypeError):
            complete = False
        if not complete:
            raise DataError("is not what `stance evaluate --format json` prints", where=str(path), next_step="write it again, or delete it")
        yield Measured(path.stem.replace("_", " "), "stance evaluate FILE --format json", figures, figures.get("model") == header["content"])


def _yaml(sets: Sequence[Measured]) -> str:
    import yaml

    results = [
        {
            "task": {"type": "text-classification", "name": "Stance of news sentences"},
            "dataset": {"type": one.name.replace(" ", "-"), "name": one.name},
            "metrics": [_metric(kind, name, one.figures) for kind, name in (("f1", "macro_f1"), ("accuracy", "accuracy"), ("ece", "calibration_error"))],
        }
        for one in sets
    ]
    told = {
        "language": "en",
        "license": "mit",
        "pipeline_tag": "text-classification",
        "tags": ["stance", "news", *LABELS, "tf-idf", "logistic-regression"],
        "metrics": ["f1", "accuracy"],
        "model-index": [{"name": _NAME, "results": results}],
    }
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=1000)


def _metric(kind: str, name: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": kind, "name": name.replace("_", " ").replace("f1", "F1"), "value": round(figures[name]["value"], 3)}


def _slices(metrics: Mapping[str, Any]) -> dict[str, Mapping[str, float]]:
    return {f"{kind}, {name}": one for kind, found in metrics["slices"].items() for name, one in found.items()}


def _weakest(scored: Mapping[str, Mapping[str, float]]) -> list[tuple[str, Mapping[str, float]]]:
    """The lowest macro-F1 first."""
    large = [(name, one) for name, one in scored.items() if one["sentences"] >= _SMALL]
    return sorted(large, key=lambda pair: pair[1]["macro_f1"])[:_WORST]
