"""stance verify: what is in a model file, and whether it is whole."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import terminal
from pipeline.commands import _shared

if TYPE_CHECKING:
    from pipeline.scoring.verifying import Verified

_EXAMPLES = """  stance verify models/stance.npz
  stance verify models/stance.npz --format json
  stance verify models/stance.npz --sha256 "$(sha256sum models/stance.npz | cut -d ' ' -f 1)\""""


def add(commands: _shared.Commands) -> None:
    """Add the command's parser."""
    parser = _shared.command(commands, "verify", "say what is in a model file and whether it is whole", _EXAMPLES, run)
    parser.add_argument("path", type=Path, metavar="MODEL", help="the model file")
    parser.add_argument("--sha256", metavar="HEX", help="the hash that the file is to have, as whoever trained it told you")
    _shared.add_format(parser, ("table", "json"), "table")


def run(options: argparse.Namespace) -> None:
    """Print what a whole model holds; an error says what is wrong with another."""
    from pipeline.scoring import verifying

    found = verifying.verify(options.path, sha256=options.sha256)
    if options.format == "json":
        _shared.print_json({"path": str(options.path)} | found._asdict(), sort_keys=True)
    else:
        print("\n".join(_lines(options.path, found)))


def _lines(path: Path, found: Verified) -> list[str]:
    header = found.header
    counts = ", ".join(f"{count:,} {label}" for label, count in zip(header["labels"], header["training"]["labels"], strict=True))
    lines = [f"{path}: whole, {found.bytes:,} bytes, format {header['format']}"]
    lines += [f"  SHA-256 of the file    {found.sha256}", f"  SHA-256 of its arrays  {found.content} (as its header says)"]
    lines += [f"  {len(header['golden'])} golden sentences come out as recorded", f"  trained on {counts}"]
    lines += [f"  {name}: {value}" for part in ("hashes", "versions", "settings") for name, value in _mapping(header.get(part)).items()]
    return [terminal.line(line) for line in [*lines, *(f"  {name:<24}{kind}" for name, kind in found.arrays.items())]]


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
