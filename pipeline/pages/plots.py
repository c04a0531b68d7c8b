"""The figures of the report, each a function from numbers to SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipeline.pages.svg import COLOURS, TEXT, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL = 50
"""A slice of fewer sentences is drawn faint: its figure is mostly chance."""
WIDE = 9.2
"""Inches: the width of a figure that has a page to itself."""
_NAME = 30
"""Characters of a row's name that are shown."""
_PERIODS = 6
"""Periods that are named below an axis."""
_APART = 0.08
_ROW = 0.19
_FRAME = 0.55


class Dot(NamedTuple):
    """A figure with its 95 % interval, all 0 to 1, and how many cases it was taken from."""

    name: str
    value: float
    low: float
    high: float
    cases: int


class Line(NamedTuple):
    """A curve: its name, its points, the name of its colour, and where there is one the 95 % interval of each point."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def dots(name: str, about: str, groups: Mapping[str, Sequence[Dot]], *, title: str, mark: float | None = None, small: int = SMALL, width: float = 3.4) -> str:
    """A dot plot: a row for each figure, below the name of its group (none where that is ""), with a line at `mark`."""
    rows: list[tuple[str, Dot | None]] = []
    for group, members in groups.items():
        rows += [(group, None)] if group else []
        rows += [(dot.name, dot) for dot in members]
    with canvas(name, about, width=width, height=_FRAME + _ROW * max(len(rows), 1)) as drawn:
        axes = drawn.axes
        axes.set_title(title)
        if mark is not None:
            axes.axvline(mark, color=COLOURS["quiet"], linewidth=0.8, linestyle=(0, (2, 2)))
        for place, (_, dot) in enumerate(rows):
            if dot:
                colour = COLOURS["faint" if dot.cases < small else "ink"]
                axes.plot([dot.low, dot.high], [place, place], color=colour, linewidth=1.1)
                axes.plot([dot.value], [place], "o", color=colour, markersize=4)
        _rows(axes, rows, small)
        _unit(axes, "x")
    return drawn.svg


def _rows(axes: Axes, rows: Sequence[tuple[str, Dot | None]], small: int) -> None:
    """The names of the rows, from the top down; a group's name stands out and small slices stand back."""
    axes.set_yticks(range(len(rows)), [name if len(name) <= _NAME else f"{name[: _NAME - 1]}…" for name, _ in rows])
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)
    for label, (_, dot) in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_color(COLOURS["quiet" if dot is None or dot.cases < small else "ink"])
        if dot is None:
            label.set_fontweight("bold")


def reliability(name: str, about: str, *, title: str, colour: str, probability: Sequence[float], share: Sequence[float], cases: Sequence[int]) -> str:
    """Stated probability against the share that came true, beside the diagonal; bins with fewer than SMALL cases are faint."""
    with canvas(name, about, width=2.0, height=2.1) as drawn:
        axes = drawn.axes
        axes.set_title(title)
        axes.plot([0, 1], [0, 1], color=COLOURS["quiet"], linewidth=0.8, linestyle=(0, (2, 2)))
        axes.plot(probability, share, color=COLOURS[colour])
        for x, y, count in zip(probability, share, cases, strict=True):
            axes.plot([x], [y], "o", markersize=4, color=COLOURS["faint" if count < SMALL else colour])
        _unit(axes, "x")
        _unit(axes, "y")
        axes.set_aspect("equal")
    return drawn.svg


def over_time(name: str, about: str, curves: Sequence[Line], *, title: str, periods: Sequence[str]) -> str:
    """Shares by period, each curve named at the right edge on the level of its last point.

    A curve's x are numbers of periods, and one that has no value is a gap.
    """
    with canvas(name, about, width=WIDE, height=3.2) as drawn:
        axes = drawn.axes
        axes.set_title(title)
        for number, curve in enumerate(curves):
            axes.errorbar(
                [x + (number - (len(curves) - 1) / 2) * _APART for x in curve.x],
                curve.y,
                [[y - low for y, low in zip(curve.y, curve.low, strict=True)], [high - y for y, high in zip(curve.y, curve.high, strict=True)]],
                color=COLOURS[curve.colour], marker="o", markersize=3, elinewidth=0.7,
            )  # fmt: skip
        shown = range(0, len(periods), -(-len(periods) // _PERIODS) or 1)
        axes.set_xticks(list(shown), [periods[place] for place in shown])
        axes.set_xlim(-0.4, max(len(periods), 1) - 0.6)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}".replace("%", " %"))
        axes.grid(axis="y")
        _name(axes, curves, at=axes.get_xlim()[1])
    return drawn.svg


def lines(name: str, about: str, curves: Sequence[Line], *, title: str, across: str, shares: bool = False, mark: tuple[float, float] | None = None) -> str:
    """Curves over one axis, each named at its last point; `shares` says that the axis runs in per cent."""
    with canvas(name, about, height=2.6) as drawn:
        axes = drawn.axes
        axes.set_title(title)
        axes.set_xlabel(across)
        for curve in curves:
            if curve.low:
                axes.fill_between(curve.x, curve.low, curve.high, color=COLOURS[curve.colour], alpha=0.15, linewidth=0)
            axes.plot(curve.x, curve.y, color=COLOURS[curve.colour], marker="o" if len(curve.x) < 20 else "", markersize=3)
        if mark:
            axes.plot([mark[0]], [mark[1]], "o", markersize=6, markerfacecolor="none", markeredgecolor=COLOURS["ink"])
        if shares:
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}".replace("%", " %"))
        else:
            axes.locator_params(axis="x", nbins=4)
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.grid(axis="y")
        _name(axes, curves)
    return drawn.svg


def _name(axes: Axes, curves: Sequence[Line], *, at: float | None = None) -> None:
    """Each curve's name beside its rightmost point, or `at` an x on its level, moved apart where two would meet."""
    low, high = axes.get_ylim()
    step = (high - low) * 0.085
    ends = sorted(((*max(zip(curve.x, curve.y, strict=True)), curve.name, curve.colour) for curve in curves if curve.x), key=lambda end: end[1])
    below = low - step
    for x, y, name, colour in ends:
        below = max(y, below + step)
        axes.annotate(
            name,
            (x if at is None else at, below),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=COLOURS[colour],
            fontsize=TEXT,
            annotation_clip=False,
        )


def _unit(axes: Axes, side: Literal["x", "y"]) -> None:
    """An axis from 0 to 1 with a light grid."""
    axis = getattr(axes, f"{side}axis")
    getattr(axes, f"set_{side}lim")(-0.02, 1.02)
    axis.set_ticks([0, 0.25, 0.5, 0.75, 1], ["0", ".25", ".5", ".75", "1"])
    axes.grid(axis=side)
