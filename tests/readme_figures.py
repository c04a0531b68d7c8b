"""The figures that README and the page on comparing tell, from the reports; `python -m tests.readme_figures` puts them in."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.records import LABELS

ROOT = Path(__file__).parent.parent
COMPARE = ROOT / "docs" / "compare.md"
NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d*\.\d+(?: %)?|\d{3,}|\d+ %)(?![\w.]*\w)")
"""Figures: with thousands, with decimals, of three digits or more, per cent. Small counts are left to the reader."""


def report(name: str) -> Any:
    """A report in JSON."""
    return json.loads((ROOT / "reports" / f"{name}.json").read_text("utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a report in CSV."""
    with (ROOT / "reports" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def best(kind: str) -> str:
    """The best macro-F1 on real news of the classifiers whose name begins so."""
    return max(row["macro_f1"].removeprefix("0") for row in rows("rivals") if row["classifier"].startswith(kind) and row["on"] == "real news")


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
    outside = f"{real['sentences']:,} real news sentences with two coders' labels, kept outside the project (`stance evaluate FILE`)"
    yield f"| {outside} | {between(real['macro_f1'])} | {bare(real['majority']['value'])} |"
    held_out = f"{own['model']['sentences']:,} sentences of documents that the model never saw (`make pipeline`)"
    yield f"| {held_out} | {between(own['model']['macro_f1'])} | {bare(own['majority']['macro_f1']['value'])} |"
    yield f"F1 is {f1['denial']} for denial, {f1['accusation']} for accusation, {f1['warning']} for warning and {f1['neutral']} for neutral"
    yield f"the expected calibration error is {bare(real['calibration_error']['value'])}."
    yield f"at least {sure['min_confidence']:.2f} sure,".replace(" 0.", " .")
    yield f"which it is of {percent(sure['coverage'])}, {percent(sure['accuracy'])} are right"
    yield f"On the {running['sentences']} of them that were drawn at random from running news macro-F1 is {bare(running['macro_f1'])}"
    yield f"({bare(running['macro_f1_low'])} to {bare(running['macro_f1_high'])})."
    rules, fasttext, spacy = (best(kind) for kind in ("its rules alone", "fastText", "spaCy"))
    yield f"Rules alone, without learning, come to {rules} on the real sentences"
    yield f"to {bare(own['rules']['macro_f1']['value'])} on the documents of the second row"
    yield f"fastText comes to {fasttext} on the real sentences and spaCy to {spacy}"
    yield f"{percent(real['name_flips']['share_of_all'])} of the predictions on the real sentences change"
    yield f"{percent(own['challenges']['all'])} pass"
    yield f"One thread classifies {scoring['times']['stance']['rows_per_second_median']:,.0f} sentences a second"
    yield f"fastText takes {scoring['ratios']['fastText']['processor_of_shortest']:.1f} times the processor time"
    yield f"One sentence on the command line takes {bench['start_up']['one_sentence_to_import_numpy']['processor_of_shortest']:.1f} times"
    yield from _errors_told()


def _errors_told() -> Iterator[str]:
    found = rows("errors")
    missed = {label: sum((row["truth"], row["predicted"]) == (label, "neutral") for row in found) for label in LABELS}
    yield f"Of {len(found)} errors on the documents of the second row (`reports/errors.csv`), {sum(missed.values())} are stances taken for neutral"
    yield f"gives away** ({missed['accusation']} taken for neutral)"
    yield f"describe** ({missed['warning']})"
    yield f"contradiction** ({missed['denial']})"
    yield f"({sum(row['truth'] == 'neutral' for row in found)} neutral sentences taken for one)"


def rivals() -> list[str]:
    """The lines of the table of docs/compare.md, one a classifier."""
    table: dict[str, list[str]] = {}
    for row in rows("rivals"):
        figure = between({name: float(row[column]) for name, column in (("value", "macro_f1"), ("low", "low"), ("high", "high"))})
        table.setdefault(row["classifier"], []).append(figure)
    return [f"| {name} | {' | '.join(figures)} |" for name, figures in table.items()]


def renewed(page: str, sentence: str) -> str:
    """The page with the figures of `sentence` where it has the same sentence with others; the words and the breaks of lines stay."""
    figures = NUMBER.findall(sentence)
    parts = [r"\s+".join(re.escape(word) for word in re.split(r"\s+", part)) for part in NUMBER.split(sentence)]
    found = re.search(f"({NUMBER.pattern})".join(parts), page)
    for number, figure in reversed(list(enumerate(figures, start=1))) if found else ():
        page = page[: found.start(number)] + figure + page[found.end(number) :]
    return page


def main() -> None:
    """Put the figures of the reports into the pages; errors that are quoted are for people to choose."""
    for path, sentences in ((ROOT / "README.md", list(told())), (COMPARE, rivals())):
        page = path.read_text("utf-8")
        for sentence in sentences:
            page = renewed(page, sentence)
        path.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
