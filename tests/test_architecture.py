"""The shape of the code: who may import whom, what a stage depends on, how long things may be, who may print."""

from __future__ import annotations

import ast
import re
import shlex
import statistics
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from architecture import ROOT, STAGES, imports, module_of, reach

PACKAGE = ROOT / "pipeline"
ROOMS = ("", "language", "reading", "scoring", "coding", "evaluation", "training", "pages", "classifying", "stages", "commands")
"""The folders of the package from the ground up; "" are the modules beside them, which all use.

A module may import what stands in its own room or an earlier one.
"""

ON_TOP = {"__init__", "cli"}
"""The modules beside the folders that may import from all rooms."""

DATA = {
    "reading.sentences": {"pipeline/reading/abbreviations.txt"},
    "pages.card": {"pipeline/pages/templates/card.md"},
    "stages.report": {path.relative_to(ROOT).as_posix() for path in (PACKAGE / "pages" / "templates" / "report").iterdir()}
    | {"pipeline/pages/templates/colours.css"},
}
"""Files of the package that a module reads, by module."""

AT_IMPORT = {"training.estimator": {"sklearn"}}
"""What a module needs to be imported at all: a class of scikit-learn's kind inherits from its classes. Nothing in the package imports it but on demand."""

MAY_TALK = ("stages", "commands", "cli")
HEAVY = {"dask", "datasets", "dvc", "jinja2", "joblib", "lemminflect", "matplotlib", "nupunkt", "pandas", "pyarrow", "ray", "scipy", "shtab", "sklearn", "yaml"}
MODULES = sorted(PACKAGE.rglob("*.py"))
FOR_USERS = {"classify_batch", "console", "save"}
"""Public names that nothing in the package uses: for callers in Python, and the entry point of pyproject.toml."""


def dotted(path: Path) -> str:
    """A module's name below the package: `stages.split`."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def rank(path: Path) -> int:
    """The place of a module's room in ROOMS."""
    name = dotted(path)
    return len(ROOMS) if name in ON_TOP else ROOMS.index(name.rpartition(".")[0])


def parsed(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text("utf-8"))


def talk(tree: ast.AST) -> Iterator[str]:
    """Where code prints, exits or reads arguments or the environment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input", "exit", "quit"):
            yield f"{node.func.id} in line {node.lineno}"
        if isinstance(node, ast.Name) and node.id == "SystemExit":
            yield f"SystemExit in line {node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{node.value.id}.{node.attr}"
            if name in ("os.environ", "os.getenv", "sys.exit", "sys.argv"):
                yield f"{name} in line {node.lineno}"


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The public functions and classes of a module, and the public methods of such classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(ast.Module(node.body, []))


def used(tree: ast.AST) -> Iterator[str]:
    """Every name that code reads, by itself or of something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Name and number of lines of every function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def heavy_at_import(tree: ast.Module) -> set[str]:
    """Heavy packages that are imported with the module rather than by the function that needs them."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names & HEAVY


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_go_one_way_between_rooms(path: Path) -> None:
    for imported in imports(path):
        assert rank(imported) <= rank(path), f"{dotted(path)} imports {dotted(imported)}, whose room stands above its own"


def test_imports_go_one_way_between_modules() -> None:
    order = list(TopologicalSorter({path: imports(path) for path in MODULES}).static_order())
    assert len(order) == len(MODULES)


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent.name in ("stages", "commands")], ids=dotted)
def test_no_stage_or_command_imports_another(path: Path) -> None:
    assert not [dotted(other) for other in imports(path) if other.parent.name in ("stages", "commands") and not other.stem.startswith("_")]


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) < 250
    assert lines[0].startswith('"""') and len(lines[0]) > 20
    assert not [found for found in functions(parsed(path)) if found[1] > 60]


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_what_is_public_says_what_it_does(path: Path) -> None:
    assert not [node.name for node in public(parsed(path)) if not ast.get_docstring(node)]


def test_what_is_public_is_used_in_the_package() -> None:
    uses = {name for path in MODULES for name in used(parsed(path))}
    unused = {node.name for path in MODULES for node in public(parsed(path))} - uses
    assert unused == FOR_USERS


def test_functions_are_short_by_the_median() -> None:
    lengths = [length for path in MODULES for _, length in functions(parsed(path))]
    print(f"{len(MODULES)} modules, {len(lengths)} functions, median {statistics.median(lengths)} lines, longest {max(lengths)}")  # noqa: T201
    assert statistics.median(lengths) <= 12


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_heavy_imports_stand_in_the_function_that_needs_them(path: Path) -> None:
    assert heavy_at_import(parsed(path)) == AT_IMPORT.get(dotted(path), set())


@pytest.mark.parametrize("path", [path for path in MODULES if dotted(path).split(".")[0] not in MAY_TALK], ids=dotted)
def test_library_rooms_do_not_print_exit_or_read_the_environment(path: Path) -> None:
    assert not list(talk(parsed(path)))


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_no_relative_imports_which_the_checks_would_not_see(path: Path) -> None:
    assert not [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom) and node.level]


def outputs(stage: str) -> list[str]:
    """Everything that a stage writes."""
    found = []
    for kind in ("outs", "metrics", "plots"):
        found += [next(iter(item)) if isinstance(item, dict) else item for item in STAGES[stage].get(kind, [])]
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_every_module_it_reaches_and_on_no_other(stage: str) -> None:
    reached = reach(module_of(stage))
    needed = {path.relative_to(ROOT).as_posix() for path in reached}
    for path in reached:
        needed |= DATA.get(dotted(path), set())
    assert {dep for dep in STAGES[stage]["deps"] if dep.startswith("pipeline/")} == needed


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_names_what_it_reads_and_writes(stage: str) -> None:
    named = [argument for argument in shlex.split(STAGES[stage]["cmd"])[3:] if not argument.startswith("-")]
    known = STAGES[stage]["deps"] + outputs(stage)
    assert named and all(any(path == name or path.startswith(f"{name}/") for path in known) for name in named)
    assert STAGES[stage]["desc"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_names_the_settings_it_reads(stage: str) -> None:
    names = {node.id for node in ast.walk(parsed(module_of(stage))) if isinstance(node, ast.Name) and node.id.endswith("Params")}
    assert {name.removesuffix("Params").lower() for name in names} == set(STAGES[stage]["params"])


def test_every_file_in_the_package_is_known_to_the_checks() -> None:
    read = {name for path in MODULES for name in re.findall(r"joinpath\(\"([^\"]+)\"\)", path.read_text("utf-8"))}
    assert read <= {Path(name).name for names in DATA.values() for name in names} | {"stance.npz"}
    assert all((ROOT / name).is_file() for names in DATA.values() for name in names)


def test_the_checks_see_what_they_look_for(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        "import os, sklearn\ndef f():\n    from pipeline import cli\n    import pipeline.stages.split\n    print(os.environ)\n    raise SystemExit\n"
    )
    assert imports(bad) == {PACKAGE / "cli.py", PACKAGE / "stages" / "split.py"}
    assert PACKAGE / "errors.py" in reach(bad)
    assert len(list(talk(parsed(bad)))) == 3
    assert heavy_at_import(parsed(bad)) == {"sklearn"}
    assert list(functions(parsed(bad))) == [("f", 5)]
    bad.write_text("class A:\n    def b(self): pass\n    def _c(self): pass\ndef d(): A.e\ndef _f(): d\n")
    assert [node.name for node in public(parsed(bad))] == ["A", "b", "d"] and set(used(parsed(bad))) == {"A", "d", "e"}
