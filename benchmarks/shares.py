"""Do the intervals of `stance shares` hold the true shares? A simulation: `python -m benchmarks.shares` writes reports/shares.csv.

Sentences with coders' labels, and the probabilities that models gave them which had not seen their collection, are
divided in two: one part gives the reference, of the other samples are drawn whose true shares are known.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import files, params
from pipeline.classifying import quantification
from pipeline.classifying.quantification import Estimate
from pipeline.coding import coded
from pipeline.evaluation import measures
from pipeline.params import TrainParams
from pipeline.records import LABELS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HEADER = ("apart", "true_shares", "sentences", "method", "simulations", "coverage", *(f"coverage_{label}" for label in LABELS), "width", "error")
_SMALL = 0.25
_DRAWS = 200


class Labelled(NamedTuple):
    """Sentences: label numbers (n,), probabilities (n, 4), the collection and the document of each."""

    truth: Ints
    probabilities: Floats
    collections: NDArray[np.str_]
    documents: NDArray[np.str_]

    def take(self, chosen: NDArray[np.bool_]) -> Labelled:
        """The chosen sentences."""
        return Labelled(*(part[chosen] for part in self))


class Case(NamedTuple):
    """A sample to be judged: what is known to go by, its probabilities, and its true shares."""

    known: Labelled
    probabilities: Floats
    shares: Floats


def read(path: Path, natural: str) -> Labelled:
    """Coders' labels of ordinary news, with honest probabilities."""
    rows = coded.read(path, by_coders=True, more=LABELS)
    found = Labelled(
        np.array(rows["label"], dtype=np.int64),
        np.column_stack([rows[label] for label in LABELS]),
        np.array(rows["collection"]),
        np.array(rows["document"]),
    )
    return found.take(np.char.startswith(found.collections, natural))


def counted(case: Case, seed: int) -> Estimate:
    """Predicted labels counted, with the chance of the sample alone."""
    return quantification.estimate(None, case.probabilities, np.arange(len(case.probabilities)), seed=seed)


def adjusted(case: Case, seed: int) -> Estimate:
    """Adjusted counts: the shares whose confused counts are most likely (Gart and Buck 1966; Forman 2008), the confusion drawn from Dirichlet rows."""
    chance = np.random.default_rng(seed)
    size, labels = len(case.probabilities), len(LABELS)
    counts = np.bincount(case.probabilities.argmax(axis=1), minlength=labels)
    known = measures.confusion(case.known.truth, case.known.probabilities.argmax(axis=1)) + _SMALL
    point = _unmixed(known / known.sum(axis=1, keepdims=True), counts / size)
    drawn = [
        _unmixed(np.stack([chance.dirichlet(row) for row in known]), sample / size) for sample in chance.multinomial(size, counts / size, size=_DRAWS)
    ]  # fmt: skip
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    return Estimate(size, *(tuple(part.tolist()) for part in (counts / size, point, low, high)))


def _unmixed(confused: Floats, observed: Floats) -> Floats:
    """Maximum likelihood of shares under rows of confusion: what `maximise` finds for labels as sentences."""
    even = np.full((1, len(LABELS)), 1 / len(LABELS))
    return quantification.maximise(confused.T, observed[None], even)[0]


def corrected(case: Case, seed: int) -> Estimate:
    """What `stance shares` does."""
    known = case.known
    reference = quantification.measure(known.truth, known.probabilities, known.collections.tolist(), known.documents.tolist(), seed=seed)
    return quantification.estimate(reference, case.probabilities, np.arange(len(case.probabilities)), seed=seed)


METHODS: dict[str, Callable[[Case, int], Estimate]] = {"counted": counted, "adjusted counts": adjusted, "expectation maximisation": corrected}


def cases(found: Labelled, *, apart: str, shifted: bool, size: int, simulations: int, seed: int) -> Iterator[Case]:
    """Samples of `size` sentences: `apart` says whether half of the documents or a whole collection is kept from the reference.

    True shares are drawn from all there are (Dirichlet of ones) if `shifted`, else they are those of the part kept.
    """
    chance = np.random.default_rng(seed)
    names = np.unique(found.documents if apart == "documents" else found.collections)
    for number in range(simulations):
        if apart == "documents":
            kept = np.isin(found.documents, chance.choice(names, len(names) // 2, replace=False))
        else:
            kept = found.collections == names[number % len(names)]
        pool = found.take(kept)
        own = np.bincount(pool.truth, minlength=len(LABELS)) / len(pool.truth)
        shares = chance.dirichlet(np.ones(len(LABELS))) if shifted else own
        shares = np.where(own > 0, shares, 0) / shares[own > 0].sum()
        labels = chance.choice(len(LABELS), size, p=shares)
        rows = np.array([chance.choice(np.flatnonzero(pool.truth == label)) for label in labels])
        yield Case(found.take(~kept), pool.probabilities[rows], shares)


def row(estimates: list[Estimate], shares: list[Floats]) -> list[str]:
    """The coverage of all labels and of each, the mean width of the intervals, and the mean error of the shares."""
    low, high, point = (np.array([getattr(one, name) for one in estimates]) for name in ("low", "high", "corrected"))
    true = np.array(shares)
    covered = (low <= true) & (true <= high)
    return [f"{value:.3f}" for value in (covered.mean(), *covered.mean(axis=0), (high - low).mean(), np.abs(point - true).mean())]


def main() -> None:
    """Simulate every setting with every method and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shares", description=__doc__)
    parser.add_argument("--held-out", type=Path, default=Path("data/held_out.parquet"))
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--report", type=Path, default=Path("reports/shares.csv"))
    parser.add_argument("--simulations", type=int, default=40, help="of each setting")
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 1000], help="sentences in a sample")
    options = parser.parse_args()
    found = read(options.held_out, params.load(options.params, TrainParams).natural_collections)
    rows: list[list[object]] = []
    for apart in ("documents", "collections"):
        for shifted in (False, True):
            for size in options.sizes:
                drawn = list(cases(found, apart=apart, shifted=shifted, size=size, simulations=options.simulations, seed=size))
                for name, method in METHODS.items():
                    estimates = [method(case, number) for number, case in enumerate(drawn)]
                    told = row(estimates, [case.shares for case in drawn])
                    rows.append([apart, "shifted" if shifted else "as they are", size, name, len(drawn), *told])
                    print(dict(zip(HEADER, rows[-1], strict=True)), flush=True)
    files.write_text(options.report, "".join(files.csv_lines([HEADER, *rows])))


if __name__ == "__main__":
    main()
