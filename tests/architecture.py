"""Which modules of the package a module reaches, read from the source, and which one a stage of dvc.yaml runs."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]


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


def module_of(stage: str) -> Path:
    """The module that a stage of dvc.yaml runs."""
    found = re.search(r"-m (pipeline\.stages\.\w+)", STAGES[stage]["cmd"])
    path = found and module_path(found[1])
    if not path:
        raise AssertionError(f"the stage {stage} runs no module of pipeline.stages")
    return path
