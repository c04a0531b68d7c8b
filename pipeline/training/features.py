"""From texts to counted terms in three blocks: words, characters, cues. The scikit-learn side of the model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.language import casing, context, cue_terms
from pipeline.language.lexicon import Lexicon
from pipeline.language.text import WordTable, batch

if TYPE_CHECKING:
    import scipy.sparse
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

BLOCKS = ("words", "characters", "cues")
WORD_NGRAMS = (1, 2)
CHARACTER_NGRAMS = (3, 5)
_BATCH = 4096


def spaced_words(text: str, common: Collection[str]) -> str:
    """The words of a text with one space between: what the character n-grams are cut from."""
    return " ".join(casing.words(text, common))


def cue_codes(texts: Sequence[str], lexicon: Lexicon) -> list[list[int]]:
    """The codes of the cue terms of each text."""
    found: list[list[int]] = []
    table = WordTable()
    for begin in range(0, len(texts), _BATCH):
        part = batch(texts[begin : begin + _BATCH], table)
        rows, codes = cue_terms.terms(context.read(part, table, lexicon), lexicon)
        order = np.argsort(rows, kind="stable")
        ends = np.searchsorted(rows[order], np.arange(part.rows), side="right")
        found += [piece.tolist() for piece in np.split(codes[order], ends[:-1])]
    return found


def cue_analyzer(lexicon: Lexicon) -> Callable[[str], list[int]]:
    """An analyzer for scikit-learn's vectorisers that turns one text into its cue codes."""

    def analyze(text: str) -> list[int]:
        return cue_codes([text], lexicon)[0]

    return analyze


def vectoriser(block: str, lexicon: Lexicon, common: Collection[str], *, min_documents: int = 1) -> CountVectorizer:
    """scikit-learn's counter for one block.

    Args:
        common: the word forms that are no names (`casing.common_forms`).
        min_documents: terms that stand in fewer sentences are dropped.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    if block == "words":
        counted = partial(casing.words, common=common)
        return CountVectorizer(tokenizer=counted, token_pattern=None, lowercase=False, ngram_range=WORD_NGRAMS, min_df=min_documents)
    if block == "characters":
        spaced = partial(spaced_words, common=common)
        return CountVectorizer(analyzer="char_wb", preprocessor=spaced, ngram_range=CHARACTER_NGRAMS, min_df=min_documents)
    return CountVectorizer(analyzer=cue_analyzer(lexicon), min_df=min_documents)


def weighting(block: str) -> TfidfTransformer:
    """scikit-learn's weighting of one block's counts: sublinear TF-IDF of unit length; cues count by presence times `cue_idf`.

    Scaled to unit length, one cue would weigh the less the more others stand beside it.
    """
    from sklearn.feature_extraction.text import TfidfTransformer

    return TfidfTransformer(norm=None) if block == "cues" else TfidfTransformer(sublinear_tf=True)


def cue_idf(codes: NDArray[np.int64], rule_weight: float) -> NDArray[np.float64]:
    """What stands for the idf of cue terms (F,): `rule_weight` for a term that names the deciding rule, 1 for others."""
    return np.where(cue_terms.names_rule(codes), rule_weight, 1.0)


def count(
    texts: Sequence[str], lexicon: Lexicon, common: Collection[str], *, min_documents: int, jobs: int = 1
) -> list[tuple[scipy.sparse.csr_matrix, CountVectorizer]]:
    """Count the terms of every block once: for each block the matrix (n, terms) and its fitted vectoriser."""
    from joblib import Parallel, delayed

    return list(Parallel(n_jobs=jobs)(delayed(_count_block)(block, list(texts), lexicon, common, min_documents) for block in BLOCKS))


def _count_block(
    block: str, texts: list[str], lexicon: Lexicon, common: Collection[str], min_documents: int
) -> tuple[scipy.sparse.csr_matrix, CountVectorizer]:
    counter = vectoriser(block, lexicon, common, min_documents=min_documents)
    if block != "cues":
        return counter.fit_transform(texts).tocsr(), counter
    counter.set_params(analyzer=list)
    counted = counter.fit_transform(cue_codes(texts, lexicon)).tocsr()
    return counted, counter.set_params(analyzer=cue_analyzer(lexicon))
