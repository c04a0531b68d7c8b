"""stance report: the main figures of the last run, what changed, and where the page is."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.commands import _shared

_EXAMPLES = """  stance report
  stance report --keep"""
_PAGE = "report.html"


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "report", "print the main figures of the last run and what changed", _EXAMPLES, run)
    parser.add_argument("--reports", type=Path, default=Path("reports"), metavar="DIR", help="folder that the pipeline wrote to (default: reports)")
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), metavar="FILE", help="settings (default: params.yaml)")
    parser.add_argument("--keep", action="store_true", help="make this run the one that later ones are compared with, in DIR/baseline")


def run(options: argparse.Namespace) -> None:
    """Print the verdict and the tiles; with --keep, keep the run after that."""
    from pipeline import params, reporting, runs

    found = reporting.headline(options.reports, params.load(options.params, params.EvaluateParams))
    print(found["verdict"])
    for tile in found["tiles"]:
        print(f"\n{tile.title:<30}{tile.value:>8}   {tile.interval}\n  {tile.beside}\n  {tile.change}{f' ({tile.step})' if tile.step else ''}")
    if options.keep:
        runs.keep(options.reports, options.reports / reporting.BASELINE)
        print(f"\nKept in {options.reports / reporting.BASELINE}; commit it, and the next run is compared with this one.")
    page = options.reports / _PAGE
    print(f"\nThe page: {page}" if page.is_file() else f"\nThere is no page yet; `make pipeline` writes {page}.")
