"""stance classify: the stance of sentences or documents."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import _notes, _partitioned, _progress, _shared
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.classifying.sinks import Sink
    from pipeline.decoding import Decoding
    from pipeline.reading.chunks import Chunk
    from pipeline.reading.partitions import Reading
    from pipeline.reading.sources import Row

_EXAMPLES = """  stance classify "Moscow had nothing to do with the attack, the ministry said."
  stance classify --input sentences.csv --text-column body --output classified.parquet
  stance classify --input sentences.csv --text-column body --encoding windows-1252 --on-error skip
  stance classify --input articles/ --documents --format csv > classified.csv
  stance classify --input archive/ --workers 8 --output classified.jsonl
  stance classify --input archive/ --workers 8 --output classified/ --resume
  stance classify --input archive/ --scheduler tcp://10.0.0.5:8786 --output classified/
  stance classify --dataset news.parquet --split train --streaming
  cat sentences.txt | stance classify"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "classify", "classify sentences or documents", _EXAMPLES, run)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="a sentence")
    parser.add_argument("--input", "-i", nargs="+", type=Path, metavar="PATH", help="files or folders (.txt: a sentence a line; others: one a row)")
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="write there (.jsonl, .csv, .parquet; without an ending: a folder of parts)")
    parser.add_argument("--dataset", metavar="NAME", help="classify a Hugging Face dataset: a file, a folder or a name")
    parser.add_argument("--split", metavar="NAME", help="the split of --dataset (default: train)")
    parser.add_argument("--streaming", action="store_true", help="read --dataset as a stream, without a copy on disk")
    parser.add_argument("--documents", action="store_true", help="the input is whole documents: split them first")
    parser.add_argument("--workers", type=_shared.count, default=1, metavar="N", help="processes to classify in (default: 1)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="classify on a Dask cluster (tcp://host:port) into the folder --output, part by part")
    parser.add_argument("--part-size", type=_shared.count, default=4, metavar="MB", help="megabytes of input a part of a folder (default: 4)")
    parser.add_argument("--resume", action="store_true", help="go on with a job in the folder --output that was ended in the middle")
    _shared.add_id_column(parser)
    parser.add_argument(
        "--min-confidence", type=_shared.share, default=0.0, metavar="P", help="leave those below this probability without a label (default: 0)"
    )
    _shared.add_encoding(parser, on_error=True)
    _shared.add_text_column(parser)
    _shared.add_quiet(parser)
    default = "table on a terminal, jsonl otherwise; csv puts an apostrophe in front of what a spreadsheet would run, csv-plain does not"
    _shared.add_format(parser, ("table", "jsonl", "csv", "csv-plain"), default)
    _shared.add_model(parser)


def run(options: argparse.Namespace) -> None:
    """Classify what the options name."""
    from pipeline.classifying import bulk, sinks

    _check(options)
    if _partitioned.wanted(options):
        reading = _reading(options)
        _partitioned.run(options, reading, _rows(options, reading.decoding()), _expected(options))
        return
    form = sinks.form_of(options.output, options.format) if options.output else options.format or ("table" if sys.stdout.isatty() else "jsonl")
    settings = bulk.Settings(form, options.min_confidence)
    if options.workers > 1:
        bulk.prepare()
    model, sample = _shared.load_model(options.model), _notes.Sample()
    _shared.note_passed_over(options, options.input or ())
    for text in filter(_is_path, options.text):
        _shared.note(options, f"{text} is a file or folder, and was taken for a sentence; to classify what it holds, write --input {text}")
    with _shared.decoding(options) as decoding, _progress.shown(_expected(options), quiet=options.quiet) as progress, _sink(options.output, form) as sink:
        for batch in bulk.encoded(model, _chunks(options, decoding), settings, workers=options.workers):
            sink(batch.content)
            sample.add(batch.rows, batch.texts, batch.step)
            progress.add(batch.rows)
    if options.output:
        _shared.wrote(options, f"{options.output} holds {sample.rows:,} row{'s' * (sample.rows != 1)}")
    _notes.tell_of(options, model, sample)


def _is_path(text: str) -> bool:
    try:
        return text != "" and Path(text).exists()
    except OSError:  # longer than a name can be
        return False


def _sink(output: Path | None, form: str) -> AbstractContextManager[Sink]:
    from pipeline.classifying import sinks

    return sinks.to_file(output, form) if output else _standard_output(form)


def _check(options: argparse.Namespace) -> None:
    given = [name for name, value in (("TEXT", options.text), ("--input", options.input), ("--dataset", options.dataset)) if value]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} were both given", next_step="give one of them")
    if (options.split or options.streaming) and not options.dataset:
        raise UsageError("--split and --streaming go with --dataset", next_step="give --dataset, or leave them out")
    if options.dataset and options.documents:
        raise UsageError("--documents does not go with --dataset", next_step="write the documents to files first")


@contextmanager
def _standard_output(form: str) -> Iterator[Sink]:
    from pipeline.classifying import sinks

    sys.stdout.flush()
    stream = sys.stdout.buffer
    stream.write(sinks.head(form))

    def sink(batch: bytes) -> None:
        stream.write(batch)
        stream.flush()

    yield sink
    stream.flush()


def _expected(options: argparse.Namespace) -> int | None:
    """About how many rows there will be, where that can be known and is shown."""
    from pipeline.reading import sources

    if options.documents or not options.input or not sys.stderr.isatty():
        return None
    return sources.expected_rows(options.input)


def _chunks(options: argparse.Namespace, decoding: Decoding) -> Iterator[Chunk]:
    """The input in chunks; workers read files on their own where these are UTF-8 and nothing is to be skipped or replaced."""
    from pipeline.reading import chunks

    if options.input and decoding.is_utf_8 and decoding.on_error == "fail":
        return chunks.of_files(options.input, _reading(options))
    return chunks.of_rows(_rows(options, decoding))


def _reading(options: argparse.Namespace) -> Reading:
    from pipeline.reading import partitions

    return partitions.Reading(options.text_column, options.id_column, options.documents, options.encoding, options.on_error)


def _rows(options: argparse.Namespace, decoding: Decoding) -> Iterator[Row]:
    from pipeline.reading import sources

    columns = {"text_column": options.text_column, "id_column": options.id_column}
    if options.dataset:
        return sources.from_dataset(options.dataset, options.split or "train", streaming=options.streaming, **columns)
    if options.input:
        reader = sources.from_documents if options.documents else sources.from_files
        return reader(options.input, **columns, decoding=decoding)
    if options.text:
        rows = sources.from_texts(options.text)
        return sources.split_rows(rows) if options.documents else rows
    _shared.note_waiting(options)
    return sources.split_rows([sources.whole_standard_input(decoding)]) if options.documents else sources.from_standard_input(decoding)
