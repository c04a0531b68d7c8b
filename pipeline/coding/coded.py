"""The labelled sentences that the label stage writes: all that have a label, or coders' alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline import tables
from pipeline.coding import resolving

COLUMNS = ("document", "collection", "start", "end", "text", "label", "source")


def read(path: Path, *, by_coders: bool = False, more: Sequence[str] = ()) -> dict[str, list[Any]]:
    """The columns COLUMNS and `more` of a Parquet file of labelled sentences, without those that have no label.

    Args:
        by_coders: leave out, too, what only the rules have labelled: nothing is measured on that.
    """
    rows = tables.read(path, (*COLUMNS, *more))
    sources = rows["source"]
    keep = [i for i, label in enumerate(rows["label"]) if label is not None and not (by_coders and sources[i] == resolving.RULES)]
    return {name: [column[i] for i in keep] for name, column in rows.items()}
