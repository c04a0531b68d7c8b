"""Shares corrected for confusion: right where counting is wrong, with intervals that hold what they are said to hold."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from architecture import ROOT
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.classifying import quantification
from pipeline.classifying.quantification import Reference
from pipeline.errors import ModelError
from pipeline.records import LABELS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EVERYDAY = np.array([0.06, 0.15, 0.05, 0.74])


def classified(chance: np.random.Generator, truth: Ints, *, prior: Floats = EVERYDAY, sharp: float = 1.2, bias: Floats | None = None) -> Floats:
    """Probabilities of a calibrated model for the shares `prior`: noisy evidence for the true label, weighed with the prior; `bias` tilts it."""
    evidence = chance.standard_normal((len(truth), 4))
    evidence[np.arange(len(truth)), truth] += sharp
    scores = sharp * evidence + np.log(prior) + (0.0 if bias is None else bias)
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Floats = raised / raised.sum(axis=1, keepdims=True)
    return found


def labelled(chance: np.random.Generator, shares: Floats, size: int) -> Ints:
    return chance.choice(4, size, p=shares)


def reference(seed: int = 0, *, sources: int = 8, size: int = 500, differ: float = 0.0) -> Reference:
    """A reference from sources whose probabilities are tilted by as much as `differ`."""
    chance = np.random.default_rng(seed)
    truth = [labelled(chance, EVERYDAY, size) for _ in range(sources)]
    found = [classified(chance, one, bias=differ * chance.standard_normal(4)) for one in truth]
    names = np.repeat(np.arange(sources), size).astype(str).tolist()
    documents = (np.arange(sources * size) // 5).astype(str).tolist()
    measured = quantification.measure(np.concatenate(truth), np.concatenate(found), names, documents, seed=0)
    assert measured is not None
    return measured


def alone(size: int) -> Ints:
    return np.arange(size)


def test_shares_that_moved_are_found_where_counting_does_not_see_them() -> None:
    chance = np.random.default_rng(1)
    shares = np.array([0.4, 0.3, 0.1, 0.2])
    found = quantification.estimate(reference(), classified(chance, labelled(chance, shares, 5000)), alone(5000), seed=0)
    assert np.abs(np.array(found.counted) - shares).max() > 0.2
    assert np.abs(np.array(found.corrected) - shares).max() < 0.05
    assert all(low <= true <= high for low, true, high in zip(found.low, shares, found.high, strict=True))


def test_the_reference_explains_its_own_sentences() -> None:
    """Under the prior that was measured, the shares of the very sentences come out as they are."""
    chance = np.random.default_rng(2)
    truth = labelled(chance, EVERYDAY, 3000)
    tilted = classified(chance, truth, bias=np.array([0.5, -0.5, 0.0, 0.2]))
    names = (np.arange(3000) % 4).astype(str).tolist()
    measured = quantification.measure(truth, tilted, names, names, seed=0)
    found = quantification.estimate(measured, tilted, alone(3000), seed=0)
    assert np.array(found.corrected) == pytest.approx(np.bincount(truth) / 3000, abs=0.005)


@pytest.mark.parametrize("differ", [0.0, 0.4])
def test_intervals_hold_the_true_shares_as_often_as_they_should(differ: float) -> None:
    """Forty samples under shares drawn at random; with sources that differ, each sample comes from a source of its own."""
    chance, known = np.random.default_rng(3), reference(differ=differ)
    held = []
    for _ in range(40):
        shares = chance.dirichlet(np.ones(4))
        sample = classified(chance, labelled(chance, shares, 300), bias=differ * chance.standard_normal(4))
        found = quantification.estimate(known, sample, alone(300), seed=0)
        held.append([low <= true <= high for low, true, high in zip(found.low, shares, found.high, strict=True)])
    assert np.mean(held) >= 0.9


def test_sources_that_differ_widen_the_intervals() -> None:
    chance = np.random.default_rng(4)
    sample = classified(chance, labelled(chance, EVERYDAY, 1000))
    same, different = (quantification.estimate(reference(differ=differ), sample, alone(1000), seed=0) for differ in (0.0, 0.6))
    widths = [np.subtract(found.high, found.low).sum() for found in (same, different)]
    assert widths[1] > 1.5 * widths[0]


def test_sentences_of_one_document_count_for_fewer() -> None:
    """Documents of twenty sentences that are all of one label tell as much as twenty times fewer sentences."""
    chance = np.random.default_rng(5)
    truth = np.repeat(labelled(chance, np.full(4, 0.25), 50), 20)
    sample = classified(chance, truth, sharp=4.0)
    apart, together = (quantification.estimate(None, sample, documents, seed=0) for documents in (alone(1000), np.arange(1000) // 20))
    widths = [np.subtract(found.high, found.low).mean() for found in (apart, together)]
    assert 3.5 < widths[1] / widths[0] < 5.5


def test_without_a_reference_shares_are_as_counted() -> None:
    sample = np.eye(4)[[0, 0, 1, 3]] * 0.6 + 0.1
    found = quantification.estimate(None, sample, alone(4), seed=0)
    assert found.counted == found.corrected == (0.5, 0.25, 0.0, 0.25)
    assert found.low[0] < 0.5 < found.high[0] and found.low[2] == found.high[2] == 0.0


@given(size=st.integers(1, 60), seed=st.integers(0, 10**6), documents=st.integers(1, 60))
def test_any_sample_gives_shares_that_sum_to_one_within_intervals_from_nought_to_one(size: int, seed: int, documents: int) -> None:
    chance = np.random.default_rng(seed)
    sample = chance.dirichlet(np.full(4, 0.3), size)
    sample[::2] = np.eye(4)[sample[::2].argmax(axis=1)]
    found = quantification.estimate(REFERENCE, sample, np.arange(size) % documents, seed=0)
    assert found.sentences == size
    assert sum(found.corrected) == pytest.approx(1, abs=1e-9) and sum(found.counted) == pytest.approx(1)
    for low, share, high in zip(found.low, found.corrected, found.high, strict=True):
        assert 0 <= low <= share <= high <= 1
    assert found == quantification.estimate(REFERENCE, sample, np.arange(size) % documents, seed=0)


REFERENCE = reference(differ=0.3)


def test_the_simulation_that_is_committed_covers_as_the_documentation_says() -> None:
    with (ROOT / "reports" / "shares.csv").open(encoding="utf-8", newline="") as stream:
        rows = {(row["apart"], row["true_shares"], row["sentences"], row["method"]): row for row in csv.DictReader(stream)}
    ours = [row for (*_, method), row in rows.items() if method == "expectation maximisation"]
    assert {row["apart"] for row in ours} == {"documents", "collections"} and {row["true_shares"] for row in ours} == {"as they are", "shifted"}
    assert min(float(row["coverage"]) for row in ours) >= 0.9
    for row in ours:
        counted, adjusted = (float(rows[row["apart"], row["true_shares"], row["sentences"], method]["error"]) for method in ("counted", "adjusted counts"))
        assert float(row["error"]) <= adjusted
        assert float(row["error"]) <= counted + (0.001 if row["true_shares"] == "as they are" else 0)


def test_two_sources_tell_nothing_of_a_third() -> None:
    chance = np.random.default_rng(6)
    truth = labelled(chance, EVERYDAY, 100)
    names = (np.arange(100) % 2).astype(str).tolist()
    assert quantification.measure(truth, classified(chance, truth), names, names, seed=0) is None
    assert quantification.to_header(None) == {} and quantification.of_header({}) is None


def test_a_source_without_a_label_is_measured_all_the_same() -> None:
    chance = np.random.default_rng(7)
    truth = np.where(np.arange(600) < 200, 3, labelled(chance, EVERYDAY, 600))
    names = (np.arange(600) // 200).astype(str).tolist()
    measured = quantification.measure(truth, classified(chance, truth), names, (np.arange(600) // 4).astype(str).tolist(), seed=0)
    assert measured is not None and np.isfinite(measured.deviations).all() and (measured.prior > 0).all()


def test_the_header_gives_back_what_it_was_given() -> None:
    stored = {quantification.HEADER: quantification.to_header(REFERENCE)}
    read = quantification.of_header(stored)
    assert read is not None
    for before, after in zip(REFERENCE, read, strict=True):
        assert after == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize(
    "changed",
    [{"prior": [1, 2]}, {"prior": [0.5, 0.5, 0, 0]}, {"prior": "x"}, {"deviations": [[0, 0, 0, 0]]}, {"between": [float("nan")] * 4}, {"between": None}],
)  # fmt: skip
def test_a_header_that_is_not_ours_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="train it again"):
        quantification.of_header({quantification.HEADER: quantification.to_header(REFERENCE) | changed})
    with pytest.raises(ModelError):
        quantification.of_header({quantification.HEADER: ["prior"]})
    assert len(LABELS) == len(REFERENCE.prior)
