"""Bulk scoring on one thread: the array scorer, scikit-learn's predict_proba of the same model, fastText."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import reference, timing
from pipeline.scoring.model import StanceModel

OURS, SCIKIT_LEARN, FASTTEXT = "stance", "scikit-learn", "fastText"


def compare(model_path: Path, texts: Sequence[str], labels: Sequence[int], *, rounds: int) -> dict[str, Any]:
    """Times, ratios and the largest difference from scikit-learn's probabilities.

    `stance` is measured with the table of words it has after one pass, as in a long job, and as
    `stance, first pass` from an empty one.
    """
    model = StanceModel.load(model_path)
    scikit_learn = reference.pipeline(model._stored)
    contenders: dict[str, Callable[[], object]] = {
        OURS: lambda: model.predict_proba(texts),
        f"{OURS}, first pass": lambda: StanceModel(model._stored).predict_proba(texts),
        SCIKIT_LEARN: lambda: scikit_learn.predict_proba(texts),
    }
    predict = _fasttext(texts, labels)
    if predict:
        contenders[FASTTEXT] = predict
    difference = float(np.abs(model.predict_proba(texts) - scikit_learn.predict_proba(texts)).max())
    taken = timing.in_turns({name: timing.timed(run) for name, run in contenders.items()}, rounds=rounds)
    return {
        "sentences": len(texts),
        "largest_difference": difference,
        "times": {name: timing.figures(times, rows=len(texts)) for name, times in taken.items()},
        "ratios": {name: timing.ratio(times, taken[OURS]) for name, times in taken.items() if name != OURS},
    }


def _fasttext(texts: Sequence[str], labels: Sequence[int]) -> Callable[[], object] | None:
    """fastText's predict of a classifier trained on the same sentences; None where it is not installed."""
    try:
        import fasttext
    except ImportError:
        return None
    lines = [" ".join(text.split()) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        path.write_text("".join(f"__label__{label} {line}\n" for label, line in zip(labels, lines, strict=True)), "utf-8")
        trained = fasttext.train_supervised(str(path), wordNgrams=2, minn=3, maxn=5, thread=2, verbose=0)
    return lambda: trained.predict(lines)
