"""The flow of the stages as a drawing (SVG), from dvc.yaml."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import yaml

DVC = Path(__file__).parent.parent.parent / "dvc.yaml"
WIDTH, HEIGHT, ACROSS, DOWN = 200, 62, 262, 116
"""Size of a box, and how far the next one begins to its right and below."""
_SEEDS = "seeds"
_ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>'
)


def outputs(stage: dict[str, Any]) -> list[str]:
    """The files that a stage writes."""
    listed = [item for kind in ("metrics", "outs", "plots") for item in stage.get(kind, [])]
    return [next(iter(item)) if isinstance(item, dict) else item for item in listed]


def edges(stages: dict[str, Any]) -> list[tuple[str, str]]:
    """Which stage's output which other stage reads; what people wrote comes from the box `seeds`."""
    makers = {path: name for name, stage in stages.items() for path in outputs(stage)}
    found = {(makers[path], name) for name, stage in stages.items() for path in stage["deps"] if path in makers}
    found |= {(_SEEDS, name) for name, stage in stages.items() if any(path.startswith("seeds/") for path in stage["deps"])}
    return sorted(found)


def essential(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges that no longer way through others says already."""

    def reaches(start: str, end: str) -> bool:
        return any(maker == start and (reader == end or reaches(reader, end)) for maker, reader in pairs)

    return [(a, b) for a, b in pairs if not any(maker == a and reader != b and reaches(reader, b) for maker, reader in pairs)]


def places(pairs: list[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Row and column of every box: right above those that read its output, those whose own input comes from far to the right."""

    def height(name: str) -> int:
        return 1 + max((height(reader) for maker, reader in pairs if maker == name), default=-1)

    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    rows = {name: height(_SEEDS) - height(name) for name in names}
    far = {name: max((rows[name] - rows[maker] for maker, reader in pairs if reader == name), default=0) for name in names}
    columns = {name: sorted((other for other in names if rows[other] == rows[name]), key=lambda other: (far[other], names.index(other))) for name in names}
    return {name: (rows[name], columns[name].index(name)) for name in names}


def svg() -> str:
    """The drawing; its colours are those of the text around it."""
    stages = yaml.safe_load(DVC.read_text("utf-8"))["stages"]
    shown = essential(edges(stages))
    found = places(shown)
    width = max(column for _, column in found.values()) * ACROSS + WIDTH
    height = max(row for row, _ in found.values()) * DOWN + HEIGHT
    lines = [_line(found[a], found[b]) for a, b in shown]
    boxes = [_box(name, *place, "what people wrote" if name == _SEEDS else _short(stages[name])) for name, place in found.items()]
    label = "The stages of dvc.yaml and what each reads of others"
    size = f'viewBox="-2 -2 {width + 4} {height + 4}" style="max-width:100%" font-size="12" fill="currentColor"'
    head = f'<svg role="img" aria-label="{label}" {size}>'
    return "\n".join([head, _ARROW, *lines, *boxes, "</svg>"])


def _short(stage: dict[str, Any]) -> str:
    """Where a stage writes to, in few words."""
    written = outputs(stage)
    return written[0] if len(written) == 1 else f"{written[0]} and {len(written) - 1} more"


def _box(name: str, row: int, column: int, below: str) -> str:
    x, y = column * ACROSS, row * DOWN
    frame = f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="none" stroke="currentColor" stroke-opacity=".5"/>'
    middle = x + WIDTH // 2
    title = f'<text x="{middle}" y="{y + 26}" text-anchor="middle" font-weight="bold" font-size="15">{html.escape(name)}</text>'
    return f'{frame}{title}<text x="{middle}" y="{y + 46}" text-anchor="middle" opacity=".75">{html.escape(below)}</text>'


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    """From the lower edge to the next row; to a row further down from the right edge, past what stands between."""
    to, bottom = end[1] * ACROSS + WIDTH // 2, end[0] * DOWN
    if end[0] - start[0] > 1:
        x, y = start[1] * ACROSS + WIDTH, start[0] * DOWN + HEIGHT // 2
        path = f"M{x} {y}C{to} {y} {to} {y} {to} {bottom}"
    else:
        x, y = start[1] * ACROSS + WIDTH // 2, start[0] * DOWN + HEIGHT
        middle = (y + bottom) // 2
        path = f"M{x} {y}C{x} {middle} {to} {middle} {to} {bottom}"
    return f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity=".6" marker-end="url(#arrow)"/>'
