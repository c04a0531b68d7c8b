"""The shape of the code: who may import whom, what a stage depends on, how long things may be, who may print."""

from __future__ import annotations

import ast
import re
import shlex
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from architecture import ROOT, STAGES, imports, module_of, reach

PACKAGE = ROOT / "pipeline"
LAYERS = (
    ("errors", "records", "suggesting", "terminal"),
    ("decoding", "files", "folders", "formulas"),
    ("params",),
    ("codebook", "growing", "hashing", "npz", "resolving", "tables"),
    ("audit", "stretches"),
    ("text",),
    ("casing", "lexicon", "offsets"),
    ("cues",),
    ("context",),
    ("rules",),
    ("cue_terms", "rule_table"),
    ("coded", "documents", "evaluation", "features", "holdout", "modelfile", "quantification", "queue", "sentences"),
    (
        "agreement",
        "annotations",
        "carriers",
        "challenges",
        "comparing",
        "confidence",
        "corpus",
        "doccano",
        "labelstudio",
        "names",
        "rowends",
        "slices",
        "sources",
        "tfidf",
        "unlike",
    ),
    ("provenance", "runs", "svg", "training"),
    ("export", "forms", "learning", "page", "partitions", "plots", "report", "sinks", "tiles", "wordfeatures"),
    ("card", "chunks", "figures", "shares"),
    ("lookup",),
    ("model",),
    ("bulk", "estimator", "explain", "importing", "scoring", "tasks"),
    ("cluster", "errorlist", "frames", "relabelled", "verifying", "view"),
    ("reporting",),
    ("__init__",),
    ("stages._run", "commands._progress", "commands._shared"),
    ("commands._notes",),
    ("commands._partitioned",),
    ("stages.*", "commands.*"),
    ("cli",),
)
"""The modules from the ground up; a module may import what stands in an earlier row. A new module goes into its row."""

RANKS = {name: rank for rank, row in enumerate(LAYERS) for name in row}
DATA = {
    "sentences": {"pipeline/abbreviations.txt"},
    "card": {"pipeline/templates/card.md"},
    "stages.report": {path.relative_to(ROOT).as_posix() for path in (PACKAGE / "templates" / "report").iterdir()} | {"pipeline/templates/colours.css"},
}
"""Files of the package that a module reads, by module."""

AT_IMPORT = {"estimator": {"sklearn"}}
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
    """The row of LAYERS that a module stands in."""
    name = dotted(path)
    found = RANKS.get(name, RANKS.get(f"{name.split('.')[0]}.*"))
    assert found is not None, f"{name} stands in no row of LAYERS"
    return found


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
def test_imports_go_one_way(path: Path) -> None:
    for imported in imports(path):
        assert rank(imported) < rank(path), f"{dotted(path)} imports {dotted(imported)}, which stands beside or above it"


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
