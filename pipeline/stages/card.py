"""Write the model card from what the other stages left: → models/README.md."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from pipeline import files, params
from pipeline.pages import card as cards
from pipeline.params import TrainParams
from pipeline.scoring import modelfile
from pipeline.stages._run import run


class Paths(NamedTuple):
    """What the stage reads, and the card it writes."""

    reports: Path
    labelled: Path
    data_card: Path
    model: Path
    card: Path


def card(paths: Paths, settings: Path) -> None:
    """Write the card of the model that was measured in `paths.reports`."""
    natural = params.load(settings, TrainParams).natural_collections
    origin = cards.origin(paths.labelled, paths.data_card, natural=natural)
    files.write_text(paths.card, cards.write_up(paths.reports, modelfile.read(paths.model).header, origin, natural=natural))
    print(f"card: {paths.card}")


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    card(Paths(*(getattr(arguments, name) for name in Paths._fields)), arguments.params)


if __name__ == "__main__":
    run(main, reports="folder of figures", labelled="folder of labelled sentences", data_card="what is said of the documents",
        model="model file", card="card to write")  # fmt: skip
