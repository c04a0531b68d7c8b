"""stance evaluate: score the model on labelled sentences."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.commands import _notes, _shared

_NAMES = Path("seeds/names")
_EXAMPLES = """  stance evaluate coded.jsonl
  stance evaluate coded.csv --text-column sentence --label-column code --format json"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "evaluate", "score the model on labelled sentences", _EXAMPLES, run)
    _shared.add_labelled(parser)
    parser.add_argument("--slice-column", default="slice", metavar="NAME", help="column to break the figures down by (default: slice, if there)")
    parser.add_argument("--names", type=Path, metavar="FOLDER", help="names to swap, a .txt file a kind (default: seeds/names, if there)")
    _shared.add_encoding(parser)
    _shared.add_quiet(parser)
    _shared.add_format(parser, ("table", "json"), "table")
    _shared.add_model(parser)


def run(options: argparse.Namespace) -> None:
    """Print the figures of the model on the file."""
    from pipeline.evaluation import labelled_file, names

    model = _shared.load_model(options.model)
    folder = options.names or (_NAMES if _NAMES.is_dir() else None)
    columns = labelled_file.Columns(options.text_column, options.label_column, options.slice_column)
    swapped = names.read_folder(folder) if folder else None
    with _shared.decoding(options) as decoding:
        figures = labelled_file.evaluate_file(model, options.file, columns, swapped=swapped, decoding=decoding)
    if options.format == "json":
        _shared.print_json(figures, sort_keys=True)
    else:
        print(labelled_file.as_table(figures))
    _notes.tell(options, figures["unlike"])
