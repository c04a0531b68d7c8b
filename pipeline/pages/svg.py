"""Figures of matplotlib as SVG for a page: its colours and its type, the same bytes every time, nothing that an id could clash with."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.records import LABELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAMES = ("ink", "quiet", "faint", "line", "paper", *LABELS)
COLOURS = {name: f"#{number:02x}fe{number:02x}" for number, name in enumerate(_NAMES, start=1)}
"""Stand-ins that a figure is drawn in; on the page each is the CSS variable of its name, so that a figure follows the page's theme."""

INCH = 72
TEXT = 9.0
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": COLOURS["line"],
    "axes.linewidth": 0.8,
    "axes.labelcolor": COLOURS["quiet"],
    "axes.titlecolor": COLOURS["ink"],
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "grid.color": COLOURS["line"],
    "grid.linewidth": 0.5,
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["quiet"],
    "ytick.color": COLOURS["quiet"],
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "round",
}


_REWRITTEN = (
    (re.compile(r"<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL), ""),
    (re.compile(r'<g id="[^"]*"(/?)>'), r"<g\1>"),
    (re.compile(r"font-family: [^;\"]*;? ?"), ""),
    (re.compile(r"\s*\n\s*"), " "),
)
"""What is taken out: the page has its own type, and a style element, an id or a line would reach beyond the figure or only take room."""


class Canvas:
    """A figure of one panel that is being drawn, and after that its SVG."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.axes: Axes = figure.add_subplot()
        self.svg = ""


@contextmanager
def canvas(name: str, about: str, *, width: float = 3.4, height: float = 2.4) -> Iterator[Canvas]:
    """Draw on the axes of the canvas that this yields; after the block its `svg` is there.

    Args:
        name: of the figure, one on a page; ids inside begin from it.
        about: what a reader who cannot see the figure is told.
        width, height: in inches of 96 CSS pixels.
    """
    import warnings

    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE | {"svg.hashsalt": name})
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # the reader's fonts draw the text
        drawn = Canvas(Figure(figsize=(width, height), layout="constrained"))
        yield drawn
        content = io.StringIO()
        drawn.figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn.svg = _themed(content.getvalue(), about)


def _themed(content: str, about: str) -> str:
    """The SVG element alone, in the page's colours and type, said to be a picture of what `about` says."""
    body = content[content.index("<svg") :]
    for pattern, instead in _REWRITTEN:
        body = pattern.sub(instead, body)
    for name, colour in COLOURS.items():
        body = body.replace(colour, f"var(--{name})")
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', body).groups()  # type: ignore[union-attr]
    label = html.escape(about, quote=True)
    head = f'<svg class="plot" role="img" aria-label="{label}" viewBox="0 0 {width} {height}" width="{_pixels(width)}" height="{_pixels(height)}"'
    return re.sub(r"<svg[^>]*>", f'{head} xmlns:xlink="http://www.w3.org/1999/xlink">', body, count=1).strip()


def _pixels(points: str) -> str:
    return f"{float(points) * 96 / INCH:.0f}"
