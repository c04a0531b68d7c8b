"""stance shares: how often each stance stands in the groups of a classified corpus."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline import terminal
from pipeline.commands import _shared
from pipeline.errors import UsageError

_EXAMPLES = """  stance shares classified.parquet --by date:month --by source --about articles.csv
  stance shares classified.parquet --by document --format csv > shares.csv
  stance shares classified.parquet --by date:quarter --about articles.csv --plot shares.html"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "shares", "show how often each stance stands in the groups of a corpus", _EXAMPLES, run)
    parser.add_argument("file", type=Path, metavar="FILE", help="what `stance classify` wrote: .parquet, .csv or .jsonl")
    by = "a column to group by; of dates COLUMN:year, :quarter, :month, :week or :day (can be given several times)"
    parser.add_argument("--by", action="append", default=[], metavar="COLUMN[:PERIOD]", help=by)
    parser.add_argument("--about", type=Path, metavar="FILE", help="table with the columns that FILE lacks, a row a document, whose id is in --id-column")
    _shared.add_id_column(parser)
    parser.add_argument("--plot", type=Path, metavar="PAGE", help="write figures and table to this .html page")
    _shared.add_format(parser, ("table", "csv", "json"), "table")
    _shared.add_quiet(parser)
    _shared.add_model(parser)


def run(options: argparse.Namespace) -> None:
    """Print the shares of every group; with --plot, write the page."""
    from pipeline import files, formulas
    from pipeline.classifying import corpus, quantification, shares
    from pipeline.scoring import modelfile

    if options.plot and options.plot.suffix not in (".html", ".htm"):
        raise UsageError("figures are written as a page", where=str(options.plot), next_step="end it in .html")
    keys = [corpus.key(written) for written in options.by]
    reference = quantification.of_header(modelfile.read(_shared.model_path(options.model)).header)
    tables = corpus.about(options.about, options.id_column) if options.about else None
    told = corpus.tell(options.file, keys, reference, tables=tables)
    if options.plot:
        files.write_text(options.plot, shares.as_page(told, keys, options.file.name))
        _shared.wrote(options, f"{options.plot} holds the figures and the table")
    header = [*(one.column for one in keys), *shares.HEADER]
    if options.format == "csv":
        print("".join(files.csv_lines([header, *map(formulas.guard_row, shares.rows(told))])), end="")
    elif options.format == "json":
        _shared.print_json([dict(zip(header, row, strict=True)) for row in shares.rows(told)])
    else:
        print("\n".join(map(terminal.plain, shares.table(told, keys))))
    if not told.corrected:
        _shared.note(options, "the model holds nothing to correct counts by (train it on three collections or more); shares are as counted")
    _shared.note(options, shares.few(told))
