"""Notes on standard error, once, where an input looks unlike the text that the model was trained on."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.commands import _shared

if TYPE_CHECKING:
    from pipeline.model import StanceModel
    from pipeline.sources import Row


class Sample:
    """Texts at even distances of a stream, fewer than unlike.MOST: enough to judge it by, whatever its length.

    Every text is taken until there are too many; then every other one goes, and of what follows only every second is taken; and so on.
    """

    def __init__(self) -> None:
        from pipeline import unlike

        self.texts: list[str] = []
        self._step, self._most = 1, unlike.MOST

    def of(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows as they are, looked at in passing."""
        for number, row in enumerate(rows):
            if number % self._step == 0:
                self.texts.append(row.text)
                if len(self.texts) == self._most:
                    self.texts, self._step = self.texts[::2], 2 * self._step
            yield row


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
