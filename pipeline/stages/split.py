"""Cut every document into sentences: seeds/documents → data/sentences.parquet."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline import params, tables
from pipeline.params import DocumentsParams, SplitParams
from pipeline.reading import documents, folders, sentences
from pipeline.records import Sentence
from pipeline.stages._run import run


def split(source: Path, target: Path, settings: Path) -> None:
    """Read the documents below `source` and write their sentences to `target`."""
    reading, splitting = params.load(settings, DocumentsParams), params.load(settings, SplitParams)
    found: list[Sentence] = []
    count = 0
    for document in documents.read_folder(source, text_column=reading.text_column, id_column=reading.id_column):
        found += sentences.split(document, paragraph_break=splitting.paragraph_break)
        count += 1
    columns = zip(*found, strict=True) if found else [[] for _ in Sentence._fields]
    tables.write(target, tables.of_columns(dict(zip(Sentence._fields, map(list, columns), strict=True))))
    listing = folders.survey(source)
    print(f"split: {count} documents, {len(found)} sentences" + (f"; {listing}" if listing.passed_over else ""))


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    split(arguments.documents, arguments.sentences, arguments.params)


if __name__ == "__main__":
    run(main, documents="folder of documents", sentences="Parquet file to write")
