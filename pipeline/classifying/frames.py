"""Classify a column of a pandas table: a table comes back, with the same index and the columns that the command line writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline import formulas
from pipeline.classifying import bulk
from pipeline.errors import UsageError
from pipeline.reading import sources
from pipeline.records import LABELS
from pipeline.scoring.model import StanceModel

if TYPE_CHECKING:
    import pandas


def classify_frame(
    df: pandas.DataFrame, text: str = "text", *, id: str = "id", model: StanceModel | None = None, min_confidence: float = 0.0
) -> pandas.DataFrame:
    """The stance of every row, as `stance classify` writes it: as many rows, in their order, under their index.

    Args:
        df: a table; a missing text is classified as an empty one.
        text: the column that holds the text.
        id: the column that holds the id; rows are numbered from 0 where there is none.
        model: what classifies; None takes the model that the package carries.
        min_confidence: below this probability (0 to 1) the label is missing and the note `unsure`.

    Returns:
        The columns of `pipeline.formulas.CLASSIFIED`; label and note are missing where there is none.

    Raises:
        UsageError: there is no such column.
        DataError: a text is no string.
    """
    import pandas

    rows = sources.from_records(_records(df, text, id), Path("table"), text_column=text, id_column=id)
    found = [pair for batch in bulk.classify(model or StanceModel.load(), rows, min_confidence=min_confidence) for pair in batch]
    chances = np.array([one.probabilities for _, one in found]).reshape(len(found), len(LABELS))
    columns = {
        "id": [row.id for row, _ in found],
        "document": [""] * len(found),
        "start": np.array([row.start for row, _ in found], dtype=np.int64),
        "end": np.array([row.end for row, _ in found], dtype=np.int64),
        "text": [row.text for row, _ in found],
        "label": [one.label for _, one in found],
        **dict(zip(LABELS, chances.T, strict=True)),
        "note": [one.note or None for _, one in found],
    }
    return pandas.DataFrame(columns, index=df.index, columns=list(formulas.CLASSIFIED))


def _records(df: pandas.DataFrame, text: str, id: str) -> Iterator[dict[str, object]]:
    """The rows with text and id, None for what is missing; there must be a text."""
    known = [str(name) for name in df.columns]
    if known.count(text) != 1:
        told = f"the table has {known.count(text)} columns {text!r} (it has {', '.join(known)})"
        raise UsageError(told, next_step="name the column that holds the text")
    present = [name for name in (text, id) if name in df.columns]
    columns = [df[name].astype(object).where(df[name].notna(), None) for name in present]
    return (dict(zip(present, values, strict=True)) for values in zip(*columns, strict=True))
