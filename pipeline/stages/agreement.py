"""Say how well the coders agree and where they do not: → reports/agreement.csv, coder_confusion.csv, disputed.csv."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from pipeline import files, formulas, params, tables
from pipeline.coding import agreement as agreeing
from pipeline.coding import annotations as coding
from pipeline.params import AgreementParams, LabelParams
from pipeline.records import Sentence
from pipeline.stages._run import run


def agreement(source: Path, coders: Path, reports: Path, settings: Path) -> None:
    """Measure the agreement of the coders of the folder `coders` on the sentences of `source`."""
    labelling = params.load(settings, LabelParams)
    columns = tables.read(source, Sentence._fields)
    sentences = [Sentence(*row) for row in zip(*columns.values(), strict=True)]
    placed = coding.place(coding.read_folder(coders), sentences, tolerance=labelling.offset_tolerance)
    table = agreeing.tabulate(placed.labels, sentences, adjudicator=labelling.adjudicator)
    found = agreeing.measure(table, params.load(settings, AgreementParams))
    disputed = list(map(formulas.guard_row, agreeing.disputed(placed.labels, sentences, labelling)))
    for name, rows in (
        ("agreement", [agreeing.HEADER, *map(agreeing.row, found)]),
        ("coder_confusion", [agreeing.CONFUSION, *agreeing.confusion(table)]),
        ("disputed", disputed),
    ):
        files.write_text(reports / f"{name}.csv", "".join(files.csv_lines(rows)))
    print(_summary(found, table.coders, len(disputed) - 1))


def _summary(found: Sequence[agreeing.Agreement], coders: Sequence[str], disputed: int) -> str:
    remark = agreeing.remark(found, coders)
    if remark:
        return f"agreement: {remark}"
    every = found[-1]
    alpha = "undefined" if every.alpha.value is None else f"{every.alpha.value:.3f} ({every.alpha.low:.3f} to {every.alpha.high:.3f})"
    return f"agreement: {len(coders)} coders, {every.sentences} sentences read by two or more, {disputed} disputed; Krippendorff's alpha {alpha}"


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    agreement(arguments.sentences, arguments.annotations, arguments.reports, arguments.params)


if __name__ == "__main__":
    run(main, sentences="sentences.parquet", annotations="folder of coders' CSV files", reports="folder to write")
