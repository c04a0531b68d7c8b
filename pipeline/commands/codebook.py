"""stance codebook: what a label means, with examples."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.commands import _shared
from pipeline.records import LABELS

if TYPE_CHECKING:
    from pipeline.coding.codebook import Codebook, Definition

_EXAMPLES = """  stance codebook
  stance codebook warning
  stance codebook denial --count 10"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "codebook", "print the definition of a label with examples, or the codebook's labels and rules", _EXAMPLES, run)
    parser.add_argument("label", nargs="?", choices=LABELS, metavar="LABEL", help=f"one of {', '.join(LABELS)}")
    parser.add_argument("--count", type=_shared.count, default=5, metavar="N", help="how many examples (default: 5)")
    _shared.add_codebook(parser)
    _shared.add_annotations(parser)
    _shared.add_format(parser, ("table", "json"), "table")


def run(options: argparse.Namespace) -> None:
    """Print what the codebook says."""
    from pipeline.coding import annotations as coding
    from pipeline.coding import codebook

    book = codebook.read(options.codebook)
    coded = coding.read_folder(options.annotations) if options.label else []
    found = codebook.examples(coded, options.label, count=options.count)
    if options.format == "json":
        _shared.print_json(_as_json(book, options.label, found))
    else:
        print(_definition(book.definitions[options.label], found) if options.label else _overview(book))


def _as_json(book: Codebook, label: str | None, found: Sequence[str]) -> dict[str, object]:
    """A label's definition with examples, or all of the codebook."""
    if label:
        return book.definitions[label]._asdict() | {"examples": found, "version": book.version}
    return {"labels": [definition._asdict() for definition in book.definitions.values()], "rules": book.rules, "version": book.version}


def _definition(definition: Definition, found: Sequence[str]) -> str:
    """A label's definition with examples."""
    parts = [f"{definition.label}: the source {definition.source}", f"Test: {definition.test}", definition.counts, definition.not_counts]
    parts.append("\n".join(["Examples, as coders labelled them:", *(f"  {text}" for text in found)]) if found else "Nobody has coded an example yet.")
    return "\n\n".join(part for part in parts if part)


def _overview(book: Codebook) -> str:
    """The labels, the rules and the version."""
    labels = [f"{name:<10} the source {definition.source}" for name, definition in book.definitions.items()]
    rules = [f"{number}. {rule}" for number, rule in enumerate(book.rules, start=1)]
    return "\n".join(
        [
            *labels,
            "",
            "When a sentence does several things, the first rule that decides:",
            *rules,
            "",
            f"codebook version {book.version}; the way to CAMEO and PLOVER codes is in docs/crosswalk.md",
        ]
    )
