"""The documentation runs: every code block of README and docs/, in the order of the page, in a small project's folder."""

from __future__ import annotations

from pathlib import Path

import pages
import pytest
from architecture import ROOT
from test_cli_help import desk, scheduler

__all__ = ["desk", "scheduler"]
RUN = ("sh", "python", "reader")


def marked(page: Path) -> object:
    """The page as a test case; one that trains a model is slow."""
    found = pages.blocks(page)
    slow = any("make pipeline" in content or "--workers" in content for _, content in found)
    return pytest.param(page, marks=[pytest.mark.slow] if slow else [], id=page.relative_to(ROOT).as_posix())


WITH_CODE = [page for page in pages.PAGES if any(kind in RUN for kind, _ in pages.blocks(page))]


@pytest.mark.parametrize("page", [marked(page) for page in WITH_CODE])
def test_the_code_of_a_page_runs(desk: Path, scheduler: str, page: Path) -> None:
    pages.prepare(desk)
    for kind, content in pages.blocks(page):
        pages.run(kind, content, desk, scheduler)


def test_there_is_code_to_run_and_no_other_way_to_write_it() -> None:
    assert {"README.md", "tutorial.md", "coding.md", "corpus.md", "retrain.md", "compare.md", "wordlists.md", "shares.md"} <= {page.name for page in WITH_CODE}
    for page in pages.PAGES:
        kinds = {kind for kind, _ in pages.blocks(page)}
        assert kinds <= {*RUN, "text"}, page
        written = page.read_text("utf-8")
        assert not [line for line in written.splitlines() if line.startswith("    ") and "stance " in line], f"{page} has code without a fence"


def test_a_block_that_fails_is_noticed(desk: Path) -> None:
    for content in ("stance classify --input nowhere.txt\ntrue\n", "make test\n", "false | true\n"):
        with pytest.raises(AssertionError, match=content.split()[0]):
            pages.run("sh", content, desk, pages.SCHEDULER)
