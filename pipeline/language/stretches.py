"""Stretches of text between blanks, found again by their key, so that each different one is cut into tokens once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline import hashing
from pipeline.growing import Growing, spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_LAST_BLANK = 0x3000


class Stretches:
    """Every stretch seen so far with its tokens; no token crosses a blank.

    A table of open addresses (linear probing) leads from a stretch's key to its number; `cut` gives the
    token numbers of a stretch met for the first time. Two stretches with one key, which is as likely as
    their number squared over 2^65, would be taken for one.
    """

    def __init__(self, cut: Callable[[str], list[int]]) -> None:
        self._cut = cut
        self._blank = np.array([chr(point).isspace() for point in range(_LAST_BLANK + 1)] + [False])
        self._keys, self._tokens, self._ends = Growing(np.uint64), Growing(np.int64), Growing(np.int64)
        self._keys.extend([0])
        self._ends.extend([0, 0])
        self._slots = np.zeros(1 << 12, dtype=np.int64)
        self.characters = 0

    def tokens(self, texts: Sequence[str]) -> tuple[Ints, Ints]:
        """The token numbers of texts one after another, and how many each text has."""
        joined = "\n".join(texts) + "\n"
        points = hashing.code_points(joined)
        starts, ends = self._between_blanks(points)
        number = self._numbers(joined, points, starts, ends)
        first = self._ends.values.take(number)
        sizes = self._ends.values.take(number + 1) - first
        text_ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
        so_far = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
        counts = np.diff(so_far.take(np.searchsorted(starts, text_ends)), prepend=0)
        return self._tokens.values.take(spans(first, sizes)), counts

    def _between_blanks(self, points: NDArray[np.uint32]) -> tuple[Ints, Ints]:
        blank = self._blank.take(points, mode="clip")
        edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1
        if not blank[0]:
            edges = np.concatenate([np.zeros(1, dtype=np.int64), edges])
        return edges[::2], edges[1::2]

    def _numbers(self, joined: str, points: NDArray[np.uint32], starts: Ints, ends: Ints) -> Ints:
        """The number of each stretch; new ones get the next."""
        keys = hashing.span_keys(points, starts, ends)
        number = self._find(keys)
        missing = np.flatnonzero(number == 0)
        if len(missing):
            _, first = np.unique(keys[missing], return_index=True)
            self._add(joined, keys, starts, ends, missing[np.sort(first)])
            number[missing] = self._find(keys[missing])
        return number

    def _find(self, keys: hashing.Keys) -> Ints:
        """The number of each key, 0 where it is new."""
        slot = self._home(keys)
        number = self._slots.take(slot)
        other = np.flatnonzero((self._keys.values.take(number) != keys) & (number > 0))
        while len(other):
            slot[other] = (slot[other] + 1) & (len(self._slots) - 1)
            number[other] = self._slots.take(slot[other])
            other = other[(self._keys.values.take(number[other]) != keys[other]) & (number[other] > 0)]
        return number

    def _home(self, keys: hashing.Keys) -> Ints:
        """Where the search for a key begins."""
        return (keys >> np.uint64(65 - len(self._slots).bit_length())).astype(np.int64)

    def _add(self, joined: str, keys: hashing.Keys, starts: Ints, ends: Ints, new: Ints) -> None:
        flat: list[int] = []
        sizes = []
        for begin, end in zip(starts[new].tolist(), ends[new].tolist(), strict=True):
            found = self._cut(joined[begin:end])
            flat += found
            sizes.append(len(found))
            self.characters += end - begin
        begin = len(self._keys)
        self._keys.extend(keys[new])
        self._ends.extend(len(self._tokens) + np.cumsum(sizes))
        self._tokens.extend(flat)
        if 3 * len(self._keys) > len(self._slots):
            self._slots = np.zeros(1 << (4 * len(self._keys)).bit_length(), dtype=np.int64)
            begin = 1
        self._place(np.arange(begin, len(self._keys)))

    def _place(self, numbers: Ints) -> None:
        """Enter numbers into the first free slot from their home on; of several that want one slot, one gets it."""
        slot = self._home(self._keys.values.take(numbers))
        while len(numbers):
            free = self._slots.take(slot) == 0
            self._slots[slot[free]] = numbers[free]
            waiting = self._slots.take(slot) != numbers
            numbers, slot = numbers[waiting], (slot[waiting] + 1) & (len(self._slots) - 1)
