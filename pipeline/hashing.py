"""64-bit keys for words, character n-grams and phrases, computed in numpy; the same on every machine.

A span of code points c_0..c_{m-1} has the polynomial value sum(mix(c_i) * B^i) mod 2^64, got for any
number of spans at once from prefix sums (Karp and Rabin 1987); a final mix (splitmix64, Steele et al.
2014) spreads it. Two different features of one vocabulary never share a key (checked when a model is
exported); a chance hit from outside has a probability of about vocabulary size / 2^64.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Places = NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15 | 1
_BASE_INVERSE = pow(_BASE, -1, 2**64)
_KEPT_BITS = 20
_COMMON_POINTS = 0x3100
_CHAIN = np.uint64(0xD6E8FEB86659FD93)


def mix(values: Keys) -> Keys:
    """The splitmix64 finaliser of each value; a bijection on 64 bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of `text`, shape (len(text),); lone surrogates pass as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _powers(base: int, count: int) -> Keys:
    bits = max(count.bit_length(), 10)
    return _kept_powers(base, bits) if bits <= _KEPT_BITS else _kept_powers.__wrapped__(base, bits)


@lru_cache(maxsize=4)
def _kept_powers(base: int, bits: int) -> Keys:
    powers = np.full(1 << bits, base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _mixed(points: NDArray[np.uint32]) -> Keys:
    """`mix` of each code point + 1; those of most scripts stand in a table."""
    if len(points) < _COMMON_POINTS:
        return mix(points.astype(np.uint64) + np.uint64(1))
    mixed: Keys = _mixed_common().take(points, mode="clip")
    other = np.flatnonzero(points >= _COMMON_POINTS)
    mixed[other] = mix(points.take(other).astype(np.uint64) + np.uint64(1))
    return mixed


@cache
def _mixed_common() -> Keys:
    return mix(np.arange(1, _COMMON_POINTS + 1, dtype=np.uint64))


def span_keys(points: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Keys:
    """The key of every span `points[start:end]`, shape (len(starts),)."""
    prefix = np.zeros(len(points) + 1, dtype=np.uint64)
    np.cumsum(_mixed(points) * _powers(_BASE, len(points))[: len(points)], out=prefix[1:])
    values = (prefix.take(ends) - prefix.take(starts)) * _powers(_BASE_INVERSE, len(points)).take(starts)
    return mix(values + (ends - starts).astype(np.uint64))


def string_keys(strings: Sequence[str]) -> Keys:
    """The key of every string, shape (len(strings),)."""
    ends = np.cumsum([len(string) for string in strings], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]]) if len(strings) else ends
    return span_keys(code_points("".join(strings)), starts, ends)


class Index:
    """Where keys stand in a sorted array of different keys.

    Keys are spread evenly over 64 bits, so their first bits say nearly where a key stands: a directory
    of first places leaves about one comparison a key, where a binary search needs log2(len(keys)). It is
    made when so many keys were wanted that it pays.
    """

    _PAYS = 16_384

    def __init__(self, keys: Keys) -> None:
        self._sorted = keys
        self._bits = min(len(keys).bit_length() + 2, 24)
        self._wanted = 0

    def find(self, wanted: Keys) -> Places:
        """The place of each wanted key, shape (len(wanted),), -1 where it is not there."""
        last = len(self._sorted) - 1
        if last < 0:
            return np.full(len(wanted), -1, dtype=np.int64)
        self._wanted += len(wanted)
        place = np.minimum(np.searchsorted(self._sorted, wanted), last) if self._wanted < self._PAYS else self._walk(wanted, last)
        place[self._sorted.take(place) != wanted] = -1
        return place

    def _walk(self, wanted: Keys, last: int) -> Places:
        """The place of the first key that is not below the wanted one, or the last place."""
        place = self._directory.take((wanted >> np.uint64(64 - self._bits)).astype(np.int64))
        behind = np.flatnonzero(self._sorted.take(place) < wanted)
        while len(behind := behind[place[behind] < last]):
            place[behind] += 1
            behind = behind[self._sorted.take(place[behind]) < wanted[behind]]
        return place

    @cached_property
    def _directory(self) -> Places:
        counts = np.bincount((self._sorted >> np.uint64(64 - self._bits)).astype(np.int64), minlength=1 << self._bits)
        first: Places = np.minimum(np.cumsum(counts) - counts, len(self._sorted) - 1)
        return first


class CodeIndex:
    """Where codes, which need not be spread over 64 bits, stand in an array of different ones."""

    def __init__(self, codes: Keys) -> None:
        mixed = mix(codes)
        self._order = np.argsort(mixed)
        self._index = Index(mixed[self._order])

    def find(self, wanted: Keys) -> Places:
        """The place of each wanted code, shape (len(wanted),), -1 where it is not there."""
        place = self._index.find(mix(wanted))
        known = np.flatnonzero(place >= 0)
        place[known] = self._order.take(place.take(known))
        return place


def chain(left: Keys, right: Keys) -> Keys:
    """The key of a phrase `left` followed by the word `right`; chaining goes from left to right."""
    return mix(left * _CHAIN + right)
