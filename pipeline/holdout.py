"""Which documents are kept for evaluation: whole documents, with near-copies on the same side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.text import words

Ints = NDArray[np.int64]
SHINGLE = 5


def near_duplicate_groups(texts: Sequence[str], *, threshold: float) -> Ints:
    """A group number for each document; documents that share much of their text share the number.

    Two documents are near-duplicates when the smaller one's set of 5-word shingles lies to at least
    `threshold` (0 to 1) in the other's (containment, Broder 1997). Groups are what near-duplicates
    connect.
    """
    import scipy.sparse
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(tokenizer=words, token_pattern=None, lowercase=False, ngram_range=(SHINGLE, SHINGLE), binary=True)
    try:
        shingles = counter.fit_transform(texts).astype(np.int32)
    except ValueError:
        return np.arange(len(texts))
    shared = (shingles @ shingles.T).tocoo()
    sizes = np.asarray(shingles.sum(axis=1)).ravel()
    smaller = np.minimum(sizes[shared.row], sizes[shared.col])
    alike = shared.data >= threshold * smaller
    graph = scipy.sparse.coo_matrix((alike[alike], (shared.row[alike], shared.col[alike])), shape=shared.shape)
    groups: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return groups


def hold_out(groups: Ints, collections: Sequence[str], *, share: float, seed: int) -> NDArray[np.bool_]:
    """Which documents to test on: whole groups, about `share` of every collection, at least one document in all."""
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    names = np.asarray(collections)
    wanted = {name: share * np.count_nonzero(names == name) for name in sorted(set(collections))}
    held = np.zeros(len(groups), dtype=bool)
    for group in order:
        members = groups == group
        name = names[members][0]
        if np.count_nonzero(held & (names == name)) + np.count_nonzero(members) <= wanted[name] + 0.5:
            held |= members
    if not held.any() and len(order) > 1:
        held |= groups == order[0]
    return held
