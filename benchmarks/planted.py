"""Does the audit find wrong labels? Some are planted and looked for: `python -m benchmarks.planted` writes reports/audit.csv."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from pipeline import files, params
from pipeline.coding import audit, coded
from pipeline.language import casing
from pipeline.params import TrainParams
from pipeline.records import LABELS
from pipeline.scoring import modelfile
from pipeline.training import fitting

HEADER = ("seed", "labels", "planted", "looked_at", "found", "precision")


def plant(labels: NDArray[np.int64], *, share: float, seed: int) -> NDArray[np.int64]:
    """The labels (n,), a share (0 to 1) of them, drawn at random, turned into another label drawn at random."""
    chance = np.random.default_rng(seed)
    wrong = chance.choice(len(labels), round(share * len(labels)), replace=False)
    planted = labels.copy()
    planted[wrong] = (labels[wrong] + chance.integers(1, len(LABELS), len(wrong))) % len(LABELS)
    return planted


def row(planted: NDArray[np.int64], labels: NDArray[np.int64], probabilities: NDArray[np.float64], *, share: float, seed: int) -> list[object]:
    """A row of HEADER: how many of the planted labels stand among the `share` that the audit puts first."""
    looked = round(share * len(labels))
    first = audit.order(probabilities, planted)[:looked]
    found = int(np.count_nonzero(planted[first] != labels[first]))
    return [seed, len(labels), int(np.count_nonzero(planted != labels)), looked, found, f"{found / looked:.3f}"]


def main() -> None:
    """Plant, train without each collection as the train stage does, look, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted", description=__doc__)
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled/train.parquet"))
    parser.add_argument("--model", type=Path, default=Path("models/stance.npz"), help="where the cue lists and the strength are taken from")
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--report", type=Path, default=Path("reports/audit.csv"))
    parser.add_argument("--share", type=float, default=0.02, help="planted, and looked at")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    section, stored = params.load(options.params, TrainParams), modelfile.read(options.model)
    rows = coded.read(options.labelled, by_coders=True)
    labels = np.array(rows["label"], dtype=np.int64)
    groups = fitting.fold_of(rows["collection"], section.collection_folds)
    counts = fitting.Counts.of(rows["text"], stored.lexicon, casing.common_forms(rows["text"]), min_documents=section.min_documents, jobs=section.jobs)
    found: list[list[object]] = []
    for seed in range(options.seeds):
        planted = plant(labels, share=options.share, seed=seed)
        weights = fitting.weights([1.0] * len(labels), rows["collection"], section)
        odds = fitting.out_of_group(counts, planted, weights, groups, section, strength=stored.header["settings"]["strength"])
        found.append(row(planted, labels, softmax(odds, axis=1), share=options.share, seed=seed))
        print(dict(zip(HEADER, found[-1], strict=True)))
    files.write_text(options.report, "".join(files.csv_lines([HEADER, *found])))


if __name__ == "__main__":
    main()
