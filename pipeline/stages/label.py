"""Give every sentence a label, coders' before rules', and keep documents apart for evaluation: → data/labelled."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline import annotations as coding
from pipeline import files, holdout, lexicon, params, rules, tables
from pipeline.errors import DataError
from pipeline.params import HoldoutParams, LabelParams
from pipeline.records import LABELS, Sentence
from pipeline.stages._run import run

RULES_SOURCE = "rules"
_SHOWN = 5


def label(source: Path, coders: Path, cues: Path, target: Path, settings: Path) -> None:
    """Label the sentences of `source` and write `target`/train.parquet and test.parquet."""
    labelling = params.load(settings, LabelParams)
    rows = tables.read(source, Sentence._fields)
    sentences = [Sentence(*row) for row in zip(*rows.values(), strict=True)]
    placed = coding.place(coding.read_folder(coders), sentences, tolerance=labelling.offset_tolerance)
    _report_unplaced(placed)
    columns: dict[str, list[Any]] = rows | {"label": [None] * len(sentences), "source": [RULES_SOURCE] * len(sentences)}
    columns["coders"] = [sorted(placed.labels[i]) if i in placed.labels else [] for i in range(len(sentences))]
    for index, by_coder in placed.labels.items():
        settled, how = coding.resolve(by_coder, adjudicator=labelling.adjudicator)
        columns["label"][index], columns["source"][index] = settled and LABELS.index(settled), how
    _apply_rules(columns, cues)
    test = _test_documents(sentences, params.load(settings, HoldoutParams))
    in_test = [sentence.document in test for sentence in sentences]
    written = sum(_write(target / f"{name}.parquet", columns, [held == (name == "test") for held in in_test]) for name in ("train", "test"))
    if written != len(sentences):
        raise AssertionError(f"{len(sentences)} sentences came in, {written} went out")
    print(_summary(columns, placed, sum(in_test)))


def _summary(columns: dict[str, list[Any]], placed: coding.Placed, held: int) -> str:
    """The counts of the stage in one line."""
    counted = Counter(columns["source"])
    by_how = ", ".join(f"{counted[how]} {how}" for how in ("single", "agreed", "adjudicated", "disputed"))
    return (
        f"label: {len(columns['text'])} sentences, {len(placed.labels)} annotated ({by_how}), {counted[RULES_SOURCE]} by rules; "
        f"{len(placed.moved)} annotations with moved edges, {len(placed.cut_differently)} of sentences cut differently; {held} sentences kept for evaluation"
    )


def _report_unplaced(placed: coding.Placed) -> None:
    if placed.unmatched:
        named = "; ".join(f"{item.where} ({item.document})" for item in placed.unmatched[:_SHOWN])
        raise DataError(f"{len(placed.unmatched)} annotations match no sentence: {named}", next_step="mend or delete them, or add the document")
    for item in placed.cut_differently[:_SHOWN]:
        print(f"label: note: {item.where}: the splitter cuts {item.text[:60]!r} differently; the annotation is left out")


def _apply_rules(columns: dict[str, list[Any]], cues: Path) -> None:
    """Label what no coder read."""
    unread = [i for i, source in enumerate(columns["source"]) if source == RULES_SOURCE]
    found = rules.apply([columns["text"][i] for i in unread], lexicon.compile_lists(lexicon.read_folder(cues)))
    for index, number in zip(unread, found.label.tolist(), strict=True):
        columns["label"][index] = number


def _test_documents(sentences: list[Sentence], settings: HoldoutParams) -> set[str]:
    texts: dict[str, list[str]] = {}
    collection: dict[str, str] = {}
    for sentence in sentences:
        texts.setdefault(sentence.document, []).append(sentence.text)
        collection[sentence.document] = sentence.collection
    names = list(texts)
    groups = holdout.near_duplicate_groups([" ".join(texts[name]) for name in names], threshold=settings.near_duplicate)
    held = holdout.hold_out(groups, [collection[name] for name in names], share=settings.share, seed=settings.seed)
    return {name for name, out in zip(names, held, strict=True) if out}


def _write(path: Path, columns: dict[str, list[Any]], chosen: list[bool]) -> int:
    """Write the chosen rows in the form that `datasets.load_dataset` reads, the label as a ClassLabel."""
    import datasets

    datasets.disable_progress_bars()
    kinds = {"paragraph": "int32", "number": "int32", "start": "int64", "end": "int64"}
    features = datasets.Features(
        {name: datasets.Value(kinds.get(name, "string")) for name in columns}
        | {"label": datasets.ClassLabel(names=list(LABELS)), "coders": datasets.List(datasets.Value("string"))}
    )
    picked = {name: [value for value, keep in zip(column, chosen, strict=True) if keep] for name, column in columns.items()}
    with files.replacing(path) as temporary:
        datasets.Dataset.from_dict(picked, features=features).to_parquet(str(temporary))
    return len(picked["text"])


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    label(arguments.sentences, arguments.annotations, arguments.cues, arguments.labelled, arguments.params)


if __name__ == "__main__":
    run(main, sentences="sentences.parquet", annotations="folder of coders' CSV files", cues="folder of cue lists", labelled="folder to write")
