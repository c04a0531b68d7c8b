"""Arrays that grow, flat lists of many spans, runs of equal values: what tables of words are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray


class Growing:
    """A one- or two-dimensional array that grows at its end, at a cost that follows what is added."""

    def __init__(self, kind: DTypeLike, *shape: int) -> None:
        self._room = np.empty((0, *shape), dtype=kind)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def values(self) -> NDArray[Any]:
        """What the array holds so far."""
        return self._room[: self._used]

    def extend(self, more: ArrayLike) -> None:
        """Add the rows of `more`."""
        rows = np.asarray(more, dtype=self._room.dtype)
        end = self._used + len(rows)
        if end > len(self._room):
            room = np.empty((2 * end, *self._room.shape[1:]), dtype=self._room.dtype)
            room[: self._used] = self.values
            self._room = room
        self._room[self._used : end] = rows
        self._used = end


def spans(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers start, start + 1, ... of every span, one after another.

    >>> spans(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(sizes)
    places = np.repeat(starts - ends + sizes, sizes)
    places += np.arange(len(places))
    return places


def runs(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The different values of a sorted array, and where each begins.

    >>> [found.tolist() for found in runs(np.array([3, 3, 5]))]
    [[3, 5], [0, 2]]
    """
    first = np.flatnonzero(np.concatenate([np.ones(min(len(values), 1), dtype=bool), values[1:] != values[:-1]]))
    return values.take(first), first
