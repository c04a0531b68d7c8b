"""stance annotations: bring coders' labels in, take sentences out to be coded, check what is there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import _shared
from pipeline.errors import DataError, UsageError

if TYPE_CHECKING:
    from pipeline.coding.forms import Form, Rejected
    from pipeline.coding.importing import Imported
    from pipeline.records import Annotation, Task

_IMPORT = """  stance annotations import project-1-at-2026.json --coder ana
  stance annotations import export.zip --coder admin=ana --coder ben=ben
  stance annotations import coded.csv --coder ana --rejects not-placed.csv"""
_EXPORT = """  stance annotations export todo.json --to label-studio --coder ana
  stance annotations export todo.csv --to csv --coder ana --only queue.csv --guess model
  stance annotations export done.jsonl --to doccano --coder ana --coded"""
_CHECK = """  stance annotations check
  stance annotations check --annotations seeds/annotations --documents seeds/documents"""
_SHOWN = 20
_COUNTED = {
    "repeated": "stood there already",
    "moved": "had moved edges and were put right",
    "cut_differently": "are cut differently by the splitter: kept, but not trained on",
    "unlabelled": "rows had no label yet",
    "by_rules": "rows were labelled by the rules and left out",
    "rejected": "could not be placed and are in the file of rejects",
}
"""What an import counts, and how that is said."""
_GUESSES = ("none", "rules", "model")
_TOOLS = ("label-studio", "doccano", "csv")


def add(commands: _shared.Commands) -> None:
    """Add the command's parser with its three parts."""
    summary = "import, export and check coders' labels"
    parser = _shared.command(commands, "annotations", summary, "\n".join((_IMPORT, _EXPORT, _CHECK)), lambda _: parser.print_help())
    parts = parser.add_subparsers(metavar="PART")
    _add_import(parts)
    _add_export(parts)
    check = _shared.command(parts, "check", "say which annotations do not fit the documents", _CHECK, run_check)
    _add_common(check)


def _add_common(parser: argparse.ArgumentParser) -> None:
    _shared.add_annotations(parser)
    _shared.add_documents(parser)
    _shared.add_format(parser, ("table", "json"), "table")


def _add_import(parts: _shared.Commands) -> None:
    parser = _shared.command(parts, "import", "bring what coders did elsewhere into their own files", _IMPORT, run_import)
    parser.add_argument("file", type=Path, metavar="FILE", help=".csv, .json (Label Studio), .jsonl or .zip (doccano), .parquet, or a folder (datasets)")
    parser.add_argument("--coder", action="append", default=[], metavar="NAME", help="the coder; for a file of several: AS_IN_FILE=NAME, repeated")
    parser.add_argument("--label-column", metavar="NAME", help="column, or Label Studio's choice, that holds the label (default: label or stance)")
    parser.add_argument("--text-column", metavar="NAME", help="column that holds the sentence (default: text or sentence)")
    _shared.add_encoding(parser)
    parser.add_argument("--replace", action="store_true", help="where a coder labelled a sentence before, take the new label")
    parser.add_argument("--rejects", type=Path, metavar="FILE", help="import what can be placed and write the rest to this CSV file")
    _add_common(parser)
    _shared.add_codebook(parser)


def _add_export(parts: _shared.Commands) -> None:
    parser = _shared.command(parts, "export", "write sentences to be coded, with a guess beside each", _EXPORT, run_export)
    parser.add_argument("file", type=Path, metavar="FILE", help="file to write")
    parser.add_argument("--to", choices=_TOOLS, required=True, help="the tool that is to read it")
    parser.add_argument("--coder", required=True, metavar="NAME", help="who is to code: sentences in their file are left out")
    parser.add_argument("--only", type=Path, metavar="FILE", help="only the sentences that this file lists, as `stance queue` writes it")
    parser.add_argument("--coded", action="store_true", help="instead, the sentences the coder has labelled, with their labels")
    parser.add_argument("--guess", choices=_GUESSES, default="none", help="pre-annotate by the rules (with the model's cue lists) or the model (default: none)")
    _add_common(parser)
    _shared.add_model(parser)


def run_import(options: argparse.Namespace) -> None:
    """Import the file, or say what is wrong with it and change nothing."""
    from pipeline import params
    from pipeline.coding import annotations as coding
    from pipeline.coding import codebook, forms, importing

    with _shared.decoding(options) as decoding:
        form = forms.read(options.file, label_column=options.label_column, text_column=options.text_column, decoding=decoding)
    named = importing.name_coders(form.annotations, options.coder)
    paths = {coder: options.annotations / f"{coder}.csv" for coder in sorted({annotation.coder for annotation in named})}
    before = {coder: coding.read(path) for coder, path in paths.items() if path.exists()}
    tolerance = params.load(options.params, params.LabelParams).offset_tolerance
    documents = {annotation.document for annotation in (*named, *(held for rows in before.values() for held in rows))}
    importer = importing.Importer(*_shared.read_documents(options, only=None if "" in documents else documents), tolerance=tolerance)
    result = importer.bring(named, before, codebook=codebook.version(options.codebook), replace=options.replace)
    rejected = [*form.rejected, *result.rejected]
    if rejected and options.rejects is None:
        _list("not placed", [f"{item.annotation.where}: {item.reason}" for item in rejected], sys.stderr.write)
        hint = "mend them, or give --rejects FILE to import the others and have these written there"
        raise DataError(f"{len(rejected)} annotations cannot be placed; nothing was imported", where=str(options.file), next_step=hint)
    if rejected:
        _write_rejects(options.rejects, rejected)
    for coder in sorted({*result.new, *result.changed}):
        coding.merge(paths[coder], result.new[coder], result.changed[coder])
    changes = [{"coder": coder, "path": str(path), "new": len(result.new[coder]), "changed": len(result.changed[coder])} for coder, path in paths.items()]
    _tell(options, changes, _counts(form, result, len(rejected)))
    if form.as_guessed:
        _shared.note(options, f"{form.as_guessed} labels are the guess that was exported; from doccano, export approved texts only")


