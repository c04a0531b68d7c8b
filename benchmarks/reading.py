"""Does the queue teach more than reading at random? Simulated coders answer: `python -m benchmarks.reading` writes reports/queue.csv."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import files, params
from pipeline.coding import coded, queue
from pipeline.language import casing, rules
from pipeline.params import QueueParams, TrainParams
from pipeline.scoring import modelfile
from pipeline.training import fitting
from pipeline.training.fitting import Counts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Pick = Callable[[Ints, Floats, int, int], Ints]
"""From sentences not yet read (numbers), the model's probabilities for them, how many to read and a seed: which to read."""


class Ground(NamedTuple):
    """What is read from and tested on: counted terms, texts, true labels and rules' labels of n sentences, and which are for the test (n,)."""

    counts: Counts
    texts: Sequence[str]
    labels: Ints
    ruled: Ints
    test: NDArray[np.bool_]


def prepare(labelled: Path, model: Path, *, pool: int, seed: int, jobs: int) -> Ground:
    """`pool` sentences with coders' labels in training documents, drawn at random, and all of the test documents."""
    train, test = (coded.read(labelled / f"{part}.parquet", by_coders=True) for part in ("train", "test"))
    drawn = np.random.default_rng(seed).permutation(len(train["text"]))[:pool]
    texts = [*(train["text"][i] for i in drawn), *test["text"]]
    labels = np.array([*(train["label"][i] for i in drawn), *test["label"]], dtype=np.int64)
    lists = modelfile.read(model).lexicon
    counts = Counts.of(texts, lists, casing.common_forms(texts), min_documents=1, jobs=jobs)
    return Ground(counts, texts, labels, rules.apply(texts, lists).label, np.arange(len(texts)) >= len(drawn))


def curves(ground: Ground, section: QueueParams, settings: TrainParams, *, read: Sequence[int], coders: int) -> dict[str, Floats]:
    """Macro-F1 on the test sentences after each number of read sentences, for `queue` and `random`: (coders, numbers)."""
    picks: dict[str, Pick] = {"queue": _by_queue(ground, section), "random": _at_random}
    return {name: np.array([_curve(ground, pick, settings, read, section.seed + coder) for coder in range(coders)]) for name, pick in picks.items()}


def _at_random(unread: Ints, _: Floats, size: int, seed: int) -> Ints:
    return np.random.default_rng(seed).choice(unread, size, replace=False)


def _by_queue(ground: Ground, section: QueueParams) -> Pick:
    def pick(unread: Ints, probabilities: Floats, size: int, seed: int) -> Ints:
        texts = [ground.texts[i] for i in unread]
        chosen = queue.choose(texts, probabilities, ground.ruled[unread], budget=size, near_copy=section.near_copy, seed=seed)
        return unread[[choice.sentence for choice in chosen]]

    return pick


def _curve(ground: Ground, pick: Pick, settings: TrainParams, numbers: Sequence[int], seed: int) -> list[float]:
    """One simulated coder, who begins with sentences at random and then reads what `pick` says."""
    from scipy.special import softmax
    from sklearn.metrics import f1_score

    pool, test = np.flatnonzero(~ground.test), np.flatnonzero(ground.test)
    read = np.random.default_rng(seed).choice(pool, numbers[0], replace=False)
    weights = np.ones(len(ground.labels))
    found = []
    for following in (*numbers[1:], None):
        fitted = fitting.fit(ground.counts, ground.labels, weights, read, settings, strength=settings.strengths[0])
        predicted = fitting.log_odds(fitted, ground.counts, test, settings).argmax(axis=1)
        found.append(float(f1_score(ground.labels[test], predicted, average="macro")))
        if following is not None:
            unread = np.setdiff1d(pool, read)
            probabilities = softmax(fitting.log_odds(fitted, ground.counts, unread, settings), axis=1)
            read = np.concatenate([read, pick(unread, probabilities, following - len(read), seed)])
    return found


HEADER = ("strategy", "read", "macro_f1", "low", "high", "gain", "gain_low", "gain_high")


def table(found: dict[str, Floats], read: Sequence[int]) -> list[list[object]]:
    """A row of HEADER for each strategy and number of read sentences: mean over the coders with its 95 % interval (Student's t).

    `gain` is over random reading with the same start, coder by coder.
    """
    rows: list[list[object]] = []
    for strategy, values in found.items():
        gains = values - found["random"]
        for place, number in enumerate(read):
            gain = ["", "", ""] if strategy == "random" else _mean(gains[:, place])
            rows.append([strategy, number, *_mean(values[:, place]), *gain])
    return rows


def _mean(values: Floats) -> list[str]:
    from scipy.stats import t

    mean, error = values.mean(), values.std(ddof=1) / len(values) ** 0.5
    half = error * t.ppf(0.975, len(values) - 1)
    return [f"{value:.3f}" for value in (mean, mean - half, mean + half)]


def main() -> None:
    """Simulate, write the table and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled"))
    parser.add_argument("--model", type=Path, default=Path("models/stance.npz"), help="where the cue lists are taken from")
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--report", type=Path, default=Path("reports/queue.csv"))
    parser.add_argument("--pool", type=int, default=5000, help="sentences to choose from")
    parser.add_argument("--coders", type=int, default=5, help="simulated coders, each with a start of their own")
    parser.add_argument("--read", type=int, nargs="+", default=[100, 200, 400, 600, 800], help="how many are read at each point, rising")
    options = parser.parse_args()
    section, settings = params.load(options.params, QueueParams), replace(params.load(options.params, TrainParams), min_documents=1)
    ground = prepare(options.labelled, options.model, pool=options.pool, seed=section.seed, jobs=settings.jobs)
    rows = table(curves(ground, section, settings, read=options.read, coders=options.coders), options.read)
    text = "".join(files.csv_lines([HEADER, *rows]))
    files.write_text(options.report, text)
    print(text, end="")


if __name__ == "__main__":
    main()
