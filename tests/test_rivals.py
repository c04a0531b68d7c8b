"""The comparison with fastText and spaCy: on what they are trained, and how all are measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from small_project import Project

from benchmarks import rivals
from pipeline import params
from pipeline.coding import coded
from pipeline.evaluation import measures
from pipeline.params import TrainParams
from pipeline.records import LABELS


def test_rivals_are_trained_on_coders_labels_and_on_ordinary_news_as_often_as_it_weighs(project: Project) -> None:
    section = params.parse({"natural_collections": "co", "natural_weight": 3.0}, TrainParams)
    texts, labels = rivals.read(project.labelled, section)
    rows = coded.read(project.labelled / "train.parquet", by_coders=True)
    natural = [name.startswith("co") for name in rows["collection"]]
    assert len(texts) == len(labels) == len(natural) + 2 * sum(natural) and 0 < sum(natural) < len(natural)
    assert set(zip(texts, labels, strict=True)) == set(zip(rows["text"], rows["label"], strict=True))


def test_all_are_measured_alike() -> None:
    truth = np.array([0, 1, 2, 3] * 5)
    one = rivals.Measured("a set", ["a"] * len(truth), truth, [str(number) for number in range(len(truth))])

    def always_right(texts: Sequence[str]) -> rivals.Floats:
        return measures.one_hot(truth[: len(texts)])

    (row,) = rivals.score("oracle", always_right, [one])
    assert dict(zip(rivals.HEADER, row, strict=True)) == {"classifier": "oracle", "on": "a set", "sentences": 20} | dict.fromkeys(
        ("macro_f1", "low", "high", *LABELS), "1.000"
    )
