"""classify_frame: a table in, a table out, row for row what the command line writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from command_line import DENIED, Run
from hypothesis import given
from hypothesis import strategies as st

from pipeline import StanceModel, classify_frame, formulas
from pipeline.errors import DataError, UsageError
from pipeline.records import LABELS

TEXTS = [DENIED, "", "The bank blamed the airline.", "…", "=1+1", 'a "quote", a comma', "né le 5\u00a0mai"]


def table(**more: Any) -> pandas.DataFrame:
    """A table of texts whose index is neither sorted nor unique."""
    return pandas.DataFrame({"text": TEXTS, **more}, index=[3, 1, 1, "x", None, 7.5, 0])


def test_it_is_the_table_that_the_command_line_writes(run: Run, small_model: StanceModel, tmp_path: Path) -> None:
    given_table = table(id=[f"n{number}" for number in range(len(TEXTS))])
    given_table.reset_index(drop=True).to_parquet(tmp_path / "in.parquet")
    least = max(one.confidence for one in small_model.classify(TEXTS))
    found = classify_frame(given_table, model=small_model, min_confidence=least)
    assert run("classify", "--input", "in.parquet", "--min-confidence", str(least), "--output", "out.parquet").code == 0
    assert run("classify", "--input", "in.parquet", "--min-confidence", str(least), "--output", "out.csv", "--format", "csv-plain").code == 0
    written, listed = pandas.read_parquet(tmp_path / "out.parquet"), pandas.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert list(found.columns) == list(listed.columns) == list(formulas.CLASSIFIED)
    assert found.index.equals(given_table.index)
    for name in ("id", "start", "end", "text"):
        assert list(found[name]) == list(written[name]) == list(listed[name]), name
    for name in ("label", "note"):
        assert list(found[name].fillna("")) == list(written[name].fillna("")) == list(listed[name]), name
    for label in LABELS:
        assert list(found[label]) == [one[label] for one in written["probabilities"]] == list(listed[label])
    assert found["note"].iloc[1] == "no words" and pandas.isna(found["label"].iloc[1])
    assert {*found["note"].dropna()} == {"no words", "unsure"} and found["label"].notna().any()


def test_missing_texts_are_empty_and_rows_without_an_id_are_numbered(small_model: StanceModel) -> None:
    found = classify_frame(pandas.DataFrame({"body": [DENIED, None, np.nan, pandas.NA], "nr": [5, 6, 7, 8]}), "body", model=small_model)
    assert list(found["text"]) == [DENIED, "", "", ""] and list(found["id"]) == ["0", "1", "2", "3"]
    assert list(found["note"].iloc[1:]) == ["no words"] * 3
    named = classify_frame(pandas.DataFrame({"body": [DENIED, None], "nr": [5, 6]}), "body", id="nr", model=small_model)
    assert list(named["id"]) == ["5", "6"]


def test_no_rows_give_no_rows_with_the_same_columns(small_model: StanceModel) -> None:
    found = classify_frame(pandas.DataFrame({"text": []}), model=small_model)
    assert found.shape == (0, len(formulas.CLASSIFIED)) and list(found.columns) == list(formulas.CLASSIFIED)
    assert found["start"].dtype == np.int64 and found["denial"].dtype == np.float64


@given(st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), st.text(max_size=30)))))
def test_rows_and_index_stay_and_the_table_is_not_touched(small_model: StanceModel, rows: list[tuple[int, str | None]]) -> None:
    before = pandas.DataFrame({"text": [text for _, text in rows]}, index=[number for number, _ in rows], dtype=object)
    copy = before.copy(deep=True)
    found = classify_frame(before, model=small_model)
    assert found.index.equals(before.index) and before.equals(copy)
    assert list(found["text"]) == [text or "" for _, text in rows]
    assert found[list(LABELS)].to_numpy() == pytest.approx(small_model.predict_proba([text or "" for _, text in rows]), abs=0)


def test_what_cannot_be_classified_is_named(small_model: StanceModel) -> None:
    with pytest.raises(UsageError, match=r"0 columns 'text' \(it has body, nr\)"):
        classify_frame(pandas.DataFrame({"body": ["a"], "nr": [1]}), model=small_model)
    with pytest.raises(UsageError, match="2 columns 'text'"):
        classify_frame(pandas.DataFrame([["a", "b"]], columns=["text", "text"]), model=small_model)
    with pytest.raises(DataError, match=r"row 2.*'5', not text"):
        classify_frame(pandas.DataFrame({"text": ["a", 5]}), model=small_model)
