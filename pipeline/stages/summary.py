"""Print the metrics that evaluate wrote, as `make pipeline` does at its end."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.evaluation import runs
from pipeline.records import LABELS
from pipeline.stages._run import run


def summary(reports: Path) -> str:
    """The main figures of the metrics.json in `reports` as lines of text.

    Raises:
        DataError: there is none, or it is not what evaluate writes.
    """
    figures = runs.metrics(reports)
    try:
        return "\n".join(_lines(figures))
    except (KeyError, TypeError, ValueError) as error:
        what = f"is not what evaluate writes ({type(error).__name__}: {error})"
        raise DataError(what, where=str(reports / runs.METRICS), next_step="delete it and run `make pipeline`") from None


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'macro-F1':<10} {'value':>6}  95 % interval (documents not trained on)"
    for name in ("model", "rules", "majority"):
        found = figures[name]["macro_f1"]
        yield f"{name:<10} {found['value']:>6.3f}  {found['low']:.3f} to {found['high']:.3f}"
    yield "\n" + " ".join(f"{title:>10}" for title in ("label", "precision", "recall", "F1"))
    for label in LABELS:
        values = (f"{figures['model']['labels'][label][kind]['value']:>10.3f}" for kind in ("precision", "recall", "f1"))
        yield f"{label:>10} {' '.join(values)}"


def main(arguments: argparse.Namespace) -> None:
    """Print the summary."""
    print(summary(arguments.reports))


if __name__ == "__main__":
    run(main, reports="folder that evaluate wrote metrics.json to")
