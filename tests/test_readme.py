"""README tells the figures of the reports, no others, and quotes errors that are there."""

from __future__ import annotations

import re

import pytest
from architecture import ROOT
from readme_figures import COMPARE, NUMBER, renewed, rivals, rows, told

README = (ROOT / "README.md").read_text("utf-8")
MEASURED = ("How good is it?", "What it is not good at")


def section(title: str) -> str:
    """A section of README."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


TOLD = list(told())


@pytest.mark.parametrize("sentence", TOLD)
def test_a_figure_is_that_of_the_reports(sentence: str) -> None:
    if " ".join(sentence.split()) not in " ".join(README.split()):
        pytest.fail(f"README.md is to say: {sentence}; python -m tests.readme_figures puts the figures in", pytrace=False)


def test_no_figure_is_told_that_is_not_compared() -> None:
    quoted = [row["text"] for row in rows("errors") if row["text"] in README]
    known = {number for text in (*TOLD, *quoted, "95 % interval") for number in NUMBER.findall(text)}
    found = [number for title in MEASURED for number in NUMBER.findall(section(title))]
    assert len(found) > 30 and [number for number in found if number not in known] == []


def test_the_errors_quoted_are_errors() -> None:
    kinds = {"accusations": ("accusation", "neutral"), "warnings": ("warning", "neutral"), "denials": ("denial", "neutral"), "background": ("neutral", None)}
    by_text = {row["text"]: (row["truth"], row["predicted"]) for row in rows("errors")}
    shown = re.findall(r'^- \*\*(\w+).*?: "(.*)"', section("What it is not good at"), re.MULTILINE)
    assert [kind for kind, _ in shown] == list(kinds)
    for kind, text in shown:
        truth, predicted = kinds[kind]
        assert by_text[text][0] == truth and predicted in (None, by_text[text][1])


def test_the_rivals_are_told_of_as_they_were_measured() -> None:
    shown = [line for line in COMPARE.read_text("utf-8").splitlines() if re.match(r"\| .*\d", line)]
    assert shown == rivals(), "python -m tests.readme_figures puts the figures in"


def test_figures_are_put_in_and_words_stay() -> None:
    page = "It comes to .731 (.700\nto .759), 0.8 % of 1,183, spaCy, 10 epochs."
    assert renewed(page, "comes to .738 (.708 to .766), 1.0 % of 984") == "It comes to .738 (.708\nto .766), 1.0 % of 984, spaCy, 10 epochs."
    assert renewed(page, "another sentence with .111") == page
