"""Give every sentence a label, coders' before rules', and keep documents apart for evaluation: → data/labelled."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import files, params, tables
from pipeline.coding import annotations as coding
from pipeline.coding import holdout, resolving
from pipeline.errors import DataError
from pipeline.language import lexicon, rule_table
from pipeline.params import HoldoutParams, LabelParams
from pipeline.records import LABELS, Sentence
from pipeline.stages._run import run

_SHOWN = 5
_KINDS = {"paragraph": "int32", "number": "int32", "start": "int64", "end": "int64", "weight": "float64"}
_LISTS = ("coders", "codebooks")


def label(source: Path, coders: Path, cues: Path, target: Path, table: Path, settings: Path) -> None:
    """Label the sentences of `source`; write `target`/train.parquet and test.parquet, and the figures of each rule to `table`."""
    labelling = params.load(settings, LabelParams)
    rows = tables.read(source, Sentence._fields)
    sentences = [Sentence(*row) for row in zip(*rows.values(), strict=True)]
    placed = coding.place(coding.read_folder(coders), sentences, tolerance=labelling.offset_tolerance)
    _report_unplaced(placed)
    columns: dict[str, list[Any]] = rows | _coded(placed, len(sentences), labelling)
    test = _test_documents(sentences, params.load(settings, HoldoutParams))
    held = np.array([sentence.document in test for sentence in sentences], dtype=bool)
    counted = Counter(columns["source"])
    _apply_rules(columns, held, cues, table, labelling)
    written = sum(_write(target / f"{name}.parquet", columns, held == (name == "test")) for name in ("train", "test"))
    if written != len(sentences):
        raise AssertionError(f"{len(sentences)} sentences came in, {written} went out")
    print(_summary(len(sentences), counted, placed, int(held.sum())))


def _coded(placed: coding.Placed, size: int, labelling: LabelParams) -> dict[str, list[Any]]:
    """For each sentence its coders' label or None, how it was got, its weight, its coders and the codebooks they used."""
    columns: dict[str, list[Any]] = {"label": [None] * size, "source": [resolving.RULES] * size, "weight": [0.0] * size}
    columns |= {name: [[]] * size for name in _LISTS}
    for index, by_coder in placed.labels.items():
        settled, how = resolving.resolve(by_coder, labelling)
        columns["label"][index], columns["source"][index] = settled and LABELS.index(settled), how
        columns["weight"][index] = resolving.weight(how, labelling) if settled else 0.0
        columns["coders"][index] = sorted(by_coder)
        columns["codebooks"][index] = sorted(placed.codebooks[index])
    return columns


def _summary(size: int, counted: Counter[str], placed: coding.Placed, held: int) -> str:
    """The counts of the stage in one line."""
    by_how = ", ".join(f"{count} {how}" for how, count in sorted(counted.items()) if how != resolving.RULES)
    return (
        f"label: {size} sentences, {len(placed.labels)} annotated ({by_how or 'none'}), {counted[resolving.RULES]} by rules; "
        f"{len(placed.moved)} annotations with moved edges, {len(placed.repeated)} given twice; "
        f"{held} sentences kept for evaluation"
    )


def _report_unplaced(placed: coding.Placed) -> None:
    if placed.unmatched:
        named = "; ".join(f"{item.where} ({item.document})" for item in placed.unmatched[:_SHOWN])
        raise DataError(f"{len(placed.unmatched)} annotations match no sentence: {named}", next_step="mend or delete them, or add the document")
    if placed.cut_differently:
        by_coder = ", ".join(f"{count} of {coder}" for coder, count in sorted(Counter(item.coder for item in placed.cut_differently).items()))
        print(f"label: note: annotations are left out where the splitter cuts sentences differently ({by_coder}); `stance annotations check` lists them")


def _apply_rules(columns: dict[str, list[Any]], held: NDArray[np.bool_], cues: Path, table: Path, labelling: LabelParams) -> None:
    """Label what no coder read, each with the weight its rule has earned in training documents, and write the table of rules."""
    fired = rule_table.fire(columns["text"], lexicon.compile_lists(lexicon.read_folder(cues)))
    labels = np.array([rule_table.UNCODED if number is None else number for number in columns["label"]], dtype=np.int64)
    trusted = rule_table.precisions(rule_table.against_coders(fired.decides, np.where(held, rule_table.UNCODED, labels)))
    for index, rule in enumerate(fired.decides.tolist()):
        if columns["source"][index] == resolving.RULES:
            columns["label"][index] = int(rule_table.LABEL_OF[rule])
            columns["weight"][index] = resolving.weight(resolving.RULES, labelling, precision=float(trusted[rule]))
    files.write_text(table, "".join(files.csv_lines([rule_table.HEADER, *rule_table.rows(fired, labels, held)])))


def _test_documents(sentences: list[Sentence], settings: HoldoutParams) -> set[str]:
    texts: dict[str, list[str]] = {}
    collection: dict[str, str] = {}
    for sentence in sentences:
        texts.setdefault(sentence.document, []).append(sentence.text)
        collection[sentence.document] = sentence.collection
    names = list(texts)
    groups = holdout.near_duplicate_groups([" ".join(texts[name]) for name in names], threshold=settings.near_duplicate)
    held = holdout.hold_out(groups, names, [collection[name] for name in names], share=settings.share, seed=settings.seed)
    return {name for name, out in zip(names, held, strict=True) if out}


def _write(path: Path, columns: dict[str, list[Any]], chosen: NDArray[np.bool_]) -> int:
    """Write the chosen rows in the form that `datasets.load_dataset` reads, the label as a ClassLabel."""
    import datasets

    datasets.disable_progress_bars()
    features = datasets.Features(
        {name: datasets.Value(_KINDS.get(name, "string")) for name in columns}
        | {name: datasets.List(datasets.Value("string")) for name in _LISTS}
        | {"label": datasets.ClassLabel(names=list(LABELS))}
    )
    picked = {name: [value for value, keep in zip(column, chosen.tolist(), strict=True) if keep] for name, column in columns.items()}
    with files.replacing(path) as temporary:
        datasets.Dataset.from_dict(picked, features=features).to_parquet(str(temporary))
    return len(picked["text"])


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    label(arguments.sentences, arguments.annotations, arguments.cues, arguments.labelled, arguments.rules, arguments.params)


if __name__ == "__main__":
    run(main, sentences="sentences.parquet", annotations="folder of coders' CSV files", cues="folder of cue lists", labelled="folder to write",
        rules="CSV file of the rules' figures to write")  # fmt: skip
