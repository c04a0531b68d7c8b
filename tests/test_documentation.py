"""The documentation as a whole: its links, its list of pages, the drawing of the flow, and that it can be read without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import flow
import pages
import pytest
import rooms
from architecture import ROOT, STAGES


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


MARKDOWN = [
    *pages.PAGES,
    *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "models/README.md", "seeds/README.md", "seeds/CODEBOOK.md", "seeds/challenges/README.md")),
]


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path) if path else page
        assert place.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(place), f"{page.name} links to {target}"


def test_every_page_can_be_found_from_readme_or_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    listed = {line for block in re.findall(r"```{toctree}\n(.*?)```", index, re.DOTALL) for line in block.splitlines() if re.fullmatch(r"\w+", line)}
    assert listed == {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}


def test_every_target_of_make_is_told_of() -> None:
    targets = re.findall(r"^([\w-]+):.*", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    page = (ROOT / "docs" / "maintain.md").read_text("utf-8")
    assert set(re.findall(r"`make ([\w-]+)`", page.split("## Where")[0])) == set(targets)


def test_the_site_asks_for_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Where the libraries of `make docs` are installed: what pages load lies beside them; links may lead out."""
    pytest.importorskip("sphinx", reason="make docs installs Sphinx")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--doctree-dir", tmp_path / "doctrees", ROOT / "docs", tmp_path / "site"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pages_built = {path.name: path.read_text("utf-8") for path in (tmp_path / "site").glob("*.html")}
    assert {"commands.html", "settings.html", "codebook.html"} <= pages_built.keys()
    assert "the split of --dataset" in pages_built["commands.html"], "options can be copied: no dash of the typesetter"
    loaded = [tag for text in pages_built.values() for tag in re.findall(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"([^\"]*)", text)]
    styles = [path.read_text("utf-8") for path in (tmp_path / "site" / "_static").rglob("*.css")]
    loaded += [address for style in styles for address in re.findall(r"(?:url\(|@import )[\"']?([^\"')]+)", style)]
    assert len(loaded) > 20 and [address for address in loaded if re.match(r"(?:https?:)?//", address)] == []


def reachable(pairs: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """All pairs that are connected, directly or through others."""
    found = set(pairs)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


def test_the_flow_draws_every_stage_and_every_way() -> None:
    pairs = flow.edges(STAGES)
    shown = flow.essential(pairs)
    assert reachable(shown) == reachable(pairs) and len(shown) < len(pairs)
    assert all(shown != kept and reachable(kept) != reachable(pairs) for kept in ([pair for pair in shown if pair != left] for left in shown))
    places = flow.places(shown)
    assert set(places) == {"seeds", *STAGES} and len(set(places.values())) == len(places)
    assert all(places[maker][0] < places[reader][0] for maker, reader in pairs)
    drawing = flow.svg()
    assert all(f">{name}</text>" in drawing for name in places) and drawing.count("<path d=") - 1 == len(shown)


def test_every_module_stands_in_one_room_with_a_word_about_it() -> None:
    listed = [path for paths in rooms.rooms().values() for path in paths]
    assert sorted(listed) == sorted(path for path in rooms.PACKAGE.rglob("*.py") if path.name != "__init__.py")
    shown = rooms.markdown().split("### ")[1:]
    assert len(shown) == len(rooms.rooms())
    for part, (folder, paths) in zip(shown, rooms.rooms().items(), strict=True):
        assert part.startswith(f"`{folder.relative_to(rooms.PACKAGE.parent).as_posix()}/`\n\n")
        assert re.findall(r"^\| `(\w+\.py)` \| \w.+ \|$", part, re.MULTILINE) == [path.name for path in paths]
