"""Multinomial logistic regression, fitted to its optimum, with smoothed labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import scipy.sparse
    from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_GRADIENT = 1e-7
"""How long the mean loss's gradient is where the fit ends: 2e-5 of a probability from the optimum, measured."""
_LONGEST = 1e-6
"""How long it may be where rounding hides, before that, what a further step would gain."""
_STEPS = 1000


def fit(features: scipy.sparse.csr_matrix, labels: Ints, weights: Floats, *, strength: float, smoothing: float) -> LogisticRegression:
    """scikit-learn's LogisticRegression, fitted with smoothed labels (Szegedy et al. 2016), which it does not have.

    Args:
        features: a row a sentence, shape (n, features).
        labels: their labels (n,), two or more different ones.
        weights: how much each counts (n,).
        strength: C, the inverse of the L2 penalty's weight.
        smoothing: the share of each label's weight (0 to 1) that goes to all labels alike; 0 gives what scikit-learn fits.

    Raises:
        ArithmeticError: no optimum was found.
    """
    from scipy.optimize import minimize
    from sklearn.linear_model import LogisticRegression

    classes, place = np.unique(labels, return_inverse=True)
    targets = np.full((len(labels), len(classes)), smoothing / len(classes))
    targets[np.arange(len(labels)), place] += 1 - smoothing
    penalised = 2 if len(classes) == 2 else 1  # of two classes scikit-learn has one row of weights, the difference of ours
    loss = _Loss(features, targets, weights / weights.sum(), penalised / (strength * weights.sum()))
    start = np.zeros((features.shape[1] + 1) * len(classes))
    found = minimize(loss.value, start, jac=True, hessp=loss.hessian, method="trust-ncg", options={"gtol": _GRADIENT, "maxiter": _STEPS})
    if np.linalg.norm(found.jac) > _LONGEST:
        raise ArithmeticError(f"the logistic regression found no optimum ({found.message})")
    parameters = found.x.reshape(-1, len(classes))
    if len(classes) == 2:
        parameters = parameters[:, 1:] - parameters[:, :1]
    regression = LogisticRegression(C=strength)
    regression.classes_, regression.coef_, regression.intercept_ = classes, parameters[:-1].T.copy(), parameters[-1].copy()
    return regression


class _Loss:
    """Cross-entropy of smoothed labels plus an L2 penalty on all but the intercepts, as scikit-learn scales it."""

    def __init__(self, features: scipy.sparse.csr_matrix, targets: Floats, shares: Floats, penalty: float) -> None:
        self._features, self._transposed = features, features.T.tocsr()
        self._targets, self._shares, self._penalty = targets, shares[:, None], penalty
        self._at: tuple[Floats, Floats] | None = None

    def _scores(self, parameters: Floats) -> Floats:
        scores: Floats = self._features @ parameters[:-1] + parameters[-1]
        return scores

    def _log_probabilities(self, flat: Floats) -> Floats:
        """Of the classes at the parameters `flat`, shape (n, classes); kept, as one step asks for many directions from the same place."""
        from scipy.special import log_softmax

        if self._at is None or not np.array_equal(self._at[0], flat):
            self._at = flat.copy(), log_softmax(self._scores(flat.reshape(-1, self._targets.shape[1])), axis=1)
        return self._at[1]

    def _gradient(self, by_score: Floats, parameters: Floats) -> Floats:
        """What a gradient by scores (n, classes) is by parameters, the penalty's added."""
        by_feature = self._transposed @ by_score + self._penalty * parameters[:-1]
        return np.concatenate([by_feature, by_score.sum(axis=0, keepdims=True)]).ravel()

    def value(self, flat: Floats) -> tuple[float, Floats]:
        """The loss and its gradient."""
        parameters = flat.reshape(-1, self._targets.shape[1])
        chances = self._log_probabilities(flat)
        loss = -(self._shares * self._targets * chances).sum() + self._penalty * (parameters[:-1] ** 2).sum() / 2
        return float(loss), self._gradient(self._shares * (np.exp(chances) - self._targets), parameters)

    def hessian(self, flat: Floats, direction: Floats) -> Floats:
        """The change of the gradient along a direction, at the parameters `flat`."""
        step = direction.reshape(-1, self._targets.shape[1])
        probabilities = np.exp(self._log_probabilities(flat))
        moved = probabilities * self._scores(step)
        return self._gradient(self._shares * (moved - probabilities * moved.sum(axis=1, keepdims=True)), step)
