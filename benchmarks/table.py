"""The figures of reports/benchmarks.json as a table in docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def into(page: str, report: dict[str, Any]) -> str:
    """The page with the table between its marks."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{_machine(report['machine'])}\n\n| | wanted | found |\n|---|---|---|\n{''.join(_lines(report))}{END}{after}"


def _machine(machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, {versions}."


def _lines(report: dict[str, Any]) -> Iterator[str]:
    for part, lines in (("scoring", _scoring), ("start_up", _start_up), ("workers", _workers), ("cluster", _cluster), ("scheduler", _scheduler)):
        if part in report:
            yield from lines(report[part])
    if "training" in report:
        yield _line("counting and fitting ten times the sentences: times as long", "≤ 12", _ratio(report["training"]["growth"]))
    yield from _memory(report.get("memory", {}))


def _scoring(found: dict[str, Any]) -> Iterator[str]:
    for name, one in found["times"].items():
        yield _line(f"{name}, rows/s, one thread", "", f"{one['rows_per_second_median']:,.0f} (best {one['rows_per_second_max']:,.0f})")
    for name, wanted in (("scikit-learn", "≥ 12"), ("fastText", "≥ 1")):
        if name in found["ratios"]:
            yield _line(f"{name}'s time by ours", wanted, _ratio(found["ratios"][name]))
    yield _line("largest difference from scikit-learn", "≤ 1e-9", f"{found['largest_difference']:.1g}")


def _start_up(found: dict[str, Any]) -> Iterator[str]:
    for name, one in found["times"].items():
        yield _line(f"`{name}`, ms", "", f"{one['wall_median'] * 1000:.0f} (best {one['wall_min'] * 1000:.0f})")
    yield _line("one sentence by `import numpy`", "≤ 1.5", _ratio(found["one_sentence_to_import_numpy"]))
    yield _line("`stance --help` by 1.5 × `python -c pass` + 60 ms", "≤ 1", _ratio(found["help_to_allowed"]))


def _memory(found: dict[str, int]) -> Iterator[str]:
    for count, size in found.items():
        yield _line(f"memory at its most, {int(count):,} sentences", "≤ 400 MB", f"{size / 1e6:.0f} MB")
    if len(found) > 1:
        yield _line("the most of these by the least", "≤ 1.2", f"{max(found.values()) / min(found.values()):.2f}")


def _workers(found: dict[str, Any]) -> Iterator[str]:
    for ending in ("jsonl", "parquet"):
        name = f"{found['rows']:,} lines to .{ending}"
        yield _line(f"{name}, one process, rows/s", "", f"{found[ending]['times']['1']['rows_per_second_median']:,.0f}")
        yield _line(f"{name}, two workers: times as fast", "≥ 1.8", _ratio(found[ending]["one_to_two"], kinds=("wall",)))
        if "one_to_apart" in found[ending]:
            yield _line(f"{name}, two processes apart with half each: times as fast", "", _ratio(found[ending]["one_to_apart"], kinds=("wall",)))


def _cluster(found: dict[str, Any]) -> Iterator[str]:
    yield _line(f"{found['rows']:,} lines on Dask, two workers: times as fast as one", "≥ 1.7", _ratio(found["one_to_two"], kinds=("wall",)))


def _scheduler(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        named = f"{one['slots']:,} slots, tasks of {one['task_seconds']} s: tasks/s, efficiency"
        yield _line(named, "", f"{one['tasks_per_second']:.0f}, {one['efficiency']:.2f}")


def _ratio(ratio: dict[str, float], *, kinds: tuple[str, ...] = ("wall", "processor")) -> str:
    names = {"wall": "", "processor": " of processor time"}
    return ", ".join(f"{ratio[f'{kind}_of_shortest']:.2f} of the shortest, median {ratio[f'{kind}_median']:.2f}{names[kind]}" for kind in kinds)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"
