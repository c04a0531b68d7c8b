"""Measure and write reports/benchmarks.json: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import commands, fitting, scheduler, scoring, table
from pipeline import files, tables

_VERSIONED = ("numpy", "scikit-learn", "scipy", "pyarrow", "distributed", "fasttext-numpy2-wheel")


def main() -> None:
    """Run what is asked for, print the ratios, write report and table."""
    options = _options()
    rows = tables.read(options.labelled, ("text", "label"))
    texts, labels = zip(*((text, label) for text, label in zip(rows["text"], rows["label"], strict=True) if label is not None), strict=True)
    report = json.loads(options.report.read_text("utf-8")) if options.report.exists() else {}
    report["machine"] = _machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine = commands.Machine(folder, options.model)
        lines = folder / "sentences.txt"
        commands.write_lines(lines, texts, options.rows)
        parts: dict[str, Callable[[], Any]] = {
            "scoring": lambda: scoring.compare(options.model, texts, labels, rounds=options.rounds),
            "start_up": lambda: commands.start_up(machine, rounds=4 * options.rounds),
            "workers": lambda: commands.workers(machine, lines, options.rows, rounds=options.rounds // 2 + 1),
            "cluster": lambda: commands.cluster(machine, lines, options.rows, rounds=options.rounds // 2 + 1),
            "scheduler": scheduler.run,
            "training": lambda: fitting.growth(options.model, options.params, texts, labels),
            "memory": lambda: commands.memory(machine, folder, texts, options.memory),
        }
        for part in options.parts or parts:
            report[part] = parts[part]()
            print(json.dumps({part: report[part]}, indent=1))
            files.write_text(options.report, json.dumps(_rounded(report), indent=1) + "\n")
    files.write_text(options.page, table.into(options.page.read_text("utf-8"), report))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="scoring, start_up, workers, cluster, scheduler, training, memory (default: all)")
    parser.add_argument("--model", type=Path, default=Path("models/stance.npz"))
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled/train.parquet"))
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--report", type=Path, default=Path("reports/benchmarks.json"))
    parser.add_argument("--page", type=Path, default=Path("docs/performance.md"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rows", type=int, default=1_000_000, help="sentences for workers and cluster")
    parser.add_argument("--memory", type=int, nargs="+", default=[200_000, 5_000_000], help="numbers of sentences whose memory is taken")
    return parser.parse_args()


def _machine() -> dict[str, Any]:
    """Processor, cores, Python and libraries."""
    information = Path("/proc/cpuinfo")
    models = [line.split(":")[1].strip() for line in information.read_text().splitlines() if line.startswith("model name")] if information.exists() else []
    installed = {item.metadata["Name"] for item in metadata.distributions()}
    versions = {name: metadata.version(name) for name in _VERSIONED if name in installed}
    return {"processor": (models or [platform.processor()])[0], "cores": os.cpu_count(), "python": platform.python_version(), "versions": versions}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
