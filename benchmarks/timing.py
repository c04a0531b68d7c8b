"""Take times of contenders in turns, so that what else the machine does hits all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any


def in_turns(contenders: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of wall time of every contender in each of `rounds` rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            begin = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def figures(seconds: list[float], *, rows: int = 0) -> dict[str, float]:
    """Shortest and median time, and rows a second at both."""
    found = {"seconds_min": min(seconds), "seconds_median": statistics.median(seconds)}
    return found | ({"rows_per_second_max": rows / found["seconds_min"], "rows_per_second_median": rows / found["seconds_median"]} if rows else {})


def ratio(slow: list[float], fast: list[float]) -> dict[str, Any]:
    """How many times as long `slow` takes: of the shortest times, and the median, lowest and highest over the rounds."""
    each = sorted(one / other for one, other in zip(slow, fast, strict=True))
    return {"of_shortest": min(slow) / min(fast), "median": statistics.median(each), "lowest": each[0], "highest": each[-1]}
