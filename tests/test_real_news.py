"""The model in git on real news, which it was not trained on: it must do better than a floor, and lose no sentence."""

from __future__ import annotations

import json

import pytest
from architecture import ROOT

from pipeline import StanceModel
from pipeline.classifying import bulk
from pipeline.evaluation import labelled_file
from pipeline.reading import sources

NEWS = ROOT.parent / "shared" / "real_news_dev.jsonl"
FLOOR = 0.68
"""Macro-F1 that no change may fall below."""

pytestmark = pytest.mark.skipif(not NEWS.exists(), reason="the real news sentences are not beside the project (../shared/real_news_dev.jsonl)")


@pytest.fixture(scope="module")
def model() -> StanceModel:
    return StanceModel.load(ROOT / "models" / "stance.npz")


def test_the_model_does_better_than_the_floor(model: StanceModel) -> None:
    figures = labelled_file.evaluate_file(model, NEWS, labelled_file.Columns())
    assert figures["macro_f1"]["value"] >= FLOOR
    assert figures["macro_f1"]["value"] > figures["majority"]["value"]
    assert min(found["recall"]["value"] for found in figures["labels"].values()) > 0.3, "no label is given up"


def test_no_sentence_is_lost(model: StanceModel) -> None:
    written = [json.loads(line) for line in NEWS.read_text("utf-8").splitlines()]
    found = [pair for batch in bulk.classify(model, sources.from_files([NEWS], text_column="text", id_column="id")) for pair in batch]
    assert [(row.id, row.text) for row, _ in found] == [(str(item["id"]), item["text"]) for item in written]
    assert all(prediction.label for _, prediction in found)
