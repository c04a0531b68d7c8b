"""Directives for what the pages take from the code when they are built: commands, settings, modules, the flow of the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import commands
import flow
import rooms
import settings
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Commands(SphinxDirective):
    """Every command with its arguments and examples."""

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(commands.markdown(), allow_section_headings=True)


class Settings(SphinxDirective):
    """Every key of params.yaml."""

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(settings.markdown(), allow_section_headings=True)


class Modules(SphinxDirective):
    """Every module of the package, by room."""

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(rooms.markdown(), allow_section_headings=True)


class Flow(SphinxDirective):
    """The stages and what passes between them, as a drawing."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", flow.svg(), format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directives known to Sphinx."""
    for directive in (Commands, Settings, Modules, Flow):
        app.add_directive(directive.__name__.lower(), directive)
    return {"parallel_read_safe": True}
