"""stance report: the main figures of the last run, what changed, and where the page is."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.commands import _shared

_EXAMPLES = """  stance report
  stance report --keep"""
_PAGE = "report.html"


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "report", "print the main figures of the last run and what changed", _EXAMPLES, run)
    parser.add_argument("--reports", type=Path, default=Path("reports"), metavar="DIR", help="folder that the pipeline wrote to (default: reports)")
    _shared.add_params(parser)
    parser.add_argument("--keep", action="store_true", help="make this run the one that later ones are compared with, in DIR/baseline")
    _shared.add_format(parser, ("table", "json"), "table")


def run(options: argparse.Namespace) -> None:
    """Print the verdict and the tiles; with --keep, keep this run for the next to be compared with."""
    from pipeline import params
    from pipeline.evaluation import runs
    from pipeline.pages import reporting

    found = reporting.headline(options.reports, params.load(options.params, params.EvaluateParams))
    kept = options.reports / reporting.BASELINE if options.keep else None
    if kept:
        runs.keep(options.reports, kept)
    page = options.reports / _PAGE
    if options.format == "json":
        told = {"verdict": found["verdict"], "figures": [tile._asdict() for tile in found["tiles"]]}
        _shared.print_json(told | {"kept": str(kept) if kept else None, "page": str(page) if page.is_file() else None})
    else:
        print("\n".join(_lines(found, kept, page)))


def _lines(found: dict[str, Any], kept: Path | None, page: Path) -> Iterator[str]:
    yield found["verdict"]
    for tile in found["tiles"]:
        yield f"\n{tile.title:<30}{tile.value:>8}   {tile.interval}\n  {tile.beside}\n  {tile.change}{f' ({tile.step})' if tile.step else ''}"
    if kept:
        yield f"\nKept in {kept}; commit it, and the next run is compared with this one."
    yield f"\nThe page: {page}" if page.is_file() else f"\nThere is no page yet; `make pipeline` writes {page}."
