"""Work grows no faster than text: every regular expression of the package, and the way from text to label, by counting."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from architecture import ROOT
from regex_work import growth

from pipeline import StanceModel
from pipeline.reading import sentences
from pipeline.records import Document
from pipeline.scoring.explain import explain

SIZE = 24
FACTOR = 2.6
"""Twice the text takes twice the steps; a quadratic pattern takes 3.5 to 4 times as many."""
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
TRUSTED = {"svg"}
"""Modules whose patterns read what this program has just drawn, and no input."""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def patterns(value: object) -> Iterator[re.Pattern[str]]:
    """The patterns in a value or in what it holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (found for one in value.values() for found in patterns(one))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (found for one in value for found in patterns(one))


ALL = {
    f"{module_name(path)}.{name}.{number}": found
    for path in MODULES
    if path.stem not in TRUSTED
    for name, value in vars(importlib.import_module(module_name(path))).items()
    for number, found in enumerate(patterns(value))
}


@pytest.mark.parametrize("pattern", {found.pattern: found for found in ALL.values()}.values(), ids=lambda found: found.pattern[:40])
def test_no_pattern_does_more_than_double_its_steps_on_twice_the_text(pattern: re.Pattern[str]) -> None:
    factor, about = growth(pattern, SIZE)
    assert factor <= FACTOR, f"{pattern.pattern!r} takes {factor:.1f} times the steps on {about}"


@pytest.mark.parametrize("written", [r"\s*\n\s*", r"(a+)+b", r"a.*b", r"^#(.+?) *$"])
def test_patterns_that_are_too_slow_are_found(written: str) -> None:
    assert growth(re.compile(written), SIZE)[0] > 3


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_every_pattern_is_a_constant_of_its_module(path: Path) -> None:
    """Or the test above would not see it."""
    tree = ast.parse(path.read_text("utf-8"))
    calls = [node for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for node in ast.walk(function) if isinstance(node, ast.Call)]
    inside = [
        ast.unparse(call) for call in calls if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "re" and call.func.attr != "escape"
    ]
    assert not inside or path.stem in TRUSTED


SHAPES = ["a", ".", '"', "“", ". ", "U.S. ", "a.", "a'", "\n", "\n ", "\r\n", "e\u0301", "No. 5 ", "日本", "<b>x</b> ", "... ", "1,", " ", "(", "Mr. A. B. "]
SHAPES += ["\u2029", "- ", "\0", "\u200d", "\U0001f469\u200d\U0001f467", "\u202e", "He denied it. ", "accused him of ", "if he had not denied, "]


def calls(work: Callable[[], object]) -> int:
    """How many functions, those of C included, a piece of work calls."""
    count = 0

    def counted(_: Any, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def peak(work: Callable[[], object]) -> int:
    """The most bytes that a piece of work holds at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


CASES = [*((calls, shape) for shape in SHAPES), *((peak, shape) for shape in SHAPES[::5])]


@pytest.mark.parametrize(("measure", "shape"), CASES, ids=[f"{measure.__name__} {shape!r}" for measure, shape in CASES])
def test_twice_the_text_is_twice_the_work(small_model: StanceModel, measure: Callable[[Callable[[], object]], int], shape: str) -> None:
    def all_of_it(size: int) -> Callable[[], object]:
        text = (shape * (size // len(shape) + 1))[:size]
        return lambda: (sentences.split(Document("d", "c", text)), small_model.classify([text]), explain(small_model, [text]))

    measure(all_of_it(100))
    short, long = (measure(all_of_it(size)) for size in (4_000, 8_000))
    assert long <= 2.4 * short + 10_000
