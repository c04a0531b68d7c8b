"""Reliability, calibration error and coverage against counts made by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from pipeline.evaluation import confidence
from pipeline.evaluation.confidence import Bin, Coverage
from pipeline.records import LABELS

TRUTH = np.array([0, 1, 3, 3])
PROBABILITIES = np.array([[0.9, 0.1, 0.0, 0.0], [0.3, 0.45, 0.0, 0.25], [0.0, 0.55, 0.0, 0.45], [0.0, 0.0, 0.0, 1.0]])


def test_reliability_of_the_predicted_label() -> None:
    low, high = confidence.reliability(TRUTH, PROBABILITIES, bins=2)["all"]
    assert low == Bin(0.0, 0.5, 1, 0.45, 1.0)
    assert high == Bin(0.5, 1.0, 3, pytest.approx((0.9 + 0.55 + 1.0) / 3), pytest.approx(2 / 3))


def test_reliability_of_one_label_and_of_an_empty_bin() -> None:
    curves = confidence.reliability(TRUTH, PROBABILITIES, bins=2)
    assert list(curves) == ["all", *LABELS]
    assert curves["neutral"] == [Bin(0.0, 0.5, 3, pytest.approx(0.7 / 3), pytest.approx(1 / 3)), Bin(0.5, 1.0, 1, 1.0, 1.0)]
    assert curves["warning"] == [Bin(0.0, 0.5, 4, 0.0, 0.0), Bin(0.5, 1.0, 0, None, None)]


def test_calibration_error_of_a_label() -> None:
    found = confidence.calibration_errors(TRUTH, PROBABILITIES, bins=2)
    assert found["neutral"] == pytest.approx(0.3 / 4)
    assert found["warning"] == 0.0
    assert found["all"] == pytest.approx((0.55 + 0.45) / 4)


@st.composite
def classifications(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    raw = draw(npst.arrays(float, st.tuples(st.integers(1, 30), st.just(4)), elements=st.floats(0.001, 1)))
    truth = draw(npst.arrays(np.int64, len(raw), elements=st.integers(0, 3)))
    return truth, raw / raw.sum(axis=1, keepdims=True)


@given(classifications(), st.integers(2, 20))
def test_curve_and_error_tell_the_same(drawn: tuple[np.ndarray, np.ndarray], bins: int) -> None:
    truth, probabilities = drawn
    errors = confidence.calibration_errors(truth, probabilities, bins=bins)
    for name, curve in confidence.reliability(truth, probabilities, bins=bins).items():
        assert sum(found.sentences for found in curve) == len(truth)
        gaps = [found.sentences * abs(found.share - found.probability) for found in curve if found.share is not None and found.probability is not None]
        assert sum(gaps) / len(truth) == pytest.approx(errors[name])
        assert all(found.low - 1e-9 <= found.probability <= found.high + 1e-9 for found in curve if found.probability is not None)


def test_coverage_counts_the_sentences_that_are_sure_enough() -> None:
    curve = {point.min_confidence: point for point in confidence.coverage(TRUTH, PROBABILITIES)}
    assert curve[0.25] == Coverage(0.25, 1.0, 0.75, pytest.approx((1 + 2 / 3 + 2 / 3) / 3))
    assert curve[0.45].coverage == 1.0, "at least, not more than"
    assert curve[0.46] == Coverage(0.46, 0.75, pytest.approx(2 / 3), pytest.approx((1 + 0 + 2 / 3) / 3))
    assert curve[0.9] == Coverage(0.9, 0.5, 1.0, 1.0)
    assert max(curve) == 0.99


@given(classifications())
def test_coverage_falls_as_confidence_is_asked_for(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    curve = confidence.coverage(*drawn)
    assert curve[0].coverage == 1.0
    assert all(before.coverage >= after.coverage > 0 for before, after in itertools.pairwise(curve))


def test_unsure_takes_the_smallest_confidence_that_does() -> None:
    curve = [Coverage(0.3, 1.0, 0.7, 0.6), Coverage(0.5, 0.8, 0.9, 0.8), Coverage(0.6, 0.5, 0.95, 0.9)]
    assert confidence.unsure(curve, accuracy=0.9) == {"wanted_accuracy": 0.9, "min_confidence": 0.5, "coverage": 0.8, "accuracy": 0.9, "macro_f1": 0.8}


def test_unsure_says_only_what_was_wanted_where_nothing_reaches_it() -> None:
    assert confidence.unsure([Coverage(0.3, 1.0, 0.7, 0.6)], accuracy=0.9) == {"wanted_accuracy": 0.9}
