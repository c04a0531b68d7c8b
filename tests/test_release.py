"""What a release says of itself: one version in pyproject.toml, CITATION.cff and CHANGELOG.md, and a form that tools can read."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from architecture import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
HEADINGS = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_version_is_the_same_everywhere() -> None:
    assert HEADINGS[0] == "Unreleased"
    assert PROJECT["version"] == CITATION["version"] == HEADINGS[1]


def test_versions_of_the_changelog_go_down() -> None:
    versions = [tuple(map(int, heading.split("."))) for heading in HEADINGS[1:]]
    assert versions == sorted(set(versions), reverse=True)


def test_the_changelog_sorts_changes_by_their_kind() -> None:
    assert set(re.findall(r"^### (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)) <= KINDS


def test_the_citation_says_what_it_must() -> None:
    assert {"cff-version", "message", "title", "authors"} <= CITATION.keys() and all(CITATION["authors"])
    assert CITATION["license"] == PROJECT["license"] and (ROOT / "LICENSE").read_text("utf-8").startswith(PROJECT["license"])


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md")), ids=lambda path: path.stem)
def test_an_issue_template_has_a_name_and_says_what_it_is_for(path: object) -> None:
    head = yaml.safe_load(str(path.read_text("utf-8")).split("---\n")[1])  # type: ignore[attr-defined]
    assert head.keys() >= {"name", "about", "labels"}


def test_hooks_are_local() -> None:
    """Installs are by name from the package registry alone, so no hook comes from elsewhere."""
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert {repository["repo"] for repository in repositories} == {"local"}
    assert all(hook["entry"].startswith(".venv/bin/") for repository in repositories for hook in repository["hooks"])
