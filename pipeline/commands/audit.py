"""stance audit: the annotations that look wrong."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.commands import _shared

_EXAMPLES = """  stance audit --output suspects.csv
  stance audit --share 0.005"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "audit", "list the annotations that look wrong, the worst first", _EXAMPLES, run)
    parser.add_argument("--share", type=_shared.share, default=0.02, metavar="P", help="how many of all annotations to look at (default: 0.02)")
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="write the list there instead of to standard output")
    _shared.add_format(parser, ("csv", "json"), "csv")
    text = "predictions that the train stage wrote, each without the sentence's collection (default: data/held_out.parquet)"
    parser.add_argument("--held-out", type=Path, default=Path("data/held_out.parquet"), metavar="FILE", help=text)
    _shared.add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Write the list; sentences kept for evaluation are not in it, so that no score is mended by it."""
    import numpy as np

    from pipeline.coding import audit, codebook, coded
    from pipeline.records import LABELS

    rows = coded.read(options.held_out, by_coders=True, more=(*LABELS, "coders"))
    probabilities = np.column_stack([rows[label] for label in LABELS])
    found = audit.suspects(rows, probabilities, codebook.read(options.codebook), share=options.share)
    _shared.put_list(options, audit.Suspect._fields, found, f"the {len(found)} that look most like errors of {len(rows['label'])} annotations")
