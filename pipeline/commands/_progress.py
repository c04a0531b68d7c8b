"""How far long work is: rows, rows a second and time left, on a terminal's standard error only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PAUSE = 0.2
_FIRST = 1.0


class Progress:
    """Counts rows and now and then writes a line over the last one."""

    def __init__(self, total: int | None, *, quiet: bool) -> None:
        self._total, self._rows = total, 0
        self._wanted = not quiet and sys.stderr.isatty()
        self._begin = time.monotonic()
        self._next = self._begin + _FIRST
        self._shown = False

    def add(self, rows: int) -> None:
        """So many rows more are done."""
        self._rows += rows
        if self._wanted and time.monotonic() >= self._next:
            self._next = time.monotonic() + _PAUSE
            self._shown = True
            sys.stderr.write(f"\r\x1b[K{line(self._rows, time.monotonic() - self._begin, self._total)}")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def line(rows: int, seconds: float, total: int | None) -> str:
    """The line after so many rows and seconds; `total` rows are expected, about.

    >>> line(50_000, 2.0, 200_000)
    '50,000 of about 200,000 rows, 25,000 rows/s, 6 s left'
    >>> line(50_000, 2.0, None)
    '50,000 rows, 25,000 rows/s'
    """
    rate = rows / seconds if seconds else 0.0
    done = f"{rows:,}" if total is None else f"{rows:,} of about {max(total, rows):,}"
    left = "" if total is None or not rate else f", {_clock(max(total - rows, 0) / rate)} left"
    return f"{done} rows, {rate:,.0f} rows/s{left}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


@contextmanager
def shown(total: int | None, *, quiet: bool) -> Iterator[Progress]:
    """A progress line while the body runs."""
    progress = Progress(total, quiet=quiet)
    try:
        yield progress
    finally:
        progress.end()
