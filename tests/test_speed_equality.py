"""The array scorer gives scikit-learn's numbers, and its short cuts change nothing."""

from __future__ import annotations

import random
import sys
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks import reference
from pipeline import hashing
from pipeline.language import text
from pipeline.scoring.model import StanceModel

Predict = Callable[[list[str]], NDArray[np.float64]]
NEWS = [
    "The ministry denied that its forces had shelled the town, and accused the rebels of it.",
    "“We had nothing to do with it,” the U.S. envoy’s office said on 3.5 million claims.",
    "Doctors warned that, unless aid came, the fever could spread; officials did not deny it.",
    "The two sides met for talks on Monday.",
]
ODD = ["", " ", "\n\t", "0", "''``''", "a", "U.S.", "\ud800", "A\u030angstro\u0308m \u212b", "ß İ ﬁ ①②", "的" * 40]


@pytest.fixture(scope="session")
def scikit_learn(model: StanceModel) -> Predict:
    """predict_proba of the rebuilt pipeline: a function, as pytest would print a pipeline's vocabulary for minutes."""
    pipeline = reference.pipeline(model._stored)
    return lambda texts: pipeline.predict_proba(texts)


def assert_equal(model: StanceModel, scikit_learn: Predict, texts: list[str]) -> None:
    np.testing.assert_allclose(model.predict_proba(texts), scikit_learn(texts), rtol=0, atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(" ".join(NEWS).split()), max_size=40).map(" ".join)), max_size=8))
def test_random_text_scores_as_scikit_learn_does(model: StanceModel, scikit_learn: Predict, texts: list[str]) -> None:
    assert_equal(model, scikit_learn, [*texts, "x"])


@pytest.mark.parametrize("texts", [NEWS, ODD, NEWS * 400 + ODD, [word * 300 for word in ("na", "deny ", "the, ", "’s ")]])
def test_odd_texts_score_as_scikit_learn_does(model: StanceModel, scikit_learn: Predict, texts: list[str]) -> None:
    assert_equal(model, scikit_learn, texts)


@pytest.mark.parametrize("line", ["the denied " * 95_000, "denial" * 170_000, " ".join(f"w{number}x" for number in range(150_000))])
def test_lines_of_a_megabyte_score_as_scikit_learn_does(model: StanceModel, scikit_learn: Predict, line: str) -> None:
    assert_equal(model, scikit_learn, [NEWS[0], line, NEWS[1]])


@pytest.mark.parametrize("size", range(5, 12))
def test_words_are_looked_up_in_pieces_of_any_size(model: StanceModel, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    texts = [*NEWS, *ODD, " ".join("undeniably"[:length] for length in range(1, 11)), "denial" * 9, *("denied"[:3] * length for length in range(9))]
    once = StanceModel(model.stored).log_odds(texts)
    monkeypatch.setattr("pipeline.scoring.wordfeatures._PIECE", size)
    np.testing.assert_allclose(StanceModel(model.stored).log_odds(texts), once, rtol=0, atol=1e-12)


def test_a_word_of_megabytes_takes_little_memory(model: StanceModel) -> None:
    """Half of what it takes where all its letter sequences are looked up at once."""
    word = "".join(random.Random(1).choices("etaoinshrdlu", k=3_000_000))
    model.predict_proba(NEWS)
    tracemalloc.start()
    try:
        model.predict_proba([word])
        assert tracemalloc.get_traced_memory()[1] < 60 * len(word)
    finally:
        tracemalloc.stop()


def test_scores_survive_forgetting_words(model: StanceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    once = model.predict_proba(NEWS)
    monkeypatch.setattr("pipeline.scoring.lookup._TABLE_LIMIT", 0)
    assert (model.predict_proba(NEWS) == once).all()


@settings(deadline=None)
@given(st.lists(st.text(alphabet=st.one_of(st.sampled_from(" .'’`,0aU\u0301\u2000\u212b\x1c\x85"), st.characters()), max_size=40), max_size=6))
def test_batches_hold_the_tokens_of_each_text(texts: list[str]) -> None:
    table = text.WordTable()
    for _ in range(2):
        found = text.batch(texts, table)
        forms = [table.forms[number] for number in found.token.tolist()]
        assert [forms[begin:end] for begin, end in zip(found.offsets, found.offsets[1:], strict=False)] == [
            [text.word_form(token) for token in text.tokens(one)] for one in texts
        ]


def test_no_character_becomes_or_composes_across_a_blank() -> None:
    everything = [chr(point) for point in range(sys.maxunicode + 1)]
    assert [c for c in everything if c.isspace() != text.normalise(c).isspace()] == []
    assert [c for c in everything if text.normalise(" " + c) != " " + text.normalise(c) or text.normalise(c + " ") != text.normalise(c) + " "] == []


@given(st.sets(st.integers(0, 2**64 - 1), max_size=80), st.lists(st.integers(0, 2**64 - 1), max_size=20), st.booleans())
def test_index_finds_what_a_search_finds(known: set[int], others: list[int], many: bool) -> None:
    keys = np.array(sorted(known), dtype=np.uint64)
    wanted = [*known, *others]
    expected = [sorted(known).index(key) if key in known else -1 for key in wanted]
    for index in (hashing.Index(keys), hashing.CodeIndex(keys)):
        if many:
            index.find(np.arange(20_000, dtype=np.uint64))
        assert index.find(np.array(wanted, dtype=np.uint64)).tolist() == expected
