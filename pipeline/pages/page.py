"""Pages from the templates of the package: HTML escaped, complete in themselves, the same bytes for the same values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.records import LABELS

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, values: Mapping[str, Any]) -> str:
    """The template of that name in pipeline/pages/templates, filled with `values`; in HTML what is not Markup is escaped."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    """What templates are read and compiled with, each of them once."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    escaped = select_autoescape(disabled_extensions=("md",), default=True)
    environment = Environment(
        loader=PackageLoader("pipeline.pages", "templates"), autoescape=escaped, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"count": _count, "share": _share, "figure": _figure, "signed": _signed, "spaced": _spaced}
    environment.globals |= {"LABELS": LABELS}
    return environment


def _count(value: float) -> str:
    """A whole number with commas."""
    return f"{int(value):,}"


def _share(value: float | None) -> str:
    """A share in per cent, nothing where there is none."""
    return "" if value is None else f"{value:.1%}".replace("%", "\N{NO-BREAK SPACE}%")


def _figure(value: float | None) -> str:
    """A figure with three digits, a dash where it is undefined."""
    return "–" if value is None else f"{value:.3f}"


def _signed(value: float) -> str:
    """A figure with its sign and two digits."""
    return f"{value:+.2f}".replace("-", "−")


def _spaced(term: str) -> str:
    """A term whose blanks are to be seen."""
    return term.replace(" ", "␣")
