"""How often each stance stands in a set of sentences: shares corrected for what a model confuses, with intervals.

Counting predicted labels misleads where a set has other shares than the text a model was fitted to. Expectation
maximisation finds the shares under which the probabilities explain themselves (Saerens, Latinne and Decaestecker
2002); the prior they were given for is measured on sentences with coders' labels that the model had not seen
(class-wise bias of the calibration: Alexandari, Kundaje and Shrikumar 2020). How far that prior differs from one
source to the next is measured too, and is drawn along with the sentences in the intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.records import LABELS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HEADER = "shares"
"""Where in a model's header the reference stands."""
LEAST_SOURCES = 3
_SIZE = len(LABELS)
_DRAWS = 500
_RESAMPLES = 20
_GRID = 20
"""Probabilities are put together by twentieths; each cell is taken at the mean of what it holds."""
_STEPS, _CLOSE = 500, 1e-5
_SMALL = 0.5
_TINY = 1e-300


class Reference(NamedTuple):
    """What is known of a model's probabilities on labelled sentences that it had not seen.

    `prior` (4,) is the shares they were given for. `deviations` (C, 4) is how the log prior of each of C sources
    differs from their mean, `between` (4,) which share (0 to 1) of that is more than the chance of few sentences.
    """

    prior: Floats
    deviations: Floats
    between: Floats


class Estimate(NamedTuple):
    """Shares of each label in n sentences, in the order of LABELS: as counted, corrected, and the 95 % interval of the corrected ones."""

    sentences: int
    counted: tuple[float, ...]
    corrected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def measure(truth: Ints, probabilities: Floats, sources: Sequence[str], documents: Sequence[str], *, seed: int) -> Reference | None:
    """The reference from n sentences with coders' labels and the probabilities of models that were trained without their source.

    Args:
        truth: label numbers (n,).
        probabilities: (n, 4).
        sources: where each sentence comes from (n,).
        documents: (n,); whole documents are drawn to find the chance of few sentences.

    Returns:
        None with fewer than LEAST_SOURCES sources: what differs between them cannot be told then.
    """
    names = np.asarray(sources)
    members = [np.flatnonzero(names == name) for name in np.unique(names)]
    if len(members) < LEAST_SOURCES:
        return None
    chance = np.random.default_rng(seed)
    found, noise = [], []
    for own in members:
        found.append(_log_bias(truth[own], probabilities[own]))
        document = np.unique(np.asarray(documents)[own], return_inverse=True)[1]
        times = chance.multinomial(document.max() + 1, np.full(document.max() + 1, 1 / (document.max() + 1)), size=_RESAMPLES)
        drawn = [own[np.repeat(np.arange(len(own)), row[document])] for row in times]
        noise.append(np.var([_log_bias(truth[rows], probabilities[rows]) for rows in drawn if len(rows)], axis=0))
    deviations = np.array(found) - np.mean(found, axis=0)
    spread = (deviations**2).sum(axis=0) / (len(members) - 1)
    between = np.maximum(0.0, 1 - np.mean(noise, axis=0) / np.maximum(spread, 1e-12))
    return Reference(_prior(probabilities, _shares(truth)), deviations, between)


def _shares(truth: Ints) -> Floats:
    counts = np.bincount(truth, minlength=_SIZE) + _SMALL
    shares: Floats = counts / counts.sum()
    return shares


def _log_bias(truth: Ints, probabilities: Floats) -> Floats:
    """The log of the prior over the true shares, less its mean."""
    shares = _shares(truth)
    bias = np.log(_prior(probabilities, shares) / shares)
    centred: Floats = bias - bias.mean()
    return centred


def _prior(probabilities: Floats, shares: Floats) -> Floats:
    """The prior (4,) with which expectation maximisation comes to rest at these shares."""
    prior: Floats = probabilities.mean(axis=0)
    for _ in range(_STEPS):
        raised = probabilities * (shares / prior)
        following = (probabilities / np.maximum(raised.sum(axis=1, keepdims=True), _TINY)).mean(axis=0)
        following /= following.sum()
        moved, prior = np.abs(following - prior).max(), following
        if moved < _CLOSE:
            break
    return prior


