"""Figures: scikit-learn's own numbers, intervals from whole documents, and nothing breaks where a label is missing."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.evaluation import measures
from pipeline.params import EvaluateParams
from pipeline.records import LABELS

PARAMS = EvaluateParams(resamples=200)
ALL = list(range(4))
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@st.composite
def classified(draw: st.DrawFn) -> tuple[Ints, Floats, list[str]]:
    """True labels, probabilities and documents of some sentences; few labels, or few documents, as it comes."""
    size = draw(st.integers(1, 60))
    labels = draw(st.lists(st.sampled_from(ALL), min_size=1, unique=True))
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    truth = chance.choice(labels, size)
    probabilities = chance.dirichlet(np.full(4, draw(st.sampled_from([0.3, 1.0, 5.0]))), size)
    probabilities[:, labels[0]] += draw(st.sampled_from([0.0, 3.0]))
    probabilities = np.maximum(probabilities, 1e-9)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return truth, probabilities, chance.integers(0, draw(st.integers(1, 12)), size).astype(str).tolist()


def scikit_learn(truth: Ints, probabilities: Floats) -> dict[str, Any]:
    """The same figures by scikit-learn; macro-F1 over the labels that stand in truth or prediction."""
    predicted = probabilities.argmax(axis=1)
    by_label = sklearn.metrics.precision_recall_fscore_support(truth, predicted, labels=ALL, zero_division=0)
    return {
        "accuracy": sklearn.metrics.accuracy_score(truth, predicted),
        "macro_f1": sklearn.metrics.f1_score(truth, predicted, average="macro", zero_division=0),
        "log_loss": sklearn.metrics.log_loss(truth, probabilities, labels=ALL),
        **dict(zip(("precision", "recall", "f1", "support"), by_label, strict=True)),
    }


def calibration_error(confidence: Floats, correct: Floats, bins: int) -> float:
    """The expected calibration error, written out bin by bin."""
    total = 0.0
    for low in range(bins):
        inside = [i for i, value in enumerate(confidence) if low <= value * bins < low + 1 or (low == bins - 1 and value == 1.0)]
        if inside:
            total += len(inside) / len(confidence) * abs(np.mean(correct[inside]) - np.mean(confidence[inside]))
    return total


@given(case=classified(), bins=st.integers(2, 20))
def test_the_figures_are_scikit_learns(case: tuple[Ints, Floats, list[str]], bins: int) -> None:
    truth, probabilities, documents = case
    found = measures.evaluate(truth, probabilities, documents, replace(PARAMS, resamples=100, calibration_bins=bins))
    expected = scikit_learn(truth, probabilities)
    for name in ("accuracy", "macro_f1", "log_loss"):
        assert found[name]["value"] == pytest.approx(expected[name], abs=1e-9), name
    for number, label in enumerate(LABELS):
        for name in ("precision", "recall", "f1"):
            assert found["labels"][label][name]["value"] == pytest.approx(expected[name][number], abs=1e-9), (name, label)
        assert found["labels"][label]["support"] == expected["support"][number]
    correct = (probabilities.argmax(axis=1) == truth).astype(float)
    assert found["calibration_error"]["value"] == pytest.approx(calibration_error(probabilities.max(axis=1), correct, bins), abs=1e-9)
    assert found["sentences"] == len(truth) and found["documents"] == len(set(documents))


def intervals(found: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Every figure that has an interval."""
    flat = {name: figure for name, figure in found.items() if isinstance(figure, dict) and "low" in figure}
    return flat | {f"{label} {name}": figure for label, by in found["labels"].items() for name, figure in by.items() if isinstance(figure, dict)}


@given(case=classified())
def test_intervals_are_in_order_and_within_the_range_of_their_figure(case: tuple[Ints, Floats, list[str]]) -> None:
    found = intervals(measures.evaluate(*case, PARAMS))
    assert len(found) == 16
    for name, figure in found.items():
        assert 0 <= figure["low"] <= figure["high"], name
        assert name == "log_loss" or figure["high"] <= 1, name


