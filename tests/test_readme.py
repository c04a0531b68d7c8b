"""README tells the figures of the reports, no others, and quotes errors that are there."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from architecture import ROOT

from pipeline.records import LABELS

README = (ROOT / "README.md").read_text("utf-8")
NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d*\.\d+(?: %)?|\d{3,}|\d+ %)(?![\w.]*\w)")
"""Figures: with thousands, with decimals, of three digits or more, per cent. Small counts are left to the reader."""
MEASURED = ("How good is it?", "What it is not good at")


def section(title: str) -> str:
    """A section of README."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def report(name: str) -> Any:
    """A report in JSON."""
    return json.loads((ROOT / "reports" / f"{name}.json").read_text("utf-8"))


def errors() -> list[dict[str, str]]:
    """The rows of errors.csv."""
    with (ROOT / "reports" / "errors.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def bare(value: float) -> str:
    """A share without its leading zero: .731."""
    return f"{value:.3f}".removeprefix("0")


def percent(share: float) -> str:
    """A share in per cent: 62.8 %."""
    return f"{100 * share:.1f} %"


def between(figure: dict[str, float]) -> str:
    """A figure with its interval."""
    return f"{bare(figure['value'])} ({bare(figure['low'])} to {bare(figure['high'])})"


def told() -> Iterator[str]:
    """What README must say of the figures, word for word."""
    real, own, bench = report("evaluations/real_news"), report("metrics"), report("benchmarks")
    f1 = {label: bare(real["labels"][label]["f1"]["value"]) for label in LABELS}
    running, sure, scoring = real["slices"]["natural"], real["unsure"], bench["scoring"]
    yield f"| {real['sentences']:,} real news sentences with two coders' labels, kept outside the project (`stance evaluate FILE`) |"
    yield f"| {between(real['macro_f1'])} | {bare(real['majority']['value'])} |"
    yield f"| {own['model']['sentences']:,} sentences of documents that the model never saw (`make pipeline`) |"
    yield f"| {between(own['model']['macro_f1'])} | {bare(own['majority']['macro_f1']['value'])} |"
    yield f"F1 is {f1['denial']} for denial, {f1['accusation']} for accusation, {f1['warning']} for warning and {f1['neutral']} for neutral"
    yield f"the expected calibration error is {bare(real['calibration_error']['value'])}."
    yield f"at least {sure['min_confidence']:.2f} sure,".replace(" 0.", " .")
    yield f"which it is of {percent(sure['coverage'])}, {percent(sure['accuracy'])} are right"
    yield f"On the {running['sentences']} of them that were drawn at random from running news macro-F1 is {bare(running['macro_f1'])}"
    yield f"({bare(running['macro_f1_low'])} to {bare(running['macro_f1_high'])})."
    yield f"on the documents of the second row they come to {bare(own['rules']['macro_f1']['value'])}."
    yield f"{percent(real['name_flips']['share_of_all'])} of the predictions on the real sentences change"
    yield f"{percent(own['challenges']['all'])} pass"
    yield f"One thread classifies {scoring['times']['stance']['rows_per_second_median']:,.0f} sentences a second"
    yield f"fastText takes {scoring['ratios']['fastText']['processor_of_shortest']:.1f} times the processor time"
    yield f"One sentence on the command line takes {bench['start_up']['one_sentence_to_import_numpy']['processor_of_shortest']:.1f} times"
    yield from _errors_told()


def _errors_told() -> Iterator[str]:
    found = errors()
    missed = {label: sum((row["truth"], row["predicted"]) == (label, "neutral") for row in found) for label in LABELS}
    yield f"Of {len(found)} errors on the documents of the second row (`reports/errors.csv`), {sum(missed.values())} are stances taken for neutral"
    yield f"gives away** ({missed['accusation']} taken for neutral)"
    yield f"describe** ({missed['warning']})"
    yield f"contradiction** ({missed['denial']})"
    yield f"({sum(row['truth'] == 'neutral' for row in found)} neutral sentences taken for one)"


TOLD = list(told())


@pytest.mark.parametrize("sentence", TOLD)
def test_a_figure_is_that_of_the_reports(sentence: str) -> None:
    assert " ".join(sentence.split()) in " ".join(README.split())


def test_no_figure_is_told_that_is_not_compared() -> None:
    experiment = re.search(r"The rules alone stand at (\.\d+)", (ROOT / "docs" / "experiments.md").read_text("utf-8"))
    assert experiment, "the rules' figure on real news stands in docs/experiments.md"
    quoted = [row["text"] for row in errors() if row["text"] in README]
    known = {number for text in (*TOLD, experiment[1], *quoted, "95 % interval") for number in NUMBER.findall(text)}
    found = [number for title in MEASURED for number in NUMBER.findall(section(title))]
    assert len(found) > 30 and [number for number in found if number not in known] == []


def test_the_errors_quoted_are_errors() -> None:
    kinds = {"accusations": ("accusation", "neutral"), "warnings": ("warning", "neutral"), "denials": ("denial", "neutral"), "background": ("neutral", None)}
    by_text = {row["text"]: (row["truth"], row["predicted"]) for row in errors()}
    shown = re.findall(r'^- \*\*(\w+).*?: "(.*)"', section("What it is not good at"), re.MULTILINE)
    assert [kind for kind, _ in shown] == list(kinds)
    for kind, text in shown:
        truth, predicted = kinds[kind]
        assert by_text[text][0] == truth and predicted in (None, by_text[text][1])
