"""The keys of params.yaml as Markdown: values and comments from the file, ranges from the classes that check them."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from pipeline import params

ROOT = Path(__file__).parent.parent.parent
PARAMS = ROOT / "params.yaml"


def comments(written: str) -> dict[tuple[str, str], str]:
    """The comment behind each key, by section and key."""
    found, section = {}, ""
    for line in written.splitlines():
        if head := re.match(r"(\w+):", line):
            section = head[1]
        elif key := re.match(r"  (\w+):[^#]*(?:# *(.*))?$", line):
            found[section, key[1]] = (key[2] or "").strip()
    return found


def markdown() -> str:
    """A section of params.yaml a section: what it is for, and its keys with value, range and meaning."""
    written = PARAMS.read_text("utf-8")
    values, said = yaml.safe_load(written), comments(written)
    parts = []
    for section in params.SECTIONS:
        name = section.__name__.removesuffix("Params").lower()
        rows = [f"| `{key.name}` | `{_shown(values[name][key.name])}` | {_range(key.metadata)} | {said[name, key.name]} |" for key in fields(section)]
        parts.append(f"## {name}\n\n{section.__doc__}\n\n| key | value | allowed | what it is |\n|---|---|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _shown(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("...\n").strip()


def _range(limits: Any) -> str:
    if limits["choices"]:
        return ", ".join(f"`{choice}`" for choice in limits["choices"])
    size = f"{limits['size']} of " if limits["size"] else ""
    return "any text" if limits["low"] is None else f"{size}{limits['low']:,} to {limits['high']:,}"
