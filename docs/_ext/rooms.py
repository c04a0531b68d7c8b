"""The rooms of the package as Markdown: every folder with what it is for, every module with the first line of its docstring."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent.parent / "pipeline"


def rooms() -> dict[Path, list[Path]]:
    """The folders of the package with their modules; the package itself, whose modules all rooms use, comes last."""
    folders = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
    return {folder: sorted(path for path in folder.glob("*.py") if path.name != "__init__.py") for folder in (*folders, PACKAGE)}


def markdown() -> str:
    """A heading and a table a room."""
    parts = []
    for folder, paths in rooms().items():
        rows = [f"| `{path.name}` | {_first_line(path)} |" for path in paths]
        what = "What all rooms use, and the command line." if folder == PACKAGE else _first_line(folder / "__init__.py")
        name = folder.relative_to(PACKAGE.parent).as_posix()
        parts.append(f"### `{name}/`\n\n{what}\n\n| module | what it is for |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0].replace("|", "\\|")
