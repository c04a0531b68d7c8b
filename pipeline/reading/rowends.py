"""Where rows end in the bytes of a file of lines, and how many of them fit into a part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_FEED, _RETURN, _QUOTE = b'\n\r"'
_PRINTED = (0x21, 0x7E)


def ends(content: bytes, suffix: str, *, last: bool) -> Ints:
    """Where rows end: behind every line feed, in CSV behind those line ends with an even number of quotation marks before.

    Args:
        last: the file ends where `content` does, and with it the last row.
    """
    points = np.frombuffer(content, dtype=np.uint8)
    found = np.flatnonzero(points == _FEED)
    if suffix == ".csv":
        if b"\r" in content:
            returns = np.flatnonzero(points[:-1] == _RETURN)
            found = np.sort(np.concatenate([found, returns[points[returns + 1] != _FEED]]))
        marks = np.flatnonzero(points == _QUOTE)
        found = found[np.searchsorted(marks, found) % 2 == 0]
    found = found + 1
    if last and content and not (len(found) and found[-1] == len(content)):
        found = np.append(found, len(content))
    return found


def are_rows(content: bytes, ends: Ints, suffix: str) -> Bools:
    """Which of the stretches that end there are rows: those that are not blank, in .txt all."""
    found: Bools = np.ones(len(ends), dtype=bool)
    begins = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]])[: len(ends)]
    begin_with = np.frombuffer(content, dtype=np.uint8)[begins]
    if suffix == ".csv":
        found = (begin_with != _FEED) & (begin_with != _RETURN)
    if suffix == ".jsonl":
        for place in np.flatnonzero((begin_with < _PRINTED[0]) | (begin_with > _PRINTED[1])).tolist():
            found[place] = content[begins[place] : ends[place]].decode("utf-8", "replace").strip() != ""
    return found


def bare_quotes(content: bytes, delimiter: str) -> bool:
    """Whether a quotation mark stands within a cell that is not quoted, where it opens nothing: counting them does not tell where rows end then.

    Of marks that open and close cells or stand twice, every second one from the first stands behind a delimiter, a row's end or another mark.
    """
    points = np.frombuffer(content, dtype=np.uint8)
    marks = np.flatnonzero(points == _QUOTE)[::2]
    before = points[marks[marks > 0] - 1]
    return bool(np.isin(before, (ord(delimiter), _FEED, _RETURN, _QUOTE), invert=True).any())


def stops(ends: Ints, rows: Bools, size: int, most: int, *, last: bool) -> Iterator[tuple[int, int]]:
    """How many rows each part has and where it ends; the last rows are left for what follows them, unless nothing does."""
    so_far = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(rows)])
    first = used = 0
    while first < len(ends):
        fit = min(int(np.searchsorted(ends, used + size, "right")), int(np.searchsorted(so_far[1:], so_far[first] + most, "right")))
        if fit == len(ends) and not last:
            return
        fit = max(fit, first + 1)
        used = int(ends[fit - 1])
        yield int(so_far[fit] - so_far[first]), used
        first = fit
