"""Fit the model on growing parts of the training documents: → reports/learning_curve.csv."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline import params
from pipeline.evaluation import results
from pipeline.params import LearningParams, TrainParams
from pipeline.stages._run import run
from pipeline.training import learning


def learning_curve(labelled: Path, model: Path, curve: Path, settings: Path) -> None:
    """Measure on the test documents of `labelled`, with the cue lists and the strength of the trained model."""
    study = learning.prepare(labelled, model, params.load(settings, TrainParams))
    points = learning.curve(study, params.load(settings, LearningParams))
    results.write_records(curve, learning.Point, points)
    print(f"learning-curve: {len(points)} parts of the training documents")


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    learning_curve(arguments.labelled, arguments.model, arguments.curve, arguments.params)


if __name__ == "__main__":
    run(
        main,
        labelled="folder of labelled sentences",
        model="model file",
        curve="CSV file of the curve to write",
    )
