"""Two classifications of the same sentences: which figures moved, and whether by more than chance would move them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.evaluation import measures
from pipeline.evaluation.measures import Floats, Ints
from pipeline.params import EvaluateParams

UP, DOWN, SAME, UNKNOWN = "up", "down", "the same", "unknown"


class Change(NamedTuple):
    """A figure `before` and `after`, their `difference` (after - before) and its 95 % interval from `low` to `high`.

    `low` and `high` are None where all sentences stand in one document: nothing says then how far chance moves a figure.
    """

    figure: str
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None

    @property
    def direction(self) -> str:
        """UP or DOWN where the interval leaves out 0, SAME where it does not, UNKNOWN where there is none."""
        if self.low is None or self.high is None:
            return UNKNOWN
        return UP if self.low > 0 else DOWN if self.high < 0 else SAME


def paired(truth: Ints, before: Floats, after: Floats, documents: Sequence[str], params: EvaluateParams) -> list[Change]:
    """Every figure of measures.FIGURES for two classifications of the same sentences, by a paired bootstrap over documents.

    In each resample both are scored on the same documents, so that what makes a document hard falls out of
    the difference (Efron and Tibshirani 1993, chapter 8; Berg-Kirkpatrick et al. 2012 on its use here).

    Args:
        truth: label numbers (n,).
        before, after: probabilities (n, 4); labels without probabilities go through measures.one_hot.
        documents: the document of each sentence (n,); whole documents are drawn, with return.

    Raises:
        DataError: there are no sentences, or not as many in one argument as in the other.
    """
    _check(truth, before, after, documents)
    points = [measures.figures(truth, probabilities, params.calibration_bins) for probabilities in (before, after)]
    moved = measures.resampled(truth, after, documents, params) - measures.resampled(truth, before, documents, params)
    return _changes(measures.FIGURES, points, moved, documents)


def paired_share(figure: str, before: Floats, after: Floats, groups: Sequence[str], params: EvaluateParams) -> Change:
    """The mean of two outcomes (n,), each 0 to 1, of the same cases, by a paired bootstrap over `groups` of cases.

    Raises:
        DataError: there are no cases, or not as many in one argument as in the other.
    """
    _check(before, before, after, groups)
    place = np.unique(np.asarray(groups), return_inverse=True)[1]
    times = measures.draws(int(place.max()) + 1, params)
    sums = np.bincount(place, after - before)
    moved = (times @ sums) / (times @ np.bincount(place))
    points = [np.array([float(outcome.mean())]) for outcome in (before, after)]
    return _changes((figure,), points, moved[:, None], groups)[0]


def _check(*parts: Sequence[Any] | NDArray[Any]) -> None:
    sizes = {len(part) for part in parts}
    if sizes == {0}:
        raise DataError("there is nothing to compare", next_step="give sentences that both have classified")
    if len(sizes) > 1:
        raise DataError(f"the parts of a comparison hold {' and '.join(map(str, sorted(sizes)))} rows", next_step="give one row a sentence in each")


def _changes(names: Sequence[str], points: Sequence[Floats], moved: Floats, groups: Sequence[str]) -> list[Change]:
    low, high = np.quantile(moved, (0.025, 0.975), axis=0)
    told = len(set(groups)) > 1
    rows = zip(names, points[0].tolist(), points[1].tolist(), low.tolist(), high.tolist(), strict=True)
    return [Change(name, old, new, new - old, least if told else None, most if told else None) for name, old, new, least, most in rows]