def maximise(probabilities: Floats, weights: Floats, prior: Floats) -> Floats:
    """The shares (B, 4) of greatest likelihood, for B weightings (B, n) of sentences with probabilities (n, 4) and B priors (B, 4)."""
    shares = np.full(prior.shape, 1 / _SIZE)
    moving = np.arange(len(prior))
    for _ in range(_STEPS):
        ratio = shares[moving] / prior[moving]
        following = ratio * ((weights[moving] / np.maximum(ratio @ probabilities.T, _TINY)) @ probabilities)
        following /= following.sum(axis=1, keepdims=True)
        apart = np.abs(following - shares[moving]).max(axis=1)
        shares[moving] = following
        moving = moving[apart >= _CLOSE]
        if not len(moving):
            break
    return shares


def estimate(reference: Reference | None, probabilities: Floats, documents: Ints, *, seed: int) -> Estimate:
    """The shares of each label in sentences with probabilities (n, 4), n > 0, that stand in `documents` (n,), numbered.

    The interval is a bootstrap: each draw takes other sentences (as many fewer as sentences of one document are
    alike: Rao and Scott 1984) and another source's prior (Student's t over the sources of the reference). Without
    a reference nothing is corrected, and only sentences are drawn.
    """
    chance = np.random.default_rng(seed)
    size = len(probabilities)
    counted = np.bincount(probabilities.argmax(axis=1), minlength=_SIZE) / size
    cells, counts = _cells(probabilities if reference else np.eye(_SIZE)[probabilities.argmax(axis=1)])
    effective = max(1, round(size / _design_effect(probabilities, documents)))
    weights = chance.multinomial(effective, counts / size, size=_DRAWS) / effective
    if reference:
        corrected = maximise(cells, counts[None] / size, reference.prior[None])[0]
        drawn = maximise(cells, weights, _drawn_priors(reference, chance))
    else:
        corrected, drawn = counted, weights @ cells
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    told = counted, corrected, np.minimum(low, corrected), np.maximum(high, corrected)
    return Estimate(size, *(tuple(values.tolist()) for values in told))


def _drawn_priors(reference: Reference, chance: np.random.Generator) -> Floats:
    """Priors (_DRAWS, 4) of sources that are yet to come: as those known differ, and as uncertain as their mean is."""
    count = len(reference.deviations)
    drawn = chance.standard_normal((_DRAWS, count)) @ reference.deviations / np.sqrt(count - 1)
    drawn *= np.sqrt((count - 1) / chance.chisquare(count - 1, size=(_DRAWS, 1)))
    priors: Floats = reference.prior * np.exp(drawn * np.sqrt(reference.between + 1 / count))
    priors /= priors.sum(axis=1, keepdims=True)
    return priors


def _cells(probabilities: Floats) -> tuple[Floats, Ints]:
    """Like probabilities put together: the mean of each cell (m, 4) and how many it holds (m,)."""
    _, place, counts = np.unique(np.round(probabilities * _GRID).astype(np.int64) @ (_GRID + 1) ** np.arange(_SIZE), return_inverse=True, return_counts=True)
    sums = np.column_stack([np.bincount(place, column) for column in probabilities.T])
    return sums / counts[:, None], counts


def _design_effect(probabilities: Floats, documents: Ints) -> float:
    """How much more the mean probabilities vary when whole documents are drawn than when sentences are, 1 or more."""
    apart = probabilities - probabilities.mean(axis=0)
    alone = (apart**2).sum()
    place = np.unique(documents, return_inverse=True)[1]
    together = sum((np.bincount(place, column) ** 2).sum() for column in apart.T)
    return float(max(1.0, together / alone)) if alone > 0 else 1.0


def to_header(reference: Reference | None) -> dict[str, Any]:
    """The reference as it stands in a model's header."""
    return {name: np.round(values, 6).tolist() for name, values in reference._asdict().items()} if reference else {}


def of_header(header: Mapping[str, Any]) -> Reference | None:
    """The reference in a model's header, None where it holds none.

    Raises:
        ModelError: it is not as `to_header` gives it.
    """
    stored = header.get(HEADER)
    if not stored:
        return None
    try:
        found = Reference(*(np.array(stored[name], dtype=np.float64) for name in Reference._fields))
        count = len(found.deviations)
        shaped = [part.shape for part in found] == [(_SIZE,), (count, _SIZE), (_SIZE,)] and count >= LEAST_SOURCES
        finite = all(np.isfinite(part).all() for part in found) and bool((found.prior > 0).all()) and bool((found.between >= 0).all())
    except (KeyError, TypeError, ValueError):
        shaped = finite = False
    if not (shaped and finite):
        raise ModelError("what its header says of shares cannot be read", next_step="train it again")
    return found
