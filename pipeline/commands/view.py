"""stance view: documents as pages, every sentence tinted by its stance."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import _shared
from pipeline.errors import DataError, UsageError

if TYPE_CHECKING:
    from pipeline.decoding import Decoding
    from pipeline.pages.view import Entry
    from pipeline.records import Document
    from pipeline.scoring.model import StanceModel

_PAGE = (".html", ".htm")
_INDEX = "index.html"
_EXAMPLES = """  stance view article.txt -o article.html
  stance view articles/ -o pages/
  stance view news.parquet -o pages/ --text-column text --id-column id"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "view", "show documents as pages, every sentence tinted by its stance", _EXAMPLES, run)
    parser.add_argument("input", type=Path, metavar="PATH", help="a document (.txt), a file of documents (.jsonl, .csv, .parquet) or a folder of them")
    place = "the page (.html) of one document, or a folder for an index and a page each (pages of an earlier run stay there)"
    parser.add_argument("--output", "-o", type=Path, required=True, metavar="PATH", help=place)
    _shared.add_encoding(parser, on_error=True)
    _shared.add_text_column(parser)
    _shared.add_id_column(parser)
    _shared.add_quiet(parser)
    _shared.add_format(parser, ("table", "json"), "table")
    _shared.add_model(parser)


def run(options: argparse.Namespace) -> None:
    """Write the page, or the pages and then their index."""
    model = _shared.load_model(options.model)
    _shared.note_passed_over(options, [options.input])
    one = options.output.suffix in _PAGE
    with _shared.decoding(options, "came out empty" if one else "stayed out") as decoding:
        found = _documents(options, decoding)
        entries = [_write_one(model, found, options)] if one else _write_folder(model, list(_read(found, decoding)), options.output)
    _tell(options, entries)


def _tell(options: argparse.Namespace, entries: Sequence[Entry]) -> None:
    """Say where the pages are and what they hold."""
    one = options.output.suffix in _PAGE
    if options.format == "json":
        _shared.print_json({"page" if one else "index": str(options.output if one else options.output / _INDEX), "documents": [e._asdict() for e in entries]})
    elif one:
        print(f"{options.output}: {entries[0].sentences} sentence{'s' * (entries[0].sentences != 1)}")
    else:
        print(f"{options.output / _INDEX}: {len(entries)} document{'s' * (len(entries) != 1)}")


def _documents(options: argparse.Namespace, decoding: Decoding) -> Iterator[Document]:
    from pipeline.reading import documents
    from pipeline.records import Document

    columns = {"text_column": options.text_column, "id_column": options.id_column}
    if options.input.is_dir():
        yield from documents.read_folder(options.input, **columns, decoding=decoding)
        return
    for identity, text in documents.read_texts(options.input, **columns, decoding=decoding):
        yield Document(options.input.name if options.input.suffix == ".txt" else identity, "", text)


def _write_one(model: StanceModel, found: Iterator[Document], options: argparse.Namespace) -> Entry:
    from pipeline import files
    from pipeline.pages import view

    document = next(found, None)
    if document is None:
        raise DataError("holds no document", where=str(options.input), next_step="give another file")
    if next(found, None) is not None:
        raise UsageError("holds several documents, and one page shows one", where=str(options.input), next_step="give a folder as --output")
    shown = view.view(model, document)
    files.write_text(options.output, view.document_page(shown))
    return view.entry(shown, options.output.name)


def _read(found: Iterator[Document], decoding: Decoding) -> Iterator[Document]:
    """The documents without those that were skipped."""
    skipped = decoding.skipped
    for document in found:
        if decoding.skipped == skipped:
            yield document
        skipped = decoding.skipped


def _write_folder(model: StanceModel, found: Sequence[Document], folder: Path) -> list[Entry]:
    """Each page as soon as it is made, the index last; all is read before, so that what cannot be read leaves no pages without an index."""
    from pipeline import files
    from pipeline.pages import view

    entries: list[view.Entry] = []
    taken: set[str] = set()
    for document in found:
        shown = view.view(model, document)
        name = view.page_name(document.id, taken)
        files.write_text(folder / name, view.document_page(shown, index=_INDEX), durable=False)
        entries.append(view.entry(shown, name))
    files.write_text(folder / _INDEX, view.index_page(entries))
    return entries
