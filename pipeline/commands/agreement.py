"""stance agreement: how well coders agree, and on which sentences they do not."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import _shared

if TYPE_CHECKING:
    from pipeline.coding.agreement import Agreement, Figure

_EXAMPLES = """  stance agreement
  stance agreement --disputed disputed.csv
  stance agreement --annotations seeds/annotations --documents seeds/documents --format csv"""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "agreement", "say how well coders agree", _EXAMPLES, run)
    parser.add_argument("--disputed", type=Path, metavar="FILE", help="write the sentences on which coders differ to this CSV file")
    _shared.add_annotations(parser)
    _shared.add_documents(parser)
    _shared.add_format(parser, ("table", "csv", "json"), "table")


def run(options: argparse.Namespace) -> None:
    """Print the figures for each pair of coders and over all."""
    from pipeline import files, formulas, params
    from pipeline.coding import agreement
    from pipeline.coding import annotations as coding

    labelling = params.load(options.params, params.LabelParams)
    sentences = _shared.read_documents(options)[1]
    placed = coding.place(coding.read_folder(options.annotations), sentences, tolerance=labelling.offset_tolerance)
    table = agreement.tabulate(placed.labels, sentences, adjudicator=labelling.adjudicator)
    found = agreement.measure(table, params.load(options.params, params.AgreementParams))
    if options.disputed:
        files.write_text(options.disputed, "".join(files.csv_lines(map(formulas.guard_row, agreement.disputed(placed.labels, sentences, labelling)))))
    if options.format == "csv":
        print("".join(files.csv_lines([agreement.HEADER, *map(agreement.row, found)])), end="")
        return
    confusion = agreement.confusion(table)
    if options.format == "json":
        pairs = [dict(zip(agreement.CONFUSION, row, strict=True)) for row in confusion]
        _shared.print_json({"agreement": [_as_json(item) for item in found], "confusion": pairs})
        return
    remark = agreement.remark(found, table.coders)
    print(remark or _table(found, confusion))


def _as_json(found: Agreement) -> dict[str, object]:
    return found._asdict() | {"kappa": found.kappa._asdict(), "alpha": found.alpha._asdict()}


def _table(found: Sequence[Agreement], confusion: Sequence[Sequence[object]]) -> str:
    """The figures as aligned text, and what each pair confuses most."""
    width = max(len(f"{item.first} – {item.second}") for item in found)
    lines = [f"{'coders':<{width}} sentences   same  kappa              alpha"]
    for item in found:
        name = f"{item.first} – {item.second}" if item.second else item.first
        same = "" if item.same is None else f"{100 * item.same:.1f} %"
        lines.append(f"{name:<{width}} {item.sentences:>9} {same:>6}  {_figure(item.kappa):<18} {_figure(item.alpha)}".rstrip())
    differing = [(int(str(row[4])), row) for row in confusion if row[2] != row[3] and row[4]]
    for count, (first, second, one, other, _) in sorted(differing, key=lambda pair: -pair[0])[:_SHOWN]:
        lines.append(f"{count:>4} × {first}: {one}, {second}: {other}")
    return "\n".join(lines)


def _figure(figure: Figure) -> str:
    return "undefined" if figure.value is None else f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"


_SHOWN = 10
