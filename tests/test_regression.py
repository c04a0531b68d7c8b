"""The logistic regression: scikit-learn's where nothing is smoothed, and its own optimum where labels are."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from pipeline.training import regression

SENTENCES, FEATURES = 60, 12


def sample(seed: int, classes: int) -> tuple[scipy.sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Features, labels that lean on them, and weights."""
    chance = np.random.default_rng(seed)
    features = scipy.sparse.random(SENTENCES, FEATURES, density=0.4, random_state=chance, format="csr")
    labels = (features @ chance.normal(size=(FEATURES, classes)) + chance.gumbel(size=(SENTENCES, classes))).argmax(axis=1)
    labels[:classes] = np.arange(classes)
    return features, labels + 1, chance.uniform(0.1, 4, SENTENCES)


def repeated(features: scipy.sparse.csr_matrix, labels: np.ndarray, weights: np.ndarray, strength: float, smoothing: float) -> LogisticRegression:
    """scikit-learn's fit of every sentence once with each label, which is what smoothing means."""
    classes = np.unique(labels)
    of_each = [weights * ((1 - smoothing) * (labels == one) + smoothing / len(classes)) for one in classes]
    model = LogisticRegression(C=strength, solver="newton-cg", tol=1e-10, max_iter=1000)
    return model.fit(scipy.sparse.vstack([features] * len(classes)), np.repeat(classes, len(labels)), np.concatenate(of_each))


@given(st.integers(0, 10_000), st.integers(2, 4), st.sampled_from([0.1, 1.0, 10.0]), st.sampled_from([0.0, 0.2, 0.9]))
def test_a_fit_is_scikit_learns_of_every_sentence_with_each_label(seed: int, classes: int, strength: float, smoothing: float) -> None:
    features, labels, weights = sample(seed, classes)
    expected = repeated(features, labels, weights, strength, smoothing)
    found = regression.fit(features, labels, weights, strength=strength, smoothing=smoothing)
    assert list(found.classes_) == list(expected.classes_)
    assert found.coef_.shape == expected.coef_.shape and found.intercept_.shape == expected.intercept_.shape
    assert found.predict_proba(features) == pytest.approx(expected.predict_proba(features), abs=1e-5)


def test_smoothed_labels_keep_probabilities_from_certainty() -> None:
    features, labels = scipy.sparse.csr_matrix(np.eye(4)), np.arange(4)
    sure, doubting = (regression.fit(features, labels, np.full(4, 1e6), strength=1.0, smoothing=share) for share in (0.0, 0.2))
    assert sure.predict_proba(features).diagonal().min() > 0.999
    assert doubting.predict_proba(features).diagonal() == pytest.approx(0.8 + 0.2 / 4, abs=1e-3)


def test_a_fit_that_ends_too_early_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression, "_STEPS", 1)
    with pytest.raises(ArithmeticError, match="no optimum"):
        regression.fit(*sample(0, 4), strength=100.0, smoothing=0.0)
