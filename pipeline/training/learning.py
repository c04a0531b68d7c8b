"""What more text would bring: the model fitted on growing parts of the training documents, and without each collection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.coding import coded
from pipeline.evaluation import measures
from pipeline.language import casing
from pipeline.params import LearningParams, TrainParams
from pipeline.records import LABELS
from pipeline.scoring import modelfile
from pipeline.training import fitting

Ints = NDArray[np.int64]


class EvaluationSet(NamedTuple):
    """Sentences to measure on: what they are called, their texts and label numbers."""

    name: str
    texts: Sequence[str]
    labels: Ints


class Point(NamedTuple):
    """A model fitted on `sentences` of `documents`, a `share` (0 to 1) of all, and its F1 `on` a tested set, over all and by label."""

    on: str
    share: float
    documents: int
    sentences: int
    macro_f1: float
    denial: float
    accusation: float
    warning: float
    neutral: float


class Added(NamedTuple):
    """What a collection of `documents` and `sentences` adds `on` a tested set: F1 of the whole model less that of one without it."""

    on: str
    collection: str
    documents: int
    sentences: int
    macro_f1: float
    denial: float
    accusation: float
    warning: float
    neutral: float


class Study(NamedTuple):
    """Terms counted once, training sentences before tested ones, and what is fitted with them.

    `documents` and `collections` number and name those of the training sentences; `strength` is the regression's C.
    """

    counts: fitting.Counts
    labels: Ints
    weights: NDArray[np.float64]
    documents: Ints
    collections: NDArray[np.str_]
    tested: Sequence[EvaluationSet]
    params: TrainParams
    strength: float


def prepare(labelled: Path, model: Path, params: TrainParams, *, more: Sequence[EvaluationSet] = ()) -> Study:
    """Count the terms of the training documents, of the test documents and of `more` to measure on.

    Args:
        labelled: folder that the label stage wrote.
        model: model file, whose cue lists and strength are taken.
    """
    stored = modelfile.read(model)
    rows, test = coded.read(labelled / "train.parquet", more=("weight",)), coded.read(labelled / "test.parquet", by_coders=True)
    tested = (EvaluationSet("test documents", test["text"], np.array(test["label"], dtype=np.int64)), *more)
    texts = [*rows["text"], *(text for one in tested for text in one.texts)]
    counts = fitting.Counts.of(texts, stored.lexicon, casing.common_forms(rows["text"]), min_documents=params.min_documents, jobs=params.jobs)
    labels = np.concatenate([np.array(rows["label"], dtype=np.int64), *(one.labels for one in tested)])
    weights = fitting.weights(rows["weight"], rows["collection"], params)
    documents = np.unique(rows["document"], return_inverse=True)[1]
    return Study(counts, labels, weights, documents, np.array(rows["collection"]), tested, params, stored.header["settings"]["strength"])


def curve(study: Study, params: LearningParams) -> list[Point]:
    """The points of every share on every tested set; a smaller part lies within a greater, parts with one label are left out."""
    order = np.random.default_rng(params.seed).permutation(int(study.documents.max()) + 1)
    parts = {share: np.flatnonzero(np.isin(study.documents, order[: max(1, round(share * len(order)))])) for share in sorted(params.shares)}
    parts = {share: rows for share, rows in parts.items() if len(np.unique(study.labels[rows])) > 1}
    found = _scores(study, list(parts.values()))
    return [
        Point(one.name, share, len(np.unique(study.documents[rows])), len(rows), *figures)
        for place, one in enumerate(study.tested)
        for (share, rows), figures in zip(parts.items(), found[:, place].tolist(), strict=True)
    ]


def added(study: Study) -> list[Added]:
    """What each collection adds on every tested set, the most helpful first; nothing where there is only one collection."""
    names = np.unique(study.collections)
    members = [study.collections == name for name in names]
    if len(names) < 2:
        return []
    found = _scores(study, [np.arange(len(study.collections)), *(np.flatnonzero(~inside) for inside in members)])
    rows = [
        Added(one.name, str(name), len(np.unique(study.documents[inside])), int(inside.sum()), *figures)
        for place, one in enumerate(study.tested)
        for name, inside, figures in zip(names, members, (found[:1, place] - found[1:, place]).tolist(), strict=True)
    ]
    order = {one.name: place for place, one in enumerate(study.tested)}
    return sorted(rows, key=lambda row: (order[row.on], -row.macro_f1))


def _scores(study: Study, parts: Sequence[Ints]) -> NDArray[np.float64]:
    """Macro-F1 and the labels' F1 of a model fitted on each part, shape (parts, tested sets, 5)."""
    from joblib import Parallel, delayed

    return np.array(Parallel(n_jobs=study.params.jobs)(delayed(_score)(study, part) for part in parts))


def _score(study: Study, part: Ints) -> list[list[float]]:
    size = len(study.documents)
    fitted = fitting.fit(study.counts, study.labels, study.weights, part, study.params, strength=study.strength)
    predicted = fitting.log_odds(fitted, study.counts, np.arange(size, len(study.labels)), study.params).argmax(axis=1)
    ends = np.cumsum([len(one.labels) for one in study.tested])[:-1]
    figures = [
        measures.scores(measures.confusion(truth, guess)) for truth, guess in zip(np.split(study.labels[size:], ends), np.split(predicted, ends), strict=True)
    ]
    return [[float(one["macro_f1"]), *one["f1"].tolist()] for one in figures]


def as_table(points: Sequence[Point], without: Sequence[Added]) -> str:
    """The curve, and what each collection adds, as lines for a terminal."""
    labels = " ".join(f"{label:>10}" for label in LABELS)
    lines = []
    for on in dict.fromkeys(point.on for point in points):
        lines.append(f"F1 on {on}\n{'documents':>12} {'sentences':>9} {'macro':>7} {labels}")
        lines += [f"{one.documents:>12} {one.sentences:>9} {one.macro_f1:>7.3f} {_figures(one, '')}" for one in points if one.on == on]
        lines += [f"\nwhat each collection adds to F1 on {on}\n{'collection':<22} {'macro':>7} {labels}"] if without else []
        lines += [f"{one.collection:<22} {one.macro_f1:>+7.3f} {_figures(one, '+')}" for one in without if one.on == on] + [""]
    return "\n".join(lines).rstrip("\n")


def _figures(row: Point | Added, sign: str) -> str:
    return " ".join(f"{getattr(row, label):>{sign}10.3f}" for label in LABELS)
