"""What a run left is read as it was written, kept whole, and refused with one line where it is not what evaluate writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import DataError
from pipeline.evaluation import challenges, measures, results, runs
from pipeline.evaluation.challenges import Outcome
from pipeline.params import EvaluateParams

ROWS = {"text": ["One.", "Two."], "label": [0, 3], "document": ["a/1.txt", "b/2.txt"], "start": [0, 5], "end": [4, 9], "flipped": [None, 0.4]}
PROBABILITIES = np.array([[0.7, 0.1, 0.1, 0.1], [0.25, 0.5, 0.125, 0.125]])
OUTCOMES = [Outcome("g", "n-1", 'He said "no", once.', "denial", "neutral", 0.25)]


def write_run(folder: Path) -> Path:
    metrics = {"model": measures.evaluate(np.array([0, 3]), PROBABILITIES, ROWS["document"], EvaluateParams(resamples=100))}
    results.write(folder, metrics, dict(ROWS), PROBABILITIES)
    results.write_records(folder / runs.CHALLENGES, challenges.Outcome, OUTCOMES)
    return folder


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = runs.read(write_run(tmp_path))
    assert run.sentences.places == [("a/1.txt", "0", "4"), ("b/2.txt", "5", "9")]
    assert run.sentences.truth.tolist() == [0, 3]
    assert np.array_equal(run.sentences.probabilities, PROBABILITIES)
    assert np.isnan(run.sentences.flipped[0]) and run.sentences.flipped[1] == 0.4
    assert run.challenges == OUTCOMES
    assert runs.metrics(tmp_path)["model"]["sentences"] == 2


def test_sentences_are_taken_by_number(tmp_path: Path) -> None:
    taken = runs.read(write_run(tmp_path)).sentences.take(np.array([1]))
    assert (taken.places, taken.documents, taken.truth.tolist()) == ([("b/2.txt", "5", "9")], ["b/2.txt"], [3])
    assert taken.probabilities.tolist() == [PROBABILITIES[1].tolist()] and taken.flipped.tolist() == [0.4]


def test_no_run_is_kept_until_one_is(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "reports")
    kept = folder / "baseline"
    assert runs.earlier(kept) is None
    runs.keep(folder, kept)
    assert {path.name for path in kept.iterdir()} == {"predictions.csv", "challenge_outcomes.csv"}
    earlier = runs.earlier(kept)
    assert earlier is not None and earlier.sentences.places == runs.read(folder).sentences.places


def test_a_damaged_run_is_not_kept(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "reports")
    (folder / runs.CHALLENGES).write_text("group,name\na,b\n")
    with pytest.raises(DataError, match="not what the pipeline writes"):
        runs.keep(folder, folder / "baseline")
    assert not (folder / "baseline").exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (runs.SENTENCES, None, "is not there"),
        (runs.SENTENCES, "truth,predicted\ndenial,neutral\n", "KeyError"),
        (runs.SENTENCES, "document,start,end,truth,denial,accusation,warning,neutral,flipped\na,0,1,praise,1,0,0,0,\n", "ValueError"),
        (runs.SENTENCES, "document,start,end,truth,denial,accusation,warning,neutral,flipped\na,0,1\n", "ValueError|TypeError"),
        (runs.METRICS, None, "is not there"),
        (runs.METRICS, "{", "is not JSON"),
    ],
)
def test_what_evaluate_does_not_write_is_refused(tmp_path: Path, name: str, content: str | None, words: str) -> None:
    folder = write_run(tmp_path)
    (folder / name).unlink() if content is None else (folder / name).write_text(content)
    with pytest.raises(DataError, match=words) as caught:
        runs.metrics(folder) if name == runs.METRICS else runs.read(folder)
    assert name in caught.value.where and "make pipeline" in caught.value.next_step
