"""Take times of contenders in turns, so that what else the machine does hits all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Taken(NamedTuple):
    """Seconds of one run: by the clock on the wall, and of processor time."""

    wall: float
    processor: float


def in_turns(contenders: Mapping[str, Callable[[], Taken]], *, rounds: int) -> dict[str, list[Taken]]:
    """The times of every contender in each of `rounds` rounds."""
    taken: dict[str, list[Taken]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            taken[name].append(run())
    return taken


def timed(run: Callable[[], object]) -> Callable[[], Taken]:
    """`run` with the times it takes in this thread."""

    def take() -> Taken:
        wall, processor = time.perf_counter(), time.thread_time()
        run()
        return Taken(time.perf_counter() - wall, time.thread_time() - processor)

    return take


def figures(taken: list[Taken], *, rows: int = 0) -> dict[str, float]:
    """Shortest and median times in seconds, and rows a second by the clock."""
    found = {}
    for kind in Taken._fields:
        seconds = [getattr(one, kind) for one in taken]
        found |= {f"{kind}_min": min(seconds), f"{kind}_median": statistics.median(seconds)}
    if rows:
        found |= {"rows_per_second_max": rows / found["wall_min"], "rows_per_second_median": rows / found["wall_median"]}
    return found


def ratio(slow: list[Taken], fast: list[Taken]) -> dict[str, Any]:
    """How many times as long `slow` takes: of the shortest times, and the median over the rounds, by clock and by processor."""
    found = {}
    for kind in Taken._fields:
        ours, others = [getattr(one, kind) for one in fast], [getattr(one, kind) for one in slow]
        found[f"{kind}_of_shortest"] = min(others) / min(ours)
        found[f"{kind}_median"] = statistics.median(other / own for own, other in zip(ours, others, strict=True))
    return found
