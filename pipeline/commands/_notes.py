"""Notes on standard error, once, where an input looks unlike the text that the model was trained on, or like whole documents."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.commands import _shared

if TYPE_CHECKING:
    from pipeline.scoring.model import StanceModel

_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s|$)")


class Sample:
    """Texts at even distances of a stream, fewer than unlike.MOST: enough to judge it by, whatever its length.

    Every text is taken until there are too many; then every other one goes, and of what follows only every second is taken; and so on.
    """

    def __init__(self) -> None:
        from pipeline.scoring import unlike

        self.texts: list[str] = []
        self.rows, self._step, self._most = 0, 1, unlike.MOST

    def add(self, rows: int, texts: Sequence[str], step: int) -> None:
        """Look at a batch of so many rows, of which every `step`th (1, 2, 4, …) text is given."""
        while self._step < step:
            self._halve()
        first = -(-(-self.rows % self._step) // step)
        self.texts += texts[first :: self._step // step]
        self.rows += rows
        while len(self.texts) >= self._most:
            self._halve()

    def _halve(self) -> None:
        self.texts, self._step = self.texts[::2], 2 * self._step


def tell_of(options: argparse.Namespace, model: StanceModel, sample: Sample) -> None:
    """Note what is unlike about a sample of the input."""
    from pipeline.scoring import unlike

    if not options.quiet:
        if options.input and not options.documents and any(path.is_dir() or path.suffix == ".txt" for path in options.input) and paragraphs(sample.texts):
            _shared.note(options, "each line or row was taken as one sentence, and most hold several; --documents splits whole documents into sentences")
        tell(options, unlike.told(model.stored, sample.texts))


def paragraphs(texts: Sequence[str]) -> bool:
    """Whether at least half of the texts that are not empty hold two sentence ends or more."""
    ends = sorted(len(_SENTENCE_END.findall(text)) for text in texts if text.strip())
    return bool(ends) and ends[len(ends) // 2] > 1


def tell(options: argparse.Namespace, signs: Sequence[str]) -> None:
    """Note the signs in one line, if there are any."""
    if signs:
        listed = "; ".join(signs)
        _shared.note(options, f"the input looks unlike the text the model was trained on: {listed}. Expect more errors; --quiet silences this.")