def _write_rejects(path: Path, rejected: Sequence[Rejected]) -> None:
    from pipeline import files, formulas

    found = [(item.annotation, item.reason) for item in rejected]
    rows = [(a.document, *(("", "") if a.start < 0 else (a.start, a.end)), a.text, a.label, a.coder, reason, a.where) for a, reason in found]
    files.write_text(path, "".join(files.csv_lines([formulas.REJECTS, *map(formulas.guard_row, rows)])))


def _counts(form: Form, result: Imported, rejected: int) -> dict[str, int]:
    """How many rows have each key of _COUNTED."""
    counts = (len(result.repeated), len(result.moved), len(result.cut_differently), form.unlabelled, form.by_rules, rejected)
    return dict(zip(_COUNTED, counts, strict=True))


def _tell(options: argparse.Namespace, changes: Sequence[dict[str, object]], counts: dict[str, int]) -> None:
    """Say what was done, counted."""
    if options.format == "json":
        _shared.print_json({"files": changes} | counts)
        return
    for one in changes:
        print(f"{one['path']}: {one['new']} new, {one['changed']} changed")
    for what, count in counts.items():
        if count:
            print(f"  {count} {_COUNTED[what]}")


def run_export(options: argparse.Namespace) -> None:
    """Write the sentences and say how many."""
    from pipeline import files
    from pipeline.coding import forms, labelstudio

    if options.file.suffix != forms.ENDINGS[options.to]:
        raise UsageError(f"does not end in {forms.ENDINGS[options.to]}", where=str(options.file), next_step=f"{options.to} reads that ending")
    found = _tasks(options)
    files.write_text(options.file, forms.WRITERS[options.to](found))
    interface = options.file.with_suffix(".xml") if options.to == "label-studio" else None
    if interface:
        files.write_text(interface, labelstudio.INTERFACE)
    if options.format == "json":
        _shared.print_json({"path": str(options.file), "sentences": len(found), "interface": str(interface) if interface else None})
    else:
        print(f"{options.file}: {len(found)} sentences{' with their labels' if options.coded else ' to code'}")
        print(f"{interface}: the labelling interface for the project's settings\n" if interface else "", end="")
    if options.to == "doccano" and options.guess != "none":
        _shared.note(options, "doccano shows a guess as a label; export approved texts only, or unread guesses come back as labels")


def _tasks(options: argparse.Namespace) -> list[Task]:
    """The sentences that the options ask for."""
    from pipeline import params
    from pipeline.coding import annotations as coding
    from pipeline.coding import tasks

    found, sentences = _shared.read_documents(options)
    path = options.annotations / f"{options.coder}.csv"
    before: list[Annotation] = coding.read(path) if path.exists() else []
    if options.coded:
        return tasks.coded(before, sentences, {document.id: document.text for document in found})
    tolerance = params.load(options.params, params.LabelParams).offset_tolerance
    only = tasks.read_places(options.only) if options.only else None
    to_code = tasks.to_code(sentences, before, tolerance=tolerance, only=only)
    texts = [task.text for task in to_code]
    if options.guess == "none":
        return to_code
    model = _shared.load_model(options.model)
    by_rules = options.guess == "rules"
    return tasks.with_guesses(to_code, tasks.guess_by_rules(texts, model.stored.lexicon) if by_rules else tasks.guess_by_model(texts, model))


def run_check(options: argparse.Namespace) -> None:
    """List the annotations that do not fit; an error where some match nothing."""
    from pipeline import params
    from pipeline.coding import annotations as coding

    sentences = _shared.read_documents(options)[1]
    tolerance = params.load(options.params, params.LabelParams).offset_tolerance
    found = coding.read_folder(options.annotations)
    placed = coding.place(found, sentences, tolerance=tolerance)
    told = {
        "moved": ("have moved edges and are placed", [item.where for item in placed.moved]),
        "repeated": ("say what their coder had said before", [item.where for item in placed.repeated]),
        "cut_differently": ("are cut differently by the splitter and left out", [item.where for item in placed.cut_differently]),
        "unmatched": ("match no sentence", [f"{item.where} ({item.document})" for item in placed.unmatched]),
    }
    counts = {"annotations": len(found), "coded": len(placed.labels), "sentences": len(sentences)}
    if options.format == "json":
        _shared.print_json(counts | {name: lines for name, (_, lines) in told.items()})
    else:
        print("{annotations} annotations on {coded} of {sentences} sentences".format(**counts))
        for what, lines in told.values():
            _list(what, lines, sys.stdout.write)
    if placed.unmatched:
        raise DataError(f"{len(placed.unmatched)} annotations match no sentence", where=str(options.annotations), next_step="mend or delete them")


def _list(what: str, lines: Sequence[str], write: Callable[[str], object]) -> None:
    """A heading with a count, and the first lines."""
    if lines:
        write(f"{len(lines)} {what}:\n" + "".join(f"  {line}\n" for line in lines[:_SHOWN]))
    if len(lines) > _SHOWN:
        write(f"  … and {len(lines) - _SHOWN} more\n")
