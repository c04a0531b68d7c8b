"""From features found in a batch to log odds: sublinear TF-IDF of unit length times weights, summed by text.

A feature that stands n times in a text has the value (1 + log n) * idf, a block of features is scaled to
unit length, and its values times the weights are added up. Most features stand once, and what one
occurrence brings does not depend on the text: it is added up by word. What remains is found by sorting
the occurrences of the batch: the features that stand more than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

LABEL_COUNT = 4
PARTS = LABEL_COUNT + 1
"""What is added up by block: value times weight for each label, and the value squared."""


class Weights(NamedTuple):
    """F features of B blocks, one block behind the other: `idf` (F,), `weights` (F, 4), `block` (F,) its number."""

    idf: Floats
    weights: Floats
    block: Ints


def alone(weights: Weights, feature: Ints) -> Floats:
    """What features that stand once bring, shape (k, PARTS)."""
    return _parts(weights, feature, np.ones(1), np.ones(1))


def _parts(weights: Weights, feature: Ints, factor: Floats, square: Floats) -> Floats:
    idf = weights.idf.take(feature)
    parts = np.empty((len(feature), PARTS))
    np.multiply(weights.weights.take(feature, axis=0), (idf * factor)[:, None], out=parts[:, :LABEL_COUNT])
    parts[:, LABEL_COUNT] = idf * idf * square
    return parts


def sum_by(owner: Ints, parts: Floats, owners: int) -> Floats:
    """The sum of the rows of `parts` that each owner has, shape (owners, PARTS); `owner` need not be in order."""
    return np.stack([np.bincount(owner, column, minlength=owners) for column in parts.T], axis=1)


def add_repeated(sums: Floats, weights: Weights, occurrences: NDArray[np.unsignedinteger], from_scratch: NDArray[np.bool_]) -> None:
    """Add to `sums` (n, B, PARTS) what repeated features bring beyond what each occurrence brought alone.

    Args:
        occurrences: text * F + feature of every occurrence; sorted in place.
        from_scratch: texts (n,) whose sums are 0 so far, for which every feature is to be added: in very
            long texts the difference between one and the other would cost digits.
    """
    occurrences.sort()
    pair, count = _runs(occurrences, every=bool(from_scratch.any()))
    text, feature = np.divmod(pair.astype(np.int64), len(weights.idf))
    fresh = from_scratch[text]
    chosen = np.flatnonzero(fresh | (count > 1))
    text, feature, count, fresh = text[chosen], feature[chosen], count[chosen], fresh[chosen]
    value = 1.0 + np.log(count)
    had = np.where(fresh, 0, count)
    parts = _parts(weights, feature, value - had, value * value - had)
    sums += sum_by(text * sums.shape[1] + weights.block.take(feature), parts, sums.shape[0] * sums.shape[1]).reshape(sums.shape)


def _runs(values: NDArray[np.unsignedinteger], *, every: bool) -> tuple[NDArray[np.unsignedinteger], Ints]:
    """The values that stand more than once (or `every` one) in a sorted array, and how often."""
    again = values[1:] == values[:-1]
    if every:
        first = np.flatnonzero(np.concatenate([[True], ~again])[: len(values)])
        return values[first], np.diff(first, append=len(values))
    doubled = values[:-1][again]
    first = np.flatnonzero(np.concatenate([[True], doubled[1:] != doubled[:-1]])[: len(doubled)])
    return doubled[first], np.diff(first, append=len(doubled)) + 1


def finish(sums: Floats, intercept: Floats) -> Floats:
    """Log odds (n, 4) of summed blocks (n, B, PARTS), each but the last (cues, which count by presence) scaled to unit length."""
    length = np.sqrt(sums[:, :, LABEL_COUNT])
    length[:, -1] = 1.0
    length[length == 0.0] = 1.0
    scores: Floats = intercept + (sums[:, :, :LABEL_COUNT] / length[:, :, None]).sum(axis=1)
    return scores
