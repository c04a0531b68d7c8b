"""Show by simulated coding whether `stance queue` teaches more than reading at random: → reports/queue.csv."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline import coded, files, lexicon, params, rules, simulation, training
from pipeline.errors import ParamsError
from pipeline.params import QueueParams, TrainParams
from pipeline.stages._run import run


def simulate(labelled: Path, cues: Path, target: Path, settings: Path) -> None:
    """Let simulated coders read training sentences of `labelled` and test what they taught on its test sentences."""
    section, fitting = params.load(settings, QueueParams), params.load(settings, TrainParams)
    rows = coded.read(labelled / "train.parquet", by_people=True)
    if list(section.read) != sorted(set(section.read)) or section.read[-1] > min(section.pool, len(rows["text"])):
        raise ParamsError(f"is {list(section.read)}", where=f"{settings} queue read", next_step="let the numbers rise, to the sentences there are at most")
    drawn = np.random.default_rng(section.seed).permutation(len(rows["text"]))[: section.pool]
    test = coded.read(labelled / "test.parquet", by_people=True)
    texts = [*(rows["text"][i] for i in drawn), *test["text"]]
    labels = np.array([*(rows["label"][i] for i in drawn), *test["label"]], dtype=np.int64)
    compiled = lexicon.compile_lists(lexicon.read_folder(cues))
    counts = training.Counts.of(texts, compiled, min_documents=1, jobs=fitting.jobs)
    ground = simulation.Ground(counts, texts, labels, rules.apply(texts, compiled).label, np.arange(len(texts)) >= len(drawn))
    found = simulation.curves(ground, section, replace(fitting, min_documents=1))
    rows_out = simulation.table(found, section.read)
    files.write_text(target, "".join(files.csv_lines([simulation.HEADER, *rows_out])))
    last = rows_out[len(section.read) - 1]
    print(f"simulate: after {last[1]} read sentences macro-F1 {last[2]} by the queue; gain over random {last[5]} ({last[6]} to {last[7]})")


def main(arguments: argparse.Namespace) -> None:
    """Run the stage with paths from the command line."""
    simulate(arguments.labelled, arguments.cues, arguments.queue, arguments.params)


if __name__ == "__main__":
    run(main, labelled="folder of labelled sentences", cues="folder of cue lists", queue="CSV file of the curves to write")
