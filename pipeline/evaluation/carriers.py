"""The terms that carry each label: the cues and n-grams that a model gives the most weight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.records import LABELS
from pipeline.scoring.modelfile import Block, ModelFile


class Carrier(NamedTuple):
    """A term and what it adds to the log odds of `label` where it stands once, before the text's terms are scaled to unit length."""

    label: str
    block: str
    term: str
    weight: float


def strongest(model: ModelFile, *, count: int) -> Iterator[Carrier]:
    """For every label and block the `count` terms that speak most for the label, the strongest first."""
    blocks = {name: part for name, part in model._asdict().items() if isinstance(part, Block)}
    for number, label in enumerate(LABELS):
        for name, block in blocks.items():
            terms = block.names.tobytes().decode("utf-8", "surrogatepass").split("\n")
            weight = block.idf * block.weights[:, number]
            for place in np.argsort(-weight, kind="stable")[:count]:
                yield Carrier(label, name, terms[place], float(weight[place]))
