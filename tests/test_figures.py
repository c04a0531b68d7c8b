"""Figures: the same bytes every time, in the page's colours, safe inside a page, right for whatever is in the files."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import matplotlib as mpl
import pytest

from pipeline.pages import figures, plots, svg
from pipeline.pages.plots import Dot, Line

ODD = 'a<b>&"c" $x$ Киев'
DOTS = {"kind": [Dot("big", 0.8, 0.7, 0.9, 300), Dot(ODD, 0.5, 0.2, 0.9, plots.SMALL - 1)], "": [Dot("edge", 1.0, 1.0, 1.0, plots.SMALL)]}
CURVES = [
    Line("queue", [100, 200], [0.4, 0.6], "ink", [0.3, 0.5], [0.5, 0.7]),
    Line("random", [100, 200], [0.4, 0.59], "quiet"),
    Line("none", [], [], "denial"),
]


def drawn() -> dict[str, str]:
    """One figure of each kind."""
    return {
        "dots": plots.dots("a", f"About {ODD}.", DOTS, title="Macro-F1", mark=0.75),
        "nothing": plots.dots("b", "None.", {}, title="Empty"),
        "lines": plots.lines("c", "Lines.", CURVES, title="Curves", across="sentences", shares=True, mark=(150, 0.5)),
        "no lines": plots.lines("d", "Lines.", [], title="Curves", across="sentences"),
        "reliability": plots.reliability("e", "R.", title="denial", colour="denial", probability=[0.1, 0.9], share=[0.2, 1.0], cases=[1, 300]),
        "no bins": plots.reliability("f", "R.", title="denial", colour="denial", probability=[], share=[], cases=[]),
    }


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    return drawn()


def test_the_same_numbers_give_the_same_bytes_whatever_the_reader_has_set(found: dict[str, str]) -> None:
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "svg.hashsalt": "other", "svg.fonttype": "path"}):
        assert drawn() == found


def test_a_figure_is_a_picture_with_words_and_takes_its_colours_from_the_page(found: dict[str, str]) -> None:
    for name, content in found.items():
        root = ElementTree.fromstring(content.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
        assert (root.get("role"), bool(root.get("aria-label"))) == ("img", True), name
        assert not re.search(r"#[0-9a-f]{6}\b|rgb\(|<style|<metadata|font-family|http://(?!www\.w3\.org)", content), name
        assert set(re.findall(r"var\(--(\w+)\)", content)) <= set(svg.COLOURS), name


def test_two_figures_share_no_id(found: dict[str, str]) -> None:
    ids = [identity for content in found.values() for identity in re.findall(r'\bid="([^"]+)"', content)]
    assert len(ids) == len(set(ids)) and ids
    for content in found.values():
        assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', content)) <= set(re.findall(r'\bid="([^"]+)"', content))


def test_names_are_shown_as_they_are(found: dict[str, str]) -> None:
    assert 'a&lt;b&gt;&amp;"c" $x$ Киев</text>' in found["dots"]
    assert 'aria-label="About a&lt;b&gt;&amp;&quot;c&quot; $x$ Киев."' in found["dots"]


def test_a_long_name_is_cut_and_a_small_slice_stands_back() -> None:
    content = plots.dots("x", "a", {"": [Dot("n" * 80, 0.5, 0.4, 0.6, 1)]}, title="t")
    assert f">{'n' * 29}…</text>" in content
    assert "var(--faint)" in content and "var(--faint)" not in plots.dots("x", "a", {"": [Dot("n", 0.5, 0.4, 0.6, plots.SMALL)]}, title="t")


def test_names_of_curves_that_end_together_stand_apart(found: dict[str, str]) -> None:
    places = {name: float(re.search(rf' y="([\d.]+)"[^>]*>{name}</text>', found["lines"])[1]) for name in ("queue", "random")}  # type: ignore[index]
    assert places["random"] - places["queue"] > 8


def slice_of(value: float, sentences: int) -> dict[str, Any]:
    return {"macro_f1": value, "macro_f1_low": value - 0.1, "macro_f1_high": value + 0.1, "accuracy": value, "sentences": sentences}


def test_collections_stand_best_first_and_of_many_the_largest() -> None:
    few = figures.collections({"collections": {"low": slice_of(0.5, 90), "high": slice_of(0.8, 90)}})
    assert few.index(">high</text>") < few.index(">low</text>")
    many = {f"c{number}": slice_of(0.5, 100 + number) for number in range(figures.MOST + 5)}
    content = figures.collections({"collections": many})
    assert content.count(">c") == figures.MOST and ">c5</text>" in content and ">c4</text>" not in content


def test_empty_bins_leave_a_gap_and_no_figure() -> None:
    names = ("all", "denial", "accusation", "warning", "neutral")
    rows = [{"probability": "0.25", **dict.fromkeys(names, ""), **{f"{name}_sentences": "0" for name in names}}]
    rows.append({"probability": "0.75", **dict.fromkeys(names, "0.5"), **{f"{name}_sentences": "70" for name in names}})
    assert [("0.75 came true in 50% of 70" in content, "0.25 came" in content) for content in figures.calibration(rows)] == [(True, False)] * 5


def test_the_curve_on_one_set_is_drawn_where_there_are_several() -> None:
    row = {"macro_f1": "0.5", "denial": "0.5", "accusation": "0.5", "warning": "0.5", "neutral": "0.5"}
    content = figures.learning([{"on": "test", "sentences": "10", **row}, {"on": "other", "sentences": "999", **row}])
    assert 'aria-label="Macro-F1 over training sentences: 10 sentences 0.500."' in content


def test_challenges_have_wilsons_interval() -> None:
    rows = [{"group": "a_b", "rows": "20", "passed": "10", "rate": "0.5"}, {"group": "all", "rows": "20", "passed": "10", "rate": "0.5"}]
    assert "a b 0.500 (0.299 to 0.701)." in figures.challenges(rows)
