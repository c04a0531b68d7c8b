"""The scikit-learn pipeline that a model file was exported from, rebuilt from the file."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.language.lexicon import Names
from pipeline.scoring import modelfile
from pipeline.training import features


def pipeline(model: modelfile.ModelFile) -> Any:
    """A scikit-learn pipeline from texts to probabilities with the terms, idf and weights of `model`.

    The codes of the cues are computed for all texts together, which favours scikit-learn: one text at a
    time, as its vectorisers would ask for them, costs about a millisecond each.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import FeatureUnion, Pipeline

    union = FeatureUnion([(name, _block(name, model)) for name in features.BLOCKS])
    regression = LogisticRegression()
    regression.classes_ = np.arange(model.words.weights.shape[1])
    regression.coef_ = np.vstack([getattr(model, name).weights for name in features.BLOCKS]).T
    regression.intercept_ = model.intercept
    return Pipeline([("features", union), ("classify", regression)])


def _block(name: str, model: modelfile.ModelFile) -> Any:
    import scipy.sparse
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    block = getattr(model, name)
    weigh = features.weighting(name).fit(scipy.sparse.csr_matrix((1, max(len(block.keys), 1))))
    weigh.idf_ = block.idf
    if name == "cues":
        read = FunctionTransformer(features.cue_codes, kw_args={"lexicon": model.lexicon})
        count = CountVectorizer(analyzer=list, vocabulary={code: place for place, code in enumerate(block.keys.tolist())})
        return Pipeline([("read", read), ("count", count), ("weigh", weigh)])
    common = frozenset(Names(model.common.names))
    terms = block.names.tobytes().decode("utf-8", "surrogatepass").split("\n")
    vocabulary = {term: place for place, term in enumerate(terms)} if len(block.keys) else {"": 0}
    return Pipeline([("count", features.vectoriser(name, model.lexicon, common).set_params(vocabulary=vocabulary)), ("weigh", weigh)])
