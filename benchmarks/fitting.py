"""How the time to train grows with the sentences: counting and fitting today's and ten times as many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import commands, timing
from pipeline import params
from pipeline.language import casing
from pipeline.params import TrainParams
from pipeline.scoring import modelfile
from pipeline.training import fitting

TIMES = 10


def growth(model: Path, settings: Path, texts: Sequence[str], labels: Sequence[int]) -> dict[str, Any]:
    """Times of counting and fitting once, with the model's cue lists and strength, on one process; and how they grow.

    The other fits of the train stage (folds, strengths) are this one again on fewer rows of the same counts.
    """
    stored, section = modelfile.read(model), params.load(settings, TrainParams)

    def fit(sentences: list[str]) -> None:
        chosen = np.resize(np.array(labels), len(sentences))
        counts = fitting.Counts.of(sentences, stored.lexicon, casing.common_forms(sentences), min_documents=section.min_documents, jobs=1)
        fitting.fit(counts, chosen, np.ones(len(chosen)), np.arange(len(chosen)), section, strength=stored.header["settings"]["strength"])

    few, many = list(commands.noisy(texts, len(texts))), list(commands.noisy(texts, TIMES * len(texts)))
    taken = {len(sentences): timing.timed(lambda sentences=sentences: fit(sentences))() for sentences in (few, many)}
    return {
        "times": {str(number): timing.figures([one], rows=number) for number, one in taken.items()},
        "growth": timing.ratio([taken[len(many)]], [taken[len(few)]]),
    }
