"""What to read next: uncertain first, every label in view, no near-copies, and better than chance in the reading."""

from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pytest
from architecture import ROOT
from hypothesis import given
from hypothesis import strategies as st
from test_rule_table import short_lists

from benchmarks import reading
from pipeline.coding import queue
from pipeline.params import QueueParams

WORDS = ("harbour", "bank", "mayor", "raid", "flood", "river", "strike", "vote", "army", "court", "school", "road")


def different(count: int) -> list[str]:
    """Texts of which no two share a word."""
    return [f"{WORDS[i % 12]}{i} {WORDS[(i * 5) % 12]}x{i}" for i in range(count)]


def leading(labels: list[int], margin: list[float]) -> np.ndarray:
    """Probabilities in which a label leads the next by a margin."""
    rows = []
    for label, lead in zip(labels, margin, strict=True):
        row = np.full(4, 0.05)
        row[(label + 1) % 4] = 0.45 - lead / 2
        row[label] = 0.45 + lead / 2
        rows.append(row)
    return np.array(rows)


def choose(texts: list[str], probabilities: np.ndarray, ruled: list[int], budget: int, *, seed: int = 0, near_copy: float = 0.5) -> list[queue.Choice]:
    return queue.choose(texts, probabilities, np.array(ruled, dtype=np.int64), budget=budget, near_copy=near_copy, seed=seed)


def test_of_each_label_the_model_gives_the_most_wavering_comes_first() -> None:
    labels = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    margin = [0.4, 0.1, 0.3, 0.2, 0.3, 0.1, 0.05, 0.4, 0.3, 0.4, 0.3, 0.2]
    found = choose(different(12), leading(labels, margin), [3] * 12, 12)
    wavering = [choice.sentence for choice in found if choice.why.startswith("the model")]
    assert wavering[:4] == [1, 5, 6, 11]
    assert found[0].why == "the model wavers: denial 0.50, accusation 0.40"


def test_every_label_that_the_rules_see_is_in_view_however_rare() -> None:
    ruled = [3] * 200 + [0, 1, 2]
    found = choose(different(203), leading([3] * 203, [0.5] * 203), ruled, 8)
    assert {200, 201, 202} <= {choice.sentence for choice in found}
    assert [choice.why for choice in found if choice.sentence == 200] == ["the rules say denial"]


def test_why_says_wavers_and_the_rules_alone_only_where_that_is_so() -> None:
    probabilities = np.array([[0.59, 0.41, 0.0, 0.0], [0.6, 0.4, 0.0, 0.0], [0.0, 0.0, 0.1, 0.9]])
    found = choose(different(3), probabilities, [0, 1, 3], 3)
    assert [choice.why for choice in found] == ["the model wavers: denial 0.59, accusation 0.41", "the rules say accusation", "the model says neutral 0.90"]
    only = choose(different(4), np.array([[0.9, 0.1, 0.0, 0.0]] * 4), [0] * 4, 4)
    assert {choice.why for choice in only} == {"the model says denial 0.90", "the rules and the model say denial"}


