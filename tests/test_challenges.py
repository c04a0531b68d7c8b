"""Challenges are read with care, scored by group, kept apart from training text, and the committed model holds its level on them."""

from __future__ import annotations

from pathlib import Path

import challenge_floors
import numpy as np
import pytest

from pipeline.errors import DataError
from pipeline.evaluation import challenges
from pipeline.evaluation.challenges import Challenge
from pipeline.language.text import words
from pipeline.reading import documents
from pipeline.records import LABELS

SEEDS = challenge_floors.ROOT / "seeds"
HEADER = "name,text,label,group\n"


def test_reads_files_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(HEADER + "x,They met.,neutral,b\n")
    (tmp_path / "a.csv").write_text(HEADER + 'y,"He denied it, twice.",denial,a\n')
    (tmp_path / "README.md").write_text("not read")
    assert challenges.read_folder(tmp_path) == [Challenge("y", "He denied it, twice.", 0, "a"), Challenge("x", "They met.", 3, "b")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,text,label\nx,They met.,neutral\n", "has no column 'group' .*; add the column"),
        ("name,text,group\nx,They met.,odd\n", "has no column 'label' .*; add the column"),
        (HEADER + "x,,neutral,a\n", "has an empty cell"),
        (HEADER + ",They met.,neutral,a\n", "has an empty cell"),
        (HEADER + "x,They met.,neutral,\n", "has an empty cell"),
        (HEADER + "x,They met.,Neutral,a\n", "the label is 'Neutral'"),
        (HEADER + "x,They met.,neutral,a\nx,They left.,neutral,a\n", "the name 'x' is taken by"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(DataError, match=message) as caught:
        challenges.read_folder(tmp_path)
    assert "a.csv row" in caught.value.where


def test_a_name_counts_across_files(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(HEADER + "x,They met.,neutral,a\n")
    with pytest.raises(DataError, match=r"is taken by .*a\.csv row 1"):
        challenges.read_folder(tmp_path)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no challenges"):
        challenges.read_folder(tmp_path)


FOUR = [Challenge("b1", "B one.", 3, "b"), Challenge("a1", "A one.", 0, "a"), Challenge("a2", "A two.", 1, "a"), Challenge("a3", "A three.", 2, "a")]
GUESSES = np.array([[0.1, 0.1, 0.1, 0.7], [0.3, 0.5, 0.1, 0.1], [0.1, 0.8, 0.05, 0.05], [0.6, 0.1, 0.2, 0.1]])


def test_rates_by_group_and_over_all() -> None:
    assert challenges.rates(FOUR, GUESSES) == [("a", 3, 1, 1 / 3), ("b", 1, 1, 1.0), ("all", 4, 2, 0.5)]


def test_outcomes_by_group_least_probable_truth_first() -> None:
    assert challenges.outcomes(FOUR, GUESSES) == [
        ("a", "a3", "A three.", "warning", "denial", 0.2),
        ("a", "a1", "A one.", "denial", "accusation", 0.3),
        ("a", "a2", "A two.", "accusation", "accusation", 0.8),
        ("b", "b1", "B one.", "neutral", "neutral", 0.7),
    ]


def test_seeds_hold_every_rule_and_label() -> None:
    found = challenges.read_folder(SEEDS / "challenges")
    assert len(found) >= 400
    assert len({challenge.group for challenge in found}) >= 12
    assert {challenge.label for challenge in found} == set(range(len(LABELS)))
    assert len({challenge.text for challenge in found}) == len(found)


def test_a_file_holds_the_group_of_its_name() -> None:
    for path in (SEEDS / "challenges").glob("*.csv"):
        assert {row["group"] for row in documents.read_rows(path)} == {path.stem}


def test_no_challenge_is_a_near_copy_of_training_text() -> None:
    known = {run for document in documents.read_folder(SEEDS / "documents") for run in _runs(document.text)}
    shares = {c.name: np.mean([run in known for run in _runs(c.text)]) for c in challenges.read_folder(SEEDS / "challenges")}
    assert max(shares.values()) < 0.5, max(shares, key=lambda name: shares[name])


def _runs(text: str) -> list[tuple[str, ...]]:
    """Every five words that follow each other."""
    found = words(text)
    return [tuple(found[i : i + 5]) for i in range(len(found) - 4)]


def test_the_committed_model_holds_its_floors() -> None:
    floors, reached = challenge_floors.floors(), challenge_floors.measured()
    assert floors.keys() == reached.keys(), "run `python -m tests.challenge_floors`"
    sunk = {group: f"{rate:.4f} < {floors[group]}" for group, rate in reached.items() if rate < floors[group]}
    assert not sunk


def test_floors_are_only_raised() -> None:
    raised = challenge_floors.raised({"a": 0.5, "b": 0.9, "gone": 0.1}, {"a": 0.66666, "b": 0.8, "new": 1.0})
    assert raised == {"a": 0.6666, "b": 0.9, "new": 1.0}
