"""Classify a stream of sentences batch by batch, in order, in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.records import Prediction
from pipeline.sources import Row

if TYPE_CHECKING:
    from pipeline.model import StanceModel

BATCH = 2048


def classify(model: StanceModel, rows: Iterable[Row], *, min_confidence: float = 0.0) -> Iterator[list[tuple[Row, Prediction]]]:
    """Every row with its prediction, in batches; as many out as in, in order."""
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield list(zip(batch, model.classify([row.text for row in batch], min_confidence=min_confidence), strict=True))
