"""Pages in a real browser: headless Chromium, with nothing but the page itself within reach."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ARTEFACTS = "STANCE_ARTEFACTS"
"""The variable that names the folder in which screenshots are kept."""


class Opened(NamedTuple):
    """A page that is open, what its console complained of, and every address that it asked for besides its own."""

    page: Any
    complaints: list[str]
    requests: list[str]


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; where either is missing, the test is skipped."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no chromium here; on Debian: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, path: Path, *, width: int = 1280, height: int = 900, dark: bool = False, **more: Any) -> Iterator[Opened]:
    """A page of a file; at its end it must have complained of nothing and asked for nothing but its own file and inline data."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", **more)
    page, complaints, requests = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else requests.append(request.url))
    page.goto(path.resolve().as_uri())
    yield Opened(page, complaints, requests)
    context.close()
    assert (complaints, requests) == ([], [])


def keep(shown: Opened, name: str, folder: Path, **options: Any) -> Path:
    """A screenshot, in the folder for artefacts where one is named."""
    path = Path(os.environ.get(ARTEFACTS) or folder) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    shown.page.screenshot(path=path, **options)
    return path


CONTRAST = """(selector) => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const seen = new Map(), known = (key, find) => seen.has(key) ? seen.get(key) : seen.set(key, find()).get(key);
  const over = (top, under) => known(`${top} over ${under}`, () => {
    for (const colour of [under, top]) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data; return `rgb(${r}, ${g}, ${b})`; });
  const ground = (node) => node ? over(getComputedStyle(node).backgroundColor, ground(node.parentElement)) : "white";
  const light = (colour) => { const [r, g, b] = colour.match(/\\d+/g).map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const ink = (node) => node instanceof SVGElement ? getComputedStyle(node).fill : getComputedStyle(node).color;
  return [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility() &&
    [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((node) => { const under = ground(node), [a, b] = [light(under), light(over(ink(node), under))];
      return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), node.textContent.trim().slice(0, 40)]; }).sort((x, y) => x[0] - y[0])[0];
}"""


def least_contrast(shown: Opened, selector: str = "body *") -> tuple[float, str]:
    """The least contrast (1 to 21, WCAG 2.2) of text with its ground among the visible elements, and that text's beginning."""
    ratio, text = shown.page.evaluate(CONTRAST, selector)
    return float(ratio), str(text)
