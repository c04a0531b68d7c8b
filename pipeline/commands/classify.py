"""stance classify: the stance of sentences or documents."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import _shared
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.sources import Row

_EXAMPLES = """  stance classify "Moscow had nothing to do with the attack, the ministry said."
  stance classify --input sentences.csv --text-column body --output classified.parquet
  stance classify --input articles/ --documents --format csv > classified.csv
  cat sentences.txt | stance classify"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "classify", "classify sentences or documents", _EXAMPLES, run)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="a sentence")
    parser.add_argument("--input", "-i", nargs="+", type=Path, metavar="PATH", help="files or folders (.txt: a sentence a line; others: one a row)")
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="write there (.jsonl, .csv, .parquet) instead of standard output")
    parser.add_argument("--documents", action="store_true", help="the input is whole documents: split them first")
    parser.add_argument("--id-column", default="id", metavar="NAME", help="column that holds the id (default: id)")
    parser.add_argument("--min-confidence", type=_shared.share, default=0.0, metavar="P", help="leave sentences below this probability without a label")
    _shared.add_text_column(parser)
    _shared.add_format(parser, ("table", "jsonl", "csv"), "table on a terminal, jsonl otherwise")
    _shared.add_model(parser)


def run(options: argparse.Namespace) -> None:
    """Classify what the options name."""
    from pipeline import bulk, sinks

    if options.text and options.input:
        raise UsageError("TEXT and --input were both given", next_step="give one of them")
    model = _shared.load_model(options.model)
    classified = bulk.classify(model, _rows(options), min_confidence=options.min_confidence)
    if options.output:
        with sinks.to_file(options.output, options.format) as sink:
            for batch in classified:
                sink(batch)
        return
    sink = sinks.to_stream(sys.stdout, options.format or ("table" if sys.stdout.isatty() else "jsonl"))
    for batch in classified:
        sink(batch)
        sys.stdout.flush()


def _rows(options: argparse.Namespace) -> Iterator[Row]:
    from pipeline import sources

    if options.input:
        reader = sources.from_documents if options.documents else sources.from_files
        return reader(options.input, text_column=options.text_column, id_column=options.id_column)
    if options.text:
        rows = sources.from_texts(options.text)
        return sources.split_rows(rows) if options.documents else rows
    return sources.split_rows([sources.whole_standard_input()]) if options.documents else sources.from_standard_input()
