"""The verdict and the tiles in words: what is up, what is down, what is the same, and on how many cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.evaluation import measures
from pipeline.evaluation.challenges import Outcome
from pipeline.evaluation.runs import Run, Sentences
from pipeline.pages import tiles
from pipeline.params import EvaluateParams

PARAMS = EvaluateParams(resamples=200)
SIZE = 400
TRUTH = np.random.default_rng(0).integers(0, 4, SIZE)


def run(*, right: float, documents: int = 40, passed: int = 30, flipped: float = 0.0, named: bool = True, first: int = 0, seed: int = 1) -> Run:
    """A run on sentences and challenges numbered from `first`, of which about `right` and just `passed` get their label."""
    chance = np.random.default_rng(seed)
    guesses = np.where(chance.random(SIZE) < right, TRUTH, chance.integers(0, 4, SIZE))
    places = [(f"c/{i % documents}.txt", str(first + i), str(first + i + 1)) for i in range(SIZE)]
    flips = np.where(np.arange(SIZE) % 2 == 0, flipped, np.nan) if named else np.full(SIZE, np.nan)
    outcomes = [Outcome("g", f"n-{first + i}", "Text.", "denial", "denial" if i < passed else "neutral", 0.5) for i in range(40)]
    return Run(Sentences(places, TRUTH, 0.8 * measures.one_hot(guesses) + 0.05, flips), outcomes)


def metrics(one: Run) -> dict[str, Any]:
    """What evaluate says of a run."""
    found = measures.evaluate(one.sentences.truth, one.sentences.probabilities, one.sentences.documents, PARAMS)
    named = one.sentences.flipped[~np.isnan(one.sentences.flipped)]
    share = float(named.mean()) if len(named) else 0.0
    return {"model": found, "rules": found, "majority": found, "name_flips": {"sentences": len(named), "share": share, "share_of_all": share / 2}}


def told(new: Run, old: Run | None) -> list[tiles.Tile]:
    return tiles.tiles(new, metrics(new), tiles.moved(new, old, PARAMS), PARAMS)


def test_without_an_earlier_run_the_tiles_hold_the_figures_alone() -> None:
    new = run(right=0.8, flipped=0.25)
    found = told(new, None)
    assert [tile.title for tile in found] == ["Macro-F1", "Expected calibration error", "Labels that flip with a name", "Challenges passed"]
    model = metrics(new)["model"]
    assert found[0].value == f"{model['macro_f1']['value']:.3f}"
    assert found[0].interval == f"{model['macro_f1']['low']:.3f} to {model['macro_f1']['high']:.3f}"
    assert (found[2].value, found[2].beside) == ("25.0\N{NO-BREAK SPACE}%", "of 200 sentences that hold a known name")
    assert (found[3].value, found[3].beside) == ("75.0\N{NO-BREAK SPACE}%", "30 of 40 sentences that test one rule of the codebook each")
    assert {tile.direction for tile in found} == {""} and all(tile.change.startswith("No earlier run") for tile in found)


def test_better_in_everything() -> None:
    found = told(run(right=0.95, passed=38, flipped=0.0, seed=2), run(right=0.5, passed=10, flipped=0.5))
    assert [tile.direction for tile in found] == ["up", "down", "down", "up"]
    assert all(tile.change.endswith("better") and "beyond noise" in tile.change for tile in found)
    assert (found[0].change, found[2].change) == ("Up beyond noise, better", "Down beyond noise, better")
    assert found[0].step.startswith("+0.") and found[2].step.startswith("−0.500, 95\N{NO-BREAK SPACE}% interval −0.500 to −0.500")


def test_worse_in_everything() -> None:
    found = told(run(right=0.5, passed=10, flipped=0.5), run(right=0.95, passed=38, flipped=0.0, seed=2))
    assert [tile.direction for tile in found] == ["down", "up", "up", "down"]
    assert all(tile.change.endswith("worse") for tile in found)


def test_the_same_run_is_unchanged_and_a_like_one_the_same_within_noise() -> None:
    new = run(right=0.8)
    assert [(tile.change, tile.step) for tile in told(new, run(right=0.8))] == [("Unchanged", "")] * 4
    like = told(new, run(right=0.8, seed=5))[0]
    assert (like.direction, like.change) == ("the same", "The same within noise") and " to +" in like.step


def test_what_rounds_to_nought_has_no_minus() -> None:
    change = tiles.Change("macro_f1", 0.5, 0.49999, -0.00001, -0.0123, 0.00001)
    assert tiles._in_numbers(change) == "+0.000, 95\N{NO-BREAK SPACE}% interval −0.012 to +0.000"


def test_only_what_both_runs_know_is_compared() -> None:
    new, old = run(right=0.9, seed=2), run(right=0.9, first=100)
    moved = tiles.moved(new, old, PARAMS)
    assert moved is None
    half = old._replace(sentences=old.sentences._replace(places=new.sentences.places[:300] + old.sentences.places[300:]))
    moved = tiles.moved(new, half, PARAMS)
    assert moved is not None and (moved.sentences, moved.challenges) == (300, 0) and "challenges" not in moved.changes
    assert "on the 300 sentences that both measured" in tiles.verdict(new, metrics(new), moved)
    assert tiles.tiles(new, metrics(new), moved, PARAMS)[3].direction == ""


def test_the_truth_of_today_counts_for_both() -> None:
    """Where a coder's label was mended since, the earlier run is scored on the mended one."""
    new = run(right=1.0)
    old = new._replace(sentences=new.sentences._replace(truth=(TRUTH + 1) % 4))
    assert told(new, old)[0].change == "Unchanged"


def test_one_document_tells_nothing_of_chance() -> None:
    new = run(right=0.9, documents=1)
    change = told(new, run(right=0.3, documents=1, seed=4))[0]
    assert (change.direction, change.change) == ("unknown", "Not to be told from chance in one document")
    assert change.step.startswith("+0.") and "interval" not in change.step


def test_no_name_and_no_challenge() -> None:
    new = run(right=0.9, named=False)._replace(challenges=[])
    found = told(new, new)
    assert [(tile.value, tile.interval) for tile in found[2:]] == [("0.0\N{NO-BREAK SPACE}%", "no case"), ("none", "no case")]
    assert [tile.direction for tile in found[2:]] == ["", ""]


@pytest.mark.parametrize(("old", "words"), [(None, "There is no earlier run"), (run(right=0.4, seed=3), "macro-F1 is up beyond noise (+0.")])
def test_the_verdict_is_one_line(old: Run | None, words: str) -> None:
    new = run(right=0.9)
    said = tiles.verdict(new, metrics(new), tiles.moved(new, old, PARAMS))
    assert said.startswith("On 400 sentences in 40 documents that it was not trained on, the model reaches a macro-F1 of 0.")
    assert words in said and "\n" not in said
