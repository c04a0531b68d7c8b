"""A scikit-learn classifier of texts: fits what the train stage fits, and gives a model file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_consistent_length, check_is_fitted, column_or_1d

from pipeline import params, suggesting
from pipeline.errors import DataError, UsageError
from pipeline.language import casing, lexicon
from pipeline.language.lexicon import Lexicon
from pipeline.params import TrainParams
from pipeline.records import LABELS
from pipeline.scoring import modelfile, unlike
from pipeline.scoring.model import Floats, Ints, StanceModel, checked_texts, packaged
from pipeline.training import export, fitting


class StanceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of the stance of sentences that scikit-learn can clone, cross-validate and search the settings of.

    Labels are names of LABELS or their numbers there (0 to 3), as a column of Hugging Face datasets has them.

    Args:
        cues: folder of cue lists, compiled at every fit (about a second), or a model file to take them from;
            None takes those of the model in the package.
        strength: the regression's C; the smaller, the nearer to even its probabilities.
        min_documents: a term must stand in as many training sentences.
        block_weights: of words, characters and cues.
        rule_weight: of cue terms that name the deciding rule, beside other cue terms.
        label_smoothing: share of each label's weight that goes to all labels alike in the fit.
        folds: in how many parts the groups are left out in turn to calibrate on.
        n_jobs: processes, as joblib takes it.

    >>> from sklearn.model_selection import cross_val_score
    >>> cross_val_score(StanceClassifier(cues="models/stance.npz"), texts, labels, scoring="f1_macro")  # doctest: +SKIP
    """

    classes_: NDArray[Any]
    """The labels that stand in the training data, sorted."""

    def __init__(
        self,
        *,
        cues: str | Path | None = None,
        strength: float = 1.0,
        min_documents: int = 3,
        block_weights: Sequence[float] = (0.5, 0.5, 0.2),
        rule_weight: float = 2.0,
        label_smoothing: float = 0.3,
        folds: int = 8,
        n_jobs: int | None = None,
    ) -> None:
        self.cues = cues
        self.strength = strength
        self.min_documents = min_documents
        self.block_weights = block_weights
        self.rule_weight = rule_weight
        self.label_smoothing = label_smoothing
        self.folds = folds
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.one_d_array, tags.input_tags.two_d_array = True, True, False
        return tags

    def fit(
        self, texts: Sequence[str], labels: Sequence[Any], sample_weight: Sequence[float] | None = None, groups: Sequence[object] | None = None
    ) -> StanceClassifier:
        """Fit on n texts.

        Args:
            texts: sentences (n,).
            labels: a label for each (n,).
            sample_weight: how much each counts in the fit (n,).
            groups: the collection or document of each (n,). With it the probabilities are calibrated, on
                groups left out in turn, and the model can tell when a text is unlike all of them.

        Raises:
            UsageError: a text is no string, or a label none of the four.
            ParamsError: a setting is out of range.
            DataError: only one label stands there, or no term in `min_documents` sentences.
        """
        read = _texts(texts)
        given = column_or_1d(labels, warn=True)
        check_consistent_length(read, given, groups)
        check_classification_targets(given)
        weights = _check_sample_weight(sample_weight, np.empty((len(read), 1)), dtype=np.float64, ensure_non_negative=True)
        self.classes_, place = np.unique(given, return_inverse=True)
        self._model = self._fitted(read, _numbers(self.classes_)[place], weights, groups)
        return self

    def predict(self, texts: Sequence[str]) -> NDArray[Any]:
        """The likeliest label of every text, shape (n,), of the kind that `fit` was given."""
        likeliest = self.predict_proba(texts).argmax(axis=1)
        chosen: NDArray[Any] = self.classes_[likeliest]
        return chosen

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """The probabilities of `classes_` for every text, a column each, shape (n, number of classes); rows sum to 1."""
        check_is_fitted(self, "classes_")
        return self._model.predict_proba(_texts(texts))[:, _numbers(self.classes_)]

    def to_model(self) -> StanceModel:
        """The fitted model as one that `StanceModel.load` would give of its file."""
        check_is_fitted(self, "classes_")
        return StanceModel(modelfile.from_bytes(modelfile.to_bytes(self._model.stored)))

    def save(self, path: str | Path) -> None:
        """Write the model file, which `StanceModel.load` and every command with --model read."""
        check_is_fitted(self, "classes_")
        modelfile.write(path, self._model.stored)

    def _fitted(self, texts: list[str], labels: Ints, weights: Floats, groups: Sequence[object] | None) -> StanceModel:
        section, lists, common = self._section(), _lists(self.cues), casing.common_forms(texts)
        names = None if groups is None else [str(group) for group in groups]
        try:
            counts = fitting.Counts.of(texts, lists, common, min_documents=section.min_documents, jobs=section.jobs)
        except ValueError as error:  # scikit-learn's counter found no word, run of letters or cue at all
            raise DataError(f"the {len(texts)} texts hold too little to count ({error})", next_step="give more, or lower min_documents") from None
        fitted = fitting.fit(counts, labels, weights, np.arange(len(labels)), section, strength=self.strength)
        divisor = 1.0 if names is None else self._divisor(counts, labels, weights, names, section)
        header = {
            "settings": {"strength": float(self.strength), "divisor": divisor, "block_weights": section.block_weights},
            "training": {"sentences": len(labels), "labels": np.bincount(labels, minlength=len(LABELS)).tolist()},
            unlike.HEADER: unlike.limits(texts, names, common, min_documents=section.min_documents) if names else {},
        }
        golden = [texts[first] for first in np.unique(labels, return_index=True)[1]]
        return StanceModel(export.to_model(fitting.assemble(fitted, counts, lists, section, divisor=divisor), lists, common, golden, header))

    def _divisor(self, counts: fitting.Counts, labels: Ints, weights: Floats, groups: list[str], section: TrainParams) -> float:
        """What fits the probabilities to sentences of groups that the model has not seen."""
        folds = fitting.fold_of(groups, section.collection_folds)
        return fitting.temperature(fitting.out_of_group(counts, labels, weights, folds, section, strength=self.strength), labels, groups)

    def _section(self) -> TrainParams:
        """The settings as the train stage has them, checked."""
        from joblib import effective_n_jobs

        names = ("min_documents", "rule_weight", "label_smoothing")
        plain = {name: np.asarray(getattr(self, name)).item() for name in names} | {"collection_folds": np.asarray(self.folds).item()}
        lists = {"strengths": [float(self.strength)], "block_weights": [float(weight) for weight in self.block_weights]}
        return params.parse(plain | lists | {"jobs": effective_n_jobs(self.n_jobs)}, TrainParams, where="StanceClassifier")


def _texts(texts: Sequence[str]) -> list[str]:
    """A list of texts from a list, an array or a column of a table."""
    if isinstance(texts, str) or getattr(texts, "ndim", 1) != 1:
        raise UsageError("texts are wanted in one dimension: a list, an array, or a column of a table", next_step="give [text], or table['text']")
    return checked_texts(texts)


def _numbers(labels: NDArray[Any]) -> Ints:
    """The numbers in LABELS of labels (k,) that are names or numbers."""
    for label in labels.tolist():
        if label not in (*LABELS, *range(len(LABELS))) or isinstance(label, bool):
            hint = suggesting.meant(str(label), LABELS) or f"the labels are {', '.join(LABELS)}, or 0 to {len(LABELS) - 1}"
            raise UsageError(f"the label is {label!r}", next_step=hint)
    return np.array([LABELS.index(label) if isinstance(label, str) else int(label) for label in labels.tolist()], dtype=np.int64)


def _lists(cues: str | Path | None) -> Lexicon:
    """The cue lists of a folder or of a model file, None for the package's own."""
    place = packaged() if cues is None else Path(cues)
    return lexicon.compile_lists(lexicon.read_folder(place)) if place.is_dir() else modelfile.read(place).lexicon
