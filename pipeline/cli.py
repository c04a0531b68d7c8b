"""The command line `stance`: finds the command, runs it, turns failures into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from pipeline import terminal
from pipeline.commands import _shared, agreement, audit, classify, codebook, compare, evaluate, explain, learning_curve, queue, report, shares, verify, view
from pipeline.commands import annotations as coding
from pipeline.errors import StanceError, UsageError

COMMANDS = (classify, explain, view, shares, evaluate, compare, coding, agreement, audit, queue, codebook, learning_curve, report, verify)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, next_step=f"see `{self.prog} --help`")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    about = "Says of every sentence of news whether its source denies, accuses, warns or stays neutral."
    top = _Parser(prog="stance", description=about, formatter_class=_shared.Help)
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for module in COMMANDS:
        module.add(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0, 1 for bad data or a missing model, 2 for wrong usage."""
    try:
        _run(arguments)
        sys.stdout.flush()
    except StanceError as error:
        print("".join(terminal.shown(f"stance: {error}")), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        _silence()
    except OSError as error:
        print(f"stance: standard output: cannot be written to ({error.strerror}); choose another place with --output", file=sys.stderr)
        _silence()
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


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
        raise UsageError("no command was given", next_step="see `stance --help`")
    else:
        command(options)


def console() -> NoReturn:
    """The `stance` script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    raise SystemExit(main())
