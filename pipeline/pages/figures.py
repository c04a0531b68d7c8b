"""Which figures the report has, each drawn from what a stage left in reports/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.pages import plots
from pipeline.pages.plots import Dot, Line
from pipeline.records import LABELS

Rows = Sequence[Mapping[str, str]]
MOST = 60
"""Collections that one plot shows; the table below it holds all."""
_FEW_CHALLENGES = 10
_LABEL_FIGURES = ("precision", "recall", "f1")
TITLES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}


def per_label(metrics: Mapping[str, Any]) -> list[str]:
    """Precision, recall and F1 of the four labels, a plot each."""
    found = metrics["model"]["labels"]
    drawn = []
    for kind in _LABEL_FIGURES:
        rows = [_label_dot(label, found[label][kind], found[label]["support"]) for label in LABELS]
        drawn.append(plots.dots(f"label-{kind}", _about(f"{TITLES[kind]} of each label", rows), {"": rows}, title=TITLES[kind]))
    return drawn


def slices(metrics: Mapping[str, Any]) -> str:
    """Macro-F1 by slice of the test sentences."""
    groups = {kind: [_dot(name, figures) for name, figures in found.items()] for kind, found in metrics["slices"].items()}
    every = [dot for members in groups.values() for dot in members]
    about = _about("Macro-F1 of each slice of the test sentences", every)
    return plots.dots("slices", about, groups, title="Macro-F1 by slice", mark=metrics["model"]["macro_f1"]["value"])


def collections(metrics: Mapping[str, Any]) -> str:
    """Macro-F1 of collections that the model did not see, best first; of more than MOST the ones with most sentences."""
    every = [_dot(name, figures) for name, figures in metrics["collections"].items()]
    shown = sorted(sorted(every, key=lambda dot: -dot.cases)[:MOST], key=lambda dot: (-dot.value, dot.name))
    about = _about("Macro-F1 on each collection by models trained without it", shown)
    return plots.dots("collections", about, {"": shown}, title="Macro-F1 by collection left out")


def calibration(rows: Rows) -> list[str]:
    """Reliability curves: of the predicted label, then of each label's own probability."""
    drawn = []
    for name in ("all", *LABELS):
        filled = [row for row in rows if row[name]]
        probability, share = ([float(row[column]) for row in filled] for column in ("probability", name))
        cases = [int(row[f"{name}_sentences"]) for row in filled]
        said = "; ".join(f"{x:.2f} came true in {y:.0%} of {n}" for x, y, n in zip(probability, share, cases, strict=True))
        title = "predicted label" if name == "all" else name
        about = f"Stated probability against the share that came true, {title}: {said or 'no sentences'}."
        colour = "ink" if name == "all" else name
        drawn.append(plots.reliability(f"calibration-{name}", about, title=title, colour=colour, probability=probability, share=share, cases=cases))
    return drawn


def coverage(rows: Rows, unsure: Mapping[str, float]) -> str:
    """Accuracy and macro-F1 over the share of sentences that get a label, with the wanted accuracy marked where it is reached."""
    x = [float(row["coverage"]) for row in rows]
    curves = [Line(title, x, [float(row[name]) for row in rows], colour) for name, title, colour in _COVERED]
    reached = (unsure["coverage"], unsure["accuracy"]) if "coverage" in unsure else None
    about = "Accuracy and macro-F1 over the share of sentences that the model labels where it may leave out those it is unsure of."
    return plots.lines("coverage", about, curves, title="Coverage against accuracy", across="share of sentences labelled", shares=True, mark=reached)


_COVERED = (("accuracy", "accuracy", "ink"), ("macro_f1", "macro-F1", "quiet"))


def learning(rows: Rows) -> str:
    """Macro-F1 and each label's F1 over the number of training sentences, on the first set that the curve was measured on."""
    first = [row for row in rows if row["on"] == rows[0]["on"]]
    x = [float(row["sentences"]) for row in first]
    curves = [Line("macro-F1", x, [float(row["macro_f1"]) for row in first], "ink")]
    curves += [Line(label, x, [float(row[label]) for row in first], label) for label in LABELS]
    said = "; ".join(f"{row['sentences']} sentences {float(row['macro_f1']):.3f}" for row in first)
    return plots.lines("learning", f"Macro-F1 over training sentences: {said}.", curves, title="F1 over training sentences", across="training sentences")


def queue(rows: Rows) -> str:
    """Macro-F1 over the number of sentences read, chosen by the queue and at random."""
    curves: list[Line] = []
    for strategy in dict.fromkeys(row["strategy"] for row in rows):
        found = [row for row in rows if row["strategy"] == strategy]
        x, y, low, high = ([float(row[name]) for row in found] for name in ("read", "macro_f1", "low", "high"))
        curves.append(Line(strategy, x, y, "quiet" if curves else "ink", low, high))
    said = "; ".join(f"{curve.name} {curve.x[-1]:.0f} sentences {curve.y[-1]:.3f}" for curve in curves)
    return plots.lines("queue", f"Macro-F1 over sentences read: {said}.", curves, title="Macro-F1 over sentences read", across="sentences read by a coder")


def challenges(rows: Rows) -> str:
    """The share of each group of challenges that passes, best first, with Wilson's 95 % interval."""
    from scipy.stats import binomtest

    found = []
    for row in rows:
        if row["group"] != "all":
            between = binomtest(int(row["passed"]), int(row["rows"])).proportion_ci(method="wilson")
            found.append(Dot(row["group"].replace("_", " "), float(row["rate"]), float(between.low), float(between.high), int(row["rows"])))
    found.sort(key=lambda dot: (-dot.value, dot.name))
    about = _about("Share of challenges passed, by group", found)
    return plots.dots("challenges", about, {"": found}, title="Challenges passed", small=_FEW_CHALLENGES)


def _label_dot(label: str, figure: Mapping[str, float], cases: int) -> Dot:
    return Dot(label, figure["value"], figure["low"], figure["high"], cases)


def _dot(name: str, figures: Mapping[str, float]) -> Dot:
    return Dot(name, figures["macro_f1"], figures["macro_f1_low"], figures["macro_f1_high"], int(figures["sentences"]))


def _about(what: str, rows: Sequence[Dot]) -> str:
    """What a dot plot shows, in words: where there are many rows, the ends of their range."""
    if not rows:
        return f"{what}: none."
    if len(rows) > len(LABELS):
        best, worst = max(rows, key=lambda dot: dot.value), min(rows, key=lambda dot: dot.value)
        return f"{what}: {len(rows)} rows, from {worst.name} {worst.value:.3f} to {best.name} {best.value:.3f}. The table below holds all."
    return f"{what}: " + "; ".join(f"{dot.name} {dot.value:.3f} ({dot.low:.3f} to {dot.high:.3f})" for dot in rows) + "."
