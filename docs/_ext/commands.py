"""The commands as Markdown, from their parsers."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator

from pipeline import cli


def parsers(parser: argparse.ArgumentParser | None = None) -> Iterator[argparse.ArgumentParser]:
    """The parser of every command, the parts of a command behind it."""
    for action in (parser or cli.parser())._actions:
        if isinstance(action, argparse._SubParsersAction):
            for part in action.choices.values():
                yield part
                yield from parsers(part)


def markdown() -> str:
    """A section a command: what it does, how it is called, its arguments, its examples."""
    return "\n\n".join(_section(parser) for parser in parsers())


def _section(parser: argparse.ArgumentParser) -> str:
    level = "#" * len(parser.prog.split())
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    examples = textwrap.dedent((parser.epilog or "").removeprefix("examples:\n"))
    rows = [_row(action) for action in parser._actions if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)]
    parts = [f"{level} {parser.prog}", f"{_sentence(parser.description or '')}", f"```text\n{textwrap.fill(usage, 100, subsequent_indent='    ')}\n```"]
    if rows:
        parts.append("| argument | what it is |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join([*parts, f"```sh\n{examples}\n```"])


def _row(action: argparse.Action) -> str:
    """An argument as a row of a table."""
    what = action.metavar or ("{" + ",".join(map(str, action.choices)) + "}" if action.choices else "")
    names = ", ".join(f"`{name} {what}`" if action.nargs != 0 else f"`{name}`" for name in action.option_strings) or f"`{what or action.dest}`"
    return f"| {names} | {(action.help or '').replace('|', chr(92) + '|')} |"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
