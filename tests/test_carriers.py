"""The terms that carry a label come from the model's own weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.evaluation import carriers
from pipeline.evaluation.carriers import Carrier
from pipeline.language import lexicon
from pipeline.records import LABELS
from pipeline.scoring import modelfile

MODEL = Path(__file__).parent.parent / "models" / "stance.npz"


def block(names: str, idf: list[float], weights: list[list[float]]) -> modelfile.Block:
    keys = np.arange(len(idf), dtype=np.uint64)
    return modelfile.Block(keys, np.array(idf), np.array(weights).reshape(-1, 4), np.frombuffer(names.encode(), dtype=np.uint8))


def test_strongest_by_idf_times_weight() -> None:
    words = block("no\ndenied\nmet", [1.0, 3.0, 1.0], [[2.0, 0, 0, 0], [1.0, -1, 0, 0], [-3.0, 0, 0, 5.0]])
    cues = lexicon.compile_lists({"denial": "[deny-verb]\ndeny"})
    model = modelfile.ModelFile(
        {}, words, block("", [], []), block("", [], []), modelfile.Forms(np.zeros(0, np.uint64), np.zeros(0, np.uint8)), np.zeros(4), np.zeros((0, 4)), cues
    )
    found = list(carriers.strongest(model, count=2))
    assert [one for one in found if one.label == "denial"] == [Carrier("denial", "words", "denied", 3.0), Carrier("denial", "words", "no", 2.0)]
    assert found[-2] == Carrier("neutral", "words", "met", 5.0)
    assert len(found) == 2 * len(LABELS)


def test_a_term_has_the_weight_of_its_own_key() -> None:
    stored = modelfile.read(MODEL)
    for one in carriers.strongest(stored, count=20):
        if one.block == "words":
            place = np.searchsorted(stored.words.keys, np.uint64(lexicon.phrase_key(tuple(one.term.split(" ")))))
            assert one.weight == stored.words.idf[place] * stored.words.weights[place, LABELS.index(one.label)], one


@pytest.mark.parametrize("count", [1, 40])
def test_as_many_as_asked_for_every_label_and_block(count: int) -> None:
    found = list(carriers.strongest(modelfile.read(MODEL), count=count))
    for label in LABELS:
        for name in ("words", "characters", "cues"):
            weights = [one.weight for one in found if (one.label, one.block) == (label, name)]
            assert len(weights) == count
            assert weights == sorted(weights, reverse=True)
