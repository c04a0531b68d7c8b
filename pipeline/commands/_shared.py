"""What several commands have in common: their arguments and the model they use."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import terminal
from pipeline.decoding import ON_ERROR, Decoding

if TYPE_CHECKING:
    from pipeline.records import Document, Sentence
    from pipeline.scoring.model import StanceModel

Commands = Any
"""What argparse's `add_subparsers` returns."""


class Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal; argparse makes a formatter for every argument, and asking shutil costs its import."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width() - 2)


def _width() -> int:
    """The columns of the terminal as shutil.get_terminal_size finds them."""
    if os.environ.get("COLUMNS", "").isdecimal():
        return int(os.environ["COLUMNS"]) or 80
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or 80
    except (OSError, ValueError):
        return 80


def command(commands: Commands, name: str, summary: str, examples: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
    """A command's parser with its examples below the help."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary, epilog=f"examples:\n{examples}", formatter_class=Help)
    parser.set_defaults(run=run)
    return parser


def add_format(parser: argparse.ArgumentParser, formats: tuple[str, ...], default: str) -> None:
    """--format, and --json as a short way to say the form that is for machines: json, or jsonl where output is a stream."""
    machine = "jsonl" if "jsonl" in formats else "json"
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--format", choices=formats, help=f"form of the output (default: {default})")
    group.add_argument("--json", dest="format", action="store_const", const=machine, help=f"short for --format {machine}")


def print_json(value: object, *, sort_keys: bool = False) -> None:
    """Print a value as JSON over several lines."""
    import json

    print(json.dumps(value, indent=2, sort_keys=sort_keys))


def put_list(options: argparse.Namespace, header: Sequence[str], rows: Sequence[Sequence[object]], told: str) -> None:
    """A list as CSV (its cells guarded) or JSON, to --output, where a line says what was `told` of it, or to standard output."""
    import json

    from pipeline import files, formulas

    if options.format == "json":
        text = json.dumps([dict(zip(header, row, strict=True)) for row in rows], indent=2) + "\n"
    else:
        text = "".join(files.csv_lines([header, *map(formulas.guard_row, rows)]))
    if options.output:
        files.write_text(options.output, text)
        print(f"{options.output}: {told}")
    else:
        print(text, end="")


def add_text_column(parser: argparse.ArgumentParser) -> None:
    """--text-column."""
    parser.add_argument("--text-column", default="text", metavar="NAME", help="column that holds the text (default: text)")


def add_encoding(parser: argparse.ArgumentParser, *, on_error: bool = False) -> None:
    """--encoding, and --on-error where a row may be left out."""
    named = "encoding of what is read: utf-16, windows-1252, …; of several, such as utf-8,windows-1252, each file is read in the first that fits"
    parser.add_argument("--encoding", default="utf-8", metavar="NAME", help=f"{named} (default: utf-8)")
    if on_error:
        text = "what cannot be read: fail, skip (counted; a row comes out empty, a page stays out) or replace what is no text (default: fail)"
        parser.add_argument("--on-error", choices=ON_ERROR, default="fail", help=text)


@contextmanager
def decoding(options: argparse.Namespace, became: str = "came out empty") -> Iterator[Decoding]:
    """How what is read is to be decoded; says afterwards what was skipped and what `became` of it."""
    found = Decoding(options.encoding, getattr(options, "on_error", "fail"))
    yield found
    note(options, found.told(became))


def note(options: argparse.Namespace, text: str) -> None:
    """Say something on standard error that is no failure, unless --quiet was given."""
    if text:
        wrote(options, f"note: {text}")


def wrote(options: argparse.Namespace, text: str) -> None:
    """Say on standard error what was written, unless --quiet was given."""
    if not options.quiet:
        print(terminal.plain(f"stance: {text}"), file=sys.stderr)


def note_waiting(options: argparse.Namespace) -> None:
    """Say that sentences are awaited, where standard input is a terminal."""
    if sys.stdin.isatty():
        note(options, "waiting for sentences from this terminal, one a line; Ctrl-D on a line of its own ends them")


def note_passed_over(options: argparse.Namespace, paths: Iterable[Path]) -> None:
    """Say which files of folders are not read."""
    from pipeline.reading import folders

    for path in paths:
        if path.is_dir():
            listing = folders.survey(path)
            note(options, f"{path}: {listing}" if listing.files and listing.passed_over else "")


def add_labelled(parser: argparse.ArgumentParser) -> None:
    """FILE with labelled sentences, --text-column and --label-column."""
    parser.add_argument("file", type=Path, metavar="FILE", help="labelled sentences: .jsonl, .csv or .parquet")
    add_labelled_columns(parser)


def add_labelled_columns(parser: argparse.ArgumentParser) -> None:
    """--label-column and --text-column."""
    parser.add_argument("--label-column", default="label", metavar="NAME", help="column that holds the label (default: label)")
    add_text_column(parser)


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """--quiet."""
    parser.add_argument("--quiet", "-q", action="store_true", help="no notes and no progress on standard error")


def add_model(parser: argparse.ArgumentParser) -> None:
    """--model."""
    parser.add_argument("--model", type=Path, metavar="PATH", help="model file (default: $STANCE_MODEL, models/stance.npz, the package's own)")


def add_id_column(parser: argparse.ArgumentParser) -> None:
    """--id-column."""
    parser.add_argument("--id-column", default="id", metavar="NAME", help="column that holds the id (default: id)")


def add_params(parser: argparse.ArgumentParser) -> None:
    """--params."""
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), metavar="FILE", help="settings (default: params.yaml)")


def add_documents(parser: argparse.ArgumentParser) -> None:
    """--documents, --params and --quiet."""
    parser.add_argument("--documents", type=Path, default=Path("seeds/documents"), metavar="DIR", help="folder of documents (default: seeds/documents)")
    add_params(parser)
    add_quiet(parser)


def add_annotations(parser: argparse.ArgumentParser) -> None:
    """--annotations."""
    text = "folder of coders' files (default: seeds/annotations)"
    parser.add_argument("--annotations", type=Path, default=Path("seeds/annotations"), metavar="DIR", help=text)


def add_codebook(parser: argparse.ArgumentParser) -> None:
    """--codebook."""
    parser.add_argument("--codebook", type=Path, default=Path("seeds/CODEBOOK.md"), metavar="FILE", help="the codebook (default: seeds/CODEBOOK.md)")


def read_documents(options: argparse.Namespace, *, only: Container[str] | None = None) -> tuple[list[Document], list[Sentence]]:
    """The documents of --documents and the sentences of all, or of `only` those, read and split as --params says."""
    from pipeline import params
    from pipeline.reading import documents, sentences

    reading, splitting = params.load(options.params, params.DocumentsParams), params.load(options.params, params.SplitParams)
    note_passed_over(options, [options.documents])
    found = list(documents.read_folder(options.documents, text_column=reading.text_column, id_column=reading.id_column))
    wanted = [document for document in found if only is None or document.id in only]
    return found, [sentence for document in wanted for sentence in sentences.split(document, paragraph_break=splitting.paragraph_break)]


def share(text: str) -> float:
    """An argument from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def count(text: str) -> int:
    """An argument from 1 up."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def model_path(named: Path | None) -> Path:
    """The model that is named, else STANCE_MODEL's, else models/stance.npz below here, else the package's own."""
    from pipeline.scoring.model import packaged

    local = Path("models/stance.npz")
    if named:
        return named
    return Path(os.environ["STANCE_MODEL"]) if os.environ.get("STANCE_MODEL") else local if local.exists() else packaged()


def load_model(named: Path | None) -> StanceModel:
    """The model at `model_path`."""
    from pipeline.scoring.model import StanceModel

    return StanceModel.load(model_path(named))
