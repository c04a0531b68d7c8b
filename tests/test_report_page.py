"""The report in a real browser: nothing fails, nothing leaves the page, the filter works, everything can be read in light and dark."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from architecture import ROOT
from small_project import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium (apt-get install chromium)")
DESK, PHONE = (1280, 900), (375, 812)
COMMITTED = ROOT / "reports" / "report.html"

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((part, i) => i < 3 ? part : part / 255);
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(rgba(getComputedStyle(at).backgroundColor));
    return layers.reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const found = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const style = getComputedStyle(element);
    if (!own || ["SCRIPT", "STYLE"].includes(element.tagName) || !element.getClientRects().length) continue;
    const key = [element.tagName, element.className.baseVal ?? element.className, element.namespaceURI.includes("svg") ? style.fill : style.color].join(" ");
    if (found.has(key)) continue;
    const back = behind(element), ink = over(rgba(element.namespaceURI.includes("svg") ? style.fill : style.color), back);
    const [high, low] = [light(ink), light(back)].sort((a, b) => b - a);
    found.set(key, (high + .05) / (low + .05));
  }
  return [...found].filter(([, ratio]) => ratio < 4.5);
}"""
"""The kinds of text whose contrast with what is behind them is below 4.5, as WCAG 2.2 (1.4.3) reckons it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=["small", "committed"])
def path(request: pytest.FixtureRequest, project: Project) -> Path:
    """The page of the small project, and the one that is committed."""
    if request.param == "small":
        return project.reports / "report.html"
    if not COMMITTED.is_file():
        pytest.skip("there is no reports/report.html; `make pipeline` writes it")
    return COMMITTED


def opened(browser: Browser, path: Path, size: tuple[int, int] = DESK, scheme: str = "light", *, script: bool = True) -> Page:
    """The page in a window of its own; what goes wrong there and what it asks for stand in `page.wrong` and `page.asked`."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, java_script_enabled=script)  # type: ignore[arg-type]
    page = context.new_page()
    page.wrong, page.asked = [], []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.wrong.append(message.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.wrong.append(str(error)))  # type: ignore[attr-defined]
    page.on("request", lambda request: page.asked.append(request.url))  # type: ignore[attr-defined]
    page.goto(path.resolve().as_uri())
    return page


def shown(page: Page) -> list[str]:
    """The sentences of the error list that are to be seen."""
    return [row.inner_text() for row in page.locator("#error-list tbody tr:visible p.s").all()[:400]]


def keep(page: Page, name: str, folder: Path) -> None:
    """A screenshot, in the folder that STANCE_ARTEFACTS names where it is set."""
    target = Path(os.environ.get("STANCE_ARTEFACTS") or folder) / f"{name}.png"
    page.screenshot(path=target)
    assert target.stat().st_size > 10_000


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_the_page_is_whole_and_readable(browser: Browser, path: Path, tmp_path: Path, size: tuple[int, int], scheme: str) -> None:
    page = opened(browser, path, size, scheme)
    assert page.wrong == [] and page.asked == [path.resolve().as_uri()]  # type: ignore[attr-defined]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0], "the page does not move sideways"
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(CONTRAST) == []
    assert page.locator("svg.plot").count() >= 13
    assert page.evaluate("[...document.querySelectorAll('svg.plot text')].every((text) => text.getBoundingClientRect().height >= 8)")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")
    keep(page, f"report-{path.parent.parent.name}-{size[0]}-{scheme}", tmp_path)


def test_the_contrast_check_sees_what_it_looks_for(browser: Browser, path: Path) -> None:
    page = opened(browser, path)
    page.evaluate("document.documentElement.style.setProperty('--quiet', '#a9adb2')")
    assert any("TEXT" in kind.upper() for kind, _ in page.evaluate(CONTRAST))


def test_dark_is_dark(browser: Browser, path: Path) -> None:
    back = "getComputedStyle(document.body).backgroundColor"
    assert opened(browser, path).evaluate(back) == "rgb(255, 255, 255)"
    assert opened(browser, path, scheme="dark").evaluate(back) == "rgb(20, 23, 27)"


def test_the_filter_shows_what_fits_and_says_how_many(browser: Browser) -> None:
    if not COMMITTED.is_file():
        pytest.skip("there is no reports/report.html; `make pipeline` writes it")
    page = opened(browser, COMMITTED)
    rows = page.evaluate(
        "[...document.querySelectorAll('#error-list tbody tr')].map((r) => [r.dataset.t, r.dataset.p, r.dataset.c, r.querySelector('.s').textContent])"
    )
    visible = "document.querySelectorAll('#error-list tbody tr:not([hidden])').length"
    said = page.locator("#filter output")
    assert page.evaluate(visible) == len(rows)
    page.select_option("select[name=truth]", "accusation")
    expected = [row for row in rows if row[0] == "accusation"]
    assert page.evaluate(visible) == len(expected) and said.text_content() == f"{len(expected)} of {len(rows)} shown"
    page.select_option("select[name=predicted]", "neutral")
    expected = [row for row in expected if row[1] == "neutral"]
    assert page.evaluate(visible) == len(expected) > 0
    page.select_option("select[name=collection]", expected[0][2])
    expected = [row for row in expected if row[2] == expected[0][2]]
    assert page.evaluate(visible) == len(expected) > 0
    word = expected[0][3].split()[0].upper()
    page.fill("input[name=text]", f" {word} ")
    expected = [row for row in expected if word.lower() in row[3].lower()]
    assert [text.strip() for text in shown(page)] == [" ".join(row[3].split()) for row in expected]
    page.fill("input[name=text]", "no sentence holds this")
    assert page.evaluate(visible) == 0 and said.text_content() == f"0 of {len(rows)} shown"
    page.click("button[type=reset]")
    page.wait_for_function(f"{visible} === {len(rows)}")
    assert said.text_content() == ""


def test_without_script_all_is_there_but_the_filter(browser: Browser, path: Path) -> None:
    page = opened(browser, path, script=False)
    assert not page.locator("#filter").is_visible()
    assert page.locator("#challenges").is_visible() and page.locator("svg.plot").first.is_visible()


def test_the_keyboard_reaches_everything_in_order(browser: Browser, path: Path) -> None:
    page = opened(browser, path)
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


def test_it_prints_in_light_on_paper(browser: Browser, path: Path, tmp_path: Path) -> None:
    page = opened(browser, path, scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
    assert not page.locator("nav").is_visible()
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