def mixed(size: int = 600, documents: int = 60, seed: int = 0) -> tuple[Ints, Floats, list[str]]:
    """Sentences of all labels, most of them labelled rightly."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, 4, size)
    probabilities = chance.dirichlet(np.ones(4), size) + np.eye(4)[truth] * 0.4
    return truth, probabilities / probabilities.sum(axis=1, keepdims=True), (np.arange(size) % documents).astype(str).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_intervals_contain_their_figure(seed: int) -> None:
    for name, figure in intervals(measures.evaluate(*mixed(seed=seed), PARAMS)).items():
        assert figure["low"] <= figure["value"] <= figure["high"], name
        assert figure["high"] - figure["low"] > 1e-3, name


def test_intervals_are_those_of_documents_drawn_again_and_scored_by_scikit_learn() -> None:
    truth, probabilities, documents = mixed(80, 8)
    found = measures.evaluate(truth, probabilities, documents, PARAMS)
    names = sorted(set(documents))
    times = np.random.default_rng(PARAMS.seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=PARAMS.resamples)
    drawn = []
    for counts in times:
        rows = np.concatenate([np.flatnonzero(np.array(documents) == name) for name, count in zip(names, counts, strict=True) for _ in range(count)])
        figures = scikit_learn(truth[rows], probabilities[rows])
        correct = (probabilities[rows].argmax(axis=1) == truth[rows]).astype(float)
        error = calibration_error(probabilities[rows].max(axis=1), correct, PARAMS.calibration_bins)
        drawn.append([figures["accuracy"], figures["macro_f1"], figures["log_loss"], error, figures["recall"][2]])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    figures = [found[name] for name in ("accuracy", "macro_f1", "log_loss", "calibration_error")] + [found["labels"]["warning"]["recall"]]
    assert [figure["low"] for figure in figures] == pytest.approx(low.tolist(), abs=1e-9)
    assert [figure["high"] for figure in figures] == pytest.approx(high.tolist(), abs=1e-9)


def test_whole_documents_are_drawn() -> None:
    truth, probabilities, _ = mixed()
    alone = measures.evaluate(truth, probabilities, [str(i) for i in range(len(truth))], PARAMS)["accuracy"]
    one = measures.evaluate(truth, probabilities, ["a"] * len(truth), PARAMS)["accuracy"]
    assert alone["high"] > alone["low"] and one["low"] == one["value"] == one["high"]


def test_the_seed_decides_the_intervals_and_nothing_else() -> None:
    case = mixed()
    assert measures.evaluate(*case, PARAMS) == measures.evaluate(*case, PARAMS)
    one, two = measures.evaluate(*case, PARAMS)["macro_f1"], measures.evaluate(*case, replace(PARAMS, seed=1))["macro_f1"]
    assert one["value"] == two["value"] and one["low"] != two["low"]


def test_a_missing_label_has_support_0_and_does_not_pull_the_mean_down() -> None:
    truth = np.array([0, 0, 1, 1])
    found = measures.evaluate(truth, measures.one_hot(truth), list("aabb"), PARAMS)
    assert found["macro_f1"]["value"] == 1.0
    assert found["labels"]["warning"] == {name: {"value": 0.0, "low": 0.0, "high": 0.0} for name in ("precision", "recall", "f1")} | {"support": 0}


def test_a_label_predicted_but_never_true_counts_as_an_error() -> None:
    found = measures.scores(measures.confusion(np.array([0, 0, 1]), np.array([0, 0, 2])))
    assert found["macro_f1"] == pytest.approx(1 / 3)


def test_certain_and_wrong_is_a_large_but_finite_loss() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measures.evaluate(np.array([0, 1]), measures.one_hot(np.array([1, 1])), list("ab"), PARAMS)
    assert 15 < found["log_loss"]["value"] < 20


def test_no_sentences_cannot_be_measured() -> None:
    with pytest.raises(DataError) as caught:
        measures.evaluate(np.zeros(0, dtype=np.int64), np.zeros((0, 4)), [], PARAMS)
    assert str(caught.value) == "there are no labelled sentences to measure on; annotate some, or hold out more documents"


@pytest.mark.parametrize(
    ("confidence", "correct", "expected"),
    [
        ([], [], 0.0),
        ([1.0, 0.95], [False, True], 0.475),  # certainty falls into the uppermost bin with what is nearly certain
        ([0.85, 0.95], [False, True], 0.45),
        ([0.85, 0.85], [False, True], 0.35),
    ],
)
def test_gaps_within_a_bin_are_weighed_against_each_other(confidence: list[float], correct: list[bool], expected: float) -> None:
    assert measures.calibration_error(np.array(confidence), np.array(correct, dtype=bool), bins=10) == pytest.approx(expected)


def test_the_confusion_has_the_truth_in_rows() -> None:
    matrix = measures.confusion(np.array([0, 0, 3, 2]), np.array([0, 1, 3, 3]))
    assert matrix.tolist() == [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1]]


def test_the_majority_baseline_gives_the_shares_of_training() -> None:
    shares = measures.majority(np.array([3, 3, 3, 1]), 2)
    assert shares.tolist() == [[0.0, 0.25, 0.0, 0.75]] * 2
    assert measures.majority(np.array([2]), 1).tolist() == [[0.0, 0.0, 1.0, 0.0]]
    assert measures.majority(np.zeros(0, dtype=np.int64), 1).tolist() == [[0.0] * 4]


def test_slices_are_scored_each_on_its_own() -> None:
    truth, predicted = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 2])
    found = measures.by_slice(truth, measures.one_hot(predicted), ["b", "b", "b", "a", "a"], list("vwxyz"), PARAMS)
    assert list(found) == ["a", "b"]
    assert found["a"] == {"sentences": 2, "accuracy": 1.0, "macro_f1": 1.0, "macro_f1_low": 1.0, "macro_f1_high": 1.0}
    assert (found["b"]["sentences"], found["b"]["accuracy"], found["b"]["macro_f1"]) == (3, pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_the_interval_of_a_slice_is_that_of_its_sentences_alone() -> None:
    truth, probabilities, documents = mixed()
    names = ["in" if i % 3 else "out" for i in range(len(truth))]
    inside = np.array([name == "in" for name in names])
    alone = measures.evaluate(truth[inside], probabilities[inside], np.array(documents)[inside].tolist(), PARAMS)["macro_f1"]
    found = measures.by_slice(truth, probabilities, names, documents, PARAMS)["in"]
    assert (found["macro_f1"], found["macro_f1_low"], found["macro_f1_high"]) == (alone["value"], alone["low"], alone["high"])
