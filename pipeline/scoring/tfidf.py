"""From features found in a batch to log odds: sublinear TF-IDF of unit length times weights, summed by text.

A feature that stands n times in a text has the value (1 + log n) * idf, a block of features is scaled to
unit length, and its values times the weights are added up. Most features stand once, and what one
occurrence brings does not depend on the text: it is added up by word. What remains is found by sorting
the occurrences of the batch: the features that stand more than once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.growing import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.scoring.modelfile import Block

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Packed = NDArray[Any]

LABEL_COUNT = 4
PARTS = LABEL_COUNT + 1
"""What is added up by block: value times weight for each label, and the value squared."""


class Weights:
    """The features of B blocks, one block behind the other: F in all; `ends` (B,) is where each block ends."""

    _PAYS = 16_384

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._wanted = 0
        self.ends = np.cumsum([len(block.idf) for block in blocks])
        self.bits = int(self.ends[-1]).bit_length()

    def block(self, feature: Ints) -> Ints:
        """The number of the block each feature belongs to."""
        return np.searchsorted(self.ends, feature, side="right")

    def alone(self, feature: Ints) -> Floats:
        """What features bring that stand once, shape (PARTS, k); joining the blocks waits until it pays."""
        self._wanted += len(feature)
        if self._wanted > self._PAYS:
            joined: Floats = self._joined.take(feature, axis=1)
            return joined
        number = self.block(feature)
        parts = np.empty((PARTS, len(feature)))
        for place, (block, end) in enumerate(zip(self._blocks, self.ends, strict=True)):
            chosen = np.flatnonzero(number == place)
            own = feature.take(chosen) - (end - len(block.idf))
            parts[:, chosen] = _parts(block.idf.take(own), block.weights.take(own, axis=0))
        return parts

    @cached_property
    def _joined(self) -> Floats:
        return np.concatenate([_parts(block.idf, block.weights) for block in self._blocks], axis=1)


def _parts(idf: Floats, weights: Floats) -> Floats:
    """Value times weight for each label, and the value squared, of features that stand once: (PARTS, k) of (k,) and (k, 4)."""
    return np.concatenate([weights.T * idf, (idf * idf)[None]])


def pack(weights: Weights, text: Ints, feature: Packed, *, sizes: Ints | None = None) -> Packed:
    """Text and feature of K occurrences as one number each, in 32 bits where they fit.

    Args:
        text: (K,) the text that each stands in; or with `sizes` one number for as many occurrences as its size.
        feature: (K,)
    """
    bits = weights.bits
    kind = np.uint32 if int(text.max(initial=0)) >> (32 - bits) == 0 else np.uint64
    packed: Packed = text.astype(kind)
    packed <<= kind(bits)
    if sizes is not None:
        packed = np.repeat(packed, sizes)
    packed |= feature.astype(kind, copy=False)
    return packed


def add_counted(sums: Floats, weights: Weights, occurrences: Packed) -> None:
    """Add to `sums` (n, B, PARTS) what the packed occurrences (sorted in place) bring."""
    occurrences.sort()
    packed, first = runs(occurrences)
    value = 1.0 + np.log(np.diff(first, append=len(occurrences)))
    _add(sums, weights, packed, value, value * value)


def add_repeated(sums: Floats, weights: Weights, occurrences: Packed) -> None:
    """Add to `sums` what features that stand more than once bring beyond what each occurrence brought alone."""
    occurrences.sort()
    again = occurrences.take(np.flatnonzero(occurrences[1:] == occurrences[:-1]))
    packed, first = runs(again)
    count = np.diff(first, append=len(again)) + 1
    value = 1.0 + np.log(count)
    _add(sums, weights, packed, value - count, value * value - count)


def _add(sums: Floats, weights: Weights, packed: Packed, factor: Floats, square: Floats) -> None:
    feature = (packed & packed.dtype.type((1 << weights.bits) - 1)).astype(np.int64)
    text = (packed >> packed.dtype.type(weights.bits)).astype(np.int64)
    cell, first = runs(text * sums.shape[1] + weights.block(feature))
    if len(cell):
        parts = weights.alone(feature)
        parts[:LABEL_COUNT] *= factor
        parts[LABEL_COUNT] *= square
        sums.reshape(-1, PARTS)[cell] += np.add.reduceat(parts, first, axis=1).T


def finish(sums: Floats, intercept: Floats) -> Floats:
    """Log odds (n, 4) of summed blocks (n, B, PARTS), each scaled to unit length."""
    scores: Floats = intercept + (sums[:, :, :LABEL_COUNT] / _lengths(sums)[:, :, None]).sum(axis=1)
    return scores


def _lengths(sums: Floats) -> Floats:
    """The length of each block (n, B); 1 for the last (cues, which count by presence) and for empty ones."""
    length: Floats = np.sqrt(sums[:, :, LABEL_COUNT])
    length[:, -1] = 1.0
    length[length == 0.0] = 1.0
    return length


def shares(weights: Weights, text: Ints, feature: Ints, part: Floats) -> Floats:
    """What each bearer of a feature adds to the log odds of its text, shape (4, K).

    Args:
        text: (K,) the text that bearer k stands in.
        feature: (K,) what it bears.
        part: (K,) how much of one occurrence of the feature it bears; the parts of an occurrence sum to 1.

    A feature's value times its weights is divided between its bearers in proportion to their parts, so
    that the shares of a text and the intercept sum to what `finish` gives.
    """
    packed, member = np.unique(pack(weights, text, feature), return_inverse=True)
    count = np.bincount(member, part, minlength=len(packed))
    _, kept = np.unique(member, return_index=True)
    block = weights.block(feature[kept])
    value = np.where(block == len(weights.ends) - 1, 1.0, 1.0 + np.log(count))
    sums = np.zeros((int(text.max(initial=-1)) + 1, len(weights.ends), PARTS))
    _add(sums, weights, packed, value, value * value)
    per_part = value / count / _lengths(sums)[text[kept], block]
    taken: Floats = weights.alone(feature)[:LABEL_COUNT] * (per_part[member] * part)
    return taken
