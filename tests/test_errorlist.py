"""The errors on the page: every word coloured by what it brought, whole texts, no more than the page can hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline import StanceModel
from pipeline.errors import DataError
from pipeline.evaluation import results
from pipeline.pages import errorlist
from pipeline.records import LABELS
from pipeline.scoring.explain import explain

HEADER = ("text", "truth", "predicted", *LABELS, "document", "start", "end")
TEXT = "The ministry  denied the “report” — at 5 p.m."


def write_errors(path: Path, texts: list[str], *, truth: str = "neutral", predicted: str = "denial") -> Path:
    rows = [[text, truth, predicted, "0.6", "0.1", "0.1", "0.2", f"c{i % 3}/d.txt", 5 * i, 5 * i + 4] for i, text in enumerate(texts)]
    path.write_text(results.to_csv(HEADER, rows), "utf-8")
    return path


def test_the_pieces_are_the_text_and_their_amounts_the_difference_of_the_log_odds(tmp_path: Path, model: StanceModel) -> None:
    listed = errorlist.listed(write_errors(tmp_path / "e.csv", [TEXT]), model)
    (one,) = listed.shown
    assert (listed.total, one.cut, one.error.collection, one.error.start, one.error.end) == (1, False, "c0", 0, 4)
    assert "".join(piece.text for piece in one.pieces) == TEXT
    odds = model.log_odds([TEXT])[0]
    intercept = np.array(explain(model, [TEXT])[0].intercept)
    denial, neutral = LABELS.index("denial"), LABELS.index("neutral")
    brought = odds[denial] - odds[neutral] - intercept[denial] + intercept[neutral]
    assert sum(piece.amount for piece in one.pieces) == pytest.approx(brought, abs=1e-9)


def test_a_word_has_the_colour_of_the_label_that_it_spoke_for(tmp_path: Path, model: StanceModel) -> None:
    for predicted, truth in (("denial", "neutral"), ("neutral", "denial")):
        (one,) = errorlist.listed(write_errors(tmp_path / "e.csv", [TEXT], truth=truth, predicted=predicted), model).shown
        (denied,) = [piece for piece in one.pieces if piece.text == "denied"]
        assert (denied.label, denied.step, denied.amount > 0) == ("denial", 4, predicted == "denial")
        assert "denied" in [part.text for part in (one.misled if predicted == "denial" else one.right)]
    for piece in one.pieces:
        assert (piece.label == "") == (piece.step == 0) == (abs(piece.amount) < 0.1)
        assert piece.label == ("" if not piece.step else "neutral" if piece.amount > 0 else "denial")
    assert len(one.misled) <= 3 and [part.amount for part in one.right] == sorted(part.amount for part in one.right)


def test_of_many_errors_the_first_are_shown(tmp_path: Path, model: StanceModel) -> None:
    texts = [f"Number {i} said." for i in range(errorlist.MOST + 7)]
    listed = errorlist.listed(write_errors(tmp_path / "e.csv", texts), model)
    assert (listed.total, len(listed.shown)) == (len(texts), errorlist.MOST)
    assert [one.error.text for one in listed.shown] == texts[: errorlist.MOST]


def test_of_long_errors_fewer_and_of_each_the_beginning(tmp_path: Path, model: StanceModel) -> None:
    long = "a " * 1000
    listed = errorlist.listed(write_errors(tmp_path / "e.csv", [long] * 60 + ["Short."]), model)
    assert (listed.total, 30 < len(listed.shown) < 60) == (61, True)
    for one in listed.shown:
        assert one.cut and "".join(piece.text for piece in one.pieces) == long[: errorlist.LONGEST], "a short error after too long ones does not slip in"


def test_no_errors_and_no_words(tmp_path: Path, model: StanceModel) -> None:
    assert errorlist.listed(write_errors(tmp_path / "e.csv", []), model) == errorlist.Listed([], 0)
    (one,) = errorlist.listed(write_errors(tmp_path / "e.csv", ["…"]), model).shown
    assert "".join(piece.text for piece in one.pieces) == "…"


def test_a_document_outside_a_collection(tmp_path: Path, model: StanceModel) -> None:
    path = write_errors(tmp_path / "e.csv", ["One."])
    path.write_text(path.read_text().replace("c0/d.txt", "day.jsonl#1"))
    assert errorlist.listed(path, model).shown[0].error.collection == "documents"


def test_a_file_that_is_missing_or_another(tmp_path: Path, model: StanceModel) -> None:
    with pytest.raises(DataError, match="is not there"):
        errorlist.listed(tmp_path / "e.csv", model)
    (tmp_path / "e.csv").write_text("text,truth\nA,denial\n")
    with pytest.raises(DataError, match="not what the pipeline writes"):
        errorlist.listed(tmp_path / "e.csv", model)
