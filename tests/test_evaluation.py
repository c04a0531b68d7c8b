"""Figures against scikit-learn's, intervals against resampling by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn import metrics

from pipeline import evaluation
from pipeline.params import EvaluateParams
from pipeline.records import LABELS

PARAMS = EvaluateParams(resamples=200)
PAIRS = st.integers(1, 40).flatmap(lambda n: st.tuples(*(npst.arrays(np.int64, n, elements=st.integers(0, 3)) for _ in range(2))))


@given(PAIRS)
def test_scores_are_those_of_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, predicted = pair
    found = evaluation.scores(evaluation.confusion(truth, predicted))
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(truth, predicted, labels=range(4), zero_division=0)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(truth, predicted, average="macro", zero_division=0))
    assert found["precision"] == pytest.approx(precision)
    assert found["recall"] == pytest.approx(recall)
    assert found["f1"] == pytest.approx(f1)


def test_confusion_has_the_truth_in_rows() -> None:
    assert evaluation.confusion(np.array([0, 0, 3]), np.array([1, 0, 3])).tolist() == [[1, 1, 0, 0], [0] * 4, [0] * 4, [0, 0, 0, 1]]


def test_calibration_error_by_hand() -> None:
    confidence, correct = np.array([0.9, 0.8, 0.3, 1.0]), np.array([True, False, False, True])
    assert evaluation.calibration_error(confidence, correct, bins=2) == pytest.approx((0.7 + 0.3) / 4)


def test_log_loss_is_that_of_scikit_learn() -> None:
    truth, probabilities = np.array([0, 1, 3]), np.array([[0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.2, 0.1], [0.0, 0.0, 0.5, 0.5]])
    assert evaluation.log_loss(truth, probabilities) == pytest.approx(metrics.log_loss(truth, probabilities, labels=range(4)))


@pytest.mark.parametrize("function", [lambda: evaluation.calibration_error(np.array([]), np.array([], dtype=bool), bins=5),
                                      lambda: evaluation.log_loss(np.array([], dtype=np.int64), np.empty((0, 4)))])  # fmt: skip
def test_nothing_costs_nothing(function: object) -> None:
    assert function() == 0.0  # type: ignore[operator]


def sample(size: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    draw = np.random.default_rng(1)
    truth = draw.integers(0, 4, size)
    raw = draw.random((size, 4)) + np.eye(4)[truth] * 0.6
    return truth, raw / raw.sum(axis=1, keepdims=True), [f"d{i // 5}" for i in range(size)]


def test_evaluate_reports_every_figure_within_its_interval() -> None:
    truth, probabilities, documents = sample(200)
    found = evaluation.evaluate(truth, probabilities, documents, PARAMS)
    assert (found["sentences"], found["documents"]) == (200, 40)
    assert found["macro_f1"]["value"] == pytest.approx(metrics.f1_score(truth, probabilities.argmax(axis=1), average="macro"))
    for name in ("accuracy", "macro_f1", "log_loss"):
        assert found[name]["low"] < found[name]["value"] < found[name]["high"]
    for number, label in enumerate(LABELS):
        assert found["labels"][label]["support"] == np.count_nonzero(truth == number)
        assert found["labels"][label]["f1"]["low"] < found["labels"][label]["f1"]["value"] < found["labels"][label]["f1"]["high"]


def test_intervals_are_those_of_documents_drawn_whole() -> None:
    """Two documents, one all right and one all wrong: accuracy is 0, 0.5 or 1 in every resample."""
    truth = np.array([0, 0, 1, 1])
    found = evaluation.evaluate(truth, evaluation.one_hot(np.array([0, 0, 2, 2])), ["a", "a", "b", "b"], PARAMS)
    assert found["accuracy"] == {"value": 0.5, "low": 0.0, "high": 1.0}
    single = evaluation.evaluate(truth, evaluation.one_hot(np.array([0, 0, 2, 2])), ["a"] * 4, PARAMS)
    assert single["accuracy"] == {"value": 0.5, "low": 0.5, "high": 0.5}


def test_the_seed_decides_the_intervals() -> None:
    truth, probabilities, documents = sample(100)
    first = evaluation.evaluate(truth, probabilities, documents, PARAMS)
    assert evaluation.evaluate(truth, probabilities, documents, PARAMS) == first
    assert evaluation.evaluate(truth, probabilities, documents, EvaluateParams(resamples=200, seed=1))["accuracy"] != first["accuracy"]


def test_majority_is_the_share_of_training_labels() -> None:
    assert evaluation.majority(np.array([3, 3, 0, 3]), 2).tolist() == [[0.25, 0, 0, 0.75]] * 2


def test_slices_are_scored_apart() -> None:
    truth = np.array([0, 1, 3])
    found = evaluation.by_slice(truth, evaluation.one_hot(np.array([0, 0, 3])), ["b", "b", "a"])
    assert list(found) == ["a", "b"]
    assert found["a"] == {"sentences": 1, "macro_f1": 1.0, "accuracy": 1.0}
    assert found["b"] == {"sentences": 2, "macro_f1": pytest.approx(1 / 3), "accuracy": 0.5}
