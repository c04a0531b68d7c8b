"""How well coders agree: per cent, Cohen's kappa and Krippendorff's alpha for each pair and over all, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.coding.resolving import resolve
from pipeline.params import AgreementParams, LabelParams
from pipeline.records import LABELS, Sentence

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SIZE = len(LABELS)
ALL = "all"


class Figure(NamedTuple):
    """A coefficient with its 95 % interval; None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None


UNDEFINED = Figure(None, None, None)


class Agreement(NamedTuple):
    """The agreement of two coders, or of all (`first` is ALL, `second` empty).

    `sentences` is how many both (for all: at least two) coded; `same` is the share (0 to 1) of pairs of
    labels that are the same, None where there is no sentence.
    """

    first: str
    second: str
    sentences: int
    same: float | None
    kappa: Figure
    alpha: Figure


class Coding(NamedTuple):
    """Labels as a table (n sentences, coders), -1 where a coder did not read, and the number of each sentence's document (n,)."""

    coders: tuple[str, ...]
    labels: Ints
    document: Ints


def tabulate(labels: Mapping[int, Mapping[str, str]], sentences: Sequence[Sentence], *, adjudicator: str) -> Coding:
    """The coders' labels as a table, without the adjudicator, whose labels follow from the others'."""
    coders = tuple(sorted({coder for by_coder in labels.values() for coder in by_coder} - {adjudicator}))
    column = {coder: number for number, coder in enumerate(coders)}
    table = np.full((len(labels), len(coders)), -1, dtype=np.int64)
    for row, number in enumerate(sorted(labels)):
        for coder, label in labels[number].items():
            if coder in column:
                table[row, column[coder]] = LABELS.index(label)
    documents = np.unique([sentences[number].document for number in sorted(labels)], return_inverse=True)[1] if labels else np.zeros(0)
    return Coding(coders, table, documents.astype(np.int64))


def measure(coding: Coding, params: AgreementParams) -> list[Agreement]:
    """The agreement of every pair of coders, then of all; intervals are from resampled documents (bootstrap, Efron 1979).

    For all, kappa is the mean over the pairs (Light 1971); alpha is of all labels of sentences that at
    least two coders read (Krippendorff 2011).
    """
    pairs = [_measure(coding, columns, params) for columns in combinations(range(len(coding.coders)), 2)]
    every = _measure(coding, tuple(range(len(coding.coders))), params)
    return [*pairs, every._replace(first=ALL, second="")]


def _measure(coding: Coding, columns: tuple[int, ...], params: AgreementParams) -> Agreement:
    labels = coding.labels[:, columns]
    shared = (labels >= 0).sum(axis=1) >= 2
    labels, document = labels[shared], coding.document[shared]
    first, second = (coding.coders[columns[i]] if len(columns) > i else "" for i in (0, 1))
    if not len(labels):
        return Agreement(first, second, 0, None, UNDEFINED, UNDEFINED)
    patterns, place = np.unique(labels, axis=0, return_inverse=True)
    counts = _counts(place.reshape(-1), len(patterns), document)
    total = counts.sum(axis=0)
    values = np.stack([(patterns == label).sum(axis=1) for label in range(SIZE)], axis=1)
    pairs = (_pair(patterns, a, b) for a, b in combinations(range(len(columns)), 2))
    drawn = _resampled(counts, params)
    kappa = _with_interval(_kappa(labels), _kappas(drawn, pairs))
    alpha = _with_interval(_alpha(values, total), _alphas(drawn, values))
    return Agreement(first, second, len(labels), _same(values, total), kappa, alpha)


def _counts(place: Ints, patterns: int, document: Ints) -> Ints:
    """How often each pattern of labels occurs in each document, shape (documents, patterns)."""
    documents, number = np.unique(document, return_inverse=True)
    return np.bincount(number.reshape(-1) * patterns + place, minlength=len(documents) * patterns).reshape(len(documents), patterns)


def _pair(patterns: Ints, a: int, b: int) -> Floats:
    """For each pattern, 1 at the pair of labels that coders a and b give in it, if both do, shape (patterns, 16)."""
    found = np.zeros((len(patterns), SIZE * SIZE))
    both = np.flatnonzero((patterns[:, a] >= 0) & (patterns[:, b] >= 0))
    found[both, patterns[both, a] * SIZE + patterns[both, b]] = 1
    return found


def _resampled(counts: Ints, params: AgreementParams) -> Floats:
    """How often each pattern occurs in each resample of the documents, shape (resamples, patterns); whole numbers.

    They are floats because NumPy multiplies matrices of whole numbers several times more slowly; below 2**53 both are exact.
    """
    size = len(counts)
    times = np.random.default_rng(params.seed).multinomial(size, np.full(size, 1 / size), size=params.resamples)
    drawn: Floats = times.astype(float) @ counts.astype(float)
    return drawn


def _with_interval(value: float, drawn: Floats) -> Figure:
    """A statistic with the quantiles of its resamples, of those in which it is defined."""
    if np.isnan(value):
        return UNDEFINED
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Figure(value, float(low), float(high))


