"""The command line `stance`: finds the command, runs it, turns failures into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from pipeline import terminal
from pipeline.commands import (
    _shared,
    agreement,
    audit,
    classify,
    codebook,
    compare,
    completion,
    evaluate,
    explain,
    learning_curve,
    queue,
    report,
    shares,
    verify,
    view,
)
from pipeline.commands import annotations as coding
from pipeline.errors import StanceError, UsageError

TASKS = {
    "use the model": (classify, explain, view, shares),
    "bring and code text": (queue, coding, codebook, agreement, audit),
    "train and measure": (evaluate, compare, learning_curve, report),
    "look after models and the command line": (verify, completion),
}
"""The commands by what they are for, in the order of the help."""
_ABOUT = "Says of every sentence of news whether its source denies, accuses, warns or stays neutral."
_EXAMPLES = """examples:
  stance classify "Moscow had nothing to do with the attack, the ministry said."
  stance classify --input articles/ --documents --output classified.csv

`stance COMMAND --help` says what a command takes, with examples."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line that names what may have been meant."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, next_step=f"see `{self.prog} --help`")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            self._meant(str(error), str(value), action.choices or ())

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what is not known here, where the command's own options are."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self._meant(f"unrecognized arguments: {' '.join(unknown)}", unknown[0].split("=")[0], self._option_string_actions)
        return found, unknown

    def _meant(self, message: str, word: str, known: Iterable[str]) -> NoReturn:
        from pipeline import suggesting

        meant = suggesting.meant(word, known)
        if meant:
            raise UsageError(message, next_step=f"{meant} See `{self.prog} --help`")
        self.error(message)


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = _Parser(prog="stance", usage="stance [-h] [--version] COMMAND ...", epilog=_EXAMPLES, formatter_class=_shared.Help)
    top.add_argument("--version", action="store_true", help="print the version and stop")
    top.set_defaults(top=top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser, prog=top.prog, help=argparse.SUPPRESS)
    top.description = "\n".join([_ABOUT, *(line for task, modules in TASKS.items() for line in _add(commands, task, modules))])
    return top


def _add(commands: _shared.Commands, task: str, modules: Sequence[Any]) -> list[str]:
    """Add the commands of a task; returns its part of the overview."""
    before = len(commands.choices)
    for module in modules:
        module.add(commands)
    return ["", f"{task}:", *(f"  {name:<16}{one.description}" for name, one in list(commands.choices.items())[before:])]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0, 1 for bad data or a missing model, 2 for wrong usage."""
    try:
        _run(arguments)
        sys.stdout.flush()
    except StanceError as error:
        print(terminal.plain(f"stance: {error}"), file=sys.stderr)
        return error.exit_code
    except ModuleNotFoundError as error:
        print(f"stance: {_missing(error)}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        _silence()
    except OSError as error:
        print(f"stance: standard output: cannot be written to ({error.strerror}); choose another place with --output", file=sys.stderr)
        _silence()
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _missing(error: ModuleNotFoundError) -> str:
    """What is to be installed; a module of this package or of Python's own that is not there is a fault, and is raised again."""
    name = (error.name or "").partition(".")[0]
    if not name or name == "pipeline" or name in sys.stdlib_module_names:
        raise error
    return f'the Python module {name} is not installed; install it: pip install "stance-pipeline[train]"'


def _silence() -> None:
    """Send what is still to be flushed nowhere, as standard output takes no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str] | None) -> None:
    options = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] | None = getattr(options, "run", None)
    if options.version:
        from importlib.metadata import version

        print(f"stance {version('stance-pipeline')}")
    elif command is None:
        options.top.print_help(sys.stderr)
        raise UsageError("no command was given", next_step="see `stance --help`")
    else:
        command(options)


def console() -> NoReturn:
    """The `stance` script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    raise SystemExit(main())
