"""Print the metrics that evaluate wrote, as `make pipeline` does at its end."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pipeline.records import LABELS
from pipeline.stages._run import run


def summary(metrics: Path) -> str:
    """The main figures of metrics.json as lines of text."""
    figures = json.loads(metrics.read_text("utf-8"))
    lines = [f"{'macro-F1':<10} {'value':>6}  95 % interval (documents not trained on)"]
    for name in ("model", "rules", "majority"):
        found = figures[name]["macro_f1"]
        lines.append(f"{name:<10} {found['value']:>6.3f}  {found['low']:.3f} to {found['high']:.3f}")
    lines.append("\n" + " ".join(f"{title:>10}" for title in ("label", "precision", "recall", "F1")))
    for label in LABELS:
        values = (f"{figures['model']['labels'][label][kind]['value']:>10.3f}" for kind in ("precision", "recall", "f1"))
        lines.append(f"{label:>10} {' '.join(values)}")
    return "\n".join(lines)


def main(arguments: argparse.Namespace) -> None:
    """Print the summary."""
    print(summary(arguments.metrics))


if __name__ == "__main__":
    run(main, metrics="metrics.json")