def test_the_budget_is_shared_evenly_between_labels_and_between_model_and_rules() -> None:
    labels = [i % 4 for i in range(400)]
    ruled = [(i // 4) % 4 for i in range(400)]
    found = choose(different(400), leading(labels, [0.2] * 400), ruled, 80)
    by_model = Counter(labels[choice.sentence] for choice in found if choice.why.startswith("the model"))
    by_rules = Counter(ruled[choice.sentence] for choice in found if choice.why.startswith("the rules"))
    assert by_model == by_rules == dict.fromkeys(range(4), 10)


def test_near_copies_are_passed_over() -> None:
    texts = ["The mayor of Riga denied the raid on Monday.", "The mayor of Riga denied the raid on Friday.", "Talks go on.", "talks go on", "Rain fell."]
    found = choose(texts, leading([0] * 5, [0.1, 0.2, 0.3, 0.4, 0.5]), [0] * 5, 5)
    assert len(found) == 3 and {0, 1} & {choice.sentence for choice in found} != {0, 1}
    assert choose(["…", "", "— !"], leading([0] * 3, [0.1] * 3), [0] * 3, 5) == [], "what holds no word teaches nothing"
    assert len(choose(texts, leading([0] * 5, [0.1] * 5), [0] * 5, 5, near_copy=1.0)) == 4, "only the same words in other capitals are still a copy"


@given(
    st.lists(st.tuples(st.text("abc ", max_size=6), st.integers(0, 3), st.integers(0, 3), st.floats(0, 0.9)), max_size=20),
    st.integers(1, 12),
    st.integers(0, 3),
)
def test_no_sentence_comes_twice_and_the_same_call_gives_the_same(rows: list[tuple[str, int, int, float]], budget: int, seed: int) -> None:
    texts, labels, ruled, margin = ([row[i] for row in rows] for i in range(4))
    probabilities = leading(labels, margin) if rows else np.empty((0, 4))
    found = choose(texts, probabilities, ruled, budget, seed=seed)
    assert len(found) <= budget and len({choice.sentence for choice in found}) == len(found)
    assert found == choose(texts, probabilities, ruled, budget, seed=seed)
    assert bool(found) == any(text.strip() for text in texts)
    assert {choice.sentence for choice in found[: budget - 1]} == {choice.sentence for choice in choose(texts, probabilities, ruled, budget - 1, seed=seed)}


def test_a_table_of_curves_has_means_intervals_and_gains_by_pairs() -> None:
    found = {"queue": np.array([[0.4, 0.7], [0.5, 0.8], [0.6, 0.9]]), "random": np.array([[0.4, 0.6], [0.5, 0.7], [0.6, 0.8]])}
    rows = [dict(zip(reading.HEADER, row, strict=True)) for row in reading.table(found, (100, 200))]
    assert [(row["strategy"], row["read"], row["macro_f1"]) for row in rows] == [
        ("queue", 100, "0.500"), ("queue", 200, "0.800"), ("random", 100, "0.500"), ("random", 200, "0.700"),
    ]  # fmt: skip
    assert (rows[1]["gain"], rows[1]["gain_low"], rows[1]["gain_high"]) == ("0.100", "0.100", "0.100")
    assert float(str(rows[1]["low"])) == pytest.approx(0.8 - 4.3027 * 0.1 / 3**0.5, abs=1e-3), "t of two degrees of freedom"
    assert rows[3]["gain"] == ""


def test_the_queue_that_is_shipped_beats_random_reading_at_every_point() -> None:
    with (ROOT / "reports" / "queue.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["strategy"] == "queue"]
    assert [float(row["gain"]) for row in rows[:1]] == [0.0], "both begin with the same sentences"
    assert len(rows) > 2 and all(float(row["gain_low"]) > 0 for row in rows[1:])


def test_a_simulated_coder_learns_from_what_is_picked() -> None:
    """With texts that are their label's word the model knows all once each label was read; the queue gets there by the rules."""
    from pipeline.language.lexicon import compile_lists
    from pipeline.params import TrainParams
    from pipeline.training import fitting

    chance = np.random.default_rng(0)
    labels = np.array([3] * 400 + [0, 1, 2] * 10 + [0, 1, 2, 3] * 5, dtype=np.int64)
    texts = [f"{['deny', 'blame', 'warn', 'meet'][label]} {chance.choice(WORDS)}{chance.integers(9)} {chance.choice(WORDS)}" for label in labels]
    settings = TrainParams(jobs=1, min_documents=1, strengths=(10.0,))
    counts = fitting.Counts.of(texts, compile_lists(short_lists()), frozenset[str](), min_documents=1, jobs=1)
    test = np.arange(len(labels)) >= 430
    ground = reading.Ground(counts, texts, labels, labels, test)
    found = reading.curves(ground, QueueParams(near_copy=0.99), settings, read=(40, 56), coders=3)
    assert found["queue"].shape == found["random"].shape == (3, 2)
    assert (found["queue"][:, 0] == found["random"][:, 0]).all()
    assert (found["queue"][:, 1] > 0.95).all() and found["random"][:, 1].mean() < found["queue"][:, 1].mean()
