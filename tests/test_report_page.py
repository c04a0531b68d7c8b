"""The report in a real browser: nothing fails, nothing leaves the page, the filter works, everything can be read in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import browser
import pytest
from architecture import ROOT
from browser import Opened
from small_project import Project

DESK, PHONE = (1280, 900), (375, 812)
COMMITTED = ROOT / "reports" / "report.html"
READ = 4.5
"""The contrast that text needs (WCAG 2.2, 1.4.3)."""


def committed() -> Path:
    """The page that is committed."""
    if not COMMITTED.is_file():
        pytest.skip("there is no reports/report.html; `make pipeline` writes it")
    return COMMITTED


@pytest.fixture(scope="module", params=["small", "committed"])
def path(request: pytest.FixtureRequest, project: Project) -> Path:
    """The page of the small project, and the one that is committed."""
    return project.reports / "report.html" if request.param == "small" else committed()


def unfold(shown: Opened, wide: bool) -> None:
    """Open or close everything that can be folded."""
    shown.page.evaluate("(wide) => document.querySelectorAll('details').forEach((one) => { one.open = wide; })", wide)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_is_whole_and_readable(chromium: Any, path: Path, tmp_path: Path, size: tuple[int, int], dark: bool) -> None:
    with browser.opened(chromium, path, width=size[0], height=size[1], dark=dark) as shown:
        page = shown.page
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], "the page does not move sideways"
        unfold(shown, True)
        assert browser.least_contrast(shown)[0] >= READ, browser.least_contrast(shown)
        assert page.locator("svg.plot").count() >= 13
        assert page.evaluate("[...document.querySelectorAll('svg.plot text')].every((text) => text.getBoundingClientRect().height >= 8)")
        unfold(shown, False)
        kept = browser.keep(shown, f"report-{path.parent.parent.name}-{size[0]}-{'dark' if dark else 'light'}", tmp_path)
        assert kept.stat().st_size > 10_000


def test_the_contrast_of_figures_is_checked_too(chromium: Any, path: Path) -> None:
    with browser.opened(chromium, path) as shown:
        shown.page.evaluate("document.documentElement.style.setProperty('--quiet', '#a9adb2')")
        assert browser.least_contrast(shown, "svg text")[0] < READ


def test_dark_is_dark(chromium: Any, path: Path) -> None:
    for dark, colour in ((False, "rgb(255, 255, 255)"), (True, "rgb(20, 23, 27)")):
        with browser.opened(chromium, path, dark=dark) as shown:
            assert shown.page.evaluate("getComputedStyle(document.body).backgroundColor") == colour


ROWS = "[...document.querySelectorAll('#error-list tbody tr')].map((r) => [r.dataset.t, r.dataset.p, r.dataset.c, r.querySelector('.s').textContent])"
VISIBLE = "[...document.querySelectorAll('#error-list tbody tr')].filter((r) => r.checkVisibility()).map((r) => r.querySelector('.s').textContent)"


def test_the_filter_shows_what_fits_and_says_how_many(chromium: Any) -> None:
    with browser.opened(chromium, committed()) as shown:
        page, said = shown.page, shown.page.locator("#filter output")
        rows = page.evaluate(ROWS)
        fitting = rows

        def check(column: int, value: str) -> None:
            nonlocal fitting
            fitting = [row for row in fitting if value in row[column].lower()]
            assert page.evaluate(VISIBLE) == [row[3] for row in fitting] != []
            assert said.text_content() == f"{len(fitting)} of {len(rows)} shown"

        assert page.evaluate(VISIBLE) == [row[3] for row in rows] and said.text_content() == ""
        page.select_option("select[name=truth]", "accusation")
        check(0, "accusation")
        page.select_option("select[name=predicted]", "neutral")
        check(1, "neutral")
        page.select_option("select[name=collection]", fitting[0][2])
        check(2, fitting[0][2])
        word = fitting[0][3].split()[0]
        page.fill("input[name=text]", f" {word.upper()} ")
        check(3, word.lower())
        page.fill("input[name=text]", "no sentence holds this")
        assert page.evaluate(VISIBLE) == [] and said.text_content() == f"0 of {len(rows)} shown"
        page.click("button[type=reset]")
        page.wait_for_function(f"{VISIBLE}.length === {len(rows)}")
        assert said.text_content() == ""


def test_without_script_all_is_there_but_the_filter(chromium: Any, path: Path) -> None:
    with browser.opened(chromium, path, java_script_enabled=False) as shown:
        assert not shown.page.locator("#filter").is_visible()
        assert shown.page.locator("#challenges").is_visible() and shown.page.locator("svg.plot").first.is_visible()


def test_the_keyboard_reaches_everything_in_order(chromium: Any, path: Path) -> None:
    with browser.opened(chromium, path) as shown:
        page = shown.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#labels"
        assert page.evaluate("[...document.querySelectorAll('.wide')].every((box) => box.tabIndex === 0 && box.getAttribute('aria-label'))")
        assert page.evaluate("[...document.querySelectorAll('select, input')].every((one) => one.labels.length === 1)")
        assert page.evaluate(
            "[...document.querySelectorAll('svg')].every((one) => one.getAttribute('role') === 'img' && one.getAttribute('aria-label').length > 10)"
        )


def test_it_prints_in_light_on_paper(chromium: Any, path: Path, tmp_path: Path) -> None:
    with browser.opened(chromium, path, dark=True) as shown:
        page = shown.page
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
        assert not page.locator("nav").is_visible()
        page.set_viewport_size({"width": 718, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= 718, "it fits the width of A4 with its margins"
        page.pdf(path=tmp_path / "report.pdf", format="A4")
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
