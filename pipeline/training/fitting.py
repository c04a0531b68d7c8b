"""Fit the classifier: documents split without leaks, settings chosen by grouped folds, probabilities calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.language.lexicon import Lexicon
from pipeline.params import TrainParams
from pipeline.records import LABELS
from pipeline.training import features, regression

if TYPE_CHECKING:
    import scipy.sparse
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Counts(NamedTuple):
    """Counted terms of n sentences, computed once: per block a matrix (n, terms) and its vectoriser; `common` are the forms that are no names."""

    blocks: tuple[tuple[scipy.sparse.csr_matrix, CountVectorizer], ...]
    common: frozenset[str]

    @classmethod
    def of(cls, texts: Sequence[str], lexicon: Lexicon, common: frozenset[str], *, min_documents: int, jobs: int) -> Counts:
        """Count the terms of `texts`, names by `common` (`casing.common_forms` of the training texts)."""
        return cls(tuple(features.count(texts, lexicon, common, min_documents=min_documents, jobs=jobs)), common)


class Fitted(NamedTuple):
    """A fitted classifier: for each block its kept columns and TF-IDF weighting, then the regression."""

    columns: tuple[Ints, ...]
    weightings: tuple[object, ...]
    regression: LogisticRegression


def fit(counts: Counts, labels: Ints, weights: Floats, rows: Ints, params: TrainParams, *, strength: float) -> Fitted:
    """Fit TF-IDF weighting and logistic regression on the sentences `rows`.

    Terms in fewer than `params.min_documents` of these sentences are left out, as a vectoriser fitted on
    them alone would do.

    Raises:
        DataError: only one label stands in these sentences, or a block has no term in enough of them.
    """
    columns, weightings = [], []
    for block, (matrix, counter) in zip(features.BLOCKS, counts.blocks, strict=True):
        part = matrix[rows]
        columns.append(np.flatnonzero(np.bincount(part.indices, minlength=part.shape[1]) >= params.min_documents))
        if not len(columns[-1]):
            what = f"no term of the block {block!r} stands in {params.min_documents} or more of the {len(rows)} training sentences"
            raise DataError(what, next_step="annotate more sentences, or lower train.min_documents in params.yaml")
        weightings.append(features.weighting(block).fit(part[:, columns[-1]]))
        if block == "cues":
            weightings[-1].idf_ = features.cue_idf(np.array(_terms(counter))[columns[-1]], params.rule_weight)
    present = np.unique(labels[rows])
    if len(present) < 2:
        raise DataError(f"only the label {LABELS[present[0]]!r} stands in the training sentences", next_step="annotate more sentences")
    matrix = _matrix(columns, weightings, counts, rows, params)
    fitted = regression.fit(matrix, labels[rows], weights[rows], strength=strength, smoothing=params.label_smoothing)
    return Fitted(tuple(columns), tuple(weightings), fitted)


def _matrix(columns: Sequence[Ints], weightings: Sequence[object], counts: Counts, rows: Ints, params: TrainParams) -> scipy.sparse.csr_matrix:
    """The weighted features of the sentences `rows`, shape (len(rows), features)."""
    import scipy.sparse

    parts = [
        weighting.transform(matrix[rows][:, kept]) * weight  # type: ignore[attr-defined]
        for (matrix, _), kept, weighting, weight in zip(counts.blocks, columns, weightings, params.block_weights, strict=True)
    ]
    return scipy.sparse.hstack(parts).tocsr()


def log_odds(fitted: Fitted, counts: Counts, rows: Ints, params: TrainParams) -> Floats:
    """The regression's scores before the softmax, shape (len(rows), 4); a label never seen gets -1e3."""
    raw = fitted.regression.decision_function(_matrix(fitted.columns, fitted.weightings, counts, rows, params))
    if raw.ndim == 1:
        raw = np.column_stack([-raw, raw]) / 2
    scores = np.full((len(rows), len(LABELS)), -1e3)
    scores[:, fitted.regression.classes_] = raw
    return scores


