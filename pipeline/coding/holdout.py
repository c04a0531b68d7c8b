"""Which documents are kept for evaluation: whole documents, with near-copies on the same side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline import files
from pipeline.language.text import words

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


def hold_out(groups: Ints, names: Sequence[str], collections: Sequence[str], *, share: float, seed: int) -> NDArray[np.bool_]:
    """Which documents to test on: whole groups, about `share` of every collection, at least one document in all.

    Groups are taken in the order of a hash of the seed and of their first document's name, so that documents
    that are added later leave those that were held out before where they are, but for a few.

    Args:
        groups: the group of each document (n,).
        names: their names (n,), each once.
        collections: their collections (n,).
    """
    members: dict[int, list[int]] = {}
    for place, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(place)
    by_name = [sorted(places, key=names.__getitem__) for places in members.values()]
    order = sorted(by_name, key=lambda places: files.digest([str(seed), names[places[0]]]))
    room = {name: share * count + 0.5 for name, count in Counter(collections).items()}
    held = np.zeros(len(groups), dtype=bool)
    for places in order:
        name = collections[places[0]]
        if len(places) <= room[name]:
            room[name] -= sum(collections[place] == name for place in places)
            held[places] = True
    if not held.any() and len(order) > 1:
        held[order[0]] = True
    return held
