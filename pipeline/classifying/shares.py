"""Shares of stances by group, as rows, as a table for a terminal, and as a page with figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from pipeline.classifying.corpus import NONE, Group, Key, Told
from pipeline.classifying.quantification import Estimate
from pipeline.pages import page, plots
from pipeline.records import LABELS

MOST_FIGURES = 30
"""Figures on a page, or groups in one; its table holds all."""
FEW = 100
"""Sentences below which a corrected share says next to nothing: the interval takes in most of what there can be."""
_WIDTH = 36
_NAMED = 3
_STANCES = [label for label in LABELS if label != "neutral"]
HEADER = ("sentences", *(f"{label}_{what}" for label in LABELS for what in ("counted", "share", "low", "high")))


def rows(told: Told) -> Iterator[list[Any]]:
    """Each group as a row: its values and what HEADER says."""
    for group in told.groups:
        found = group.found
        figures = zip(found.counted, found.corrected, found.low, found.high, strict=True)
        yield [*group.values, found.sentences, *(value for four in figures for value in four)]


def few(told: Told) -> str:
    """Which groups have too few sentences for a corrected share, in a line; nothing where none has, or shares are as counted."""
    small = [", ".join(group.values) or "all" for group in told.groups if group.found.sentences < FEW]
    if not (small and told.corrected):
        return ""
    named = "; ".join(small[:_NAMED]) + (f"; and {len(small) - _NAMED} more" if len(small) > _NAMED else "")
    return f"a corrected share says next to nothing where a group has fewer than {FEW} sentences ({named})"


def as_page(told: Told, keys: Sequence[Key], name: str) -> str:
    """A page with the figures and the table of the groups."""
    columns = (
        [(one.column, False) for one in keys] + [("Sentences", True)] + [(title, True) for label in LABELS for title in (f"{label}, counted", "share", "95 %")]
    )
    return page.render(
        "shares.html",
        {
            "name": name,
            "told": told,
            "figures": list(_over_time(told, keys) if keys and keys[0].period else _side_by_side(told)),
            "columns": columns,
            "rows": [[*group.values, f"{group.found.sentences:,}", *_cells(group.found)] for group in told.groups],
        },
    )


def _cells(found: Estimate) -> Iterator[str]:
    for counted, share, low, high in zip(found.counted, found.corrected, found.low, found.high, strict=True):
        yield from (f"{100 * counted:.1f} %", f"{100 * share:.1f} %", f"{100 * low:.1f} to {100 * high:.1f} %")


def _over_time(told: Told, keys: Sequence[Key]) -> Iterator[str]:
    """A figure for each combination of the keys after the first, the stances as lines over the first one's periods."""
    dated = sorted((group for group in told.groups if group.values[0] != NONE), key=lambda group: (group.values[1:], group.values[0]))
    periods = sorted({group.values[0] for group in dated})
    for number, (values, members) in enumerate(groupby(dated, key=lambda group: group.values[1:])):
        if number == MOST_FIGURES:
            return
        title = ", ".join(values) or "All"
        yield plots.over_time(
            f"shares{number}", f"Shares of the stances by {keys[0].period}: {title}", list(_curves(list(members), periods)), title=title, periods=periods
        )


def _curves(members: Sequence[Group], periods: Sequence[str]) -> Iterator[plots.Line]:
    x = [periods.index(group.values[0]) for group in members]
    for label in _STANCES:
        number = LABELS.index(label)
        share, low, high = ([part[number] for part in parts] for parts in zip(*((g.found.corrected, g.found.low, g.found.high) for g in members), strict=True))
        yield plots.Line(label, x, share, label, low, high)


def _side_by_side(told: Told) -> Iterator[str]:
    """A figure for each stance, the groups below each other."""
    for label in _STANCES:
        number = LABELS.index(label)
        dots = [_dot(group, number) for group in told.groups[:MOST_FIGURES]]
        yield plots.dots(f"shares-{label}", f"Share of {label} by group", {"": dots}, title=f"Share of {label}", width=plots.WIDE)


def _dot(group: Group, number: int) -> plots.Dot:
    found = group.found
    return plots.Dot(", ".join(group.values) or "All", found.corrected[number], found.low[number], found.high[number], found.sentences)


def table(told: Told, keys: Sequence[Key]) -> Iterator[str]:
    """The groups as lines for a terminal: of each stance the share counted, the share corrected and its interval, in per cent."""
    titles = [one.column for one in keys]
    widths = [max(len(title), *(len(group.values[place]) for group in told.groups)) for place, title in enumerate(titles)]

    def line(values: Sequence[str], cells: Sequence[str]) -> str:
        return "  ".join([*(value.ljust(width) for value, width in zip(values, widths, strict=True)), *cells])

    yield line(titles, [f"{'sentences':>9}", *(f"{label + ' counted, share (95 %)':<{_WIDTH}}" for label in _STANCES)]).rstrip()
    for group in told.groups:
        cells = [f"{group.found.sentences:>9,}", *(_shown(group.found, LABELS.index(label)) for label in _STANCES)]
        yield line(group.values, cells).rstrip()


def _shown(found: Estimate, number: int) -> str:
    counted, share, low, high = (100 * part[number] for part in (found.counted, found.corrected, found.low, found.high))
    return f"{counted:5.1f} % {share:5.1f} % ({low:.1f} to {high:.1f} %)".ljust(_WIDTH)
