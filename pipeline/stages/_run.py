"""How a stage is started from the command line: its paths by position, params.yaml by option."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline import terminal
from pipeline.errors import StanceError


def run(main: Callable[[argparse.Namespace], None], **paths: str) -> None:
    """Parse the stage's `paths` (name and help, in order), call `main`; an error is one line on standard error."""
    module = sys.modules[main.__module__]
    parser = argparse.ArgumentParser(description=module.__doc__)
    for name, help_text in paths.items():
        parser.add_argument(name, type=Path, help=help_text)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), help="settings (default: params.yaml)")
    try:
        main(parser.parse_args())
    except StanceError as error:
        print(terminal.plain(f"{parser.prog}: {error}"), file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        print(f"{parser.prog}: {error.filename}: cannot be read or written ({error.strerror}); check the path", file=sys.stderr)
        raise SystemExit(StanceError.exit_code) from None