def _same(values: Ints, times: Ints) -> float:
    """The share of pairs of labels of one sentence that are the same."""
    each = values.sum(axis=1)
    return float((times[:, None] * values * (values - 1)).sum() / (times * each * (each - 1)).sum())


def _kappa(labels: Ints) -> float:
    """Cohen's kappa, the mean over pairs of coders in which it is defined; NaN where it is in none."""
    from sklearn.metrics import cohen_kappa_score

    found = []
    for one, other in combinations(labels.T, 2):
        both = (one >= 0) & (other >= 0)
        if len(np.union1d(one[both], other[both])) > 1:
            found.append(cohen_kappa_score(one[both], other[both]))
    return float(np.mean(found)) if found else float("nan")


def _kappas(drawn: Floats, pairs: Iterable[Floats]) -> Floats:
    """Kappa as above for each resample (resamples,), all at once: scikit-learn takes a millisecond for each."""
    tables = np.stack([(drawn @ pair).reshape(-1, SIZE, SIZE) for pair in pairs], axis=1)
    total = tables.sum(axis=(2, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.trace(tables, axis1=2, axis2=3) / total
        chance = (tables.sum(axis=2) * tables.sum(axis=3)).sum(axis=2) / total**2
        kappa = np.where(chance < 1, (seen - chance) / (1 - chance), np.nan)
    defined = ~np.isnan(kappa)
    return np.where(defined.any(axis=1), np.where(defined, kappa, 0).sum(axis=1) / np.maximum(defined.sum(axis=1), 1), np.nan)


def _alpha(values: Ints, times: Ints) -> float:
    """Krippendorff's alpha for nominal labels; NaN where fewer than two labels were used."""
    import krippendorff

    drawn = np.repeat(values, times, axis=0)
    if np.count_nonzero(drawn.sum(axis=0)) < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=drawn, level_of_measurement="nominal"))


def _alphas(drawn: Floats, values: Ints) -> Floats:
    """Alpha as above for each resample (resamples,), all at once, from the coincidences in each pattern (Krippendorff 2011)."""
    each = values.sum(axis=1)
    differing = drawn @ ((each**2 - (values**2).sum(axis=1)) / (each - 1))
    used = drawn @ values.astype(float)
    total = used.sum(axis=1)
    chance = total**2 - (used**2).sum(axis=1)
    alpha: Floats = 1 - np.divide(differing * (total - 1), chance, out=np.full(len(drawn), np.nan), where=chance > 0)
    return alpha


HEADER = ("first", "second", "sentences", "same", "kappa", "kappa_low", "kappa_high", "alpha", "alpha_low", "alpha_high")


def row(found: Agreement) -> list[object]:
    """An agreement as a row of HEADER, an empty cell for what is undefined."""
    figures = (found.same, *found.kappa, *found.alpha)
    return [found.first, found.second, found.sentences, *("" if figure is None else f"{figure:.3f}" for figure in figures)]


CONFUSION = ("first", "second", "first_label", "second_label", "sentences")


def confusion(coding: Coding) -> list[list[object]]:
    """For each pair of coders and of labels, on how many sentences they gave them, as rows of CONFUSION."""
    found: list[list[object]] = []
    for a, b in combinations(range(len(coding.coders)), 2):
        both = (coding.labels[:, [a, b]] >= 0).all(axis=1)
        one, other = coding.labels[both, a], coding.labels[both, b]
        table = np.bincount(one * SIZE + other, minlength=SIZE * SIZE).reshape(SIZE, SIZE)
        names = coding.coders[a], coding.coders[b]
        found += [[*names, LABELS[i], LABELS[j], int(table[i, j])] for i in range(SIZE) for j in range(SIZE)]
    return found


def disputed(labels: Mapping[int, Mapping[str, str]], sentences: Sequence[Sentence], params: LabelParams) -> list[list[object]]:
    """The sentences on which coders differ, those first that nothing settles; a header, then a row each.

    A row has the place, the text, the label that `params` settles on and how, and a column for each coder.
    """
    coders = sorted({coder for by_coder in labels.values() for coder in by_coder})
    found = []
    for number in sorted(labels):
        own = {coder: label for coder, label in labels[number].items() if coder != params.adjudicator}
        if len(set(own.values())) > 1:
            found.append((number, resolve(labels[number], params)))
    found.sort(key=lambda pair: pair[1].label is not None)
    rows: list[list[object]] = [["document", "start", "end", "text", "settled", "how", *coders]]
    for number, settled in found:
        sentence = sentences[number]
        given = (labels[number].get(coder, "") for coder in coders)
        rows.append([sentence.document, sentence.start, sentence.end, sentence.text, settled.label or "", settled.how, *given])
    return rows


def remark(found: Sequence[Agreement], coders: Sequence[str]) -> str:
    """What stands in the way of measuring agreement, "" where nothing does."""
    if not coders:
        return "nobody has coded anything yet"
    if len(coders) == 1:
        return f"only {coders[0]} has coded: have somebody else read some of the same sentences"
    if found[-1].sentences == 0:
        return f"{', '.join(coders)} have no sentence in common: have one read some of what another has read"
    return ""
