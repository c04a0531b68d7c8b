"""Which modules of the package a module reaches, read from the source."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent


def module_path(name: str) -> Path | None:
    """The file of a module of the package, None where it is not one."""
    base = ROOT / Path(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def imports(path: Path) -> frozenset[Path]:
    """The package's modules that a file imports, at the top or inside functions."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if module_path(name) else node.module for name in names]
        found |= {target for name in names if name.split(".")[0] == "pipeline" and (target := module_path(name))}
    return frozenset(found)


def reach(path: Path) -> set[Path]:
    """Every module of the package that a file needs, directly or through others, itself included."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += imports(current)
    return seen
