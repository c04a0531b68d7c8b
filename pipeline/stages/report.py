"""Make the page that people look at, from what the other stages left: → reports/report.html."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from pipeline import files, params
from pipeline.evaluation import provenance
from pipeline.pages import page, reporting
from pipeline.params import EvaluateParams, HoldoutParams
from pipeline.scoring.model import StanceModel
from pipeline.stages._run import run


class Paths(NamedTuple):
    """What the stage reads, and the page it writes."""

    reports: Path
    labelled: Path
    model: Path
    seeds: Path
    page: Path


def report(paths: Paths, settings: Path) -> None:
    """Write the page on the run in `paths.reports`."""
    near_duplicate = params.load(settings, HoldoutParams).near_duplicate
    model = StanceModel.load(paths.model)
    values = reporting.headline(paths.reports, params.load(settings, EvaluateParams))
    values |= reporting.measured(paths.reports, values["metrics"])
    values |= reporting.looked_at(paths.reports, model)
    values |= provenance.section(paths.labelled, paths.seeds, model.header, near_duplicate=near_duplicate)
    files.write_text(paths.page, page.render("report/page.html", values))
    print(f"report: {paths.page}, {paths.page.stat().st_size / 1e6:.2f} MB")


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    report(Paths(*(getattr(arguments, name) for name in Paths._fields)), arguments.params)


if __name__ == "__main__":
    run(main, reports="folder of figures", labelled="folder of labelled sentences", model="model file", seeds="folder of the seeds", page="page to write")
