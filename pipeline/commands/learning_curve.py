"""stance learning-curve: what more text would bring, and what each collection brings."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.commands import _shared

_EXAMPLES = """  stance learning-curve
  stance learning-curve coded.jsonl --format json"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    summary = "fit the model on growing parts of the training documents, and without each collection"
    parser = _shared.command(commands, "learning-curve", summary, _EXAMPLES, run)
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="labelled sentences to measure on beside the test documents")
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled"), metavar="FOLDER", help="what the label stage wrote (default: data/labelled)")
    _shared.add_params(parser)
    _shared.add_labelled_columns(parser)
    _shared.add_format(parser, ("table", "json"), "table")
    _shared.add_model(parser)


def run(options: argparse.Namespace) -> None:
    """Print the curve and what each collection adds, with the cue lists and the strength of the model."""
    from pipeline import params
    from pipeline.evaluation import labelled_file
    from pipeline.params import LearningParams, TrainParams
    from pipeline.training import learning

    more = []
    if options.file:
        texts, labels, _ = labelled_file.read(options.file, labelled_file.Columns(options.text_column, options.label_column))
        more.append(learning.EvaluationSet(str(options.file), texts, labels))
    study = learning.prepare(options.labelled, _shared.model_path(options.model), params.load(options.params, TrainParams), more=more)
    points, added = learning.curve(study, params.load(options.params, LearningParams)), learning.added(study)
    if options.format == "json":
        _shared.print_json({"curve": [one._asdict() for one in points], "collections": [one._asdict() for one in added]})
    else:
        print(learning.as_table(points, added))