def out_of_group(counts: Counts, labels: Ints, weights: Floats, groups: Sequence[object], params: TrainParams, *, strength: float) -> Floats:
    """Log odds (n, 4) of every sentence from a model that saw nothing of the sentence's group."""
    from joblib import Parallel, delayed

    names = np.asarray(groups)
    values = sorted(set(groups), key=str)
    if len(values) < 2:
        raise DataError("all sentences belong to one group", next_step="add documents, or a second collection")
    folds = [(np.flatnonzero(names != value), np.flatnonzero(names == value)) for value in values]

    def fold(train: Ints, test: Ints) -> Floats:
        return log_odds(fit(counts, labels, weights, train, params, strength=strength), counts, test, params)

    scores = np.empty((len(labels), len(LABELS)))
    results = Parallel(n_jobs=params.jobs)(delayed(fold)(train, test) for train, test in folds)
    for (_, test), result in zip(folds, results, strict=True):
        scores[test] = result
    return scores


def natural(collections: Sequence[str], params: TrainParams) -> NDArray[np.bool_]:
    """Which sentences belong to a collection of ordinary news, shape (n,)."""
    start = params.natural_collections
    return np.array([bool(start) and name.startswith(start) for name in collections], dtype=bool)


def weights(by_label: Sequence[float], collections: Sequence[str], params: TrainParams) -> Floats:
    """How much each sentence counts in the fit, shape (n,): its label's weight, times `natural_weight` where it is ordinary news."""
    return np.array(by_label, dtype=np.float64) * np.where(natural(collections, params), params.natural_weight, 1.0)


def fold_of(names: Sequence[str], folds: int) -> list[int]:
    """A fold for each sentence, all of one name in the same; the names go round the folds in their order.

    >>> fold_of(["b", "a", "c", "b"], 2)
    [1, 0, 0, 1]
    """
    number = {name: i % folds for i, name in enumerate(sorted(set(names)))}
    return [number[name] for name in names]


def choose_strength(counts: Counts, labels: Ints, weights: Floats, groups: Ints, params: TrainParams) -> tuple[float, dict[float, float]]:
    """The strength with the best macro-F1 over grouped folds, and every strength's figure (empty where only one is given)."""
    from sklearn.metrics import f1_score

    if len(params.strengths) == 1:
        return params.strengths[0], {}
    shuffled = np.random.default_rng(params.seed).permutation(int(groups.max()) + 1) % params.folds
    scores = {}
    for strength in params.strengths:
        odds = out_of_group(counts, labels, weights, shuffled[groups].tolist(), params, strength=strength)
        scores[strength] = float(f1_score(labels, odds.argmax(axis=1), average="macro"))
    return max(scores, key=lambda strength: scores[strength]), scores


def temperature(scores: Floats, labels: Ints, collections: Sequence[str] | NDArray[np.str_]) -> float:
    """The divisor of log odds that makes probabilities fit `labels` best (temperature scaling, Guo et al. 2017).

    Each collection counts the same, whatever its size: what a user brings is one more collection. One sentence
    more than there are counts as wrong (the targets of Platt 1999): where all are right, no probability is 1.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    _, member, sizes = np.unique(collections, return_inverse=True, return_counts=True)
    doubt = 1.0 / (len(labels) + 2)

    def loss(log_divisor: float) -> float:
        chances = log_softmax(scores / np.exp(log_divisor), axis=1)
        right = chances[np.arange(len(labels)), labels]
        wrong = (chances.sum(axis=1) - right) / (chances.shape[1] - 1)
        return float(np.average(-(1 - doubt) * right - doubt * wrong, weights=1.0 / sizes[member]))

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def assemble(fitted: Fitted, counts: Counts, lexicon: Lexicon, params: TrainParams, *, divisor: float) -> Pipeline:
    """The fitted classifier as one scikit-learn pipeline from text to calibrated probabilities."""
    from sklearn.pipeline import FeatureUnion, Pipeline

    parts = []
    for block, (_, counter), columns, weighting in zip(features.BLOCKS, counts.blocks, fitted.columns, fitted.weightings, strict=True):
        terms = counter.get_feature_names_out() if block != "cues" else _terms(counter)
        kept = features.vectoriser(block, lexicon, counts.common).set_params(vocabulary={terms[column]: i for i, column in enumerate(columns)})
        parts.append((block, Pipeline([("count", kept), ("weigh", weighting)])))
    union = FeatureUnion(parts, transformer_weights=dict(zip(features.BLOCKS, params.block_weights, strict=True)))
    calibrated = copy(fitted.regression)
    calibrated.coef_, calibrated.intercept_ = calibrated.coef_ / divisor, calibrated.intercept_ / divisor
    return Pipeline([("features", union), ("classify", calibrated)])


def _terms(counter: CountVectorizer) -> list[int]:
    return sorted(counter.vocabulary_, key=counter.vocabulary_.__getitem__)
