"""The command line: stance classify, stance evaluate."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pipeline.errors import StanceError, UsageError

if TYPE_CHECKING:
    from pipeline.model import StanceModel
    from pipeline.sources import Row

_CLASSIFY = """examples:
  stance classify "Moscow had nothing to do with the attack, the ministry said."
  stance classify --input sentences.csv --text-column body --output classified.parquet
  stance classify --input articles/ --documents --format csv > classified.csv
  cat sentences.txt | stance classify"""
_EVALUATE = """examples:
  stance evaluate coded.jsonl
  stance evaluate coded.csv --text-column sentence --label-column code --format json"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, next_step=f"see `{self.prog} --help`")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = _Parser(prog="stance", description="Says of every sentence of news whether its source denies, accuses, warns or stays neutral.")
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    keep = argparse.RawDescriptionHelpFormatter

    classify = commands.add_parser("classify", help="classify sentences or documents", epilog=_CLASSIFY, formatter_class=keep)
    classify.add_argument("text", nargs="*", metavar="TEXT", help="a sentence")
    classify.add_argument(
        "--input", "-i", nargs="+", type=Path, metavar="PATH", help="files or folders (.txt: a sentence a line; .jsonl, .csv, .parquet: one a row)"
    )
    classify.add_argument("--output", "-o", type=Path, metavar="FILE", help="write there (.jsonl, .csv, .parquet) instead of standard output")
    classify.add_argument("--documents", action="store_true", help="the input is whole documents: split them first")
    classify.add_argument("--id-column", default="id", metavar="NAME", help="column that holds the id (default: id)")
    classify.add_argument("--min-confidence", type=_share, default=0.0, metavar="P", help="leave sentences below this probability without a label")
    _shared(classify, ("table", "jsonl", "csv"), "table on a terminal, jsonl otherwise")
    classify.set_defaults(run=run_classify)

    evaluate = commands.add_parser("evaluate", help="score the model on labelled sentences", epilog=_EVALUATE, formatter_class=keep)
    evaluate.add_argument("file", type=Path, metavar="FILE", help="labelled sentences: .jsonl, .csv or .parquet")
    evaluate.add_argument("--label-column", default="label", metavar="NAME", help="column that holds the label (default: label)")
    evaluate.add_argument("--slice-column", default="slice", metavar="NAME", help="column to break the figures down by (default: slice, if there)")
    _shared(evaluate, ("table", "json"), "table")
    evaluate.set_defaults(run=run_evaluate)
    return top


def _shared(command: argparse.ArgumentParser, formats: tuple[str, ...], default: str) -> None:
    command.add_argument("--text-column", default="text", metavar="NAME", help="column that holds the text (default: text)")
    command.add_argument("--format", choices=formats, help=f"form of the output (default: {default})")
    command.add_argument("--model", type=Path, metavar="PATH", help="model file (default: $STANCE_MODEL, models/stance.npz, the package's own)")


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def load_model(named: Path | None) -> StanceModel:
    """The model that is named, else STANCE_MODEL's, else models/stance.npz below here, else the package's own."""
    from pipeline.model import StanceModel

    local = Path("models/stance.npz")
    path = named or (Path(os.environ["STANCE_MODEL"]) if os.environ.get("STANCE_MODEL") else local if local.exists() else None)
    return StanceModel.load(path)


def run_classify(options: argparse.Namespace) -> None:
    """stance classify."""
    from pipeline import bulk, sinks

    if options.text and options.input:
        raise UsageError("TEXT and --input were both given", next_step="give one of them")
    model = load_model(options.model)
    rows = _rows(options)
    classified = bulk.classify(model, rows, min_confidence=options.min_confidence)
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


def run_evaluate(options: argparse.Namespace) -> None:
    """stance evaluate."""
    from pipeline import scoring

    figures = scoring.evaluate_file(
        load_model(options.model), options.file, text_column=options.text_column, label_column=options.label_column, slice_column=options.slice_column
    )
    if options.format == "json":
        import json

        print(json.dumps(figures, indent=2, sort_keys=True))
    else:
        print(scoring.as_table(figures))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0, 1 for bad data or a missing model, 2 for wrong usage."""
    try:
        options = parser().parse_args(arguments)
        if options.version:
            from importlib.metadata import version

            print(f"stance {version('stance-pipeline')}")
            return 0
        command: Callable[[argparse.Namespace], None] | None = getattr(options, "run", None)
        if command is None:
            parser().print_help()
            return 2
        command(options)
        sys.stdout.flush()
    except StanceError as error:
        print(f"stance: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return 0


def console() -> NoReturn:
    """The `stance` script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    raise SystemExit(main())
