"""The pages of `stance view` in a browser: filter, details, keyboard, touch, print, contrast, order of the index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import browser
import pytest

from pipeline import StanceModel
from pipeline.pages import view
from pipeline.records import LABELS, Document

ARTICLE = """Minister rejects report on dam

The energy ministry on Tuesday denied that it had ignored warnings about the Karvel dam, and accused the
opposition of spreading panic. "None of this happened," the minister, Ilana Dorsey, told reporters.

Engineers warned last month that the spillway could fail if the spring floods came early.  Their letter
blames the operator for putting off repairs.
The operator said it would publish its inspection records next week.

  • A parliamentary committee will meet on Friday.
  • The two sides met for talks on Monday.

<script>document.title = "run"</script> The union threatened to strike unless the repairs began. </script><b>The audit</b> condemned the managers. …
"""
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def pages(model: StanceModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page of the article and an index of several documents."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {
        "article.txt": ARTICLE,
        "blame.txt": "The army blamed the rebels. They met.",
        "calm.txt": "They met on Monday.",
        "deny.txt": "He denied it.",
        "none.txt": "",
    }
    entries = []
    for name, text in texts.items():
        shown = view.view(model, Document(name, "", text))
        (folder / f"{name}.html").write_text(view.document_page(shown, index="index.html"), "utf-8", newline="")
        entries.append(view.entry(shown, f"{name}.html"))
    (folder / "index.html").write_text(view.index_page(entries), "utf-8", newline="")
    return folder


def article(pages: Path) -> Path:
    """The page of the article."""
    return pages / "article.txt.html"


def told(page: Any) -> str:
    """What the panel of details says."""
    return str(page.locator("#details").inner_text())


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_can_be_read_in_any_light_and_width(chromium: Any, pages: Path, tmp_path: Path, size: str, dark: bool) -> None:
    width, height = SIZES[size]
    for name in ("article.txt", "index"):
        with browser.opened(chromium, pages / f"{name}.html", width=width, height=height, dark=dark) as shown:
            if name != "index":
                shown.page.locator(".s.denial").first.click()
                shown.page.get_by_role("checkbox", name="warning").uncheck()
            assert browser.least_contrast(shown)[0] >= 4.5, browser.least_contrast(shown)
            assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
            kept = browser.keep(shown, f"view-{name}-{size}-{'dark' if dark else 'light'}", tmp_path)
            assert kept.stat().st_size > 10_000


def test_the_check_of_contrast_sees_what_cannot_be_read(chromium: Any, tmp_path: Path) -> None:
    (tmp_path / "pale.html").write_text("<body style='background:#fff'><p style='color:#999'>pale</p><p>dark</p>")
    with browser.opened(chromium, tmp_path / "pale.html") as shown:
        ratio, text = browser.least_contrast(shown)
    assert text == "pale" and ratio == pytest.approx(2.85, abs=0.01)


def test_a_document_is_shown_as_text_whatever_it_holds(chromium: Any, pages: Path) -> None:
    with browser.opened(chromium, article(pages)) as shown:
        written = "(node) => { const copy = node.cloneNode(true); copy.querySelectorAll('.unseen').forEach((one) => one.remove()); return copy.textContent; }"
        assert shown.page.locator("#text").evaluate(written) == ARTICLE
        assert shown.page.title() == "article.txt: stance by sentence"
        assert shown.page.locator("#text script, #text b").count() == 0
        lines = shown.page.locator("#text").evaluate("(node) => node.getClientRects()[0].height / parseFloat(getComputedStyle(node).lineHeight)")
        assert lines > ARTICLE.count("\n"), "line breaks are kept"


def test_the_legend_filters(chromium: Any, pages: Path) -> None:
    tint = "(nodes) => new Set(nodes.map((node) => getComputedStyle(node).backgroundColor)).size"
    with browser.opened(chromium, article(pages)) as shown:
        counts = {label: shown.page.locator(f".s.{label}").count() for label in LABELS}
        assert min(counts.values()) > 0
        shown.page.locator(".s.warning").first.click()
        shown.page.get_by_role("checkbox", name="warning").uncheck()
        assert shown.page.locator(".s.warning:not(.off)").count() == 0
        assert shown.page.locator(".s.warning").evaluate_all(tint) == 1
        assert shown.page.locator(".s.warning").first.evaluate("(node) => getComputedStyle(node).backgroundColor") == "rgba(0, 0, 0, 0)"
        assert {label: shown.page.locator(f".s.{label}:not(.off)").count() for label in LABELS} == counts | {"warning": 0}
        assert shown.page.locator(".s.on").count() == 0, "details of what is filtered out go"
        shown.page.get_by_role("checkbox", name="warning").check()
        assert shown.page.locator(".s.warning.off").count() == 0


def test_the_tint_follows_the_probability(chromium: Any, pages: Path) -> None:
    strength = """(nodes) => nodes.map((node) => [Number(node.style.getPropertyValue("--p")),
      Number((getComputedStyle(node).backgroundColor.match(/[\\d.]+/g) ?? []).at(-1))])"""
    with browser.opened(chromium, article(pages)) as shown:
        found = shown.page.locator(".s.denial, .s.accusation, .s.warning").evaluate_all(strength)
    assert len({p for p, _ in found}) > 1
    assert [alpha for _, alpha in sorted(found)] == sorted(alpha for _, alpha in found)
    assert all(0 < alpha < 0.5 for _, alpha in found)


def test_details_come_by_pointing_and_by_clicking(chromium: Any, pages: Path, model: StanceModel) -> None:
    explained = view.view(model, Document("article.txt", "", ARTICLE)).sentences
    with browser.opened(chromium, article(pages)) as shown:
        shown.page.locator(".s").nth(3).hover()
        said = told(shown.page)
        one = explained[3]
        assert one.label == "warning" and "Sentence 4, paragraph 3" in said
        assert f"{one.probabilities[2] * 100:.1f} %" in said and "warned" in said and f"+{one.told[0].share:.2f}" in said
        shown.page.locator(".s").nth(1).click()
        assert "Sentence 2," in told(shown.page) and "denied" in told(shown.page)
        shown.page.locator(".s").nth(3).hover()
        assert "Sentence 4," in told(shown.page)
        shown.page.locator("h1").hover()
        assert "Sentence 2," in told(shown.page), "what was clicked comes back"
        shown.page.get_by_role("button", name="Next ›").click()
        assert "Sentence 3," in told(shown.page)


def test_everything_can_be_done_from_the_keyboard(chromium: Any, pages: Path) -> None:
    with browser.opened(chromium, article(pages)) as shown:
        press = shown.page.keyboard.press
        press("Tab")
        assert shown.page.evaluate("document.activeElement.textContent") == "All documents"
        press("Tab")
        press("Space")
        assert shown.page.locator(".s.denial:not(.off)").count() == 0, "the filter is reached and works"
        press("Space")
        for _ in LABELS:
            press("Tab")
        assert "Sentence 1," in told(shown.page), "focus alone gives details"
        press("ArrowRight")
        assert "Sentence 2," in told(shown.page)
        assert shown.page.evaluate("document.activeElement.dataset.n") == "1"
        assert shown.page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        press("End")
        last = told(shown.page)
        press("ArrowRight")
        assert told(shown.page) == last
        press("Escape")
        assert shown.page.locator(".s.on").count() == 0
        press("Tab")
        assert shown.page.evaluate("document.activeElement.textContent").strip() == "‹ Previous", "the text is one stop"


def test_a_tap_shows_details_and_hides_nothing_of_the_sentence(chromium: Any, pages: Path) -> None:
    first_line = "(node) => { node.scrollIntoView({ block: 'end' }); const [line] = node.getClientRects(); return [line.x + 8, line.y + 8]; }"
    with browser.opened(chromium, article(pages), width=390, height=700, has_touch=True, is_mobile=True) as shown:
        assert not shown.page.locator("#details").is_visible()
        for number in range(shown.page.locator(".s:not(.off)").count()):
            place = shown.page.locator(".s:not(.off)").nth(number).evaluate(first_line)
            shown.page.touchscreen.tap(*place)
            panel, sentence = shown.page.locator("#details").bounding_box(), shown.page.locator(".s.on").bounding_box()
            assert panel["y"] + panel["height"] == pytest.approx(700, abs=2)
            assert sentence["y"] + sentence["height"] <= panel["y"] or sentence["y"] < 40
            shown.page.get_by_role("button", name="Close").tap()
            assert not shown.page.locator("#details").is_visible()


def test_it_prints_the_text_with_its_tints_and_no_controls(chromium: Any, pages: Path, tmp_path: Path) -> None:
    with browser.opened(chromium, article(pages), dark=True) as shown:
        shown.page.emulate_media(media="print")
        assert not shown.page.locator("#details").is_visible() and not shown.page.locator("#legend input").first.is_visible()
        assert browser.least_contrast(shown)[0] >= 4.5
        assert shown.page.locator("body").evaluate("(node) => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"
        browser.keep(shown, "view-print", tmp_path, full_page=True)


def test_without_scripts_text_tints_and_shares_are_there(chromium: Any, pages: Path) -> None:
    with browser.opened(chromium, article(pages), java_script_enabled=False) as shown:
        assert shown.page.locator(".s.denial").count() > 0 and shown.page.get_by_text("need JavaScript").is_visible()


def test_the_index_is_sorted_by_any_share(chromium: Any, pages: Path) -> None:
    with browser.opened(chromium, pages / "index.html") as shown:

        def order() -> list[str]:
            return [name.removesuffix(".txt") for name in shown.page.locator("tbody th").all_inner_texts()]

        assert order() == ["article", "blame", "calm", "deny", "none"]
        shown.page.get_by_role("button", name="accusation").click()
        assert order()[0] == "blame" and shown.page.locator("th[aria-sort=descending]").inner_text().startswith("accusation")
        shown.page.get_by_role("button", name="denial").focus()
        shown.page.keyboard.press("Enter")
        assert order()[:2] == ["deny", "article"] and order()[2:] == ["blame", "calm", "none"], "equal ones stay in the order of their names"
        shown.page.get_by_role("button", name="denial").click()
        assert order() == ["blame", "calm", "none", "article", "deny"]
        assert shown.page.locator("th[aria-sort]").count() == 1
        shown.page.get_by_role("link", name="calm.txt").click()
        assert shown.page.locator("h1").inner_text() == "calm.txt"
        shown.page.get_by_role("link", name="All documents").click()
        assert shown.page.title() == "Documents by stance"
