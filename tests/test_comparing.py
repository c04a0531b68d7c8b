"""Two classifications in pairs: only what moved by more than chance is called up or down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.evaluation import comparing, measures
from pipeline.evaluation.measures import one_hot
from pipeline.params import EvaluateParams

PARAMS = EvaluateParams(resamples=200)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def guesses(truth: Ints, *, right: float, seed: int) -> Floats:
    """Probabilities whose likeliest label is the true one in about `right` of the sentences."""
    chance = np.random.default_rng(seed)
    labels = np.where(chance.random(len(truth)) < right, truth, chance.integers(0, 4, len(truth)))
    return 0.6 * one_hot(labels) + 0.1


def coded(size: int = 900, documents: int = 90) -> tuple[Ints, list[str]]:
    """True labels and the documents they stand in."""
    return np.random.default_rng(7).integers(0, 4, size), (np.arange(size) % documents).astype(str).tolist()


def changes(before: Floats, after: Floats, truth: Ints, documents: list[str]) -> dict[str, comparing.Change]:
    return {change.figure: change for change in comparing.paired(truth, before, after, documents, PARAMS)}


def test_a_classification_is_the_same_as_itself_to_the_last_digit() -> None:
    truth, documents = coded()
    same = guesses(truth, right=0.7, seed=1)
    for change in comparing.paired(truth, same, same.copy(), documents, PARAMS):
        assert (change.difference, change.low, change.high, change.direction) == (0, 0, 0, comparing.SAME)


def test_better_is_up_and_the_other_way_round_is_down() -> None:
    truth, documents = coded()
    worse, better = guesses(truth, right=0.5, seed=1), guesses(truth, right=0.9, seed=2)
    up, down = changes(worse, better, truth, documents), changes(better, worse, truth, documents)
    assert set(up) == set(measures.FIGURES)
    for name in ("macro_f1", "accuracy", "f1/denial"):
        assert (up[name].direction, down[name].direction) == (comparing.UP, comparing.DOWN), name
        assert up[name].difference == -down[name].difference == up[name].after - up[name].before
    assert up["log_loss"].direction == comparing.DOWN


def test_two_that_are_as_good_as_each_other_are_the_same_beyond_noise() -> None:
    truth, documents = coded()
    found = changes(guesses(truth, right=0.7, seed=1), guesses(truth, right=0.7, seed=2), truth, documents)
    assert found["macro_f1"].difference != 0
    assert found["macro_f1"].direction == comparing.SAME


def test_the_points_are_the_figures_of_evaluate() -> None:
    truth, documents = coded()
    after = guesses(truth, right=0.7, seed=1)
    found = changes(guesses(truth, right=0.2, seed=3), after, truth, documents)
    expected = measures.evaluate(truth, after, documents, PARAMS)
    assert found["macro_f1"].after == expected["macro_f1"]["value"]
    assert found["recall/warning"].after == expected["labels"]["warning"]["recall"]["value"]


def test_pairing_sees_what_two_separate_intervals_do_not() -> None:
    """One document in three is hard for both; the second gets one sentence more right in twenty of them."""
    truth, documents = coded(1200, 120)
    hard = np.arange(1200) % 3 == 0
    before = one_hot(np.where(hard, (truth + 1) % 4, truth))
    mended = hard & (np.arange(1200) < 60)
    after = one_hot(np.where(hard & ~mended, (truth + 1) % 4, truth))
    found = changes(before, after, truth, documents)["accuracy"]
    apart = [measures.evaluate(truth, part, documents, PARAMS)["accuracy"] for part in (before, after)]
    assert apart[0]["high"] > apart[1]["low"]
    assert found.direction == comparing.UP


def test_documents_are_drawn_whole() -> None:
    """Sixty sentences mended in one document of two hundred may be one document's luck; in sixty documents it is not."""
    truth = np.zeros(12000, dtype=np.int64)
    before = one_hot(np.where(np.arange(12000) < 60, 1, 0))
    together = [str(i // 60) for i in range(12000)]
    apart = [str(i % 200) for i in range(12000)]
    assert changes(before, one_hot(truth), truth, together)["accuracy"].direction == comparing.SAME
    assert changes(before, one_hot(truth), truth, apart)["accuracy"].direction == comparing.UP


def test_one_document_tells_nothing_of_chance() -> None:
    truth, _ = coded(50)
    for change in comparing.paired(truth, guesses(truth, right=0.1, seed=0), one_hot(truth), ["a"] * 50, PARAMS):
        assert (change.low, change.high, change.direction) == (None, None, comparing.UNKNOWN)


@given(outcomes=st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from("abcde")), min_size=1, max_size=40), seed=st.integers(0, 99))
def test_shares_are_means_and_their_difference_lies_in_range(outcomes: list[tuple[bool, bool, str]], seed: int) -> None:
    before, after = (np.array([float(row[i]) for row in outcomes]) for i in (0, 1))
    groups = [row[2] for row in outcomes]
    found = comparing.paired_share("passed", before, after, groups, replace(PARAMS, seed=seed))
    assert (found.figure, found.before, found.after) == ("passed", before.mean(), after.mean())
    assert found.difference == pytest.approx(after.mean() - before.mean())
    if len(set(groups)) == 1:
        assert found.direction == comparing.UNKNOWN
    else:
        assert found.low is not None and found.high is not None and -1 <= found.low <= found.high <= 1


def test_a_share_that_rises_nearly_everywhere_is_up() -> None:
    after = (np.arange(100) % 10 > 0).astype(float)
    found = comparing.paired_share("passed", np.zeros(100), after, [str(i) for i in range(100)], PARAMS)
    assert found.direction == comparing.UP
    assert found.low is not None and found.high is not None and found.low < 0.9 < found.high


@pytest.mark.parametrize(("size", "other", "words"), [(0, 0, "nothing to compare"), (3, 2, "2 and 3 rows")])
def test_what_cannot_be_compared_is_refused(size: int, other: int, words: str) -> None:
    truth = np.zeros(size, dtype=np.int64)
    with pytest.raises(DataError, match=words):
        comparing.paired(truth, one_hot(truth), one_hot(np.zeros(other, dtype=np.int64)), ["a"] * size, PARAMS)
    with pytest.raises(DataError, match=words):
        comparing.paired_share("x", np.zeros(size), np.zeros(other), ["a"] * size, PARAMS)
