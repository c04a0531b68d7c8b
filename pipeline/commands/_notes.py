"""Notes on standard error, once, where an input looks unlike the text that the model was trained on."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.commands import _shared

if TYPE_CHECKING:
    from pipeline.model import StanceModel


class Sample:
    """Texts at even distances of a stream, fewer than unlike.MOST: enough to judge it by, whatever its length.

    Every text is taken until there are too many; then every other one goes, and of what follows only every second is taken; and so on.
    """

    def __init__(self) -> None:
        from pipeline import unlike

        self.texts: list[str] = []
        self._rows, self._step, self._most = 0, 1, unlike.MOST

    def add(self, rows: int, texts: Sequence[str], step: int) -> None:
        """Look at a batch of so many rows, of which every `step`th (1, 2, 4, …) text is given."""
        while self._step < step:
            self._halve()
        first = -(-(-self._rows % self._step) // step)
        for text in texts[first :: self._step // step]:
            self.texts.append(text)
        self._rows += rows
        while len(self.texts) >= self._most:
            self._halve()

    def _halve(self) -> None:
        self.texts, self._step = self.texts[::2], 2 * self._step


def tell_of(options: argparse.Namespace, model: StanceModel, sample: Sample) -> None:
    """Note what is unlike about a sample of the input."""
    from pipeline import unlike

    if not options.quiet:
        tell(options, unlike.told(model.stored, sample.texts))


def tell(options: argparse.Namespace, signs: Sequence[str]) -> None:
    """Note the signs in one line, if there are any."""
    if signs:
        listed = "; ".join(signs)
        _shared.note(options, f"the input looks unlike the text the model was trained on: {listed}. Expect more errors; --quiet silences this.")
