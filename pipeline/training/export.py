"""From a fitted scikit-learn pipeline to the arrays of a model file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline import hashing
from pipeline.errors import ModelError
from pipeline.language import cue_terms, lexicon
from pipeline.language.lexicon import Lexicon, Names
from pipeline.records import LABELS
from pipeline.scoring import modelfile

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


def to_model(pipeline: Pipeline, lists: Lexicon, common: Collection[str], golden: Sequence[str], header: dict[str, Any]) -> modelfile.ModelFile:
    """The model file of a pipeline made by `fitting.assemble`, its cue lists and forms that are no names, with what `golden` sentences come out at."""
    union, regression = pipeline.named_steps["features"], pipeline.named_steps["classify"]
    weights, intercept = _four_columns(regression)
    blocks, begin = {}, 0
    for name, steps in union.transformer_list:
        terms = sorted(steps.named_steps["count"].vocabulary.items(), key=lambda item: item[1])
        end = begin + len(terms)
        scaled = weights[begin:end] * union.transformer_weights[name]
        blocks[name] = _block(name, [term for term, _ in terms], steps.named_steps["weigh"].idf_, scaled, lists)
        begin = end
    probabilities = np.zeros((len(golden), len(LABELS)))
    probabilities[:, regression.classes_] = pipeline.predict_proba(list(golden)) if golden else 0.0
    full = {"format": modelfile.FORMAT, "labels": list(LABELS), "golden": list(golden)} | header
    return modelfile.ModelFile(full, blocks["words"], blocks["characters"], blocks["cues"], _sorted_forms(common), intercept, probabilities, lists)


def _sorted_forms(common: Collection[str]) -> modelfile.Forms:
    forms = sorted(common)
    keys = hashing.string_keys(forms)
    order = np.argsort(keys)
    return modelfile.Forms(keys[order], Names.of(forms[place] for place in order).lines)


def _four_columns(regression: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (features, 4) and intercept (4,); a label that training never saw gets odds of nothing."""
    coefficients, intercepts = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    weights = np.zeros((coefficients.shape[1], len(LABELS)))
    intercept = np.full(len(LABELS), -1e3)
    weights[:, regression.classes_] = coefficients.T
    intercept[regression.classes_] = intercepts
    return weights, intercept


def _block(name: str, terms: list[Any], idf: NDArray[np.float64], weights: NDArray[np.float64], lists: Lexicon) -> modelfile.Block:
    if name == "cues":
        keys = np.array(terms, dtype=np.uint64)
        names = [cue_terms.describe(term, lists) for term in terms]
    else:
        keys = np.array([lexicon.phrase_key(tuple(term.split(" "))) for term in terms], dtype=np.uint64) if name == "words" else hashing.string_keys(terms)
        names = terms
    order = np.argsort(keys)
    if len(keys) and (keys[order][1:] == keys[order][:-1]).any():
        raise ModelError(f"two {name} share a key", next_step="change the base in hashing.py")
    return modelfile.Block(keys[order], idf[order], weights[order], Names.of(names[place] for place in order).lines)
