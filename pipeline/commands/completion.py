"""stance completion: the script by which a shell completes commands, options and file names."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from pipeline.commands import _shared

_SHELLS = ("bash", "zsh", "fish")
_EXAMPLES = """  stance completion bash > ~/.stance.bash && echo '. ~/.stance.bash' >> ~/.bashrc
  stance completion fish > ~/.config/fish/completions/stance.fish
  stance completion zsh > ~/.zfunc/_stance  # in ~/.zshrc, before compinit: fpath+=(~/.zfunc)"""
_FOLDERS = ("DIR", "FOLDER")


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "completion", "print a script that makes a shell complete commands and options", _EXAMPLES, run)
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help=f"one of {', '.join(_SHELLS)}")


def run(options: argparse.Namespace) -> None:
    """Print the script, which calls no Python when a key is pressed."""
    import shtab

    for action in _actions(options.top):
        if isinstance(action, argparse._SubParsersAction):
            action.help = None  # the overview lists the commands in its own way, and shtab passes over what is kept out of the help
        if action.type is Path:
            action.complete = shtab.DIRECTORY if action.metavar in _FOLDERS else shtab.FILE  # type: ignore[attr-defined]
    print(shtab.complete(options.top, options.shell), end="")


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The arguments of a parser and of those below it."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)
